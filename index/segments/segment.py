"""One open segment: its arrays, and what is found in them by bisection."""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from index.model import Part
from index.segments import stored
from index.segments.format import ARRAYS, Arrays, Meta
from index.segments.unpacking import unpack

BLOCK: Final = 6  # a block of positions is 1 << 6 of them, all in one section
CHARACTER_BITS: Final = 21  # of a code point in a gram's key


def gram_key(gram: str) -> int:
    """The number under which a gram of one or two characters is found."""
    if len(gram) == 1:
        return ord(gram) << CHARACTER_BITS
    return ord(gram[0]) << CHARACTER_BITS | (ord(gram[1]) + 1)


def gram_of(key: int) -> str:
    """The gram of a key."""
    first, second = key >> CHARACTER_BITS, key & ((1 << CHARACTER_BITS) - 1)
    return chr(first) + (chr(second - 1) if second else "")


def issued_number(date: str | None) -> int:
    """An ISO date as the number that its digits are, 0 for none: such numbers sort as dates do."""
    return int(date.replace("-", "")) if date else 0


def issued_date(number: int) -> str | None:
    """The ISO date of `issued_number`."""
    if not number:
        return None
    return f"{number // 10000:04}-{number // 100 % 100:02}-{number % 100:02}"


class Segment:
    """A segment of a commit; all numbers are the segment's own, from 0.

    What arrays there are and what they hold: docs/index-format.md.
    """

    def __init__(self, name: str, meta: Meta, arrays: Arrays, deleted: bytes | None) -> None:
        """Raises ValueError where arrays are missing or do not fit together."""
        self.name = name
        self.meta = meta
        self._arrays = arrays
        self.deleted = deleted
        self._check()

    def _check(self) -> None:
        for name, typecodes in ARRAYS.items():
            if name not in self._arrays or self._arrays[name].format not in typecodes:
                raise ValueError(f"lacks the array {name}")
        try:
            self.n_sections: int = self.meta["sections"]
            self.n_reports: int = self.meta["reports"]
            starts, firsts = self.array("section.start"), self.array("report.first")
            self.space: int = starts[-1]
        except (LookupError, TypeError) as error:
            raise ValueError("lacks its numbers") from error
        if len(starts) != self.n_sections + 1 or len(firsts) != self.n_reports + 1:
            raise ValueError("has arrays that do not fit together")
        if self.deleted is not None and len(self.deleted) * 8 < self.n_reports:
            raise ValueError("has a list of deletions that does not fit")

    def array(self, name: str) -> memoryview:
        """An array by its name."""
        return self._arrays[name]

    def close(self) -> None:
        """Let go of the map. Arrays that somebody still holds keep their part of it."""
        self._arrays = {}
        self.__dict__.pop("_words", None)

    # Reports

    def is_live(self, report: int) -> bool:
        """Whether a report has not been deleted."""
        return self.deleted is None or not self.deleted[report >> 3] >> (report & 7) & 1

    @cached_property
    def live_sections(self) -> int:
        """How many sections are not deleted."""
        return self.n_sections - sum(len(self.sections_of(r)) for r in self.deleted_reports)

    @cached_property
    def live_characters(self) -> int:
        """The length of all live sections' streams together."""
        lengths, total = self.array("section.length"), int(self.meta["characters"])
        gone = (lengths[s] for r in self.deleted_reports for s in self.sections_of(r))
        return total - sum(gone)

    @cached_property
    def deleted_reports(self) -> tuple[int, ...]:
        """The numbers of the deleted reports."""
        if self.deleted is None:
            return ()
        return tuple(r for r in range(self.n_reports) if not self.is_live(r))

    def sections_of(self, report: int) -> range:
        """The numbers of a report's sections."""
        first = self.array("report.first")
        return range(first[report], first[report + 1])

    def find_report(self, id: str) -> int | None:
        """The number of the live report with an id."""
        order = self.array("report.by_id")
        at = bisect_left(order, id, key=lambda report: self.card(report)[0])
        while at < len(order) and self.card(order[at])[0] == id:
            if self.is_live(order[at]):
                return order[at]
            at += 1
        return None

    def card(self, report: int) -> tuple[str, str | None, str]:
        """(id, title, file) of a report."""
        id, title, file = json.loads(self._piece("cards", "report.card", report))
        return id, title, file

    def record(self, report: int) -> dict[str, Any]:
        """The report's record, see `index.record`; its source is in pieces."""
        data = zlib.decompress(self._piece("records", "report.record", report))
        record: dict[str, Any] = json.loads(data)
        return record

    def place(self, report: int) -> tuple[str | None, ...]:
        """(province, city, county, township) of a report."""
        return tuple(self.meta["places"][self.array("report.place")[report]])

    def issued(self, report: int) -> str | None:
        """The ISO date on which a report was issued."""
        return issued_date(self.array("report.issued")[report])

    # Sections

    def passage(self, section: int) -> tuple[list[Any], str]:
        """(what is told of a section, its source).

        Told are its key, labels of the headings that lead to it, furniture, topics and measures.
        """
        payload = stored.unpack(self._piece("stored", "section.stored", section))
        head, piece = payload.decode("utf-8", "surrogatepass").split("\n", 1)
        return json.loads(head), piece

    def part(self, section: int) -> Part | None:
        """The part of the report that a section belongs to."""
        code = self.array("section.part")[section]
        return Part(self.meta["parts"][code - 1]) if code else None

    def section_at(self, position: int) -> int:
        """The section in whose stream a position lies."""
        section: int = self.array("section.of_block")[position >> BLOCK]
        return section

    def bounds(self, section: int, name: str) -> Sequence[int]:
        """Ascending stream offsets at which a section's sentences (or paragraphs) end.

        name: "sentence.end" or "paragraph.end".
        """
        starts, ends = self.array("section.start"), self.array(name)
        start = starts[section]
        first, last = bisect_right(ends, start), bisect_left(ends, starts[section + 1])
        return [end - start for end in ends[first:last]]

    def sentences(self, section: int) -> list[tuple[int, int, int]]:
        """(stream offset of its end, source start, source end) of each sentence of a section."""
        starts, ends = self.array("section.start"), self.array("sentence.end")
        start, end = starts[section : section + 2]
        part = slice(bisect_right(ends, start), bisect_left(ends, end))
        sources = self.array("sentence.source")[part].tolist()
        sizes = self.array("sentence.size")[part].tolist()
        return [
            (end - start, source, source + size)
            for end, source, size in zip(ends[part].tolist(), sources, sizes, strict=True)
        ]

    def _piece(self, blob: str, offsets: str, number: int) -> bytes:
        start, end = self._arrays[offsets][number : number + 2]
        return bytes(self._arrays[blob][start:end])

    # Terms

    def find_gram(self, gram: str) -> int:
        """The number of a gram, -1 where no section has it."""
        keys, key = self.array("gram.key"), gram_key(gram)
        at = bisect_left(keys, key)
        return at if at < len(keys) and keys[at] == key else -1

    def grams_from(self, character: str) -> tuple[int, int]:
        """The numbers, first and behind the last, of the grams that begin with a character."""
        keys, code = self.array("gram.key"), ord(character)
        first = bisect_left(keys, code << CHARACTER_BITS)
        return first, bisect_left(keys, (code + 1) << CHARACTER_BITS, lo=first)

    def positions(self, number: int) -> Sequence[int]:
        """The ascending positions of a gram."""
        return unpack(*self.packed("gram.position", number))

    def packed(self, name: str, number: int) -> tuple[memoryview, int, int]:
        """(units, width, count) of a term's list, see `index.segments.unpacking`.

        name: "gram.position", "word.section" or "heading.section".
        """
        term = name.partition(".")[0]
        at, first = self._arrays[f"{term}.packed"], self._arrays[f"{term}.first"]
        units = self._arrays[name][at[number] : at[number + 1]]
        width: int = self._arrays[f"{term}.width"][number]
        return units, width, first[number + 1] - first[number]

    @cached_property
    def _words(self) -> _Words:
        return _Words(self.array("word.text"), self.array("word.at"))

    def word(self, number: int) -> str:
        """A word by its number."""
        return self.word_bytes(number).decode("utf-8", "surrogatepass")

    def word_bytes(self, number: int) -> bytes:
        """A word's UTF-8 by its number."""
        found: bytes = self._words[number]
        return found

    def find_word(self, word: str) -> int:
        """The number of a word, -1 where no section has it."""
        sought = word.encode("utf-8", "surrogatepass")
        at = bisect_left(self._words, sought)
        return at if at < len(self._words) and self._words[at] == sought else -1

    def is_whole(self, word: str) -> bool:
        """Whether segmentation is known to leave a word whole when it stands alone."""
        number = self.find_word(word)
        return number >= 0 and bool(self.array("word.whole")[number])

    def words_from(self, prefix: str) -> range:
        """The numbers of the words that begin with a prefix."""
        sought = prefix.encode("utf-8", "surrogatepass")
        first = bisect_left(self._words, sought)
        size = len(sought)
        return range(first, bisect_right(self._words, sought, lo=first, key=lambda w: w[:size]))

    def word_frequencies(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The words that begin with a prefix, each with the number of its sections."""
        numbers = self.words_from(prefix)
        ends = slice(numbers.start, numbers.stop + 1)
        text, first = self.array("word.text"), self.array("word.first")[ends].tolist()
        for (start, end), (at, behind) in zip(
            pairwise(self.array("word.at")[ends].tolist()), pairwise(first), strict=True
        ):
            yield str(text[start:end], "utf-8", "surrogatepass"), behind - at

    def postings(self, field: str, number: int) -> tuple[Sequence[int], memoryview]:
        """(sections, frequencies) of a word; field: "word", or "heading" for headings alone."""
        return unpack(*self.packed(f"{field}.section", number)), self.counts(field, number)

    def counts(self, field: str, number: int) -> memoryview:
        """How often a word stands in each of the sections that have it, as `postings` says."""
        at = self.array(f"{field}.first")
        return self.array(f"{field}.count")[at[number] : at[number + 1]]


class _Words(Sequence[bytes]):
    """The words of a segment in the order of their bytes, none of them loaded."""

    def __init__(self, text: memoryview, at: memoryview) -> None:
        self._text, self._at = text, at

    def __len__(self) -> int:
        return len(self._at) - 1

    def __getitem__(self, number: Any) -> Any:
        return bytes(self._text[self._at[number] : self._at[number + 1]])
