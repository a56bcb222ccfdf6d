"""What of a report goes into its document, and that it comes back."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import Stream, count_words, grams
from index.engine import ReportRow
from index.model import Kind, Level, Part, Place, Report
from index.opensearch.document import shingle_values, stored_digest, to_document
from index.opensearch.mapping import BETWEEN, LONGEST_TERM, UNSTORED, WEIGHT, index_definition
from index.opensearch.spelling import (
    UNKNOWN,
    browse_key,
    document_id,
    ends_of,
    exact_end,
    known_year,
    path_of,
    path_value,
    term,
)
from index.opensearch.stored import card_of, passage_of_source, report_of, row_of
from index.passage import passage_of
from index.places import names_place, place_key, spelled
from index.prepared import prepare
from index.segments.shingles import shingles_of
from tests.contract.test_batches import rich_report
from tests.made import corpora, make_report

Json = dict[str, Any]
LONGEST_KEYWORD = 32_766  # bytes: Lucene's limit of a term


def document_of(report: Report) -> Json:
    """The report's document as the cluster gets it."""
    document: Json = json.loads(json.dumps(to_document(prepare(report), 1), ensure_ascii=False))
    return document


def weights(text: str) -> dict[str, int]:
    return {word: int(n) for word, n in (w.split(WEIGHT) for w in text.split(BETWEEN) if w)}


@given(corpora())
def test_reports_and_passages_come_back(reports: list[Report]) -> None:
    for report in [*reports, rich_report()]:
        document = document_of(report)
        stored = [
            {name: value for name, value in section.items() if name not in UNSTORED}
            for section in document["sections"]
        ]
        found = report_of(document | {"sections": stored})
        assert found == report
        assert found.reasons == report.reasons
        for section, source in zip(report.sections, stored, strict=True):
            made, wanted = passage_of_source(card_of(document), source), passage_of(report, section)
            for field in fields(wanted):
                one, other = getattr(made, field.name), getattr(wanted, field.name)
                assert list(one) == list(other) if field.name == "sentences" else one == other


def test_a_row_tells_what_is_counted() -> None:
    place = Place(None, "青禾县", None, "澜岳省")
    report = make_report("r0", [("", "")], year=None, place=place, level=Level.COUNTY)
    row = row_of(document_of(replace(report, issued="2024-02-29", kind=Kind.OTHER)))
    places = ("澜岳省", None, "青禾县", None)
    assert row == ReportRow("r0", None, "2024-02-29", Level.COUNTY, Kind.OTHER, places)


@given(corpora())
def test_words_and_grams_weigh_what_they_count_twice(reports: list[Report]) -> None:
    for report in reports:
        prepared = prepare(report)
        for stream, section in zip(prepared.streams, document_of(report)["sections"], strict=True):
            heading = section["heading_length"]
            everywhere, inside = count_words(Stream(stream, heading, ()))
            assert weights(section["ranked_words"]) == {
                word: 2 * n + 3 * inside[word] for word, n in everywhere.items()
            }
            assert weights(section["counted_words"]) == everywhere
            assert set(section["vocabulary"]) == set(everywhere)
            assert weights(section["ranked_grams"]) == {
                gram: 2 * len(at) + 3 * (at[0] < heading)
                for gram, at in grams(stream).items()
                if len(gram) == 2
            }


@given(corpora())
def test_texts_and_bounds_are_those_of_the_stream(reports: list[Report]) -> None:
    for report in reports:
        prepared = prepare(report)
        for stream, section in zip(prepared.streams, document_of(report)["sections"], strict=True):
            assert section["grams"] == stream == b64decode(section["stream"]).decode()
            assert section["heading"] == stream[: section["heading_length"]]
            assert (section["length"], section["bare"]) == (
                len(stream),
                len(stream) == section["heading_length"],
            )
            if stream:
                assert section["sentence_ends"][-1] == len(stream.encode("utf-16-le")) // 2


def test_bounds_count_as_scripts_do() -> None:
    (section,) = document_of(make_report("r0", [("", "😀一。二😀。\n三")]))["sections"]
    assert section["sentence_ends"] == [4, 8, 9]
    assert section["paragraph_ends"][-1] == 9
    assert section["length"] == 7


@given(st.lists(st.text("板凳人会", max_size=40), max_size=6))
def test_shingles_are_signed_and_as_many_as_there_are(streams: list[str]) -> None:
    streams = ["短", *streams, "完善矛盾纠纷排查化解机制" * 5, ""]
    found = shingle_values(streams)
    assert len(found) == len(streams)
    for stream, values in zip(streams, found, strict=True):
        hashes, _begins = shingles_of(stream)
        assert [value % (1 << 32) for value in values] == sorted(hashes.tolist())
        assert all(-(1 << 31) <= value < 1 << 31 for value in values)
    assert found[0] == found[-1] == []
    assert found[-2]
    assert shingle_values(()) == []


def test_what_is_not_known_is_left_out() -> None:
    report = make_report("r0", [("一、", "人")], year=None, place=Place("甲镇"), parts=[None])
    document = document_of(report)
    assert document.keys().isdisjoint({"year", "issued", "county", "city", "province"})
    (section,) = document["sections"]
    assert section.keys().isdisjoint({"year", "part", "topics"})
    assert section["county_ends"] == [UNKNOWN]
    assert spelled("甲镇") in section["township_ends"]


