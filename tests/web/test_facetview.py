"""A click on a value of a facet asks for what its row and its count promise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.datastructures import QueryParams

from index.engine import FacetCount, Mode, Question
from index.model import Place, Report
from index.querytree import And, Field
from index.whoosh_engine import WhooshEngine
from search.results import Results
from search.run import Searcher
from tests.made import batch, make_report, write
from web.asked import Asked, read_asked
from web.facetview import MOST_YEARS, Links, Row, facet_rows, typed_name, year_bars
from web.placetree import ROOT, SHOWN, Node, PlaceQuestion, PlaceTree

TEXT = "召开院坝会三场，调解纠纷九起。"
PLACES = (
    Place("槿岭镇", "青禾县", "云汀市", "澜岳省"),
    Place("荻溪镇", "青禾县", "云汀市", "澜岳省"),
    Place("荻溪镇", "岚口区", "云汀市", "澜岳省"),
    Place("松渚乡", "霁川县", "榆陵市", "澜岳省"),
    Place("枫林乡", "石屿市", None, "澜岳省"),
    Place(None, "石屿市", None, "澜岳省"),
    Place("柳坡镇", None, None, None),
)


def made(place: Place, year: int | None) -> Report:
    name = f"{place.county or ''}{place.township or ''}-{year}"
    return make_report(name, [("一、调解", TEXT)], year=year, place=place)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Two years of seven places, and one report without a year."""
    reports = [made(place, year) for place in PLACES for year in (2022, 2024)]
    folder = tmp_path_factory.mktemp("places") / "index"
    write(folder, batch(*reports, made(PLACES[0], None)))
    engine = WhooshEngine(folder)
    yield Searcher(engine)
    engine.close()


def ask(searcher: Searcher, address: str) -> tuple[Results, Links]:
    params = QueryParams(parse_qsl(urlsplit(address).query))
    asked = read_asked(params)
    request = asked.request([*Field], None)
    results = searcher.run(request)
    return results, Links(asked, results.recognised, searcher.understand(request).filters)


def rows(searcher: Searcher, address: str, field: Field) -> dict[str, Row]:
    results, links = ask(searcher, address)
    return {row.name: row for row in facet_rows(field, results.facets[field], links)}


ADDRESSES = [
    pytest.param("/search?q=院坝会", id="a word"),
    pytest.param("/search?q=院坝会 2022", id="a year that was read as a filter"),
    pytest.param("/search?q=青禾县院坝会2022年", id="a place and a year inside a word"),
    pytest.param("/search?q=院坝会 year:2022", id="a filter in the query"),
    pytest.param("/search?q=院坝会 (year:2022)", id="a filter in brackets"),
    pytest.param("/search?q=院坝会&year=2022&county=青禾县", id="chosen values"),
    pytest.param("/search?q=院坝会&year=2021..2023", id="a range"),
    pytest.param("/search?q=院坝会&within=2022", id="a year within"),
    pytest.param("/search?year=unknown", id="an unknown year"),
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("field", [Field.YEAR, Field.PART, Field.LEVEL])
def test_choosing_a_value_brings_its_sections_and_keeps_the_others(
    searcher: Searcher, address: str, field: Field
) -> None:
    results, links = ask(searcher, address)
    for row in facet_rows(field, results.facets[field], links):
        if row.is_chosen:
            continue
        chosen = any(found.selected for found in results.facets[field])
        there = results.total_sections if chosen else 0
        after, _links = ask(searcher, row.url)
        assert after.total_sections == there + row.count


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.id != "a range"])
def test_a_chosen_value_is_let_go(searcher: Searcher, address: str) -> None:
    results, links = ask(searcher, address)
    for row in facet_rows(Field.YEAR, results.facets[Field.YEAR], links):
        if row.is_chosen and row.url:
            after = rows(searcher, row.url, Field.YEAR)
            assert not after[row.name].is_chosen
            assert after[row.name].count == row.count


def test_a_filter_of_the_query_is_let_go_as_a_choice_is(searcher: Searcher) -> None:
    found = rows(searcher, "/search?q=院坝会 year:2022,unknown", Field.YEAR)
    assert read(found["2022"].url) == Asked("院坝会", chosen={Field.YEAR: ("unknown",)})
    assert read(found["2024"].url).chosen == {Field.YEAR: ("2022", "unknown", "2024")}


def test_a_filter_in_brackets_is_the_querys_own(searcher: Searcher) -> None:
    found = rows(searcher, "/search?q=院坝会 (year:2022)", Field.YEAR)
    assert found["2022"].is_chosen
    assert found["2022"].url == ""
    after, _links = ask(searcher, found["2024"].url)
    assert after.total_sections == found["2022"].count + found["2024"].count


def test_a_year_of_a_chosen_range_is_chosen_alone(searcher: Searcher) -> None:
    found = rows(searcher, "/search?q=院坝会&year=2021..2024", Field.YEAR)
    assert read(found["2022"].url).chosen == {Field.YEAR: ("2022",)}


