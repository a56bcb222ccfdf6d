"""The numbers that Word counts itself: 一、 and （一） that stand in no paragraph's text.

Source: ECMA-376 Part 1, 17.9 (numbering). Without them the headings of many reports would have
no numbers at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from indexer.read.numerals import write_number

if TYPE_CHECKING:
    from docx.document import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACEHOLDER = re.compile(r"%([1-9])")
_MOST_BASES = 20  # styles may be based on each other in a circle
_NO_LIST = "0"


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str  # numFmt
    pattern: str  # lvlText: "%1、"
    follow: str  # suff
    figures_only: bool  # isLgl
    restart: int | None  # lvlRestart: the level (from 1) after which it counts anew; 0 is never


@dataclass(slots=True)
class Numbering:
    """The lists of a document, and how far each has counted."""

    _levels: dict[tuple[str, int], _Level]  # by num and level
    _family: dict[str, str]  # num -> the abstract list whose count it shares
    _restarts: dict[str, list[int]]  # num -> levels that it begins anew
    _styles: dict[str, tuple[str, int]]  # paragraph style -> num and level
    _default_style: str | None
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def label(self, properties: Any) -> str:
        """What Word shows before the paragraph with these properties (w:pPr or None).

        Every paragraph must be asked for once, in the document's order: asking counts.
        """
        found = self._list_of(properties)
        if found is None or found not in self._levels:
            return ""
        num, depth = found
        counts = self._count(num, depth)
        return self._written(num, depth, counts)

    def _list_of(self, properties: Any) -> tuple[str, int] | None:
        """The num and level of a paragraph, its own or its style's."""
        style, num, depth = self._default_style, None, None
        if properties is not None:
            style = _value(properties, "pStyle") or style
            own = properties.find(f"{_W}numPr")
            num, depth = (
                (_value(own, "numId"), _int(own, "ilvl")) if own is not None else (num, depth)
            )
        inherited = self._styles.get(style or "")
        if num is None:
            if inherited is None:
                return None
            num, depth = inherited[0], inherited[1] if depth is None else depth
        return None if num == _NO_LIST else (num, depth or 0)

    def _count(self, num: str, depth: int) -> dict[int, int]:
        counts = self._counts.setdefault(self._family[num], {})
        if num not in self._begun:
            self._begun.add(num)
            self._begin(num, counts)
        start = self._levels[num, depth].start
        counts[depth] = counts[depth] + 1 if depth in counts else start
        for deeper in [level for level in counts if level > depth]:
            if self._starts_anew(num, deeper, depth):
                del counts[deeper]
        return counts

    def _begin(self, num: str, counts: dict[int, int]) -> None:
        """A num met for the first time: its own restarts hold against the shared count."""
        for level in self._restarts.get(num, ()):
            for deeper in [other for other in counts if other >= level]:
                del counts[deeper]

    def _starts_anew(self, num: str, deeper: int, depth: int) -> bool:
        level = self._levels.get((num, deeper))
        if level is None or level.restart is None:
            return True
        return depth < level.restart

    def _written(self, num: str, depth: int, counts: dict[int, int]) -> str:
        level = self._levels[num, depth]
        if level.style == "bullet":
            return ""

        def number(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            shown = self._levels.get((num, other), level)
            style = "decimal" if level.figures_only else shown.style
            return write_number(counts.get(other, shown.start), style)

        label = _PLACEHOLDER.sub(number, level.pattern)
        needs_space = level.follow != "nothing" and label[-1:].isascii() and label.strip()
        return label + " " if needs_space else label


def load_numbering(document: Document) -> Numbering:
    """The lists that a document defines, none of them counted yet."""
    styles = document.styles.element
    part = next(
        (
            rel.target_part
            for rel in document.part.rels.values()
            if rel.reltype.endswith("/numbering")
        ),
        None,
    )
    numbering = Numbering({}, {}, {}, {}, _default_style(styles))
    root = getattr(part, "element", None)
    if root is not None:
        abstract = _abstract_lists(root, styles)
        for num in root.findall(f"{_W}num"):
            _add_num(numbering, num, abstract)
        numbering._styles.update(_numbered_styles(styles))
    return numbering


def _add_num(numbering: Numbering, num: Any, abstract: dict[str, tuple[str, Any]]) -> None:
    name, family = num.get(f"{_W}numId"), _value(num, "abstractNumId")
    if name is None or family not in abstract:
        return
    family, definition = abstract[family]
    numbering._family[name] = family
    for level in definition.findall(f"{_W}lvl"):
        _add_level(numbering, name, level)
    for override in num.findall(f"{_W}lvlOverride"):
        depth = _number(override.get(f"{_W}ilvl"))
        for level in override.findall(f"{_W}lvl"):
            _add_level(numbering, name, level)
        start = _int(override, "startOverride")
        if depth is not None and start is not None and (name, depth) in numbering._levels:
            level = numbering._levels[name, depth]
            numbering._levels[name, depth] = replace(level, start=start)
            numbering._restarts.setdefault(name, []).append(depth)


def _add_level(numbering: Numbering, num: str, level: Any) -> None:
    depth = _number(level.get(f"{_W}ilvl"))
    if depth is None:
        return
    numbering._levels[num, depth] = _Level(
        start=_first(_int(level, "start"), 0),
        style=_value(level, "numFmt") or "decimal",
        pattern=_value(level, "lvlText") or "",
        follow=_value(level, "suff") or "tab",
        figures_only=level.find(f"{_W}isLgl") is not None,
        restart=_int(level, "lvlRestart"),
    )


def _abstract_lists(root: Any, styles: Any) -> dict[str, tuple[str, Any]]:
    """Each abstract list's name and definition; one that only names a style gives the style's."""
    lists = {
        name: (name, definition)
        for definition in root.findall(f"{_W}abstractNum")
        if (name := definition.get(f"{_W}abstractNumId")) is not None
    }
    by_style = {
        link: found
        for found in lists.values()
        if (link := _value(found[1], "styleLink")) is not None
    }
    for name, (_own, definition) in list(lists.items()):
        link = _value(definition, "numStyleLink")
        if link is not None and link in by_style:
            lists[name] = by_style[link]
    return lists


def _numbered_styles(styles: Any) -> dict[str, tuple[str, int]]:
    """The num and level of each paragraph style that has one, its own or its base's."""
    if not styles.xpath("boolean(w:style/w:pPr/w:numPr)"):
        return {}
    found = {
        name: style
        for style in styles.findall(f"{_W}style")
        if (name := style.get(f"{_W}styleId")) is not None
    }
    return {name: place for name in found if (place := _style_place(name, found)) is not None}


def _style_place(name: str, styles: dict[str, Any]) -> tuple[str, int] | None:
    current: str | None = name
    for _step in range(_MOST_BASES):
        style = styles.get(current or "")
        if style is None:
            return None
        own = style.find(f"{_W}pPr/{_W}numPr")
        num = _value(own, "numId") if own is not None else None
        if num is not None:
            return (num, _int(own, "ilvl") or 0)
        current = _value(style, "basedOn")
    return None


def _default_style(styles: Any) -> str | None:
    is_default = "@w:type='paragraph' and (@w:default='1' or @w:default='true')"
    found = styles.xpath(f"w:style[{is_default}][1]")
    return str(found[0].get(f"{_W}styleId")) if found else None


def _value(element: Any, child: str) -> str | None:
    found = element.find(f"{_W}{child}")
    value = found.get(f"{_W}val") if found is not None else None
    return str(value) if value is not None else None


def _int(element: Any, child: str) -> int | None:
    return _number(_value(element, child))


def _number(written: str | None) -> int | None:
    return (
        int(written) if written is not None and written.isdecimal() and len(written) < 7 else None
    )


def _first(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
