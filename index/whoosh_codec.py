"""The Whoosh codec of our segments: what Whoosh's own searcher reads them through.

A document is a section and its number the section's in its segment, so reports without sections
do not exist for Whoosh. Deleted are the sections of deleted reports. Postings are in
`index.whoosh_terms`; columns, lengths and stored fields are here. Nothing can be written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Never

from whoosh.codec.base import Codec, PerDocumentReader
from whoosh.codec.base import Segment as WhooshSegment
from whoosh.columns import Column, ColumnReader

from index.segments.format import INDEX_NAME
from index.segments.segment import Segment
from index.whoosh_schema import FACETS, refuse
from index.whoosh_terms import ColumnarTerms
from index.whoosh_toc import open_segment
from index.whoosh_values import Values

LENGTHS: Final = {
    "grams": "section.length",
    "words": "section.length",
    "heading_words": "section.heading",
    "length": "section.length",
    "heading_length": "section.heading",
}
"""The array that has a field's lengths, in characters."""


class ColumnarSegment(WhooshSegment):  # type: ignore[misc]
    """One segment in a table of contents; opened once, by the first reader that needs it."""

    def __init__(self, file: str, deletes: str | None, n_sections: int, n_deleted: int) -> None:
        self.indexname = INDEX_NAME
        self.segid = Path(file).stem.removeprefix(f"{INDEX_NAME}_")
        self.compound = False  # a compound one would be copied into memory
        self.file, self.deletes = file, deletes
        self._n_sections, self._n_deleted = n_sections, n_deleted
        self._opened: Opened | None = None

    def __reduce__(self) -> Never:
        refuse()  # pickled it would be in a table of contents that is not ours

    def codec(self) -> ColumnarCodec:
        return ColumnarCodec()

    def opened(self, storage: Any) -> Opened:
        """The segment's arrays and what is made from them; the storage is a folder's."""
        if self._opened is None:
            self._opened = Opened(open_segment(Path(storage.folder), self.file, self.deletes))
        return self._opened

    def doc_count_all(self) -> int:
        return self._n_sections

    def deleted_count(self) -> int:
        return self._n_deleted

    def delete_document(self, docnum: int, delete: bool = True) -> Never:
        refuse()

    def should_assemble(self) -> bool:
        return False


class Opened:
    """A segment and its values by field, shared by the readers of terms and of documents."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.values = Values(segment)


class ColumnarCodec(Codec):  # type: ignore[misc]
    """Reads segments of arrays; every writer that Whoosh asks for is refused."""

    def per_document_reader(self, storage: Any, segment: ColumnarSegment) -> SectionReader:
        return SectionReader(segment.opened(storage))

    def terms_reader(self, storage: Any, segment: ColumnarSegment) -> ColumnarTerms:
        opened = segment.opened(storage)
        return ColumnarTerms(opened.segment, opened.values)

    def per_document_writer(self, storage: Any, segment: Any) -> Never:
        refuse()

    def field_writer(self, storage: Any, segment: Any) -> Never:
        refuse()

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> Never:
        refuse()

    def new_segment(self, storage: Any, indexname: str) -> Never:
        refuse()


class SectionReader(PerDocumentReader):  # type: ignore[misc]
    """Everything of a section but its postings."""

    def __init__(self, opened: Opened) -> None:
        self._segment, self._values = opened.segment, opened.values

    def doc_count(self) -> int:
        return self._segment.live_sections

    def doc_count_all(self) -> int:
        return self._segment.n_sections

    # Deletions

    def has_deletions(self) -> bool:
        return self.doc_count() < self.doc_count_all()

    def is_deleted(self, docnum: int) -> bool:
        return not self._segment.is_live(self._segment.array("section.report")[docnum])

    def deleted_docs(self) -> Iterator[int]:
        for report in self._segment.deleted_reports:
            yield from self._segment.sections_of(report)

    # Columns

    def supports_columns(self) -> bool:
        return True

    def list_columns(self) -> list[str]:
        return [*self._values.fields, "length", "heading_length"]

    def has_column(self, fieldname: str) -> bool:
        return fieldname in self.list_columns()

    def column_reader(self, fieldname: str, column: Column) -> ColumnReader:
        """Texts in UTF-8 (as `RefBytesColumn` has them), lengths as numbers."""
        if fieldname in self._values.fields:
            texts = self._values.column(fieldname)
            return _Reader(self.doc_count_all(), texts.__getitem__)
        lengths = self._segment.array(LENGTHS[fieldname])
        return _Numbers(self.doc_count_all(), lengths.__getitem__)

    # Lengths

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        if fieldname not in LENGTHS:
            return default
        length: int = self._segment.array(LENGTHS[fieldname])[docnum]
        return length

    def field_length(self, fieldname: str) -> int:
        """Of all sections, as Whoosh counts: the deleted ones too."""
        return sum(self._lengths(fieldname))

    def min_field_length(self, fieldname: str) -> int:
        return min(self._lengths(fieldname), default=0)

    def max_field_length(self, fieldname: str) -> int:
        return max(self._lengths(fieldname), default=0)

    def _lengths(self, fieldname: str) -> Any:
        return self._segment.array(LENGTHS[fieldname]) if fieldname in LENGTHS else ()

    # Stored fields

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """What is told of a section; what is unknown is left out, topics are a list."""
        segment = self._segment
        report_id, title, file = segment.card(segment.array("section.report")[docnum])
        (key, _, _, topics, _), piece = segment.passage(docnum)
        at = max(segment.array("section.text")[docnum] - segment.array("section.begin")[docnum], 0)
        known = {f: found[0] for f in FACETS if (found := self._values.of(f, docnum))}
        return {
            "id": f"{report_id}#{key}",
            "key": key,
            "report": report_id,
            "file": file,
            "heading": piece[:at],
            "text": piece[at:],
            "topics": topics,
            **({} if title is None else {"title": title}),
            **known,
        }


class _Reader(ColumnReader):  # type: ignore[misc]
    """A column of values that are there already."""

    def __init__(self, n: int, value: Callable[[int], Any]) -> None:
        self._n, self._value, self._sign = n, value, 1

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[Any]:
        return map(self._value, range(self._n))

    def __getitem__(self, docnum: int) -> Any:
        return self._value(docnum)


class _Numbers(_Reader):
    """A column of numbers, which can be sorted the other way round."""

    def set_reverse(self) -> None:
        self._sign = -1

    def sort_key(self, docnum: int) -> int:
        key: int = self._sign * self._value(docnum)
        return key
