"""What a segment of some reports must hold, worked out one section at a time in plain Python."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

from index.analysis import fold_stream, is_whole, section_stream, section_words
from index.model import Kind, Level, Part, Report, Section
from index.passage import heading_path
from index.record import to_record
from index.segments import unpacking as numbers
from index.segments.build import build_segment
from index.segments.columns import views
from index.segments.segment import Segment, gram_key
from index.segments.stored import unpack
from index.sentences import layout
from tests.shingles import shingle_columns

Columns = Mapping[str, list[Any]]
LISTS = {"gram": "position", "word": "section", "heading": "section"}
"""Terms, and the columns in which their lists are packed."""


def as_segment(reports: Sequence[Any]) -> Segment:
    """The segment that is built of prepared reports, in memory."""
    columns, meta = build_segment(reports)
    return Segment("a.seg", meta, views(columns), None)


def plain_columns(segment: Segment) -> Columns:
    """A segment's arrays as lists; what is stored compressed is opened, a list of pieces.

    What stands between sections is left out: it may be cut in many ways.
    """
    left_out = ("stored", "records", *(f"{f}.{c}" for f in LISTS for c in ("packed", "width")))
    names = [name for name in segment._arrays if name not in left_out]
    found: dict[str, Any] = {name: segment.array(name).tolist() for name in names}
    for field, column in LISTS.items():
        name, terms = f"{field}.{column}", range(len(segment.array(f"{field}.width")))
        lists = (numbers.unpack(*segment.packed(name, term)) for term in terms)
        found[name] = [*chain.from_iterable(lists)]
    for blob, at, open in (
        ("stored", "section.stored", unpack),
        ("records", "report.record", zlib.decompress),
    ):
        begins, data = found.pop(at), segment.array(blob)
        found[blob] = [open(bytes(data[a:b])) for a, b in pairwise(begins)]
    found["records"] = [_without_rest(json.loads(record)) for record in found["records"]]
    return found


def _without_rest(record: dict[str, Any]) -> dict[str, Any]:
    """The record but for what stands between sections, which may be cut in many ways."""
    return {key: value for key, value in record.items() if key not in ("rest", "source")}


class Naive:
    """The columns and plain values of a segment of these reports."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = reports
        self.sections = [(n, r, s) for n, r in enumerate(reports) for s in r.sections]
        self.streams = [section_stream(r, s) for _n, r, s in self.sections]
        self.starts = [64]
        for stream in self.streams:
            self.starts.append(self.starts[-1] + (len(stream.text) // 64 + 1) * 64)

    def columns(self) -> Columns:
        return (
            self._sections()
            | self._bounds()
            | self._reports()
            | self._stored()
            | self._grams()
            | self._words()
            | shingle_columns(
                self.reports, [n for n, _, _ in self.sections], [s.text for s in self.streams]
            )
        )

    def meta(self) -> dict[str, Any]:
        return {
            "format": 1,
            "sections": len(self.sections),
            "reports": len(self.reports),
            "characters": sum(len(stream.text) for stream in self.streams),
            "parts": [part for part in Part if part in {s.part for _, _, s in self.sections}],
            "topics": sorted({topic for _, _, s in self.sections for topic in s.topics}),
            "levels": [level for level in Level if level in {r.level for r in self.reports}],
            "kinds": [kind for kind in Kind if kind in {r.kind for r in self.reports}],
            "places": sorted(
                {_path(r) for r in self.reports}, key=lambda p: [(n is None, n or "") for n in p]
            ),
        }

    def _sections(self) -> dict[str, Any]:
        meta, sections = self.meta(), [s for _, _, s in self.sections]
        parts, topics = [None, *meta["parts"]], meta["topics"]
        blocks = [[s] * (len(stream.text) // 64 + 1) for s, stream in enumerate(self.streams)]
        return {
            "section.start": self.starts,
            "section.length": [len(stream.text) for stream in self.streams],
            "section.heading": [stream.heading_length for stream in self.streams],
            "section.report": [n for n, _, _ in self.sections],
            "section.part": [parts.index(s.part) for s in sections],
            "section.topics": [sum(1 << topics.index(t) for t in {*s.topics}) for s in sections],
            "section.of_block": [0, *(s for of_section in blocks for s in of_section)],
            "section.begin": [s.heading_span.start for s in sections],
            "section.end": [_end(s) for s in sections],
            "section.text": [s.text_span.start for s in sections],
        }

    def _bounds(self) -> dict[str, Any]:
        sentences, paragraphs = [], []
        for (_, report, section), stream, start in zip(
            self.sections, self.streams, self.starts, strict=False
        ):
            found, ends = layout(report, section, stream)
            sentences += [(start + end, first, last - first) for end, first, last in found]
            paragraphs += [start + end for end in ends]
        return {
            "sentence.end": [end for end, _, _ in sentences],
            "sentence.source": [first for _, first, _ in sentences],
            "sentence.size": [size for _, _, size in sentences],
            "paragraph.end": paragraphs,
        }

    def _reports(self) -> dict[str, Any]:
        meta, reports = self.meta(), self.reports
        cards = [_json([r.id, r.title, r.file]) for r in reports]
        titles = [fold_stream(r.title or "").encode() + b"\n" for r in reports]
        return {
            "report.first": [0, *accumulate(len(r.sections) for r in reports)],
            "report.year": [r.year or 0 for r in reports],
            "report.issued": [int((r.issued or "0").replace("-", "")) for r in reports],
            "report.level": [meta["levels"].index(r.level) for r in reports],
            "report.kind": [meta["kinds"].index(r.kind) for r in reports],
            "report.place": [meta["places"].index(_path(r)) for r in reports],
            "report.by_id": sorted(range(len(reports)), key=lambda n: reports[n].id),
            "report.card": [0, *accumulate(map(len, cards))],
            "report.title": [0, *accumulate(map(len, titles))],
            "cards": [*b"".join(cards)],
            "titles": [*b"".join(titles)],
        }

    def _stored(self) -> dict[str, Any]:
        return {
            "stored": [_payload(report, section) for _, report, section in self.sections],
            "records": [json.loads(_json(to_record(report))) for report in self.reports],
        }

    def _grams(self) -> dict[str, Any]:
        found: dict[int, list[int]] = {}
        in_sections: Counter[int] = Counter()
        for stream, start in zip(self.streams, self.starts, strict=False):
            keys = [gram_key(stream.text[at : at + 2]) for at in range(len(stream.text))]
            in_sections.update(set(keys))
            for at, key in enumerate(keys):
                found.setdefault(key, []).append(start + at)
        order = sorted(found)
        return {
            "gram.key": order,
            "gram.first": [0, *accumulate(len(found[key]) for key in order)],
            "gram.sections": [in_sections[key] for key in order],
            "gram.position": [at for key in order for at in found[key]],
        }

    def _words(self) -> dict[str, Any]:
        heading, both = [], []
        for stream in self.streams:
            in_heading, in_text = section_words(stream)
            heading.append(Counter(in_heading))
            both.append(Counter(in_heading) + Counter(in_text))
        words = sorted({word for counts in both for word in counts}, key=str.encode)
        text = [word.encode() for word in words]
        return {
            "word.at": [0, *accumulate(map(len, text))],
            "word.text": [*b"".join(text)],
            "word.whole": [int(is_whole(word)) for word in words],
            **_postings("word", words, both),
            **_postings("heading", words, heading),
        }


def _postings(name: str, words: Sequence[str], counts: Sequence[Counter[str]]) -> dict[str, Any]:
    rows = [[(s, c[word]) for s, c in enumerate(counts) if word in c] for word in words]
    return {
        f"{name}.first": [0, *accumulate(map(len, rows))],
        f"{name}.section": [section for row in rows for section, _ in row],
        f"{name}.count": [count for row in rows for _, count in row],
    }


def _path(report: Report) -> tuple[str | None, ...]:
    place = report.place
    return place.province, place.city, place.county, place.township


def _end(section: Section) -> int:
    return max(section.heading_span.end, section.text_span.end)


def _json(value: object) -> bytes:
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return plain.encode("utf-8", "surrogatepass")


def _payload(report: Report, section: Section) -> bytes:
    start, end = section.heading_span.start, _end(section)
    furniture = [[f.start, f.end] for f in report.furniture if f.start < end and f.end > start]
    path = heading_path(report, section)
    head = [section.key, path, furniture, section.topics, section.measures]
    return _json(head) + b"\n" + report.source[start:end].encode("utf-8", "surrogatepass")
