"""A query from what was typed to results: never an error, and nothing relaxed in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import Answer, Mode, Question, Sort, Tier
from index.model import Part, Place, Report
from index.querytree import Field, Filter, FilterValue, YearRange
from index.whoosh_engine import WhooshEngine
from search.results import Hit, Results, results_json
from search.run import Request, Searcher
from search.synonyms import load_synonyms
from tests.made import batch, corpora, make_report, plain_span, streams, write

pytestmark = pytest.mark.usefixtures("unsynced")

DIXI = Place("荻溪镇", "青禾县", "云汀市", "澜岳省")
OTHER = Place("荻溪镇", "云麓区", "云汀市", "澜岳省")


@contextmanager
def searching(*reports: Report) -> Iterator[Searcher]:
    with TemporaryDirectory() as folder:
        engine = WhooshEngine(write(Path(folder), batch(*reports)))
        try:
            yield Searcher(engine)
        finally:
            engine.close()


@pytest.fixture(scope="module")
def samples(samples_index: Path) -> Iterator[Searcher]:
    engine = WhooshEngine(samples_index)
    yield Searcher(engine)
    engine.close()


def run(searcher: Searcher, query: str, *filters: Filter, exact: bool = False) -> Results:
    return searcher.run(Request(query, filters, exact=exact, limit=None))


def ids(results: Results) -> list[str]:
    return [hit.id for hit in results.hits]


# No text raises.

_TYPED = st.sampled_from(
    [
        *(
            '"',
            "“",
            "”",
            "「",
            "(",
            "（",
            ")",
            "|",
            "｜",
            "-",
            "OR",
            "或",
            "AND",
            "NOT",
            "/s",
            "/3",
        ),
        *("同句", "year:", "年份：", "year:2024", "title:", "heading:调解", "level:county", ","),
        *(
            "枫桥经验",
            "２０２４",
            "2023年",
            "荻溪镇",
            "青禾县荻溪镇",
            "綜治中心",
            "调解",
            "人",
            "。",
        ),
        *(" ", "\u3000", "\n", "\x00", "\u200b", "\ufeff", "𠮷", "\ud800", "\udcff", "\U0010ffff"),
    ]
)
_QUERIES = st.one_of(
    st.lists(_TYPED, max_size=9).map("".join),
    st.lists(_TYPED, max_size=9).map(" ".join),
    st.text(st.characters(), max_size=30),  # lone surrogates too: what a shell hands on as bytes
)


@settings(max_examples=150)
@given(query=_QUERIES, exact=st.booleans(), literal=st.booleans(), by_report=st.booleans(),
       sort=st.sampled_from(Sort), expand=st.booleans(), page=st.integers(1, 3))  # fmt: skip
def test_no_query_raises_and_its_answer_can_be_written(
    samples: Searcher, query: str, exact: bool, literal: bool, by_report: bool, sort: Sort,
    expand: bool, page: int,
) -> None:  # fmt: skip
    synonyms = load_synonyms() if expand else None
    request = Request(
        query, exact=exact, literal=literal, by_report=by_report, sort=sort, page=page,
        synonyms=synonyms,
    )  # fmt: skip
    results = samples.run(request)
    found = results_json(results, by_report=by_report)
    assert found["query"] == query
    assert len(found["hits"]) <= results.total_sections
    assert results.literal_sections <= results.total_sections


# The promises of Ctrl+F, through the whole road.


@settings(max_examples=60)
@given(data=st.data())
def test_a_stretch_in_quotes_is_found_and_marked_wherever_it_stands(data: st.DataObject) -> None:
    reports = data.draw(corpora(most=4))
    seen = streams(reports)
    texts = [text for text in seen.values() if text]
    if not texts:
        return
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text) - 1))
    probe = text[start : start + data.draw(st.integers(1, 10))]
    with searching(*reports) as searcher:
        results = run(searcher, f'"{probe}"')
        loose = run(searcher, probe.replace(" ", ""))
    whole = {report.id: report for report in reports}
    wanted = {f"{id}#{n}" for (id, n), stream in seen.items() if probe in stream}
    assert set(ids(results)) == wanted
    assert results.total_sections == len(wanted)
    assert results.total_occurrences == sum(stream.count(probe) for stream in seen.values())
    for hit in results.hits:
        assert hit.tier is Tier.LITERAL
        for snippet in hit.snippets:
            for a, b in snippet.spans:
                span = snippet.start + a, snippet.start + b
                assert plain_span(whole[hit.passage.report_id], *span) == probe
        assert any(snippet.spans for snippet in hit.snippets)
    if probe.isalpha() and probe not in ("and", "or", "not", "或"):
        assert set(ids(loose)) >= wanted


# Years and places.


def test_a_year_is_a_filter_and_tells_how_many_sections_hold_it() -> None:
    reports = [
        make_report("r22", [("", "调解。"), ("", "２０２３年计划调解")], year=2022),
        make_report("r23", [("", "调解。"), ("", "于２０２３年")], year=2023),
    ]
    with searching(*reports) as searcher:
        results = run(searcher, "调解 2023")
        quoted = run(searcher, '调解 "2023"')
        literal = searcher.run(Request("调解 2023", literal=True))
    (told,) = results.recognised
    assert (told.field, told.value, told.word) == (Field.YEAR, 2023, "2023")
    assert told.literal_sections == 2
    assert ids(results) == ["r23#0"]
    assert quoted.recognised == literal.recognised == ()
    assert ids(quoted) == ids(literal) == ["r22#1"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        pytest.param("2022 2023", {"r22", "r23"}, id="one field by OR"),
        pytest.param("荻溪镇 2023", {"r23"}, id="two fields by AND"),
        pytest.param("荻溪镇", {"r22", "r23"}, id="namesakes together"),
        pytest.param("云麓区荻溪镇", {"r23"}, id="a namesake by its county"),
        pytest.param("township:青禾县荻溪镇", {"r22"}, id="the same as a field"),
        pytest.param("荻溪镇调解2022年", {"r22"}, id="in one word"),
        pytest.param("-2022", set(), id="not in a NOT"),
        pytest.param("-year:2022", {"r23", "r24"}, id="a field in a NOT"),
    ],
)
def test_filters_among_the_words(query: str, wanted: set[str]) -> None:
    block = [("", "调解。")]
    reports = [
        make_report("r22", block, year=2022, place=DIXI),
        make_report("r23", block, year=2023, place=OTHER),
        make_report("r24", block, year=2024),
    ]
    with searching(*reports) as searcher:
        results = run(searcher, query)
        if query == "-2022":  # a text: no section holds it, so all are left
            wanted = {report.id for report in reports}
    assert {hit.passage.report_id for hit in results.hits} == wanted


def test_flags_and_query_must_both_hold() -> None:
    reports = [make_report(f"r{y}", [("", "调解")], year=y) for y in (2021, 2022, 2023)]
    flag = Filter(Field.YEAR, (YearRange(2021, 2022),))
    with searching(*reports) as searcher:
        results = run(searcher, "调解 year:2022..2023", flag)
    assert ids(results) == ["r2022#0"]
    years = {f.value: (f.count, f.selected) for f in results.facets[Field.YEAR]}
    assert years == {2022: (1, True), 2023: (1, False)}


def test_filters_alone_list_in_browse_order() -> None:
    reports = [
        make_report("b", [("一、", "长" * 90), ("二、", "")], year=2023, place=OTHER),
        make_report("a", [("一、", "短")], year=2024, place=DIXI),
        make_report("c", [("一、", "短")], year=2022, place=DIXI),
    ]
    with searching(*reports) as searcher:
        assert ids(run(searcher, "荻溪镇")) == ["a#0", "b#0", "b#1", "c#0"]
        assert ids(run(searcher, "")) == ["a#0", "b#0", "b#1", "c#0"]


# Within results, and without some.


@pytest.fixture(scope="module")
def seen(samples: Searcher) -> dict[str, str]:
    """The samples' sections by id, as Ctrl+F sees them."""
    reports = samples.engine.fetch([*samples.engine.report_ids()])
    found = streams(reports.values())
    return {f"{id}#{reports[id].sections[n].key}": text for (id, n), text in found.items()}


