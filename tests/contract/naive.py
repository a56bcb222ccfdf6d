"""A segment as its format says, built the plainest way: what a real builder is compared with.

Nothing here is shared with the writer of the index: every array is filled from lists, by the words
of docs/index-format.md.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from index.analysis import Stream, fold_stream, is_whole, section_stream, words
from index.analysis import segmenter as make_segmenter
from index.model import Kind, Level, Part, Report, Section
from index.passage import heading_path
from index.record import to_record
from index.segments.format import narrowest, write_segment
from index.segments.segment import gram_key
from index.segments.stored import pack
from index.sentences import layout
from tests.shingles import shingle_columns

Arrays = dict[str, "array[int]"]
BLOCK = 64


def write_naive(path: Path, reports: Sequence[Report]) -> Path:
    """The path, where a segment of the reports is now."""
    arrays, meta = build(reports)
    write_segment(path, {name: (a.typecode, a) for name, a in arrays.items()}, meta)
    return path


def deletions(reports: Sequence[Report], gone: Iterable[str]) -> bytes:
    """The bitmap of the reports with these ids."""
    bits = sum(1 << n for n, report in enumerate(reports) if report.id in set(gone))
    return bits.to_bytes(len(reports) // 8 + 1, "little")


def build(reports: Sequence[Report]) -> tuple[Arrays, dict[str, Any]]:
    """(arrays by name, plain values) of a segment of the reports in this order."""
    sections = [(n, r, s, section_stream(r, s)) for n, r in enumerate(reports) for s in r.sections]
    starts = _starts([stream.text for *_, stream in sections])
    meta = _meta(reports, sections)
    arrays = (
        _section_arrays(sections, starts, meta)
        | _layout_arrays(sections, starts)
        | _report_arrays(reports, meta)
        | _shingle_arrays(reports, sections)
        | _gram_arrays([stream.text for *_, stream in sections], starts)
        | _word_arrays([stream for *_, stream in sections])
    )
    return arrays, meta


Row = tuple[int, Report, Section, Stream]


def auto(values: Iterable[int]) -> array[int]:
    """The values in the narrowest array."""
    found = list(values)
    return array(narrowest(max(found, default=0)), found)


def offsets(blobs: Iterable[bytes]) -> array[int]:
    """Where each begins when all are laid one after the other, and the end."""
    return auto(accumulate((len(blob) for blob in blobs), initial=0))


def _starts(streams: Sequence[str]) -> list[int]:
    """The position at which each stream begins, and where the space ends."""
    found = [BLOCK]
    for stream in streams:
        found.append((found[-1] + len(stream)) // BLOCK * BLOCK + BLOCK)
    return found


def _meta(reports: Sequence[Report], sections: Sequence[Row]) -> dict[str, Any]:
    places = [_place(report) for report in reports]
    topics = [topic for *_, section, _ in sections for topic in section.topics]
    return {
        "format": 1,
        "sections": len(sections),
        "reports": len(reports),
        "characters": sum(len(stream.text) for *_, stream in sections),
        "parts": [str(part) for part in Part],
        "topics": sorted(set(topics)),
        "levels": [str(level) for level in Level],
        "kinds": [str(kind) for kind in Kind],
        "places": [list(place) for place in dict.fromkeys(places)],
    }


def _place(report: Report) -> tuple[str | None, ...]:
    place = report.place
    return place.province, place.city, place.county, place.township


def _extent(section: Section) -> tuple[int, int]:
    begin = section.heading_span.start
    return begin, max(begin, section.heading_span.end, section.text_span.end)


def _section_arrays(rows: Sequence[Row], starts: list[int], meta: dict[str, Any]) -> Arrays:
    blocks = [0] * (starts[-1] // BLOCK)
    for n in range(len(rows)):
        for block in range(starts[n] // BLOCK, starts[n + 1] // BLOCK):
            blocks[block] = n
    payloads = [_payload(report, section) for _, report, section, _ in rows]
    bits = {topic: 1 << n for n, topic in enumerate(meta["topics"])}
    parts = {None: 0} | {Part(part): 1 + n for n, part in enumerate(meta["parts"])}
    return {
        "section.start": array("I", starts),
        "section.length": auto(len(stream.text) for *_, stream in rows),
        "section.heading": auto(stream.heading_length for *_, stream in rows),
        "section.report": array("I", [n for n, *_ in rows]),
        "section.part": array("B", [parts[section.part] for *_, section, _ in rows]),
        "section.topics": auto(sum(bits[t] for t in section.topics) for *_, section, _ in rows),
        "section.of_block": array("I", blocks),
        "section.begin": auto(_extent(section)[0] for *_, section, _ in rows),
        "section.end": auto(_extent(section)[1] for *_, section, _ in rows),
        "section.text": auto(section.text_span.start for *_, section, _ in rows),
        "section.stored": offsets(payloads),
        "stored": array("B", b"".join(payloads)),
    }


def _payload(report: Report, section: Section) -> bytes:
    begin, end = _extent(section)
    furniture = [[f.start, f.end] for f in report.furniture if f.end > begin and f.start < end]
    path = heading_path(report, section)
    head = [section.key, path, furniture, section.topics, section.measures]
    text = f"{json.dumps(head, ensure_ascii=False)}\n{report.source[begin:end]}"
    return pack(text.encode("utf-8", "surrogatepass"))


def _layout_arrays(rows: Sequence[Row], starts: list[int]) -> Arrays:
    ends, sources, sizes, paragraphs = [], [], [], []
    for (_, report, section, stream), begin in zip(rows, starts, strict=False):
        sentences, breaks = layout(report, section, stream)
        for end, first, last in sentences:
            ends.append(begin + end)
            sources.append(first)
            sizes.append(last - first)
        paragraphs += [begin + end for end in breaks]
    return {
        "sentence.end": array("I", ends),
        "sentence.source": auto(sources),
        "sentence.size": auto(sizes),
        "paragraph.end": array("I", paragraphs),
    }


def _report_arrays(reports: Sequence[Report], meta: dict[str, Any]) -> Arrays:
    def encoded(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")

    cards = [encoded([report.id, report.title, report.file]) for report in reports]
    records = [zlib.compress(encoded(to_record(r) | {"source": r.source})) for r in reports]
    titles = [fold_stream(report.title or "").encode() + b"\n" for report in reports]
    places = [tuple(place) for place in meta["places"]]
    return {
        "report.first": array("I", accumulate((len(r.sections) for r in reports), initial=0)),
        "report.year": array("H", [report.year or 0 for report in reports]),
        "report.issued": array("I", [int((r.issued or "0").replace("-", "")) for r in reports]),
        "report.level": array("B", [meta["levels"].index(report.level) for report in reports]),
        "report.kind": array("B", [meta["kinds"].index(report.kind) for report in reports]),
        "report.place": array("I", [places.index(_place(report)) for report in reports]),
        "report.by_id": array("I", sorted(range(len(reports)), key=lambda n: reports[n].id)),
        "report.card": offsets(cards),
        "report.record": offsets(records),
        "report.title": offsets(titles),
        "cards": array("B", b"".join(cards)),
        "records": array("B", b"".join(records)),
        "titles": array("B", b"".join(titles)),
    }


def _shingle_arrays(reports: Sequence[Report], rows: Sequence[Row]) -> Arrays:
    found = shingle_columns(reports, [n for n, *_ in rows], [stream.text for *_, stream in rows])
    fixed = {"shingle.hash": "I", "shingle.step": "B", "common.hash": "I"}
    return {name: array(fixed[name], v) if name in fixed else auto(v) for name, v in found.items()}


def _gram_arrays(streams: Sequence[str], starts: Sequence[int]) -> Arrays:
    found: dict[int, list[tuple[int, int]]] = {}  # by key: (section, position)
    for n, stream in enumerate(streams):
        for at in range(len(stream)):
            found.setdefault(gram_key(stream[at : at + 2]), []).append((n, starts[n] + at))
    ordered = [found[key] for key in sorted(found)]
    return {
        "gram.key": array("Q", sorted(found)),
        **_unpacked("gram", ordered),
        "gram.sections": auto(len({n for n, _ in places}) for places in ordered),
        "gram.position": array("I", [position for places in ordered for _, position in places]),
    }


def _word_arrays(streams: Sequence[Stream]) -> Arrays:
    cut = make_segmenter().cut_for_search
    everywhere: dict[str, dict[int, int]] = {}
    headings: dict[str, dict[int, int]] = {}
    for n, stream in enumerate(streams):
        heading = list(words(stream.text[: stream.heading_length], cut))
        for word in heading:
            _add(headings, word, n)
        for word in [*heading, *words(stream.text[stream.heading_length :], cut)]:
            _add(everywhere, word, n)
    order = sorted(everywhere, key=str.encode)
    return {
        "word.at": offsets(word.encode() for word in order),
        "word.text": array("B", "".join(order).encode()),
        "word.whole": array("B", [is_whole(word) for word in order]),
        **_frequencies("word", [everywhere[word] for word in order]),
        **_frequencies("heading", [headings.get(word, {}) for word in order]),
    }


def _add(found: dict[str, dict[int, int]], word: str, section: int) -> None:
    counts = found.setdefault(word, {})
    counts[section] = counts.get(section, 0) + 1


def _frequencies(field: str, lists: Sequence[dict[int, int]]) -> Arrays:
    return {
        **_unpacked(field, lists),
        f"{field}.section": array("I", [section for counts in lists for section in counts]),
        f"{field}.count": auto(count for counts in lists for count in counts.values()),
    }


def _unpacked(field: str, lists: Sequence[Collection[Any]]) -> Arrays:
    """Lists of width 4, the numbers themselves: as much a segment as one that is packed."""
    return {
        f"{field}.first": auto(accumulate(map(len, lists), initial=0)),
        f"{field}.packed": auto(accumulate(map(len, lists), initial=0)),
        f"{field}.width": array("B", [4] * len(lists)),
    }
