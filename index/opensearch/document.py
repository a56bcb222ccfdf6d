"""A report as the document that a cluster indexes."""

from __future__ import annotations

import json
from array import array
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from itertools import pairwise
from operator import add
from typing import Final, NamedTuple

from index.analysis import fold_stream
from index.model import Place
from index.opensearch.mapping import BETWEEN, UNSTORED, WEIGHT, Json
from index.opensearch.spelling import (
    browse_key,
    clean,
    ends_of,
    exact_json,
    known_year,
    path_value,
    term,
)
from index.places import Places
from index.prepared import PARTS, SECTION_COLUMNS, PreparedReport
from index.ranking import HEADING_WEIGHT

_WIDE: Final = "I"
_IN_HEADING: Final = int(2 * HEADING_WEIGHT)
_UNSTORED: Final = frozenset(UNSTORED)
_NO_TERMS: Final = frozenset({"record", "pieces", "whole"})
_FIELD_END: Final = b"\0"
_encode: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_LEVELS: Final = ("province", "city", "county", "township")


def to_document(prepared: PreparedReport, commit: int) -> Json:
    """The document of a report; `commit` is the one that writes it."""
    document = _head(prepared) | {"sections": [*_sections(prepared)], "commit": commit}
    return document | {"content_hash": f"{stored_digest(document)}-{terms_digest(prepared)}"}


def places_of(place: Place) -> Places:
    """A place from the province down."""
    return place.province, place.city, place.county, place.township


def stored_digest(document: Json) -> str:
    """The first half of a content hash: of what can be fetched, whatever commit wrote it."""
    content = {k: v for k, v in document.items() if k not in ("content_hash", "commit")}
    content["sections"] = [
        {name: value for name, value in section.items() if name not in _UNSTORED}
        for section in document.get("sections", ())
    ]
    return sha256(_encode(content).encode("utf-8", "surrogatepass")).hexdigest()


def terms_digest(prepared: PreparedReport) -> str:
    """The second half: of what all else is made from, which preparing the report again gives.

    What is packed is not in it: another zlib would pack it otherwise.
    """
    digest = sha256()
    for field in fields(prepared):
        if field.name not in _NO_TERMS:
            value = getattr(prepared, field.name)
            is_packed = isinstance(value, bytes)
            digest.update(_little(array(_WIDE, value)) if is_packed else repr(value).encode())
            digest.update(_FIELD_END)
    return digest.hexdigest()


def _head(prepared: PreparedReport) -> Json:
    """What a document tells of the whole report; what is not known is left out."""
    places = places_of(prepared.place)
    document = {
        "report_id": term(prepared.id),
        "browse": browse_key(prepared.year, places, prepared.id),
        "year": known_year(prepared.year),
        "issued": prepared.issued,
        "level": prepared.level,
        "kind": prepared.kind,
        "n_sections": len(prepared.streams),
        "card": _card(prepared, places),
        "record": _encoded(prepared.record),
    }
    for depth, level in enumerate(_LEVELS):
        name = places[depth]
        document[level] = None if name is None else term(name)
        document[f"{level}_path"] = path_value(places[: depth + 1])
    return _known(document)


def _card(prepared: PreparedReport, places: Places) -> str:
    """What a hit shows of its report: id, title, file, year, issued, places, level, kind."""
    file = prepared.files[0].path if prepared.files else ""
    about = prepared.year, prepared.issued, places, prepared.level, prepared.kind
    return exact_json([prepared.id, prepared.title, file, *about])


def _known(document: Json) -> Json:
    return {name: value for name, value in document.items() if value is not None}


def _encoded(data: bytes) -> str:
    return b64encode(data).decode("ascii")


class _Row(NamedTuple):
    """The numbers of a section: see `PreparedReport.rows`."""

    part: int
    heading: int
    begin: int
    end: int
    text: int
    heading_words: int
    words: int


def _sections(prepared: PreparedReport) -> Iterator[Json]:
    rows = _rows_of(prepared.rows, SECTION_COLUMNS)
    tokens = memoryview(prepared.tokens).cast(_WIDE)
    sentences, paragraphs = _by_section(prepared.sentences, 4), _by_section(prepared.paragraphs, 2)
    common, title = _common(prepared), clean(fold_stream(prepared.title or ""))
    vocabulary, shingles = [*map(term, prepared.vocabulary)], shingle_values(prepared.streams)
    at = 0
    for ordinal, (stream, numbers) in enumerate(zip(prepared.streams, rows, strict=True)):
        row = _Row(*numbers)
        words = [vocabulary[n] for n in tokens[at : at + row.words]]
        at += row.words
        yield {
            **common,
            **_about(prepared, ordinal, stream, row),
            **_texts(stream, row.heading),
            "title": title,
            **_ranked(stream, row, words),
            **_bounds(stream, sentences.get(ordinal, ()), paragraphs.get(ordinal, ())),
            "shingles": shingles[ordinal],
        }


