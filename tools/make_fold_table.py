"""Write index/data/t2s.txt: traditional characters and the simplified ones that they fold to.

Run once in a while, with the `opencc` package of PyPI installed (it is not a dependency):
``python tools/make_fold_table.py``. The table is OpenCC's (Apache-2.0, see NOTICE): every
character that its configuration t2s changes alone, as two lines of equal length.
"""

from pathlib import Path

import opencc

TARGET = Path(__file__).resolve().parent.parent / "index" / "data" / "t2s.txt"
CJK = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32000))


def main() -> None:
    """Convert every CJK character by itself and keep those that change."""
    convert = opencc.OpenCC("t2s").convert
    pairs = [(c, convert(c)) for block in CJK for c in map(chr, block)]
    changed = [(old, new) for old, new in pairs if new != old and len(new) == 1]
    old, new = ("".join(column) for column in zip(*changed, strict=True))
    TARGET.write_text(f"{old}\n{new}\n", "utf-8", newline="\n")
    print(f"{TARGET}: {len(changed)} characters")


if __name__ == "__main__":
    main()
