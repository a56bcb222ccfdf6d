"""The objects that the API gives, for its documentation: nothing is made or checked by them here.

They are what docs/json.md says, and tests hold real answers to them. A field that is not always
there is NotRequired; one that is not known is null.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field as PydanticField
from typing_extensions import TypedDict

from index.engine import Mode, Tier
from index.model import Kind, Level, Part
from index.querytree import Field

Span = Annotated[tuple[int, int], PydanticField(description="from, and to: not in it")]
"""Two offsets: code points from 0."""


def says(meaning: str) -> Any:
    """What documents a field."""
    return PydanticField(description=meaning)


class Error(TypedDict):
    """What went wrong."""

    error: Annotated[str, says("what is wrong, with the value that was given")]
    hint: Annotated[str, says("what to do; may be empty")]


class Results(TypedDict):
    """The answer to a query."""

    query: Annotated[str, says("what was typed")]
    recognised: Annotated[list[Recognised], says("words that were read as filters")]
    ignored: Annotated[list[Ignored], says("what was not read as it was typed")]
    synonyms: Annotated[
        list[Synonym],
        says("words that were searched under other names too (synonyms=1)"),
    ]
    mode: Annotated[
        Mode,
        says(
            "section: each hit matches the whole query; report: no section does, these "
            "reports do; partial: nothing does, these hold a part"
        ),
    ]
    total_sections: Annotated[int, says("sections that match, exact")]
    literal_sections: Annotated[int, says("those of them that hold every word literally")]
    total_reports: Annotated[int, says("reports that these sections are of")]
    total_occurrences: Annotated[int, says("places in these sections that match, not overlapping")]
    help: Annotated[Help | None, says("what to try, where no section matched the whole query")]
    took_ms: Annotated[float, says("milliseconds, without the start of the program")]
    page: Annotated[int, says("which page this is, from 1")]
    limit: Annotated[int, says("hits on a page; 0 where only counts were asked for")]
    facets: Annotated[Facets, says("counts over all matches")]
    hits: Annotated[list[Hit], says("the hits of this page, best first")]


class Recognised(TypedDict):
    """A word that was read as a filter."""

    field: Annotated[Field, says("year, township, county, city or province")]
    value: Annotated[str | int, says("the filter's value")]
    word: Annotated[str, says("what was read so, as it was typed")]
    literal_sections: Annotated[int, says("sections that hold the word as text")]


class Ignored(TypedDict):
    """A piece of a query that was not read as it was typed."""

    word: Annotated[str, says("the piece of the query")]
    why: Annotated[str, says("what became of it, in the user's language")]


class Synonym(TypedDict):
    """A word that was searched under other names too."""

    word: Annotated[str, says("a word of the query")]
    others: Annotated[list[str], says("what was searched beside it")]


class Help(TypedDict):
    """What to try where no section matched the whole query."""

    without: Annotated[
        list[Without],
        says("parts of the query without which there would be matches"),
    ]
    suggestions: Annotated[
        list[Suggestion],
        says("words that the index does not have, and near ones that it has"),
    ]


class Without(TypedDict):
    """A part of a query that left nothing."""

    kind: Annotated[Literal["word", "filter"], says("word or filter")]
    text: Annotated[str, says("the part, as it was typed")]
    sections: Annotated[int, says("sections that match without it")]


class Suggestion(TypedDict):
    """A word that the index does not have, and what may have been meant."""

    word: Annotated[str, says("a word of the query")]
    meant: Annotated[list[str], says("what may have been meant, nearest first")]


class Facets(TypedDict):
    """Counts over all matches, of the fields that were asked for.

    Years come newest first, other values most sections first, unknown last. A field's own filter
    does not count for it.
    """

    year: NotRequired[list[Facet]]
    township: NotRequired[list[Facet]]
    county: NotRequired[list[Facet]]
    city: NotRequired[list[Facet]]
    province: NotRequired[list[Facet]]
    part: NotRequired[list[Facet]]
    topic: NotRequired[list[Facet]]
    level: NotRequired[list[Facet]]


class Facet(TypedDict):
    """How many sections and reports have a value."""

    value: Annotated[str | int | None, says("the value")]
    path: Annotated[
        list[str | None],
        says(
            "places from the province down to this one, so that namesakes stay apart; empty "
            "for other fields"
        ),
    ]
    count: Annotated[int, says("sections")]
    reports: Annotated[int, says("reports")]
    selected: Annotated[bool, says("whether a filter asks for it")]


class Hit(TypedDict):
    """A section that matched; with by=report, and in mode report, a report's best one."""

    rank: Annotated[int, says("place among all hits, from 1")]
    score: Annotated[float, says("to be compared within one answer only")]
    tier: Annotated[Tier, says("literal, words (all words, but apart) or partial")]
    id: Annotated[str, says("the section's id")]
    report: Annotated[str, says("the report's id")]
    file: Annotated[
        str,
        says("the file that the source was read from, from the folder on that all files are in"),
    ]
    title: Annotated[str | None, says("the report's title")]
    year: Annotated[int | None, says("the report's year")]
    township: str | None
    county: str | None
    city: str | None
    province: str | None
    part: Annotated[Part | None, says("part of the section")]
    topics: Annotated[list[str], says("topics of the section")]
    heading_path: Annotated[list[str], says("numbers and headings that lead to it, its own last")]
    start: Annotated[int, says("where the section begins in the source, its number included")]
    end: Annotated[int, says("where it ends")]
    snippets: Annotated[list[Snippet], says("its sentences that answer, best first; at least one")]
    sections: NotRequired[
        Annotated[
            int,
            says("matching sections of the report; only with by=report"),
        ]
    ]


