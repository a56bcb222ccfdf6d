"""The objects that the API gives of what is like: `similar` and `copies`. See web.api.schemas."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from index.model import Part
from search import copied
from search.grouping import Between
from web.api.schemas import Span, says


class Similar(TypedDict):
    """Measures that say the same."""

    query: Annotated[SimilarQuery, says("what was looked for")]
    nothing_beyond_common_form: Annotated[
        bool,
        says("whether it says too little beside common form to be looked for"),
    ]
    took_ms: Annotated[float, says("milliseconds, without the start of the program")]
    hits: Annotated[list[SimilarHit], says("best first")]


class SimilarQuery(TypedDict):
    """What was looked for.

    start, end and common_form count in the source of the id's report, or in what was typed.
    """

    id: Annotated[str | None, says("the measure's or section's id; null for a typed text")]
    text: Annotated[str, says("what was looked at")]
    start: int
    end: int
    common_form: Annotated[list[Span], says("spans that do not count")]
    left_out: Annotated[int, says("characters of a very long text that were not looked at")]


class SimilarHit(TypedDict):
    """A measure, best of those with the same text."""

    rank: Annotated[int, says("from 1")]
    score: Annotated[
        float,
        says(
            "1 is what the query's own words give, related words may add to it; to be "
            "compared within one answer only"
        ),
    ]
    id: Annotated[str, says("the measure's id")]
    report: str
    title: Annotated[str | None, says("the report's title")]
    year: int | None
    township: str | None
    county: str | None
    city: str | None
    province: str | None
    part: Annotated[Part | None, says("part of the section")]
    topics: Annotated[list[str], says("topics of the section")]
    heading_path: Annotated[list[str], says("numbers and headings that lead to it")]
    start: int
    end: int
    text: Annotated[str, says("the measure: source[start:end]")]
    terms: Annotated[list[Term], says("the words that carried it, most first; at most eight")]
    agreements: Annotated[
        list[SentencePair],
        says("sentences that agree, best first; at most three"),
    ]
    copies: Annotated[list[SameText], says("other measures with the same text")]
    townships: Annotated[list[str], says("those of all with this text, with their county")]
    years: Annotated[list[int], says("those of all with this text")]


class Term(TypedDict):
    """A word that both have, or a related one."""

    term: Annotated[str, says("a word")]
    weight: Annotated[
        float,
        says("what it adds, to be compared within one hit; of a plan's words, their idf"),
    ]
    in_query: NotRequired[
        Annotated[
            bool,
            says("whether the query has it, or it is a related word; not given for plans"),
        ]
    ]


class SentencePair(TypedDict):
    """A sentence of the hit and one of the query that agree."""

    start: Annotated[int, says("the hit's sentence in its source")]
    end: int
    text: str
    spans: Annotated[list[Span], says("what both have, as spans within text")]
    query_start: Annotated[int, says("the query's sentence, counted as in SimilarQuery")]
    query_end: int
    query_text: str
    query_spans: Annotated[list[Span], says("as spans within query_text")]


class SameText(TypedDict):
    """A measure with the same text."""

    id: Annotated[str, says("the measure's id")]
    report: str
    year: int | None
    township: str | None
    county: str | None
    start: int
    end: int


class Copies(TypedDict):
    """Passages that stand in several reports."""

    id: Annotated[str | None, says("of the report or section whose passages were looked for")]
    filters: Annotated[list[str], says("as they are typed in a query")]
    between: Annotated[Between, says("what was asked for: all, townships or years")]
    compared_sections: Annotated[int, says("sections that pass the filters")]
    took_ms: float
    total_groups: int
    groups: Annotated[list[Group], says("most characters first, as many as limit says")]
    residue: Annotated[list[Residue], says("all names of other places that were kept")]


class Group(TypedDict):
    """A passage, and the sections that have it. The others were compared with the first one."""

    rank: Annotated[int, says("from 1")]
    characters: Annotated[
        int,
        says("of the passage that are equal in at least one other, without common form"),
    ]
    between: Annotated[Between, says("townships: each place once; years: one place; all: both")]
    townships: Annotated[int, says("places that are known")]
    counties: int
    reports: int
    first: Annotated[First | None, says("which stood first; null where that is not known")]
    order: Annotated[copied.Order, says("what decided it: year, issued or unknown")]
    text: Annotated[str, says("the first member's text")]
    stretches: Annotated[list[Span], says("the passage, as spans of the first member's source")]
    common_form: Annotated[list[CommonForm], says("what of it does not count")]
    members: Annotated[list[Member], says("the first one, then the others in the order of time")]


class First(TypedDict):
    """The section that had a passage first."""

    id: Annotated[str, says("the section's id")]
    report: str
    year: int | None
    issued: Annotated[str | None, says("day of publication")]


class CommonForm(TypedDict):
    """A stretch that so many reports have that it does not count."""

    start: Annotated[int, says("in the first member's source")]
    end: int
    reports: Annotated[
        int,
        says("how many have it: of its stretches of eight characters, the one that fewest have"),
    ]
    townships: int
    counties: int


class Member(TypedDict):
    """A section that has a passage."""

    id: Annotated[str, says("the section's id")]
    report: str
    title: str | None
    year: int | None
    issued: str | None
    township: str | None
    county: str | None
    city: str | None
    province: str | None
    heading_path: list[str]
    measures: Annotated[list[str], says("ids of the measures that the passage touches")]
    text: Annotated[str, says("from its first stretch to its last: source[start:end]")]
    start: int
    end: int
    agreements: Annotated[list[Agreement], says("its stretches; none for the first member")]
    residue: Annotated[list[Residue], says("names of other places in its passage")]


class Agreement(TypedDict):
    """A stretch that a member and the first one have."""

    start: Annotated[int, says("in its own source")]
    end: int
    first_start: Annotated[int, says("in the first member's source")]
    first_end: int
    same: Annotated[int, says("characters that are equal")]
    changes: Annotated[list[Change], says("what differs, in the order of the text")]


class Change(TypedDict):
    """What stands in the first text (first_…), and what the other has for it; one may be empty."""

    kind: Annotated[Literal["number", "place", "body", "text"], says("number, place, body or text")]
    first_start: int
    first_end: int
    first_text: str
    start: int
    end: int
    text: str


class Residue(TypedDict):
    """A name of another place that a report kept."""

    id: Annotated[str, says("of the measure, or of the section")]
    report: str
    name: Annotated[str, says("as it stands there")]
    place_of_report: Annotated[str, says("the report's own place")]
    sentence: str
    start: Annotated[int, says("the name in the source")]
    end: int
    sentence_start: int
    sentence_end: int
    in_group: Annotated[int | None, says("the rank of the first passage that holds it")]
