"""Indexes a folder on a cluster, as a process that a test kills: driver.py URLS NAME REPORTS...."""

from __future__ import annotations

import sys
from pathlib import Path

from index.opensearch.connection import connection_to
from index.opensearch.writer import OpenSearchWriter
from tests.cluster.indexed import HELD_S, build


def main() -> int:
    """Exit code 0 when all is there."""
    urls, name, *reports = sys.argv[1:]
    writer = OpenSearchWriter(connection_to(urls, environ={}), name, held_s=HELD_S)
    build(writer, [*map(Path, reports)])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
