"""What a page shows of two reports side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from index.i18n import gettext as _
from search.diff import Diff, Piece, PieceKind, SectionDiff
from search.diffwords import kind_label, moved_where
from search.excerpts import Outline
from search.plans import Measure, PlanMatch
from web.beside import Run, flowing, is_wrapped, paragraphs, trimmed

UNCHANGED: Final = (PieceKind.SAME, PieceKind.COMMON)
ORDER: Final = (
    PieceKind.SAME,
    PieceKind.COMMON,
    PieceKind.CHANGED,
    PieceKind.MOVED,
    PieceKind.NEW,
    PieceKind.GONE,
)


class PieceView(NamedTuple):
    """A piece in one of the reports. where, href: of what moved, its place in the other one."""

    kind: PieceKind
    runs: list[Run]
    where: str = ""
    href: str = ""


class Row(NamedTuple):
    """What stands on either side; is_same: both say it."""

    first: list[PieceView]
    second: list[PieceView]
    is_same: bool = False


class SectionView(NamedTuple):
    """A section of either report, or of both; anchors are fragments of the page."""

    kind: PieceKind
    label: str
    name: str
    path: tuple[str, ...]
    first: Outline | None
    second: Outline | None
    anchors: list[str]
    rows: list[Row]
    characters: int  # that are not the same

    @property
    def anchor(self) -> str:
        """The fragment that leads to it."""
        return self.anchors[-1]


class MeasureView(NamedTuple):
    """A measure in runs, and the words that it shares with the plan."""

    id: str
    runs: list[Run]
    words: list[str]


class PlanView(NamedTuple):
    """A plan of the first report, and what the second one's achievements say of it."""

    plan: MeasureView
    done: list[MeasureView]


class Share(NamedTuple):
    """How many characters became what; x and width are of a bar of 1,000."""

    kind: PieceKind
    label: str
    characters: int
    x: float
    width: float


def shares(diff: Diff) -> list[Share]:
    """What became of all characters, as parts of one bar."""
    whole = sum(diff.characters.values()) or 1
    found, x = list[Share](), 0.0
    for kind in ORDER:
        width = 1000 * diff.characters[kind] / whole
        found.append(
            Share(kind, kind_label(kind), diff.characters[kind], round(x, 1), round(width, 1))
        )
        x += width
    return found


def section_views(diff: Diff) -> list[SectionView]:
    """Every section of the two reports as it is drawn."""
    wrapped = is_wrapped(diff.first), is_wrapped(diff.second)
    return [_section(section, wrapped) for section in diff.sections]


def _section(section: SectionDiff, wrapped: tuple[bool, bool]) -> SectionView:
    outline = section.second or section.first
    sides = (("a", section.first), ("b", section.second))
    path = tuple(each for each in outline.heading_path if each) if outline else ()
    return SectionView(
        kind=section.kind,
        label=kind_label(section.kind),
        name=path[-1] if path else _unnumbered(outline.id if outline else ""),
        path=path,
        first=section.first,
        second=section.second,
        anchors=[fragment(side, each.id) for side, each in sides if each],
        rows=[*_rows(section.pieces, wrapped)],
        characters=sum(_changed(piece) for piece in section.pieces),
    )


def _unnumbered(id: str) -> str:
    """What a section without a heading is called."""
    key = id.rpartition("#")[2]
    return {"0": _("Title and introduction"), "end": _("Sign-off")}.get(key, key)


def fragment(side: str, id: str) -> str:
    """A section's fragment; both reports may have a section 1.4."""
    return f"{side}-{id.rpartition('#')[2]}"


def _changed(piece: Piece) -> int:
    if piece.kind is PieceKind.CHANGED:
        return sum(max(len(c.first.text), len(c.second.text)) for c in piece.changes)
    return 0 if piece.kind in UNCHANGED and piece.other else len(piece.here.text.strip())


def _rows(pieces: Sequence[Piece], wrapped: tuple[bool, bool]) -> Iterator[Row]:
    """What both reports have side by side; between that what each has for itself."""
    left: list[PieceView] = []
    right: list[PieceView] = []
    for piece in pieces:
        if piece.kind is PieceKind.MOVED or piece.other is None:
            own = right if piece.of_second else left
            own += _piece(piece, wrapped, second=piece.of_second)
            continue
        if left or right:
            yield Row(left, right)
            left, right = [], []
        first, second = (_piece(piece, wrapped, second=each) for each in (False, True))
        if first or second:
            yield Row(first, second, piece.kind in UNCHANGED)
    if left or right:
        yield Row(left, right)


def _piece(piece: Piece, wrapped: tuple[bool, bool], *, second: bool) -> list[PieceView]:
    """The piece in one of the reports; none where only white space is left of it."""
    tag = "ins" if second else "del"
    segments = piece.segments(second=second)
    runs = [
        Run(paragraphs(text, wrapped=wrapped[second]), tag if change else "")
        for text, change in segments
    ]
    shown = [*trimmed(runs)]
    if not any(run.text.strip() for run in shown):
        return []
    if piece.kind is not PieceKind.MOVED or piece.other is None:
        return [PieceView(piece.kind, shown)]
    other = fragment("a" if second else "b", piece.other.id)
    return [PieceView(piece.kind, shown, moved_where(piece.other.id, second=second), f"#{other}")]


# Plans


def plan_views(plans: Sequence[PlanMatch]) -> list[PlanView]:
    """The plans that were followed up."""
    return [
        PlanView(
            _measure(match.plan, []),
            [_measure(done.measure, [term.term for term in done.terms]) for done in match.done],
        )
        for match in plans
    ]


def _measure(measure: Measure, words: list[str]) -> MeasureView:
    return MeasureView(measure.id, flowing([Run(measure.shown)]), words)
