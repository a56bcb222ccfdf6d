"""Launcher of the installed program: the one name that lawsearch adds to site-packages.

The code is in the folders of the repository root (indexer/, search/, index/, cli.py).
In a wheel they lie under lawsearch/_app, where no other project's ``import search``
can meet them; main() puts that folder first on sys.path and starts cli.py, just as
``python cli.py`` does in a checkout.
"""

import gc
import sys
from pathlib import Path

__version__ = "0.1.0"

_HERE = Path(__file__).resolve().parent


def app_dir() -> Path:
    """The folder that holds cli.py: lawsearch/_app in a wheel, else the repository root."""
    installed = _HERE / "_app"
    return installed if installed.is_dir() else _HERE.parent


def main() -> int:
    """Run the command line; returns the exit status."""
    # Starting makes no garbage: looking for it every 700 objects is a tenth of a cold query.
    gc.set_threshold(100_000)
    sys.path.insert(0, str(app_dir()))
    try:
        from cli import main as run

        return run()
    except KeyboardInterrupt:  # before a command has begun
        return 130