@pytest.mark.parametrize("query", ["", '"调解"', '"调解" OR "普法"'])
@pytest.mark.parametrize("within", [('"村"',), ('"村"', '"人"'), ('"的" OR "。"',), ("",), ()])
def test_within_leaves_the_sections_that_hold_both(
    samples: Searcher, seen: dict[str, str], query: str, within: tuple[str, ...]
) -> None:
    found = samples.run(Request(query, within=within, limit=None))
    wanted = {
        id
        for id, text in seen.items()
        if all(_holds(text, each) for each in (query, *within) if each)
    }
    assert set(ids(found)) == wanted
    assert wanted


def _holds(text: str, query: str) -> bool:
    return any(each.strip('"') in text for each in query.split(" OR "))


@pytest.mark.parametrize("open_mark", ['"', "“", "(", "「"])
def test_what_is_left_open_in_one_text_ends_with_it(
    samples: Searcher, seen: dict[str, str], open_mark: str
) -> None:
    found = samples.run(Request(f"{open_mark}调解", within=("普法 村",), exact=True, limit=None))
    wanted = {id for id, text in seen.items() if all(w in text for w in ("调解", "普法", "村"))}
    assert set(ids(found)) == wanted
    assert [each.word for each in found.ignored] == [open_mark]


def test_years_and_places_within_are_filters_that_both_hold() -> None:
    block = [("", "调解。")]
    reports = [make_report(f"r{y}", block, year=y, place=DIXI) for y in (2021, 2022, 2023)]
    with searching(*reports) as searcher:
        both = searcher.run(Request("调解 2021 2022", within=("荻溪镇2022年 2023",)))
        neither = searcher.run(Request("调解 2021", within=("2022",), exact=True))
        text = searcher.run(Request("调解 2021", within=('"2021"',), literal=True, exact=True))
    assert ids(both) == ["r2022#0"]
    told = {(r.field, r.value) for r in both.recognised}
    assert told == {(Field.YEAR, y) for y in (2021, 2022, 2023)} | {(Field.TOWNSHIP, "荻溪镇")}
    assert neither.total_sections == text.total_sections == 0
    assert text.recognised == ()


