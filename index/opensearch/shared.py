"""Pairs of sections that share rare text, on a cluster.

Whether two sections are a pair is told by the sections that have the shingles of these two. The
cluster finds these; the pairs are made here, as those of the embedded engine are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from index.engine import SharedText
from index.errors import UserError
from index.i18n import gettext as _
from index.opensearch.commonform import SHINGLES, CommonShingles
from index.opensearch.gathered import ORDINAL, Gathered, GatheredTexts, last_of_more, with_streams
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
_HOLDING: Final = 1_000
"""The same with those of their sections that have some shingle: most have one of these."""
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
        self._gather(ALL, _REPORTS)
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
        texts = self._texts()
        firsts = first_sections(texts, texts.find(map(self._sections.where, wanted)).tolist())
        places = map(texts.place_of, firsts.tolist())
        self._gather_holding(own_hashes(texts, firsts))
        texts = self._texts()
        yield from self._told(texts, pairs_of(texts, texts.find(places)))

    # What is gathered

    def _hashes_of(self, numbers: Sequence[int]) -> Hashes:
        """The different shingles of some sections, ascending."""
        found = [np.empty(0, np.uint32)]
        for at in range(0, len(numbers), _PASSAGES):
            passages = self._sections.passages(numbers[at : at + _PASSAGES])
            found.append(np.unique(selected([passage.text for passage in passages]).hashes))
        return np.unique(np.concatenate(found))

    def _gather_holding(self, hashes: Hashes) -> None:
        """Fetch every section that has any of the ascending hashes that are not common form."""
        common = self._common.among(hashes).hashes
        new = np.setdiff1d(hashes, np.concatenate([self._asked, common]), assume_unique=True)
        self._asked = np.union1d(self._asked, new)
        for at in range(0, len(new), _HASHES):
            values = new[at : at + _HASHES].view(np.int32).tolist()
            self._gather({"terms": {SHINGLES: values}}, _HOLDING)

    def _gather(self, query: Query, at_once: int) -> None:
        """Fetch the sections that a query finds, of so many reports in one request."""
        for hits in self._reader.pages(_body(with_streams(query)), at_once):
            self._gathered.add(hits)
            for hit in hits:
                self._gather_rest(hit, query)
            if len(self._gathered) > MOST_SECTIONS:
                raise _too_many()

    def _gather_rest(self, hit: Json, query: Query) -> None:
        """Fetch the sections of a long report that did not come with it."""
        of_report = {"term": {"browse": hit["sort"][0]}}
        while (last := last_of_more(hit)) is not None:
            later = with_streams(all_of([query, {"range": {ORDINAL: {"gt": last}}}]))
            body = _body({"bool": {"filter": [of_report], "must": [later]}})
            (hit,) = self._reader.search(body | {"size": 1})["hits"]["hits"]
            self._gathered.add([hit])

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


def _body(query: Query) -> Json:
    return {"query": query, "sort": [{"browse": "asc"}], "_source": ["card"]}


def _too_many() -> UserError:
    said = _("More than {n} sections would have to be compared with each other at once.")
    error = UserError(said.format(n=f"{MOST_SECTIONS:,}"))
    error.hint = _("Choose a county and a year, or one report.")
    return error