def _rows_of(packed: bytes, columns: int) -> Iterator[tuple[int, ...]]:
    numbers = iter(memoryview(packed).cast(_WIDE))
    return zip(*[numbers] * columns, strict=True)


def _by_section(packed: bytes, columns: int) -> Mapping[int, list[tuple[int, ...]]]:
    found: dict[int, list[tuple[int, ...]]] = {}
    for section, *rest in _rows_of(packed, columns):
        found.setdefault(section, []).append(tuple(rest))
    return found


def _common(prepared: PreparedReport) -> Json:
    """What each section has of its report, so that filters hold inside a query tree."""
    places = places_of(prepared.place)
    ends = {f"{level}_ends": [*ends_of(places[: n + 1])] for n, level in enumerate(_LEVELS)}
    return _known({"year": known_year(prepared.year), "level": prepared.level, **ends})


def _about(prepared: PreparedReport, ordinal: int, stream: str, row: _Row) -> Json:
    topics = [term(topic) for topic in prepared.topics[ordinal]]
    section = {
        "ordinal": ordinal,
        "part": PARTS[row.part - 1] if row.part else None,
        "topics": topics or None,
        "length": len(stream),
        "heading_length": row.heading,
        "bare": len(stream) == row.heading,
        "begin": row.begin,
        "end": row.end,
        "text_start": row.text,
        "piece": _encoded(prepared.pieces[ordinal]),
    }
    return _known(section)


def _texts(stream: str, heading: int) -> Json:
    stream = clean(stream)
    return {"grams": stream, "heading": stream[:heading], "stream": _encoded(stream.encode())}


def _before(ends: Sequence[int], at: int) -> int:
    return ends[at - 1] if at else 0


def _unit_ends(stream: str) -> Sequence[int] | None:
    """For each character how many UTF-16 units end with it, or None where each is one."""
    if not stream or max(stream) <= "\uffff":
        return None
    ends, total = array("L"), 0
    for character in stream:
        total += 2 if character > "\uffff" else 1
        ends.append(total)
    return ends


def _ranked(stream: str, row: _Row, words: Sequence[str]) -> Json:
    """What ranks: terms with twice their frequency, more where they stand in the heading."""
    counted = Counter(words)
    found = {word: 2 * n for word, n in counted.items()}
    for word in words[: row.heading_words]:
        found[word] += _IN_HEADING
    pairs = {pair: 2 * n for pair, n in Counter(map(add, stream, stream[1:])).items()}
    heading = stream[: row.heading + 1]
    for pair in set(map(add, heading, heading[1:])):
        pairs[pair] += _IN_HEADING
    return {
        "vocabulary": [*found],
        "ranked_words": _weighted(found),
        "ranked_grams": _weighted(pairs),
        "counted_words": _weighted(counted),
    }


class _Endings(dict[int, str]):
    """What stands behind a term, by its weight; there are few, and terms are many."""

    def __missing__(self, weight: int) -> str:
        self[weight] = f"{WEIGHT}{weight}"
        return self[weight]


_ENDING: Final = _Endings()


def _weighted(weights: Mapping[str, int]) -> str:
    return BETWEEN.join(map(add, weights, map(_ENDING.__getitem__, weights.values())))


def _bounds(
    stream: str, sentences: Sequence[tuple[int, ...]], paragraphs: Sequence[tuple[int, ...]]
) -> Json:
    """Where sentences and paragraphs end: for scripts in UTF-16 units, for passages as packed."""
    ends = _unit_ends(stream)
    packed = array(_WIDE, [number for sentence in sentences for number in sentence])
    return {
        "sentence_ends": _in_units([s[0] for s in sentences], ends),
        "paragraph_ends": _in_units([p[0] for p in paragraphs], ends),
        "sentences": _encoded(_little(packed)),
    }


def _in_units(offsets: list[int], ends: Sequence[int] | None) -> list[int]:
    return offsets if ends is None else [_before(ends, offset) for offset in offsets]


def _little(numbers: array[int]) -> bytes:
    import sys

    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def shingle_values(streams: Sequence[str]) -> list[list[int]]:
    """For each stream its shingles, each as often as it stands there, as the signed numbers that
    the index holds."""
    import numpy as np

    from index.segments.shingles import winnow

    codes = np.frombuffer("".join(streams).encode("utf-32-le", "surrogatepass"), "<u4")
    hashes, _steps, counts = winnow(codes, np.array([*map(len, streams)], np.int64))
    # Their stream in the high half: sorted, those of a stream stand together.
    owners = np.repeat(np.arange(len(streams), dtype=np.uint64), counts)
    ordered = np.sort(owners << np.uint64(32) | hashes)
    stream_of = (ordered >> np.uint64(32)).astype(np.int64)
    ends = np.cumsum(np.bincount(stream_of, minlength=len(streams)))
    values: list[int] = ordered.astype(np.uint32).view(np.int32).tolist()
    return [values[start:end] for start, end in pairwise([0, *ends.tolist()])]
