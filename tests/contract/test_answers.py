"""How an engine counts, orders and pages what it finds, against a count made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import Answer, Engine, FacetCount, FoundSection, Mode, Question, Sort, Tier
from index.model import Level, Part, Place, Report, Section
from index.querytree import And, Field, Filter, FilterValue, Node, Not, Or, Text, YearRange
from tests.contract.conftest import Opener
from tests.made import batch, make_report, plain, plain_section

pytestmark = pytest.mark.usefixtures("unsynced")

ALL = And(())


def quoted(text: str) -> Text:
    return Text(text, plain(text), quoted=True)


def loose(*words: str) -> Text:
    """An unquoted word, cut as if a dictionary had these words."""
    whole = "".join(words)
    return Text(whole, whole, quoted=False, words=words if len(words) > 1 else ())


def ids(answer: Answer) -> list[str]:
    return [f"{hit.report_id}#{hit.ordinal}" for hit in answer.hits]


def ask(engine: Engine, tree: Node, *filters: Filter, limit: int | None = None) -> Answer:
    return engine.search(Question(tree, filters, limit=limit))


# Facets and totals.

PLACES = [
    Place("荻溪镇", "青禾县", "云汀市", "澜岳省"),
    Place("荻溪镇", "云麓区", "云汀市", "澜岳省"),
    Place("荻溪镇", None, None, None),
    Place("槿岭镇", "青禾县", "云汀市", "澜岳省"),
    Place(None, "霁川市", None, "澜岳省"),
    Place(None, None, None, None),
]
TOPICS = [(), ("普法",), ("普法", "执法"), ("执法",)]
UP = (Field.PROVINCE, Field.CITY, Field.COUNTY, Field.TOWNSHIP)


@st.composite
def described(draw: st.DrawFn) -> list[Report]:
    """Reports that differ in every field that can be filtered."""
    reports = []
    for n in range(draw(st.integers(1, 7))):
        size = draw(st.integers(1, 3))
        reports.append(
            make_report(
                f"r{n}",
                [
                    ("一、", draw(st.sampled_from(["枫桥经验", "调解", "枫桥"])))
                    for _ in range(size)
                ],
                year=draw(st.sampled_from([None, 2021, 2022, 2023, 2024])),
                place=draw(st.sampled_from(PLACES)),
                level=draw(st.sampled_from([Level.TOWNSHIP, Level.COUNTY])),
                parts=[draw(st.sampled_from([None, *Part])) for _ in range(size)],
                topics={i: draw(st.sampled_from(TOPICS)) for i in range(size)},
            )
        )
    return reports


_WANTED: dict[Field, list[FilterValue]] = {
    Field.YEAR: [2021, 2024, 1999, None, YearRange(2022, None), YearRange(2021, 2022)],
    Field.TOWNSHIP: ["荻溪镇", "青禾县荻溪镇", "云麓区/荻溪镇", "槿岭镇", "无此镇", None],
    Field.COUNTY: ["青禾县", "云汀市云麓区", None],
    Field.PROVINCE: ["澜岳省", None],
    Field.PART: ["problems", "plans", None],
    Field.TOPIC: ["普法", "执法", None],
    Field.LEVEL: ["county", "other"],
}


@st.composite
def filters(draw: st.DrawFn) -> tuple[Filter, ...]:
    fields = draw(st.sets(st.sampled_from(sorted(_WANTED)), max_size=3))
    return tuple(
        Filter(f, tuple(draw(st.lists(st.sampled_from(_WANTED[f]), min_size=1, max_size=2))))
        for f in sorted(fields)
    )


def path_of(report: Report, field: Field) -> tuple[str | None, ...]:
    names = (report.place.province, report.place.city, report.place.county, report.place.township)
    return names[: UP.index(field) + 1] if field in UP else ()


def values_of(report: Report, section: Section, field: Field) -> tuple[FilterValue, ...]:
    match field:
        case Field.YEAR:
            return (report.year,)
        case Field.LEVEL:
            return (report.level,)
        case Field.PART:
            return (section.part,)
        case Field.TOPIC:
            return section.topics or (None,)
    return (path_of(report, field)[-1],)


def is_wanted(value: FilterValue, path: tuple[str | None, ...], wanted: FilterValue) -> bool:
    if isinstance(wanted, YearRange):
        ends = wanted.first or 0, wanted.last or 3000
        return isinstance(value, int) and ends[0] <= value <= ends[1]
    names = [name for name in path if name]
    tails = {"".join(names[n:]) for n in range(len(names))} if value is not None else set()
    return value == wanted or (isinstance(wanted, str) and wanted.replace("/", "") in tails)


def passes(report: Report, section: Section, filter: Filter) -> bool:
    path = path_of(report, filter.field)
    values = values_of(report, section, filter.field)
    return any(is_wanted(v, path, wanted) for v in values for wanted in filter.values)


def matches(
    reports: Iterable[Report], text: str, filters: Iterable[Filter]
) -> Iterator[tuple[Report, Section]]:
    filters = [*filters]
    for report in reports:
        for section in report.sections:
            if text not in plain_section(report, section):
                continue
            if all(passes(report, section, filter) for filter in filters):
                yield report, section


def count(
    found: Iterable[tuple[Report, Section]], field: Field
) -> dict[tuple[FilterValue, tuple[str | None, ...]], tuple[int, int]]:
    sections: Counter[tuple[FilterValue, tuple[str | None, ...]]] = Counter()
    in_reports: set[tuple[FilterValue, tuple[str | None, ...], str]] = set()
    for report, section in found:
        for value in values_of(report, section, field):
            key = (value, path_of(report, field))
            sections[key] += 1
            in_reports.add((*key, report.id))
    having = Counter((value, path) for value, path, _ in in_reports)
    return {key: (n, having[key]) for key, n in sections.items()}


@settings(max_examples=120)
@given(reports=described(), chosen=filters(), text=st.sampled_from(["枫桥", "经验", "调解", "一"]))
def test_facets_and_totals_are_what_a_count_by_hand_gives(
    open_engine: Opener, reports: list[Report], chosen: tuple[Filter, ...], text: str
) -> None:
    with open_engine(batch(*reports)) as engine:
        answer = engine.search(Question(quoted(text), chosen, limit=0, facets=tuple(Field)))
    found = [*matches(reports, text, chosen)]
    assert answer.total_sections == len(found)
    assert answer.total_reports == len({report.id for report, _ in found})
    assert answer.total_occurrences == sum(plain_section(*each).count(text) for each in found)
    assert answer.hits == ()
    for field in Field:
        # A facet's own filter does not shrink it: one sees what else could be chosen.
        others = [f for f in chosen if f.field is not field]
        wanted = [value for f in chosen if f.field is field for value in f.values]
        counted = {(f.value, f.path): (f.count, f.reports) for f in answer.facets[field] if f.count}
        assert counted == count(matches(reports, text, others), field)
        for facet in answer.facets[field]:
            told = any(is_wanted(facet.value, facet.path, value) for value in wanted)
            assert facet.selected == told


def test_a_chosen_value_that_nothing_has_is_a_facet_with_no_sections(open_engine: Opener) -> None:
    year = Filter(Field.YEAR, (1999,))
    with open_engine(batch(make_report("r0", [("", "调解")], year=2023))) as engine:
        answer = engine.search(Question(ALL, (year,), facets=(Field.YEAR,)))
    assert answer.facets[Field.YEAR] == (
        FacetCount(2023, (), 1, 1, selected=False),
        FacetCount(1999, (), 0, 0, selected=True),
    )


def test_namesakes_are_two_values_and_unknown_is_one(open_engine: Opener) -> None:
    reports = [make_report(f"r{n}", [("", "调解")], place=place) for n, place in enumerate(PLACES)]
    with open_engine(batch(*reports)) as engine:
        answer = engine.search(Question(ALL, facets=(Field.TOWNSHIP,)))
    told = {(f.value, f.path[-2]) for f in answer.facets[Field.TOWNSHIP]}
    assert told == {
        ("荻溪镇", "青禾县"),
        ("荻溪镇", "云麓区"),
        ("荻溪镇", None),
        ("槿岭镇", "青禾县"),
        (None, "霁川市"),
        (None, None),
    }


def test_years_come_newest_first_and_other_values_by_their_sections(open_engine: Opener) -> None:
    reports = [
        make_report("r0", [("", "调解")] * 3, year=2021, parts=[Part.PLANS] * 3),
        make_report("r1", [("", "调解")], year=None, parts=[None]),
        make_report("r2", [("", "调解")] * 2, year=2024, parts=[Part.OTHER] * 2),
    ]
    with open_engine(batch(*reports)) as engine:
        answer = engine.search(Question(ALL, facets=(Field.YEAR, Field.PART)))
    assert [f.value for f in answer.facets[Field.YEAR]] == [2024, 2021, None]
    assert [f.value for f in answer.facets[Field.PART]] == ["plans", "other", None]


def test_a_filter_in_the_tree_may_be_negated_or_one_of_several(open_engine: Opener) -> None:
    reports = [make_report(f"r{year}", [("", "调解")], year=year) for year in (2021, 2022, 2023)]
    newest, oldest = Filter(Field.YEAR, (2023,)), Filter(Field.YEAR, (YearRange(None, 2021),))
    with open_engine(batch(*reports)) as engine:
        assert ids(ask(engine, Not(newest))) == ["r2022#0", "r2021#0"]
        assert ids(ask(engine, Or((newest, oldest)))) == ["r2023#0", "r2021#0"]
        assert ids(ask(engine, And((quoted("调解"), Not(newest), Not(oldest))))) == ["r2022#0"]


# Order and pages.

SOME = [
    make_report(
        "a",
        [("一、调解", "枫桥经验。"), ("二、", "枫桥经验，经验枫桥。"), ("枫桥经验", "")],
        year=2022,
    ),
    make_report("b", [("", "枫桥"), ("", "经验"), ("", "枫桥的经验")], year=2024, place=PLACES[1]),
    make_report("c", [("", "枫桥经验枫桥经验" + "水" * n) for n in range(5)], year=None),
    make_report("d", [("一、枫桥", "经验")], year=2023, place=PLACES[5]),
]
APART_IN_C = And((loose("枫桥"), loose("水水水")))
QUESTIONS = [
    pytest.param(Question(quoted("枫桥")), id="quoted"),
    pytest.param(Question(loose("枫桥", "经验")), id="words"),
    pytest.param(Question(ALL), id="everything"),
    pytest.param(Question(loose("枫桥", "经验"), by_report=True), id="by report"),
    pytest.param(Question(quoted("枫桥"), sort=Sort.YEAR), id="by year"),
    pytest.param(Question(quoted("枫桥"), sort=Sort.TOWNSHIP), id="by township"),
    pytest.param(Question(loose("枫桥", "水水水水"), mode=Mode.PARTIAL), id="partial"),
    pytest.param(Question(APART_IN_C, mode=Mode.REPORT, by_report=True), id="report"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("question", QUESTIONS)
def test_pages_put_together_are_all_hits(
    open_engine: Opener, question: Question, size: int
) -> None:
    with open_engine(batch(*SOME[:2]), batch(*SOME[2:])) as engine:
        everything = engine.search(replace(question, limit=None))
        assert everything.hits
        pages: list[FoundSection] = []
        for offset in range(0, len(everything.hits) + size, size):
            page = engine.search(replace(question, offset=offset, limit=size))
            assert page.total_sections == everything.total_sections
            pages += page.hits
    assert tuple(pages) == everything.hits


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_order_does_not_depend_on_how_the_index_was_written(
    open_engine: Opener, question: Question
) -> None:
    asked = replace(question, limit=None)
    with open_engine(batch(*SOME)) as engine:
        together = engine.search(asked)
    with open_engine(*(batch(report) for report in reversed(SOME))) as engine:
        assert engine.search(asked) == together


def test_literal_hits_come_before_words_that_stand_apart(open_engine: Opener) -> None:
    report = make_report(
        "r0",
        [
            ("经验枫桥", "枫桥，经验，枫桥，经验，枫桥，经验。"),
            ("", "水" * 500 + "枫桥经验" + "水" * 500),
        ],
    )
    with open_engine(batch(report)) as engine:
        answer = ask(engine, loose("枫桥", "经验"))
    assert [(hit.ordinal, hit.tier) for hit in answer.hits] == [(1, Tier.LITERAL), (0, Tier.WORDS)]


def test_a_heading_alone_comes_after_headings_with_a_text(open_engine: Opener) -> None:
    report = make_report("r0", [("枫桥经验", ""), ("一", "水" * 300 + "枫桥经验" + "水" * 300)])
    with open_engine(batch(report)) as engine:
        assert ids(ask(engine, quoted("枫桥经验"))) == ["r0#1", "r0#0"]


def test_the_heading_counts_more_than_the_text(open_engine: Opener) -> None:
    report = make_report("r0", [("一、水", "枫桥木"), ("一、枫桥", "木水")])
    with open_engine(batch(report)) as engine:
        assert ids(ask(engine, quoted("枫桥"))) == ["r0#1", "r0#0"]


def test_words_close_together_come_before_words_far_apart(open_engine: Opener) -> None:
    far = "枫桥" + "水" * 60 + "经验"
    near = "水" * 30 + "枫桥水经验" + "水" * 29
    report = make_report("r0", [("一", far), ("一", near)])
    with open_engine(batch(report)) as engine:
        assert ids(ask(engine, And((quoted("枫桥"), quoted("经验"))))) == ["r0#1", "r0#0"]


@pytest.mark.parametrize(
    ("typed", "inside"),
    [
        pytest.param("12", "312件", id="digits before"),
        pytest.param("12", "120件", id="digits after"),
        pytest.param("12", "3.12件", id="a decimal before"),
        pytest.param("12", "12.5件", id="a decimal after"),
        pytest.param("12件", "412件", id="a number and its noun"),
        pytest.param("第12", "第120", id="a number at the end"),
    ],
)
def test_whole_numbers_come_before_parts_of_numbers(
    open_engine: Opener, typed: str, inside: str
) -> None:
    whole = typed if typed.startswith("第") else "12件"
    report = make_report("r0", [(inside, inside * 3), ("", "水" * 200 + whole + "水" * 200)])
    with open_engine(batch(report)) as engine:
        assert ids(ask(engine, quoted(typed))) == ["r0#1", "r0#0"]


def test_a_number_that_ends_a_sentence_is_a_whole_number(open_engine: Opener) -> None:
    report = make_report("r0", [("", "共120件"), ("", "水" * 90 + "共12." + "水" * 90)])
    with open_engine(batch(report)) as engine:
        assert ids(ask(engine, quoted("12"))) == ["r0#1", "r0#0"]


def test_equal_sections_stand_in_browse_order(open_engine: Opener) -> None:
    one = [("一、", "枫桥经验。")]
    reports = [
        make_report("unknown", one, year=None),
        make_report("old", one * 2, year=2021),
        make_report("new-b", one, year=2024, place=PLACES[3]),
        make_report("new-a", one, year=2024, place=PLACES[0]),
        make_report("nowhere", one, year=2024, place=PLACES[5]),
    ]
    with open_engine(*(batch(report) for report in reports)) as engine:
        order = ids(ask(engine, quoted("枫桥经验")))
        assert ids(ask(engine, ALL)) == order
        assert [*engine.report_ids()] == ["new-b", "new-a", "nowhere", "old", "unknown"]
    assert order == ["new-b#0", "new-a#0", "nowhere#0", "old#0", "old#1", "unknown#0"]


def test_sorted_by_year_the_better_section_of_a_year_comes_first(open_engine: Opener) -> None:
    with open_engine(batch(*SOME)) as engine:
        by_year = engine.search(Question(quoted("枫桥"), sort=Sort.YEAR, limit=None))
        ranked = ids(ask(engine, quoted("枫桥")))
    years = {report.id: report.year or 0 for report in SOME}
    assert [years[hit.report_id] for hit in by_year.hits] == sorted(
        (years[id.split("#")[0]] for id in ranked), reverse=True
    )
    for _, group in groupby(by_year.hits, key=lambda hit: years[hit.report_id]):
        ranks = [ranked.index(f"{hit.report_id}#{hit.ordinal}") for hit in group]
        assert ranks == sorted(ranks)


def test_sorted_by_township_namesakes_stand_by_county_and_unknown_last(open_engine: Opener) -> None:
    reports = [make_report(f"r{n}", [("", "调解")], place=place) for n, place in enumerate(PLACES)]
    with open_engine(batch(*reports)) as engine:
        answer = engine.search(Question(ALL, sort=Sort.TOWNSHIP, limit=None))
    order = [hit.report_id for hit in answer.hits]
    assert order.index("r1") < order.index("r3") < order.index("r0")  # 云麓区, then 青禾县
    assert order[-2:] == ["r2", "r5"]  # nothing known above the township, then nothing at all


def test_by_report_a_hit_is_the_best_section_and_tells_how_many(open_engine: Opener) -> None:
    tree = loose("枫桥", "经验")
    with open_engine(batch(*SOME)) as engine:
        sections = ask(engine, tree)
        collapsed = engine.search(Question(tree, by_report=True, limit=None))
    counts = Counter(hit.report_id for hit in sections.hits)
    best = dict.fromkeys(hit.report_id for hit in sections.hits)
    assert [hit.report_id for hit in collapsed.hits] == [*best]
    assert {hit.report_id: hit.sections for hit in collapsed.hits} == counts
    first = {hit.report_id: hit.ordinal for hit in reversed(sections.hits)}
    assert {hit.report_id: hit.ordinal for hit in collapsed.hits} == first
    assert collapsed.total_sections == sections.total_sections
    assert collapsed.total_reports == len(collapsed.hits)


def test_scores_of_a_tier_fall(open_engine: Opener) -> None:
    with open_engine(batch(*SOME)) as engine:
        hits = ask(engine, And((quoted("枫桥"), Not(quoted("调"))))).hits
    texts = [hit for hit in hits if hit.report_id != "a"]  # a heading alone has a place of its own
    assert all(a.score >= b.score for a, b in pairwise(texts))


# When no section holds all.

APART = [
    make_report("both", [("一、", "无人机巡逻。"), ("二、", "板凳会。"), ("三、", "台账。")]),
    make_report("one", [("一、", "无人机。"), ("二、", "无人机，无人机。")]),
    make_report("none", [("一、", "机会。")]),
]


def test_reports_that_hold_all_words_are_found_by_their_sections(open_engine: Opener) -> None:
    tree = And((loose("无人机"), loose("板凳会")))
    with open_engine(batch(*APART)) as engine:
        assert ask(engine, tree).total_sections == 0
        question = Question(tree, mode=Mode.REPORT, by_report=True, limit=None)
        answer = engine.search(question)
    assert [(hit.report_id, hit.sections) for hit in answer.hits] == [("both", 2)]
    assert answer.total_reports == 1
    assert {hit.tier for hit in answer.hits} == {Tier.PARTIAL}


def test_partial_matches_come_by_how_much_they_hold(open_engine: Opener) -> None:
    more = make_report("more", [("一、", "无人机和台账。")])
    tree = And((loose("无人机"), loose("板凳会"), loose("台账")))
    with open_engine(batch(*APART, more)) as engine:
        answer = engine.search(Question(tree, mode=Mode.PARTIAL, limit=None))
    assert ids(answer)[0] == "more#0"
    assert set(ids(answer)) == {"more#0", "both#0", "both#1", "both#2", "one#0", "one#1"}
    assert answer.literal_sections == 0


@pytest.mark.parametrize("mode", [Mode.REPORT, Mode.PARTIAL])
def test_quotes_filters_and_not_are_never_relaxed(open_engine: Opener, mode: Mode) -> None:
    words = (loose("无人机"), loose("板凳会"))
    strict: list[Node] = [quoted("巡逻队"), Filter(Field.YEAR, (1999,)), Not(Or(words))]
    with open_engine(batch(*APART)) as engine:
        for each in strict:
            question = Question(And((*words, each)), mode=mode, by_report=mode is Mode.REPORT)
            assert engine.search(question).total_sections == 0


def test_partial_matches_pass_the_filters(open_engine: Opener) -> None:
    old = make_report("old", [("", "无人机")], year=2020)
    tree, year = And((loose("无人机"), loose("板凳会"))), Filter(Field.YEAR, (2020,))
    with open_engine(batch(*APART, old)) as engine:
        answer = engine.search(Question(tree, (year,), mode=Mode.PARTIAL, facets=(Field.YEAR,)))
    assert ids(answer) == ["old#0"]
    counts = {f.value: f.count for f in answer.facets[Field.YEAR]}
    assert counts == {2020: 1, 2023: 4}