def test_what_is_ignored_within_is_told() -> None:
    with searching(make_report("r", [("", "调解")])) as searcher:
        found = searcher.run(Request("调解", within=("调解 OR", '""')))
        everything = searcher.run(Request("", within=('""',)))
    assert ids(found) == ["r#0"]
    assert [each.word for each in found.ignored] == ["OR", '""']
    assert ids(everything) == ["r#0"]  # as without it


@pytest.mark.parametrize("excluded", [{2022}, {2022, 2023}, {None}, {1999}])
def test_what_is_excluded_is_left_out_in_every_mode(excluded: set[int | None]) -> None:
    years = (2021, 2022, 2023, None)
    blocks = [("", "无人机调解"), ("", "板凳会调解")]
    reports = [make_report(f"r{year}", blocks, year=year) for year in years]
    without = (Filter(Field.YEAR, tuple(excluded)),)
    with searching(*reports) as searcher:
        for query, mode in [("调解", Mode.SECTION), ("无人机 板凳会", Mode.REPORT),
                            ("无人机 院坝会", Mode.PARTIAL)]:  # fmt: skip
            found = searcher.run(Request(query, excluded=without, limit=None))
            assert found.mode is mode
            left = {f"r{year}" for year in years if year not in excluded}
            assert {hit.passage.report_id for hit in found.hits} == left


def test_each_excluded_filter_takes_away() -> None:
    reports = [
        make_report("a", [("", "调解")], year=2022, place=DIXI),
        make_report("b", [("", "调解")], year=2023, place=DIXI),
        make_report("c", [("", "调解")], year=2023, place=OTHER),
    ]
    year, county = Filter(Field.YEAR, (2022,)), Filter(Field.COUNTY, ("云麓区",))
    with searching(*reports) as searcher:
        found = searcher.run(Request("调解", (year,), excluded=(county,)))
        both = searcher.run(Request("调解", excluded=(year, county)))
        everything = searcher.run(Request("", excluded=(year, county)))
        nothing = searcher.run(Request("调解", (year,), excluded=(year,)))
    assert ids(found) == ["a#0"]
    assert ids(both) == ids(everything) == ["b#0"]
    assert nothing.total_sections == 0


# Tiers and what is relaxed.


def test_exact_keeps_to_the_literal_tier() -> None:
    report = make_report("r", [("", "行政处罚的执法"), ("", "行政执法")])
    with searching(report) as searcher:
        both, exact = run(searcher, "行政执法"), run(searcher, "行政执法", exact=True)
    assert [(hit.passage.key, hit.tier) for hit in both.hits] == [
        ("1", Tier.LITERAL),
        ("0", Tier.WORDS),
    ]
    assert (both.literal_sections, both.total_sections) == (1, 2)
    assert (ids(exact), exact.total_sections) == (["r#1"], 1)


def test_exact_and_quotes_are_never_relaxed() -> None:
    reports = [make_report("r", [("", "无人机"), ("", "板凳会")])]
    with searching(*reports) as searcher:
        relaxed = run(searcher, "无人机 板凳会")
        assert relaxed.mode is Mode.REPORT
        for results in (
            run(searcher, "无人机 板凳会", exact=True),
            run(searcher, '"无人机" "板凳会"'),
            run(searcher, '"无人机板凳会"'),
        ):
            assert (results.mode, results.total_sections) == (Mode.SECTION, 0)


def test_first_the_reports_that_hold_all_then_sections_that_hold_some() -> None:
    apart = make_report("apart", [("", "无人机巡查"), ("", "开板凳会"), ("", "其他")])
    some = make_report("some", [("", "无人机和无人机")])
    with searching(apart, some) as searcher:
        reports = run(searcher, "无人机 板凳会")
        partial = run(searcher, "无人机 院坝会")
    assert (reports.mode, reports.total_reports) == (Mode.REPORT, 1)
    assert [(hit.passage.report_id, hit.sections) for hit in reports.hits] == [("apart", 2)]
    assert partial.mode is Mode.PARTIAL
    assert set(ids(partial)) == {"apart#0", "some#0"}
    assert {hit.tier for hit in partial.hits} == {Tier.PARTIAL}


