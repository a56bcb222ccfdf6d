"""Open a server's pages as a browser would: `python tools/visit.py LOG`, for .ci/run.

LOG is what `lawsearch serve` writes, with its address. Every page that the start page leads to must
be there, with all styles and scripts.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

PATIENCE_SECONDS = 30
LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')


def find_address(log: Path) -> str:
    """Where the server says that it is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := re.search(r"http://\S+/", log.read_text("utf-8")):
            return found[0]
        time.sleep(0.1)
    sys.exit(f"no server: {log.read_text('utf-8')}")


def read(address: str) -> str:
    """The text of a page; an error where it is not there."""
    with urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        return str(answer.read().decode("utf-8"))


def main() -> None:
    """Read the start page and what it links to."""
    start = find_address(Path(sys.argv[1]))
    links = sorted({link.replace("&amp;", "&") for link in LINK.findall(read(start))})
    for link in links:
        read(urljoin(start, link))
    print(f"{len(links) + 1} pages, styles and scripts are there")


if __name__ == "__main__":
    main()
