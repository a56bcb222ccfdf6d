"""What of compared stretches is common form, cut at whole clauses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from index.engine import CommonForm
from search.stretches import Place, Stretch

_LEAST: Final = 15  # characters of common form that are told apart
_STOPS: Final = frozenset("。，；：！？,;:!?")

Forms = Sequence[Sequence[CommonForm]]


def cut_common(
    stretches: Iterable[Stretch], streams: tuple[Sequence[str], Sequence[str]], forms: Forms
) -> Iterator[tuple[Stretch, bool]]:
    """The stretches, cut where common form begins and ends, each with whether it is that.

    forms: of each section of the first report, then of each of the second. What changed or moved
    is left whole.
    """
    of_side = forms[: len(streams[0])], forms[len(streams[0]) :]
    for stretch in stretches:
        place = stretch.second or stretch.first
        if place is None or stretch.moved or stretch.changes:
            yield stretch, False
            continue
        side = stretch.second is not None
        for start, end, is_common in _cut(
            streams[side][place.section], place, of_side[side][place.section]
        ):
            yield _part(stretch, start - place.start, end - place.start), is_common


def _cut(stream: str, place: Place, forms: Sequence[CommonForm]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is common form) of the parts of a place."""
    at = place.start
    for n in range(bisect_right(forms, at, key=attrgetter("end")), len(forms)):
        form = forms[n]
        if form.start >= place.end:
            break
        start, end = _whole_clauses(stream, max(form.start, at), min(form.end, place.end), place)
        if end - start >= _LEAST:
            if at < start:
                yield at, start, False
            yield start, end, True
            at = end
    if at < place.end:
        yield at, place.end, False


def _whole_clauses(stream: str, start: int, end: int, place: Place) -> tuple[int, int]:
    """The stretch without what is only a part of a clause at its start and at its end."""
    while place.start < start < end and stream[start - 1] not in _STOPS:
        start += 1
    if start < end < place.end and stream[end] in _STOPS:
        end += 1
    while start < end < place.end and stream[end - 1] not in _STOPS:
        end -= 1
    return start, end


def _part(stretch: Stretch, start: int, end: int) -> Stretch:
    """A part of a stretch whose text is equal in both reports, or in one only."""
    first, second = (
        place and Place(place.section, place.start + start, place.start + end)
        for place in (stretch.first, stretch.second)
    )
    return Stretch(first, second)
