"""Write index/data/stored.txt: text that stored sections are compressed against.

``python tools/make_stored_dictionary.py`` takes the lines of the sample reports, each once, and of
them as much as a deflate window holds. Every index that exists needs the very same bytes: after a
change raise SCHEMA_VERSION.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TARGET = ROOT / "index" / "data" / "stored.txt"
WINDOW = 1 << 15
SHORTEST = 8  # characters of a line that is worth its place


def lines() -> Iterator[str]:
    """The lines of all samples that can be read, in the order of their paths."""
    from index.errors import ReportError
    from indexer.prepare import Settings, load_report
    from indexer.read import Reader

    with Reader() as reader:
        for path in sorted((ROOT / "samples").rglob("*.*")):
            try:
                yield from load_report(path, reader, Settings()).source.splitlines()
            except ReportError:
                continue


def main() -> None:
    """Keep the last lines: what stands nearest to a text is cheapest to point at."""
    kept = dict.fromkeys(line.strip() for line in lines() if len(line.strip()) >= SHORTEST)
    text = "\n".join(kept).encode()
    cut = text[-WINDOW:]
    while cut and cut[0] & 0xC0 == 0x80:  # the middle of a character
        cut = cut[1:]
    TARGET.write_bytes(cut)
    print(f"{TARGET}: {len(cut)} bytes of {len(text)}")


if __name__ == "__main__":
    main()