def test_every_field_is_in_the_mapping_and_none_is_longer_than_it_may_be() -> None:
    long = "长" * 40_000
    report = make_report(
        long,
        [("一、", "a" * 50_000)],
        title=long + "\ud800",
        topics={0: (long, "\udfff")},
        place=Place(long, "\ud800县", long, None),
        parts=[Part.PLANS],
    )
    document = document_of(report)
    json.dumps(document, ensure_ascii=False).encode()  # no half of a character
    known = index_definition(1, 0)["mappings"]["properties"]
    assert document.keys() <= known.keys()
    _check_keywords(document, known)
    for section in document["sections"]:
        inside = known["sections"]["properties"]
        assert section.keys() <= inside.keys()
        _check_keywords(section, inside)
        terms = section["ranked_words"].split(BETWEEN)
        assert max(map(len, terms)) <= LONGEST_TERM + 100
        assert max(len(t.encode()) for t in terms) <= LONGEST_KEYWORD


def _check_keywords(values: Json, known: Json) -> None:
    for name, value in values.items():
        if known[name].get("type") == "keyword":
            for each in value if isinstance(value, list) else [value]:
                assert len(each.encode()) <= LONGEST_KEYWORD, name


def test_long_terms_differ_where_they_differ() -> None:
    one, other = "a" * 20_000 + "b", "a" * 20_000 + "c"
    assert term(one) != term(other)
    assert len(term(one)) <= LONGEST_TERM
    assert term("a" * LONGEST_TERM) == "a" * LONGEST_TERM
    assert document_id("\ud800") != document_id("\ufffd")


_NAMES = st.sampled_from([None, "甲镇", "甲", "乙县", "槿嶺鎮", "甲/镇", "Ａ市", " "])
_PATHS = st.tuples(_NAMES, _NAMES, _NAMES, _NAMES)


@given(_PATHS, st.integers(1, 4), st.sampled_from(["甲镇", "乙县甲镇", "甲/镇", "a市", "槿岭镇"]))
def test_ends_are_what_a_filter_looks_for(
    path: tuple[str | None, ...], depth: int, wanted: str
) -> None:
    path = path[:depth]
    ends = set(ends_of(path))
    matches = path[-1] is not None and (path[-1] == wanted or names_place(wanted, path))
    assert matches == bool({term(spelled(wanted)), exact_end(wanted)} & ends)
    assert (UNKNOWN in ends) == (path[-1] is None)
    assert path_of(path_value(path)) == path


_REPORTS = st.tuples(
    st.one_of(st.none(), st.integers(-5, 70_000)), _PATHS, st.sampled_from(["r", "r~2", "r2", "é"])
)


@given(_REPORTS, _REPORTS)
def test_browse_keys_sort_as_reports_are_browsed(one: Any, other: Any) -> None:
    def wanted(year: int | None, places: tuple[str | None, ...], id: str) -> Any:
        return -(known_year(year) or 0), place_key(places), id

    keys = browse_key(*one).encode(), browse_key(*other).encode()
    assert (keys[0] < keys[1]) == (wanted(*one) < wanted(*other))


CHANGES: list[Any] = [
    pytest.param({"year": 2024}, id="year"),
    pytest.param({"title": "别的"}, id="title"),
    pytest.param({"streams": ("一、板凳人",)}, id="stream"),
    pytest.param({"topics": (("普法",),)}, id="topic"),
    pytest.param({"place": Place()}, id="place"),
    pytest.param({"issued": "2024-01-01"}, id="issued"),
    pytest.param({"record": b"x"}, id="record"),
    pytest.param({"pieces": (b"x",)}, id="piece"),
    pytest.param({"vocabulary": ("x", "y", "z", "u", "v", "w")}, id="words"),
    pytest.param({"paragraphs": b""}, id="paragraphs"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_content_hash_is_of_everything_but_the_commit(change: Json) -> None:
    prepared = prepare(make_report("r0", [("一、", "板凳会")]))
    hashes = {to_document(prepared, commit)["content_hash"] for commit in (1, 2)}
    assert len(hashes) == 1
    assert to_document(replace(prepared, **change), 1)["content_hash"] not in hashes


def test_the_first_half_of_a_content_hash_is_of_each_thing_that_is_stored() -> None:
    document = document_of(rich_report())
    first = document["content_hash"].split("-")[0]
    section, *others = (without_unstored(section) for section in document["sections"])
    stored = {**document, "sections": [section, *others]}
    assert stored_digest(stored) == first
    for name in document.keys() - {"content_hash", "commit"}:
        assert stored_digest({k: v for k, v in stored.items() if k != name}) != first
    for name in section:
        other = {k: v for k, v in section.items() if k != name}
        assert stored_digest({**stored, "sections": [other, *others]}) != first
        assert stored_digest({**stored, "sections": [{**section, name: "x"}, *others]}) != first


def without_unstored(section: Json) -> Json:
    return {name: value for name, value in section.items() if name not in UNSTORED}


def test_a_record_is_what_it_was() -> None:
    prepared = prepare(rich_report())
    assert document_of(rich_report())["record"] == b64encode(prepared.record).decode()
