"""Prepared reports become the arrays of a segment: sorted once, a whole batch at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from index.analysis import fold_stream
from index.model import Kind, Level
from index.places import Places, place_key
from index.prepared import PARTS, SECTION_COLUMNS, PreparedReport
from index.segments.columns import (
    BLOCK,
    Columns,
    Values,
    count_sections,
    narrow,
    numbered,
    offsets,
    place_sections,
    ranges,
)
from index.segments.format import FORMAT, MOST_POSITIONS, MOST_TOPICS, Meta
from index.segments.packing import packed_columns
from index.segments.segment import CHARACTER_BITS, issued_number
from index.segments.shingles import count_common, shingle_columns

_WIDEST: Final = 64  # bits of what is sorted
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def build_segment(reports: Sequence[PreparedReport]) -> tuple[Columns, Meta]:
    """The columns of a segment of these reports, in their order.

    Raises ValueError for more than one segment can hold: see `fitting`.
    """
    counts = np.fromiter((len(r.streams) for r in reports), np.int64, len(reports))
    rows = _joined((r.rows for r in reports), SECTION_COLUMNS)
    lengths = np.fromiter((len(s) for r in reports for s in r.streams), np.int64, len(rows))
    starts, of_block = place_sections(lengths)
    if starts[-1] > MOST_POSITIONS:
        raise ValueError(f"{starts[-1]} positions are more than a segment holds")
    text = "".join(chain.from_iterable(r.streams for r in reports))
    reported, about_reports = _report_columns(reports, counts)
    sections, about_sections = _section_columns(reports, rows)
    shingles = shingle_columns(text, lengths)
    of_report = np.repeat(np.arange(len(reports), dtype=np.uint32), counts)
    columns = {
        "section.start": starts.astype(np.uint32),
        "section.length": narrow(lengths),
        "section.report": of_report,
        "section.of_block": of_block,
        **sections,
        **reported,
        **_bound_columns(reports, counts, starts),
        **_blob("stored", "section.stored", [piece for r in reports for piece in r.pieces]),
        **_blob(
            "cards",
            "report.card",
            [_card(r) for r in reports],
        ),
        **_blob("records", "report.record", [r.record for r in reports]),
        **_blob("titles", "report.title", [_title(r.title) for r in reports]),
        **shingles,
        **count_common(shingles, of_report, reported["report.place"], about_reports["places"]),
        **_gram_columns(text, lengths, starts, of_block),
        **_word_columns(reports, rows),
    }
    meta = {
        "format": FORMAT,
        "sections": len(rows),
        "reports": len(reports),
        "characters": len(text),
    }
    return columns, meta | about_sections | about_reports


def fitting(reports: Sequence[PreparedReport]) -> Iterator[list[PreparedReport]]:
    """The reports in runs that a segment can hold each; most often one."""
    run: list[PreparedReport] = []
    space, topics = BLOCK, set[str]()
    for report in reports:
        needed = sum(len(stream) + BLOCK for stream in report.streams)
        named = set(chain.from_iterable(report.topics))
        if run and (space + needed > MOST_POSITIONS or len(topics | named) > MOST_TOPICS):
            yield run
            run, space, topics = [], BLOCK, set()
        run.append(report)
        space += needed
        topics |= named
    if run:
        yield run


def _card(report: PreparedReport) -> bytes:
    file = report.files[0].path if report.files else ""
    return _encode_json([report.id, report.title, file]).encode("utf-8", "surrogatepass")


def _title(title: str | None) -> bytes:
    return fold_stream(title or "").encode() + b"\n"


def _joined(packed: Any, columns: int) -> Values:
    """Packed numbers of all reports as one array of rows, int64."""
    return np.frombuffer(b"".join(packed), np.uint32).reshape(-1, columns).astype(np.int64)


def _blob(name: str, at: str, pieces: Sequence[bytes]) -> Columns:
    """Pieces run on, and where each begins."""
    sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
    return {at: narrow(offsets(sizes)), name: np.frombuffer(b"".join(pieces), np.uint8)}


def _report_columns(reports: Sequence[PreparedReport], counts: Values) -> tuple[Columns, Meta]:
    levels = [level for level in Level if any(r.level is level for r in reports)]
    kinds = [kind for kind in Kind if any(r.kind is kind for r in reports)]
    paths: list[Places] = [_path(r) for r in reports]
    places = sorted(set(paths), key=place_key)
    ids = [r.id for r in reports]
    columns: Columns = {
        "report.first": offsets(counts).astype(np.uint32),
        "report.year": np.array([_year(r.year) for r in reports], np.uint16),
        "report.issued": np.array([issued_number(r.issued) for r in reports], np.uint32),
        "report.level": numbered((r.level for r in reports), levels).astype(np.uint8),
        "report.kind": numbered((r.kind for r in reports), kinds).astype(np.uint8),
        "report.place": numbered(paths, places).astype(np.uint32),
        "report.by_id": np.array(sorted(range(len(ids)), key=ids.__getitem__), np.uint32),
    }
    meta: Meta = {"levels": [*levels], "kinds": [*kinds], "places": [list(path) for path in places]}
    return columns, meta


def _year(year: int | None) -> int:
    return year if year is not None and 0 < year < 1 << 16 else 0


def _path(report: PreparedReport) -> Places:
    place = report.place
    return place.province, place.city, place.county, place.township


def _section_columns(reports: Sequence[PreparedReport], rows: Values) -> tuple[Columns, Meta]:
    part, heading, begin, end, text, _heading_words, _words = rows.T
    used = np.unique(part)
    used = used[used > 0]
    numbers = np.zeros(len(PARTS) + 1, np.uint8)
    numbers[used] = np.arange(1, len(used) + 1)
    topics = sorted({topic for r in reports for each in set(r.topics) for topic in each})
    if len(topics) > MOST_TOPICS:
        raise ValueError(f"{len(topics)} topics are more than the {MOST_TOPICS} of a segment")
    columns = {
        "section.heading": narrow(heading),
        "section.part": numbers[part],
        "section.topics": narrow(_topic_bits(reports, topics)),
        "section.begin": narrow(begin),
        "section.end": narrow(end),
        "section.text": narrow(text),
    }
    return columns, {"parts": [PARTS[number - 1] for number in used], "topics": topics}


def _topic_bits(reports: Sequence[PreparedReport], topics: Sequence[str]) -> Values:
    bit = {topic: 1 << number for number, topic in enumerate(topics)}
    different = {each for r in reports for each in r.topics}
    bits = {each: sum(bit[topic] for topic in set(each)) for each in different}
    return np.fromiter((bits[each] for r in reports for each in r.topics), np.uint64)


def _bound_columns(reports: Sequence[PreparedReport], counts: Values, starts: Values) -> Columns:
    """Where sentences and paragraphs end."""
    bases = offsets(counts)[:-1]
    sentence = _joined((r.sentences for r in reports), 4)
    sentences = np.fromiter((len(r.sentences) for r in reports), np.int64, len(reports)) // 16
    section = sentence[:, 0] + np.repeat(bases, sentences)
    paragraph = _joined((r.paragraphs for r in reports), 2)
    paragraphs = np.fromiter((len(r.paragraphs) for r in reports), np.int64, len(reports)) // 8
    whose = paragraph[:, 0] + np.repeat(bases, paragraphs)
    return {
        "sentence.end": (sentence[:, 1] + starts[section]).astype(np.uint32),
        "sentence.source": narrow(sentence[:, 2]),
        "sentence.size": narrow(sentence[:, 3] - sentence[:, 2]),
        "paragraph.end": (paragraph[:, 1] + starts[whose]).astype(np.uint32),
    }


def _gram_columns(text: str, lengths: Values, starts: Values, of_block: Values) -> Columns:
    """Every two neighbouring characters of a stream, and its last alone, with their positions."""
    characters, ranks = _rank(np.frombuffer(text.encode("utf-32-le"), "<u4"))
    bits = np.uint64(len(characters).bit_length())
    pairs = ranks << bits
    pairs[:-1] |= ranks[1:]
    alone = np.cumsum(lengths)[lengths > 0] - 1
    pairs[alone] = ranks[alone] << bits  # 0 stands for no second character
    positions = ranges(starts[:-1], lengths).view(np.uint64)
    pairs, positions = sort_pairs(pairs, positions, int(starts[-1]).bit_length())
    first = _changes(pairs)
    found = pairs[first]
    codes = np.concatenate([np.zeros(1, np.uint64), characters + np.uint64(1)])  # and 1
    head, tail = codes[found >> bits], codes[found & ((np.uint64(1) << bits) - np.uint64(1))]
    return {
        **packed_columns("gram.position", positions, np.append(first, len(pairs))),
        "gram.key": (head - np.uint64(1)) << np.uint64(CHARACTER_BITS) | tail,
        "gram.first": narrow(np.append(first, len(pairs))),
        "gram.sections": narrow(count_sections(of_block[positions >> 6], first)),
    }


def _rank(codes: Values) -> tuple[Values, Values]:
    """(the different code points, ascending; for each of `codes` its place among them, from 1)."""
    is_there = np.zeros(1 + int(codes.max(initial=0)), bool)
    is_there[codes] = True
    characters = np.flatnonzero(is_there).astype(np.uint64)
    rank = np.zeros(len(is_there), np.uint64)
    rank[characters] = np.arange(1, len(characters) + 1, dtype=np.uint64)
    return characters, rank[codes]


def sort_pairs(pairs: Values, positions: Values, bits: int) -> tuple[Values, Values]:
    """Both sorted by pair and then position; positions, which ascend already, as uint32.

    Both are changed. One number of both is sorted several times faster than one by the other.
    """
    if len(pairs) and int(pairs.max()).bit_length() + bits > _WIDEST:
        order = np.argsort(pairs, kind="stable")
        return pairs[order], positions[order].astype(np.uint32)
    pairs <<= np.uint64(bits)
    pairs |= positions
    pairs.sort()
    np.bitwise_and(pairs, np.uint64((1 << bits) - 1), out=positions)
    pairs >>= np.uint64(bits)
    return pairs, positions.astype(np.uint32)


def _changes(values: Values) -> Values:
    """Where in sorted values each different one begins."""
    is_new = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=is_new[1:])
    return np.flatnonzero(is_new)


def _word_columns(reports: Sequence[PreparedReport], rows: Values) -> Columns:
    """Words, and in which sections how often; the same for headings alone."""
    sizes = np.fromiter((len(r.vocabulary) for r in reports), np.int64, len(reports))
    words = [*chain.from_iterable(r.vocabulary for r in reports)]
    different = sorted(set(words))  # by code points: the order of their UTF-8 bytes too
    numbers = numbered(words, different)
    whole = np.zeros(len(different), np.uint8)
    whole[numbers] = np.frombuffer(b"".join(r.whole for r in reports), np.uint8)
    local = _joined((r.tokens for r in reports), 1)[:, 0]
    n_tokens = np.fromiter((len(r.tokens) // 4 for r in reports), np.int64, len(reports))
    tokens = numbers[local + np.repeat(offsets(sizes)[:-1], n_tokens)]
    in_heading, in_all = rows[:, 5], rows[:, 6]
    section = np.arange(len(rows), dtype=np.int64)
    encoded = [word.encode("utf-8", "surrogatepass") for word in different]
    heading_tokens = tokens[ranges(offsets(in_all)[:-1], in_heading)]
    return {
        **_blob("word.text", "word.at", encoded),
        "word.whole": whole,
        **_postings("word", tokens, np.repeat(section, in_all), len(different)),
        **_postings("heading", heading_tokens, np.repeat(section, in_heading), len(different)),
    }


def _postings(name: str, words: Values, sections: Values, n_words: int) -> Columns:
    """For each word the sections that have it, ascending, and how often each."""
    both = words << 32
    both |= sections
    both.sort()
    first = _changes(both)
    found = both[first]
    begins = np.searchsorted(found >> 32, np.arange(n_words + 1))
    return {
        f"{name}.first": narrow(begins),
        **packed_columns(f"{name}.section", found & 0xFFFFFFFF, begins),
        f"{name}.count": narrow(np.diff(first, append=len(both))),
    }
