"""``python -m lawsearch``: the same as the command ``lawsearch``."""

from lawsearch import main

raise SystemExit(main())
