"""Numbers as Word writes them in front of list paragraphs.

Source: ECMA-376 Part 1, 17.18.59 ST_NumberFormat; only the formats that Chinese papers use, any
other counts in decimal figures.
"""

from __future__ import annotations

from collections.abc import Callable

_FIGURES = "〇一二三四五六七八九"
_LEGAL_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def write_number(number: int, style: str) -> str:
    """The number in one of Word's number formats; empty for bullets and for none."""
    if style in ("bullet", "none"):
        return ""
    write = _STYLES.get(style)
    return write(number) if write is not None and 0 <= number < 10_000 else str(number)


def _counting(number: int, figures: str = _FIGURES, units: str = "十百千") -> str:
    """一, 十, 十一, 二十, 一百零五: 一 is left out before a leading 十."""
    if number == 0:
        return figures[0]
    written = ""
    digits = [int(digit) for digit in str(number)]
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit:
            written += figures[digit] + (units[place - 1] if place else "")
        elif written and not written.endswith("零"):
            written += "零"
    written = written.rstrip("零")
    return written[1:] if 10 <= number < 20 and figures is _FIGURES else written


def _legal(number: int) -> str:
    return _counting(number, _LEGAL_FIGURES, "拾佰仟")


def _digits(number: int) -> str:
    return "".join(_FIGURES[int(digit)] for digit in str(number))


def _full_width(number: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(number))


def _letters(number: int) -> str:
    """a … z, aa, bb: Word repeats the letter."""
    if not 1 <= number <= 26 * 5:
        return str(number)
    times, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (times + 1)


def _roman(number: int) -> str:
    written = ""
    for value, figure in _ROMAN:
        times, number = divmod(number, value)
        written += figure * times
    return written or "0"


def _from(first: str, last: int) -> Callable[[int], str]:
    """One character a number, in Unicode's order from `first`, for 1 to `last`."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else str(number)


def _cycle(characters: str) -> Callable[[int], str]:
    return lambda number: characters[(number - 1) % len(characters)]


_STYLES: dict[str, Callable[[int], str]] = {
    "chineseCounting": _counting,
    "chineseCountingThousand": _counting,
    "taiwaneseCounting": _counting,
    "taiwaneseCountingThousand": _counting,
    "japaneseCounting": _counting,
    "koreanCounting": _counting,
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "taiwaneseDigital": _digits,
    "koreanDigital2": _digits,
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal,
    "japaneseLegal": _legal,
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _from("①", 20),
    "decimalEnclosedCircleChinese": _from("①", 20),
    "decimalEnclosedParen": _from("⑴", 20),
    "decimalEnclosedFullstop": _from("⒈", 20),
    "ideographEnclosedCircle": _from("㊀", 10),
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
