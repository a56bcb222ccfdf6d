"""Plants copies whose truth is known among generated reports.

``python -m bench.plant --sections 3000 --seed 1 OUT_DIR`` writes ``reports/`` and ``truth.jsonl``.
The reports are those of bench.generate, where three reports in ten share each sentence of
boilerplate, without its own copyists. A section's own text, 100 to 500 characters, is put after
a sentence of a section of another report, as it is or changed as its kind says; or one sentence
of it among new ones in a paragraph of its own. One section in six receives a copy, one in eleven
gives its text, to one report or to several, and none does both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.edits import (
    Piece,
    edited,
    is_kept,
    reordered,
    sentences,
    swapped,
    verbatim,
    without_item,
)
from bench.generate import (
    GeneratedReport,
    generate_reports,
    load_phrases,
    sample_vocabulary,
    write_reports,
)
from index.model import Span
from indexer.parse import parse_outline

TOWNSHIPS = 10
YEARS = range(2019, 2025)
SECTIONS_OF_COUNTY = 750
SECTIONS_OF_COPY = 6
SHORTEST, LONGEST = 100, 500  # characters of a section that gives its text
LEAST_SENTENCE = 30
COPIES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 5)  # of one text, each as likely
TRIES = 1000  # to find a section for a copy


class Kind(StrEnum):
    """How a copy differs from its original."""

    VERBATIM = "verbatim"
    OWN = "verbatim, the same township's"
    EDITED_10 = "10 % edited"
    EDITED_25 = "25 % edited"
    EDITED_50 = "50 % edited"
    REORDERED = "sentences reordered"
    SWAPPED = "names and numbers swapped"
    SENTENCE = "one sentence in a new paragraph"


SHARES = {Kind.EDITED_10: 0.10, Kind.EDITED_25: 0.25, Kind.EDITED_50: 0.50}


class Stretch(NamedTuple):
    """Characters of a report's source; report is its path under the corpus's folder."""

    report: str
    start: int
    end: int


class Kept(NamedTuple):
    """Characters that are the same in both: where they stand in each source, and how many."""

    original: int
    copy: int
    size: int


@dataclass(frozen=True, slots=True)
class Planted:
    """A copy: where its text comes from and where it stands. kept is without boilerplate.

    Copies of one text are a family. key is the outline's place of the section that has the copy.
    """

    kind: Kind
    family: int
    original: Stretch
    copy: Stretch
    original_key: str
    copy_key: str
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a generated report and the span of its own text."""

    report: GeneratedReport
    key: str
    span: Span

    @property
    def text(self) -> str:
        """Its own text."""
        return self.report.text[slice(*self.span)]


@dataclass(slots=True)
class Draft:
    """A copy that is to be put into its place, before any report is changed."""

    kind: Kind
    family: int
    original: Place
    copy: Place
    at: int  # in the report as it was
    pieces: Sequence[Piece]
    before: str = ""
    after: str = ""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = f"{self.before}{''.join(p.text for p in self.pieces)}{self.after}"