def test_help_tells_what_left_nothing_and_what_there_is_without_it() -> None:
    reports = [
        make_report("r22", [("", "无人机调解"), ("", "无人机")], year=2022),
        make_report("r23", [("", "板凳会调解")], year=2023, place=OTHER),
    ]
    with searching(*reports) as searcher:
        results = run(searcher, '"无人机" "调解" 2023')
        assert results.help is not None
        told = {(w.kind, w.text): w.sections for w in results.help.without}
        assert told == {
            ("word", '"无人机"'): len(run(searcher, '"调解" 2023').hits),
            ("filter", "year:2023"): len(run(searcher, '"无人机" "调解"').hits),
        }
        flagged = run(searcher, '"无人机"', Filter(Field.PART, (Part.PLANS,)))
        assert flagged.help is not None
        assert [(w.text, w.sections) for w in flagged.help.without] == [("part:plans", 2)]
        assert run(searcher, "无人机").help is None


def test_help_suggests_a_township_that_sounds_the_same() -> None:
    with searching(make_report("r", [("", "荻溪镇的调解")], place=DIXI)) as searcher:
        results = run(searcher, "调解 township:笛溪镇")
    assert results.help is not None
    assert ("笛溪镇", ("荻溪镇",)) in results.help.suggestions


def test_what_was_ignored_is_told() -> None:
    with searching(make_report("r", [("", "调解")])) as searcher:
        results = run(searcher, "调解 OR")
    assert ids(results) == ["r#0"]
    assert [i.word for i in results.ignored] == ["OR"]


def test_synonyms_are_told_when_used() -> None:
    synonyms = load_synonyms()
    report = make_report("r", [("", "社会治安综合治理中心成立")])
    with searching(report) as searcher:
        plain = run(searcher, '"综治中心"')
        results = searcher.run(Request("综治中心", synonyms=synonyms))
    assert plain.total_sections == 0
    assert ids(results) == ["r#0"]
    assert [use.word for use in results.synonyms] == ["综治中心"]


# Pages and headings.


@pytest.mark.parametrize("by_report", [False, True])
@pytest.mark.parametrize("query", ["调解", "执法人员 调解员 普法", "2024", "板凳会 院坝会 执法"])
def test_pages_put_together_are_all_hits(samples: Searcher, query: str, by_report: bool) -> None:
    request = Request(query, by_report=by_report, limit=None)
    everything = samples.run(request)
    paged: list[Hit] = []
    for page in range(1, len(everything.hits) // 4 + 2):
        paged += samples.run(replace(request, limit=4, page=page)).hits
    assert [hit.id for hit in paged] == [hit.id for hit in everything.hits]
    assert [hit.rank for hit in paged] == [*range(1, len(everything.hits) + 1)]


def test_by_report_a_report_stands_once_with_its_sections(samples: Searcher) -> None:
    sections = samples.run(Request("调解", limit=None))
    reports = samples.run(Request("调解", limit=None, by_report=True))
    assert len({hit.passage.report_id for hit in reports.hits}) == len(reports.hits)
    assert sum(hit.sections for hit in reports.hits) == sections.total_sections
    assert len(reports.hits) == reports.total_reports == sections.total_reports


def test_the_path_of_a_heading_leads_from_the_top() -> None:
    made = make_report("r", [("一、成效", "一句。"), ("(二)普法", "二句。"), ("3", "三句。")])
    numbers = [("一",), ("一", "(二)"), ("一", "(二)", "3")]
    headings = ["成效", "普法", "三级"]
    sections = tuple(
        replace(section, key=key, number=number, heading=heading)
        for section, key, number, heading in zip(
            made.sections, ["1", "1.2", "1.2.1"], numbers, headings, strict=True
        )
    )
    with searching(replace(made, sections=sections)) as searcher:
        (hit,) = run(searcher, '"三句"').hits
    assert hit.passage.heading_path == ("一、成效", "(二)普法", "3.三级")
    assert hit.id == "r#1.2.1"


def test_places_and_counts_are_asked_for_once(samples: Searcher) -> None:
    asked: list[object] = []

    class Counting(WhooshEngine):
        def values(self, field: Field) -> Mapping[FilterValue, int]:
            asked.append(field)
            return super().values(field)

        def search(self, question: Question) -> Answer:
            asked.append(question.tree)
            return super().search(question)

    assert isinstance(samples.engine, WhooshEngine)
    engine = Counting(samples.engine.folder)
    searcher = Searcher(engine)
    first = searcher.run(Request("枫桥经验 2024"))
    n_asked = len(asked)
    second = searcher.run(Request("调解 2024"))
    engine.close()
    assert len(asked) == n_asked + 1  # the query itself
    assert first.recognised == second.recognised
