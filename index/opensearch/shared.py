"""Pairs of sections that share rare text, on a cluster.

Whether two sections are a pair is told by the sections that have the shingles of these two. The
cluster finds these; the pairs are made here, as those of the embedded engine are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from index.engine import SharedText
from index.errors import UserError
from index.i18n import gettext as _
from index.opensearch.commonform import CommonShingles
from index.opensearch.gathered import (
    ORDINAL,
    Gathered,
    GatheredTexts,
    asking_for,
    last_of_more,
    with_shingles,
    with_streams,
)
from index.opensearch.reading import Reader
from index.opensearch.translate import ALL, Query, all_of
from index.vector.shared import first_sections, own_hashes, pairs_of
from index.vector.shingles import Hashes, selected

if TYPE_CHECKING:
    from index.opensearch.comparing import Sections

Json = dict[str, Any]

MOST_SECTIONS: Final = 1_000_000
"""Sections that are held at once: some 3 GB."""
_REPORTS: Final = 200
"""Reports that are fetched in one request with all their sections."""
_HOLDING: Final = 3_000
"""The same with what some of their sections have of some shingles: most have one of these."""
_HASHES: Final = 50_000
"""Shingles that are looked for in one request."""
_PASSAGES: Final = 1_000
_PAIRS: Final = 200
"""Pairs whose passages are fetched together: whoever gets them looks at them next."""


class SharedTexts:
    """Finds pairs of one commit, once."""

    def __init__(self, reader: Reader, common: CommonShingles, sections: Sections) -> None:
        self._reader, self._common, self._sections = reader, common, sections
        self._gathered = Gathered()
        self._asked: Hashes = np.empty(0, np.uint32)  # ascending

    def all(self) -> Iterator[SharedText]:
        """Every pair, by the time of the first. Raises UserError where there is too much."""
        self._gather(with_streams(ALL), _REPORTS, self._gathered.add)
        texts = self._gathered.texts()
        self._gathered = Gathered()  # most of it is not needed any more
        texts = texts.without_single()
        common = self._common.adopt(texts.spread(self._common.limit))
        texts = replace(texts, common_hashes=common.hashes, common_limit=self._common.limit)
        yield from self._told(texts, pairs_of(texts, None))

    def around(self, wanted: Collection[int]) -> Iterator[SharedText]:
        """The pairs of which the first is one of these sections, or shares text with one.

        Raises UserError where there is too much.
        """
        if not wanted:
            return
        self._gather_holding(self._hashes_of(sorted(wanted)))
        own = [*map(self._sections.where, wanted)]
        self._read(self._firsts(own))  # and some more, as long as so little is known
        firsts = self._firsts(own)
        texts = self._texts()
        self._gather_holding(own_hashes(texts, texts.find(firsts)))
        texts = self._texts()
        pairs = pairs_of(texts, texts.find(firsts))
        self._read({texts.place_of(pair.second) for pair in pairs})
        texts = self._texts()
        yield from self._told(texts, pairs_of(texts, texts.find(firsts)))

    # What is gathered

    def _firsts(self, wanted: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """The wanted sections, and those that are the first in a pair with one, as far as is known.

        Of a section that was not read some pairs may be too many.
        """
        texts = self._texts()
        firsts = first_sections(texts, texts.find(wanted).tolist())
        return [*map(texts.place_of, firsts.tolist())]

    def _hashes_of(self, numbers: Sequence[int]) -> Hashes:
        """The different shingles of some sections, ascending."""
        found = [np.empty(0, np.uint32)]
        for streams in self._streams(numbers):
            found.append(np.unique(selected(streams).hashes))
        return np.unique(np.concatenate(found))

    def _streams(self, numbers: Sequence[int]) -> Iterator[list[str]]:
        for at in range(0, len(numbers), _PASSAGES):
            passages = self._sections.passages(numbers[at : at + _PASSAGES])
            yield [passage.text for passage in passages]

    def _read(self, places: Iterable[tuple[str, int]]) -> None:
        """Fetch the texts of sections of which only parts are known."""
        unread = sorted(self._gathered.unread(places))
        numbers = [self._sections.number(*place) for place in unread]
        for streams in self._streams(numbers):
            some, unread = unread[: len(streams)], unread[len(streams) :]
            self._gathered.add_texts(some, streams)

    def _gather_holding(self, hashes: Hashes) -> None:
        """Find every section that has any of the ascending hashes that are not common form."""
        common = self._common.among(hashes).hashes
        new = np.setdiff1d(hashes, np.concatenate([self._asked, common]), assume_unique=True)
        self._asked = np.union1d(self._asked, new)
        for at in range(0, len(new), _HASHES):
            some = new[at : at + _HASHES]
            self._gather(with_shingles(some), _HOLDING, self._gathered.add_parts)

    def _gather(self, query: Query, at_once: int, take: Callable[[list[Json]], None]) -> None:
        """Fetch the sections that a query finds, of so many reports in one request."""
        for hits in self._reader.pages(asking_for(query), at_once):
            take(hits)
            for hit in hits:
                self._gather_rest(hit, query, take)
            if len(self._gathered) > MOST_SECTIONS:
                raise _too_many()

    def _gather_rest(self, hit: Json, query: Query, take: Callable[[list[Json]], None]) -> None:
        """Fetch the sections of a long report that did not come with it."""
        of_report = {"term": {"browse": hit["sort"][0]}}
        inner = query["nested"]
        while (last := last_of_more(hit)) is not None:
            later = all_of([inner["query"], {"range": {ORDINAL: {"gt": last}}}])
            rest = {"nested": {**inner, "query": later}}
            body = asking_for({"bool": {"filter": [of_report], "must": [rest]}})
            (hit,) = self._reader.search(body | {"size": 1})["hits"]["hits"]
            take([hit])

    def _texts(self) -> GatheredTexts:
        """The sections so far, and what of the shingles that were asked for is common form."""
        common = self._common.known.hashes
        texts = self._gathered.texts()
        return replace(texts, common_hashes=common, common_limit=self._common.limit)

    # What is told

    def _told(self, texts: GatheredTexts, pairs: Iterable[SharedText]) -> Iterator[SharedText]:
        """The pairs under the engine's own numbers."""
        waiting = iter(pairs)
        while some := [*islice(waiting, _PAIRS)]:
            for pair in some:
                pair.first = self._sections.number(*texts.place_of(pair.first))
                pair.second = self._sections.number(*texts.place_of(pair.second))
            self._sections.passages([*{n for pair in some for n in (pair.first, pair.second)}])
            yield from some


def _too_many() -> UserError:
    said = _("More than {n} sections would have to be compared with each other at once.")
    error = UserError(said.format(n=f"{MOST_SECTIONS:,}"))
    error.hint = _("Choose a county and a year, or one report.")
    return error