def main() -> None:
    """Write the corpus that the arguments ask for."""
    parser = argparse.ArgumentParser(description="Write generated reports with planted copies.")
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR")
    parser.add_argument("--sections", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    reports, planted = plant(make_originals(arguments.sections, arguments.seed), arguments.seed)
    write_reports(reports, arguments.out_dir / "reports")
    lines = [json.dumps(asdict(copy), ensure_ascii=False) + "\n" for copy in planted]
    (arguments.out_dir / "truth.jsonl").write_text("".join(lines), "utf-8")
    print(f"{len(planted)} copies in {len(reports)} reports in {arguments.out_dir}")


def make_originals(sections: int, seed: int) -> list[GeneratedReport]:
    """Reports with about so many sections, none copied from another."""
    counties = max(1, round(sections / SECTIONS_OF_COUNTY))
    return list(generate_reports(counties, TOWNSHIPS, YEARS, seed, share_of_copiers=0))


def plant(
    reports: Sequence[GeneratedReport], seed: int
) -> tuple[list[GeneratedReport], list[Planted]]:
    """The reports with copies in them, each kind as often, and the truth.

    Raises
    ------
    ValueError
        When a copy changes the outline of the report that it is put into.
    """
    gardener = Gardener(reports, seed)
    drafts: dict[str, list[Draft]] = {}
    for draft in gardener.drafts():
        drafts.setdefault(str(draft.copy.report.path), []).append(draft)
    for found in drafts.values():
        found.sort(key=lambda draft: draft.at)
    planted = [settle(draft, drafts) for found in drafts.values() for draft in found]
    changed = [insert(report, drafts.get(str(report.path), [])) for report in reports]
    return changed, sorted(planted, key=lambda copy: copy.family)


class Gardener:
    """Chooses originals and the sections that receive their copies."""

    def __init__(self, reports: Sequence[GeneratedReport], seed: int) -> None:
        self._rng = Random(f"{seed}/plant")
        self._words = sample_vocabulary(seed)
        self._new = new_sentences(seed + 1_000_000)
        self._places = [place for report in reports for place in places_of(report)]
        self._taken: set[tuple[str, str]] = set()
        self._of: dict[tuple[str, str], list[Place]] = {}  # those of a township
        for place in self._places:
            home = place.report.county, place.report.township
            self._of.setdefault(home, []).append(place)

    def drafts(self) -> Iterator[Draft]:
        """The copies, those of one text after each other."""
        each = len(self._places) // SECTIONS_OF_COPY // len(Kind)
        kinds = [kind for kind in Kind for _ in range(each)]
        self._rng.shuffle(kinds)
        family = 0
        while kinds:
            original = self._take(self._places, can_give)
            if original is None:
                raise ValueError(f"no section has a text left to copy, of {len(self._places)}")
            used = [original.report]
            for _ in range(min(self._rng.choice(COPIES), len(kinds))):
                copy = self._receiver(kinds[-1], used)
                if copy is None:  # the township has no later report with a free section
                    kinds.insert(0, kinds.pop())
                    break
                yield self._write(kinds.pop(), family, original, copy)
                used.append(copy.report)
            family += 1

    def _take(self, places: Sequence[Place], fits: Callable[[Place], bool]) -> Place | None:
        """One of the places that is not taken yet and fits; it is taken from now on."""
        for _ in range(TRIES if places else 0):
            place = self._rng.choice(places)
            name = str(place.report.path), place.key
            if name not in self._taken and fits(place):
                self._taken.add(name)
                return place
        return None

    def _receiver(self, kind: Kind, used: Sequence[GeneratedReport]) -> Place | None:
        """A section for a copy, in a report of the same or a later year that has none yet.

        used: the reports that have the text, that of the original first.
        """
        source = used[0]
        home = source.county, source.township

        def fits(place: Place) -> bool:
            at = place.report
            own = (at.county, at.township) == home
            return own is (kind is Kind.OWN) and at.year >= source.year and at not in used

        return self._take(self._of[home] if kind is Kind.OWN else self._places, fits)

    def _write(self, kind: Kind, family: int, original: Place, copy: Place) -> Draft:
        """The copy as it is written."""
        make = partial(Draft, kind, family, original, copy)
        if kind is Kind.SENTENCE:
            own = [without_item(piece) for piece in sentences(original.text)]
            sentence = self._rng.choice([piece for piece in own if can_stand_alone(piece)])
            first, last = next(self._new), next(self._new)
            return make(copy.span.end, [sentence], before=f"\n{first}", after=last)
        ends = [piece.end for piece in sentences(copy.text) if piece.text.endswith("。")]
        return make(copy.span.start + self._rng.choice(ends), self._change(kind, original, copy))

    def _change(self, kind: Kind, original: Place, copy: Place) -> list[Piece]:
        """What the copyist makes of the original's text."""
        if kind in SHARES:
            return edited(original.text, SHARES[kind], self._words, self._rng)
        if kind is Kind.REORDERED:
            return reordered(original.text, self._rng)
        if kind is Kind.SWAPPED:
            ours, theirs = original.report, copy.report
            names = {
                ours.county: theirs.county,
                ours.township: theirs.township,
                "我" + ours.township[2:]: "我" + theirs.township[2:],
            }
            return swapped(original.text, names, theirs.year - ours.year, self._rng)
        return verbatim(original.text)


def places_of(report: GeneratedReport) -> list[Place]:
    """The numbered sections of a report that have sentences of their own."""
    numbered = (s for s in parse_outline(report.text).sections if s.number)
    places = (Place(report, section.key, section.text_span) for section in numbered)
    return [place for place in places if "。" in place.text]


def can_give(place: Place) -> bool:
    """Whether the section has 100 to 500 characters of its own, and sentences to move."""
    text = place.text
    shared = sum(end - start for start, end in boilerplate(text))
    whole = [piece for piece in sentences(text) if can_stand_alone(without_item(piece))]
    return len(text) <= LONGEST and len(text) - shared >= SHORTEST and len(whole) >= 2


def can_stand_alone(sentence: Piece) -> bool:
    """Whether it is a sentence of some length, and not one that many share."""
    text = sentence.text
    return text.endswith("。") and len(text) >= LEAST_SENTENCE and not boilerplate(text)


def boilerplate(text: str) -> list[tuple[int, int]]:
    """Where sentences stand that many reports share, in order."""
    found = []
    for (sentence,) in load_phrases()["boilerplate"]["sentences"]:
        start = text.find(sentence)
        while start >= 0:
            found.append((start, start + len(sentence)))
            start = text.find(sentence, start + 1)
    return sorted(found)


def new_sentences(seed: int) -> Iterator[str]:
    """Sentences that stand in no other report: those of a place that has none in the corpus."""
    for report in generate_reports(1000, TOWNSHIPS, YEARS, seed, share_of_copiers=0):
        for place in places_of(report):
            own = map(without_item, sentences(place.text))
            yield from (piece.text for piece in own if can_stand_alone(piece))


def settle(draft: Draft, drafts: dict[str, list[Draft]]) -> Planted:
    """The truth of a copy, in the reports as they will be."""
    original, copy = str(draft.original.report.path), str(draft.copy.report.path)
    text = draft.original.text
    begin = moved(draft.original.span.start, drafts.get(original, []))
    at = moved(draft.at, drafts[copy], before=draft) + len(draft.before)
    first, last = min(p.start for p in draft.pieces), max(p.end for p in draft.pieces)
    length = len(draft.text) - len(draft.before) - len(draft.after)
    return Planted(
        kind=draft.kind,
        family=draft.family,
        original=Stretch(original, begin + first, begin + last),
        copy=Stretch(copy, at, at + length),
        original_key=draft.original.key,
        copy_key=draft.copy.key,
        kept=tuple(kept_of(draft.pieces, text, begin, at)),
    )


def kept_of(pieces: Iterable[Piece], original: str, begin: int, at: int) -> Iterator[Kept]:
    """What is the same in both and no boilerplate; the original begins at one, the copy at two."""
    shared = boilerplate(original)
    for piece in pieces:
        if is_kept(piece, original):
            start = piece.start
            for low, high in [*shared, (piece.end, piece.end)]:
                if piece.start < high and low <= piece.end:
                    if low > start:
                        yield Kept(begin + start, at + start - piece.start, low - start)
                    start = max(start, high)
        at += len(piece.text)


def moved(place: int, drafts: Sequence[Draft], before: Draft | None = None) -> int:
    """Where a place of a report is after its copies were put in, or those before one of them."""
    if before is not None:
        drafts = drafts[: drafts.index(before)]
    return place + sum(len(draft.text) for draft in drafts if draft.at <= place)


def insert(report: GeneratedReport, drafts: Sequence[Draft]) -> GeneratedReport:
    """The report with its copies."""
    text, at = "", 0
    for draft in drafts:
        text += report.text[at : draft.at] + draft.text
        at = draft.at
    changed = replace(report, text=text + report.text[at:])
    if drafts and outline_of(changed.text) != outline_of(report.text):
        raise ValueError(f"a copy changes the outline of {report.path}")
    return changed


def outline_of(text: str) -> list[tuple[str, str]]:
    """The places and headings of the sections."""
    return [(section.key, section.heading) for section in parse_outline(text).sections]


if __name__ == "__main__":
    main()
