"""Other names of the same thing, from a file that people edit: 综治中心 = 社会治安综合治理中心."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from index.analysis import fold_stream
from index.errors import UserError, system_reason
from index.i18n import gettext as _
from index.querytree import And, Filter, Near, Node, Not, Or, Text

SHIPPED: Final = Path(__file__).with_name("data") / "synonyms.txt"

MAX_FORMS: Final = 16
"""Forms of one word of a query: a word that holds several names multiplies."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """A word of the query and what was searched beside it."""

    word: str
    others: tuple[str, ...]


class Synonyms:
    """Groups of names for the same thing, by folded name."""

    def __init__(self, groups: Mapping[str, tuple[str, ...]]) -> None:
        self._groups = groups

    def __len__(self) -> int:
        return len(self._groups)

    def forms(self, stream: str) -> tuple[str, ...]:
        """The stream with every name in it in all its forms, itself first; MAX_FORMS at most.

        Where a name is a part of another the longer one counts, and only once per place.
        """
        forms, end = [""], 0
        for found in self._names.finditer(stream) if self._groups else ():
            others = (found[0], *(n for n in self._groups[found[0]] if n != found[0]))
            between = stream[end : found.start()]
            forms = [form + between + name for form in forms for name in others][:MAX_FORMS]
            end = found.end()
        return tuple(form + stream[end:] for form in forms)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        longest_first = sorted(self._groups, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)))


def load_synonyms(path: Path | None = None) -> Synonyms:
    """The synonyms of a file, by default the one that comes with the program.

    A line is a group of names joined by `=`; `#` begins a comment. Groups that share a name are
    one. Raises UserError where the file cannot be read or a line has fewer than two names.
    """
    path = path or SHIPPED
    groups: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(_read(path).splitlines(), start=1):
        names = [fold_stream(name) for name in line.partition("#")[0].split("=")]
        if names == [""]:
            continue
        if len(names) < 2 or not all(names):
            raise _bad_file(path, _("line {number} is not names joined by =").format(number=number))
        known = [name for each in names for name in groups.get(each, (each,))]
        group = tuple(dict.fromkeys(known))
        groups.update(dict.fromkeys(group, group))
    return Synonyms(groups)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _bad_file(path, system_reason(error)) from error
    except UnicodeDecodeError as error:
        raise _bad_file(path, _("it is not UTF-8")) from error


def _bad_file(path: Path, reason: str) -> UserError:
    error = UserError(_("{path}: not a synonym file: {reason}.").format(path=path, reason=reason))
    error.hint = _("Write a group of names a line: 综治中心 = 社会治安综合治理中心")
    return error


def expand(tree: Node, synonyms: Synonyms) -> tuple[Node, tuple[Expanded, ...]]:
    """The tree with each unquoted word in all its forms, and which words got more than one.

    A quoted text says how it wants to be found, and stays as it is.
    """
    told: dict[str, Expanded] = {}
    return _expand(tree, synonyms, told), tuple(told.values())


def _expand(node: Node, synonyms: Synonyms, told: dict[str, Expanded]) -> Node:
    match node:
        case Text() | Or():
            return _expand_operand(node, synonyms, told)
        case And(children):
            return And(tuple(_expand(child, synonyms, told) for child in children))
        case Not(child):
            return Not(_expand(child, synonyms, told))
        case Near(left, right):
            left = _expand_operand(left, synonyms, told)
            return replace(node, left=left, right=_expand_operand(right, synonyms, told))
        case Filter():
            return node


def _expand_operand(node: Text | Or, synonyms: Synonyms, told: dict[str, Expanded]) -> Text | Or:
    """The same kind of node, so that it may stand in Near; no Or within the Or."""
    if isinstance(node, Or):
        expanded = [_expand(child, synonyms, told) for child in node.children]
        nested = [child.children if isinstance(child, Or) else (child,) for child in expanded]
        return Or(tuple(child for children in nested for child in children))
    forms = () if node.quoted else synonyms.forms(node.stream)
    others = tuple(
        form for form in forms if node.stream not in form
    )  # a longer one is found anyway
    if not others:
        return node
    told[node.typed] = Expanded(node.typed, others)
    return Or((node, *(replace(node, typed=form, stream=form, words=()) for form in others)))
