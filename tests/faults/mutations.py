"""Damaged copies: bytes flipped, cut out, doubled, put in the place of others."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one or several kinds of damage."""
    for _time in range(chance.choice([1, 1, 1, 2, 5])):
        data = _damaged(data, chance) or b"\0"
    return data


def _damaged(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice([1, 2, 30, 1000, len(data)]))
    match chance.randrange(7):
        case 0:
            broken = bytearray(data)
            for _flip in range(chance.choice([1, 3, 20, 300])):
                broken[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            return bytes(broken)
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:start]
        case 3:
            return data[:end] + data[start:]
        case 4:
            return data[:start] + bytes(end - start) + data[end:]
        case 5:
            other = chance.randrange(len(data))
            return data[:start] + data[other : other + end - start] + data[end:]
        case _:
            return data[:start] + chance.randbytes(end - start) + data[end:]


def mutated_inside(data: bytes, chance: random.Random) -> bytes:
    """A zip one of whose parts is damaged, while the zip itself is whole."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        hit = chance.choice([chance.choice(names), "word/document.xml"])
        for name in names:
            part = old.read(name)
            new.writestr(name, mutated(part, chance) if name == hit and part else part)
    return packed.getvalue()


def mutants(samples: Path, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """(a file name, damaged content) without end, each sample in its turn."""
    originals = sorted(p for p in samples.rglob("*.*") if p.suffix != ".md" and p.is_file())
    number = 0
    while True:
        for original in originals:
            data = original.read_bytes()
            inside = data.startswith(b"PK") and chance.random() < 0.7
            number += 1
            name = f"{number:04}-{original.name}"
            yield name, (mutated_inside if inside else mutated)(data, chance)


OPERATORS = (
    *("AND", "OR", "NOT", "|", "或", "-", "/s", "/p", "/10", "/9999", "同句", "同段", "(", ")"),
    *('"', "“", "”", "「", "」", "（", "）", "｜", "，", "、", ":", "：", "..", "*", "?", "~", "^"),
    *("year:", "year:2021..2024", "township:", "title:", "heading:", "part:problems", "年份：2023"),
)
NOISE = (
    *("\0", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\ud800", "\udfff", "\U0010ffff", "\x85"),
    *(
        "e\u0301",
        "𠮷",
        "ﬁ",
        "İ",
        "ß",
        "٣",
        "Ⅷ",
        "㈠",
        "\u3000",
        "\n",
        "\t",
        "😀",
        "👨‍👩‍👧",
        "的",
        "是",
    ),
)


def mutated_query(queries: list[str], chance: random.Random) -> str:
    """A valid query, damaged."""
    text = chance.choice(queries)
    for _time in range(chance.choice([1, 2, 4, 12])):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice([1, 2, 5]))
        match chance.randrange(6):
            case 0:
                text = text[:at] + chr(chance.randrange(0x20, 0x9FFF)) + text[end:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:end] + text[at:]
            case 3:
                text = text[:at] + chance.choice(OPERATORS) + text[at:]
            case 4:
                text = text[:at] + chance.choice(["", " "]) + chance.choice(NOISE) + text[at:]
            case _:
                text += chance.choice(["", " ", " OR ", " -"]) + chance.choice(queries)
    return text