def test_a_value_is_left_out(searcher: Searcher) -> None:
    before, _links = ask(searcher, "/search?q=院坝会")
    row = rows(searcher, "/search?q=院坝会", Field.YEAR)["2022"]
    after, _links = ask(searcher, row.without)
    assert after.total_sections == before.total_sections - row.count


def test_a_value_of_another_name_is_let_go(searcher: Searcher) -> None:
    found = rows(searcher, "/search?part=成效", Field.PART)
    assert found["achievements"].is_chosen
    assert read(found["achievements"].url).chosen == {}


def read(address: str) -> Asked:
    return read_asked(QueryParams(parse_qsl(urlsplit(address).query)))


def test_values_are_called_by_their_names() -> None:
    assert typed_name(Field.PART, "不足") == "problems"
    assert typed_name(Field.YEAR, "unknown") == "unknown"
    assert typed_name(Field.TOPIC, "unknown") == "none"
    assert typed_name(Field.YEAR, "2021..2023") == "2021..2023"
    assert typed_name(Field.COUNTY, "云汀市/青禾县") == "云汀市/青禾县"


# Years


def counts(*years: int | None) -> list[FacetCount]:
    return [FacetCount(year, (), 5 + n, 1, False) for n, year in enumerate(years)]


def bars(*years: int | None) -> list[tuple[int, float]]:
    found = counts(*years)
    made = [Row(str(each.value), each.count, 1, False, "", "") for each in found]
    return [(bar.year, bar.share) for bar in year_bars(found, made)]


def test_years_without_a_section_have_their_place() -> None:
    assert bars(2024, 2021, None) == [(2021, 1.0), (2022, 0.0), (2023, 0.0), (2024, 5 / 6)]
    assert bars(None) == []
    assert bars() == []


def test_a_year_out_of_the_way_does_not_make_the_histogram_long() -> None:
    assert [year for year, _share in bars(2024, 1949, 9999)] == [1949, 2024, 9999]
    assert len(bars(*range(1900, 2025))) == MOST_YEARS


# Places


def tree(searcher: Searcher, address: str, opened: str = "") -> PlaceTree:
    results, links = ask(searcher, address)
    understood = searcher.understand(links.asked.request((), None))
    question = Question(understood.tree or And(()), understood.filters)
    places = PlaceQuestion(searcher.engine, question, results.mode, math.inf)
    return PlaceTree(places, links, opened)


def drawn(nodes: tuple[Node, ...], depth: int = 0) -> list[str]:
    lines = []
    for node in nodes:
        mark = "*" if node.is_chosen else ""
        lines += ["  " * depth + f"{node.name} {node.count.sections}{mark}"]
        lines += drawn(node.branches, depth + 1)
    return lines


def walked(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from walked(node.branches)


def named(nodes: tuple[Node, ...], name: str) -> Node:
    return next(node for node in walked(nodes) if node.name == name)


def test_the_tree_is_open_down_to_its_first_fork(searcher: Searcher) -> None:
    assert drawn(tree(searcher, "/search?q=院坝会").branches().nodes) == [
        "澜岳省 13",
        "unknown 2",
    ]
    assert drawn(tree(searcher, "/search?q=院坝会&province=澜岳省").branches().nodes) == [
        "澜岳省 13*",
        "  云汀市 7",
        "  石屿市 4",  # its city is not known: it stands where a city would
        "  榆陵市 2",
        "unknown 2",
    ]


def test_a_chosen_place_is_open_and_the_others_keep_their_counts(searcher: Searcher) -> None:
    found = drawn(tree(searcher, "/search?q=院坝会 青禾县").branches().nodes)
    assert found == [
        "澜岳省 13",
        "  云汀市 7",
        "    青禾县 5*",
        "      槿岭镇 3",
        "      荻溪镇 2",
        "    岚口区 2",
        "  石屿市 4",
        "  榆陵市 2",
        "unknown 2",
    ]
    assert drawn(tree(searcher, "/search?township=青禾县荻溪镇").branches().nodes)[3:5] == [
        "      槿岭镇 3",
        "      荻溪镇 2*",
    ]


@pytest.mark.parametrize("query", ["院坝会 青禾县", "院坝会 县区:云汀市/青禾县"])
def test_a_place_that_is_chosen_takes_the_place_of_others(searcher: Searcher, query: str) -> None:
    nodes = tree(searcher, f"/search?q={query}").branches().nodes
    for name, field, typed in (
        ("榆陵市", Field.CITY, "澜岳省/榆陵市"),
        ("荻溪镇", Field.TOWNSHIP, "澜岳省/云汀市/青禾县/荻溪镇"),
    ):
        node = named(nodes, name)
        assert read(node.url) == Asked("院坝会", chosen={field: (typed,)})
        after, _links = ask(searcher, node.url)
        assert after.total_sections == node.count.sections


def test_places_of_one_level_are_chosen_together(searcher: Searcher) -> None:
    node = named(tree(searcher, "/search?q=院坝会 青禾县").branches().nodes, "岚口区")
    after, _links = ask(searcher, node.url)
    assert after.total_sections == 7
    assert read(named(tree(searcher, node.url).branches().nodes, "青禾县").url).chosen == {
        Field.COUNTY: ("澜岳省/云汀市/岚口区",)
    }


def test_an_unknown_place_is_that_of_its_county(searcher: Searcher) -> None:
    nodes = tree(searcher, "/search?county=石屿市").branches().nodes
    unknown = named(named(nodes, "石屿市").branches, "no township")
    after, _links = ask(searcher, unknown.url)
    assert after.total_sections == unknown.count.sections == 2


def test_namesakes_stay_apart(searcher: Searcher) -> None:
    found = tree(searcher, "/search?q=院坝会").find("荻溪")
    assert {(node.name, node.above) for node in found} == {
        ("荻溪镇", "青禾县 云汀市 澜岳省"),
        ("荻溪镇", "岚口区 云汀市 澜岳省"),
    }
    for node in found:
        after, _links = ask(searcher, node.url)
        assert after.total_sections == node.count.sections == 2


def test_a_place_is_left_out(searcher: Searcher) -> None:
    node = named(tree(searcher, "/search?province=澜岳省").branches().nodes, "石屿市")
    after, _links = ask(searcher, node.without)
    assert after.total_sections == 13 - 4


def branch(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query))["tree"]


