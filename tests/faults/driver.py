"""`lawsearch index` as a process of its own that commits often: python driver.py BATCH ARGS..."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line on the arguments after the first, the reports of a commit."""
    from indexer import build

    build.BATCH_REPORTS = int(sys.argv.pop(1))

    import cli

    return cli.main()


if __name__ == "__main__":
    raise SystemExit(main())