class Snippet(TypedDict):
    """Sentences that answer."""

    text: Annotated[str, says("source text, unchanged")]
    start: Annotated[int, says("its place in the source")]
    spans: Annotated[list[Span], says("the matches, as spans within text")]


class Suggestions(TypedDict):
    """What may be meant while a query is being typed."""

    completions: list[Completion]


class Completion(TypedDict):
    """Something that may be meant by the word at the cursor."""

    kind: Annotated[str, says("practice, word, field, or the field whose value it is")]
    text: str
    insert: Annotated[str, says("the whole query once it is taken")]
    cursor: Annotated[int, says("how many of its characters then stand before the cursor")]
    marked: Annotated[Span, says("the part of text that was typed")]
    within: Annotated[list[str], says("where a place lies, the widest first; what a field is")]
    reports: Annotated[int | None, says("that have it")]
    sections: Annotated[int | None, says("that have it")]


class Report(TypedDict):
    """A report with its sections."""

    id: Annotated[str, says("as people type it")]
    file: Annotated[
        str,
        says("the file that the source was read from, from the folder on that all files are in"),
    ]
    files: Annotated[list[str], says("all files of this report, that one first")]
    level: Annotated[Level, says("whose report it is")]
    kind: Annotated[Kind, says("annual_report or other")]
    title: str | None
    year: Annotated[int | None, says("the year that it is about")]
    township: str | None
    county: str | None
    city: str | None
    province: str | None
    issuer: Annotated[str | None, says("who signs or publishes it")]
    document_number: Annotated[str | None, says("文号")]
    issued: Annotated[str | None, says("day of publication, 2024-01-16")]
    length: Annotated[int, says("characters of the source")]
    furniture: Annotated[list[Furniture], says("what is not the report's own")]
    sections: Annotated[list[Section], says("in the order of the source")]


class Furniture(TypedDict):
    """A stretch of the source that is not the report's own."""

    start: int
    end: int
    kind: Annotated[str, says("page_number, navigation, metadata or site")]


class Section(TypedDict):
    """A numbered block of a report, without its sub-sections."""

    id: str
    number: Annotated[list[str], says("the printed path, half-width brackets: 一, (一)")]
    heading: Annotated[str, says("without its number, on one line")]
    part: Part | None
    topics: list[str]
    heading_start: Annotated[int, says("where the number begins")]
    heading_end: int
    text_start: int
    text_end: int
    text: Annotated[str, says("the section's own text: source[text_start:text_end]")]
    measures: list[Measure]
    report: NotRequired[
        Annotated[
            str,
            says("the report's id; only where show prints a section alone"),
        ]
    ]


class Measure(TypedDict):
    """One action inside a section."""

    id: str
    text: Annotated[str, says("source[start:end]")]
    start: int
    end: int
    report: NotRequired[
        Annotated[
            str,
            says("the report's id; only where show prints a measure alone"),
        ]
    ]


class Status(TypedDict):
    """What the index holds."""

    where: Annotated[str, says("the index's folder, only its name")]
    commit: Annotated[int, says("commits so far")]
    written: Annotated[str, says("when the last one was, UTC")]
    reports: int
    sections: int
    files: Annotated[int, says("files that were offered")]
    refused: Annotated[list[Refused], says("those that could not be read")]
    unknown_years: Annotated[int, says("townships' annual reports without a year")]
    unknown_places: Annotated[int, says("those without a township or a county")]
    by_level: Annotated[dict[str, int], says("reports of each level")]
    by_kind: Annotated[dict[str, int], says("reports of each kind")]
    versions: Annotated[dict[str, str], says("what the index was built with")]
    bytes: Annotated[int, says("size of the index")]


class Refused(TypedDict):
    """A file that could not be read."""

    path: str
    sha256: Annotated[str, says("of the file's bytes; empty where they could not be read")]
    size: Annotated[int, says("bytes")]
    mtime_ns: Annotated[int, says("when the file was changed, nanoseconds since 1970")]
    report_id: Annotated[
        str | None,
        says("the report that an earlier version of the file gave and that stays"),
    ]
    refused: Annotated[str, says("why")]
    basis: Annotated[
        str,
        says("digest of what else the file would be read by: program, flags, its correction"),
    ]