def test_a_branch_is_opened_and_closed_by_its_address(searcher: Searcher) -> None:
    first = tree(searcher, "/search?q=院坝会").branches().nodes
    opened = tree(searcher, "/search?q=院坝会", branch(first[0].open_url)).branches().nodes
    assert [node.is_open for node in opened] == [True, False]
    closed = tree(searcher, "/search?q=院坝会", branch(opened[0].open_url)).branches().nodes
    assert drawn(closed) == ["澜岳省 13", "unknown 2"]


@pytest.mark.parametrize("opened", ["nowhere", "a/b/c/d/e", "/", "-/-/-", "../..", "澜岳省/无此市"])
def test_a_branch_that_is_not_there_leaves_the_first_level(searcher: Searcher, opened: str) -> None:
    nodes = tree(searcher, "/search?q=院坝会", opened).branches().nodes
    assert [node.name for node in nodes] == ["澜岳省", "unknown"]


def test_a_long_level_is_cut_until_all_of_it_is_asked_for(tmp_path: Path) -> None:
    many = [made(Place("街心镇", f"第{n}县", None, None), 2024) for n in range(SHOWN + 5)]
    searcher = Searcher(WhooshEngine(write(tmp_path / "index", batch(*many))))
    first = tree(searcher, "/search?q=院坝会&county=第9县").branches()
    assert len(first.nodes) + first.more == SHOWN + 5
    assert first.more in (4, 5)  # the chosen one is there in any case
    assert first.more_url.endswith(f"tree={ROOT}")
    assert len(tree(searcher, "/search?q=院坝会", ROOT).branches().nodes) == SHOWN + 5
    searcher.engine.close()


def test_the_counties_of_a_chosen_namesake_are_there_in_any_case(tmp_path: Path) -> None:
    many = [made(Place("街心镇", f"第{n}县", None, None), y) for n in range(20) for y in (1, 2)]
    few = [made(Place("远山乡", county, None, None), 2024) for county in ("甲岭县", "乙岭县")]
    searcher = Searcher(WhooshEngine(write(tmp_path / "index", batch(*many, *few))))
    names = [node.name for node in tree(searcher, "/search?township=远山乡").branches().nodes]
    assert {*names[SHOWN:]} == {"甲岭县", "乙岭县"}
    many_namesakes = tree(searcher, "/search?township=街心镇").branches()
    assert len(many_namesakes.nodes) + many_namesakes.more == 22
    assert many_namesakes.more
    searcher.engine.close()


def test_places_are_counted_over_what_was_found_in_part(searcher: Searcher) -> None:
    results, _links = ask(searcher, "/search?q=院坝会 无此做法")
    assert results.mode is Mode.PARTIAL
    assert drawn(tree(searcher, "/search?q=院坝会 无此做法").branches().nodes) == [
        "澜岳省 13",
        "unknown 2",
    ]


def test_places_that_would_take_too_long_to_count_are_left_out(searcher: Searcher) -> None:
    question = Question(And(()))
    counted = PlaceQuestion(searcher.engine, question, Mode.SECTION, 1000).count(Field.COUNTY)
    assert "青禾县" in [each.value for each in counted]
    assert PlaceQuestion(searcher.engine, question, Mode.SECTION, 0.01).count(Field.COUNTY) == ()
