"""The picture of a spread: well-formed whatever was typed, readable without colour or script."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from search.chart import MOST_COUNTIES, chart_size, spread_chart
from search.spread import Spread
from tests.spreads import county_of, spread_of_counties, year

SVG = "{http://www.w3.org/2000/svg}"
GREEN = county_of("青禾县", year(2021, 1, 4), year(2022, 0, 4), year(2023, 3, 4))
CLOUD = county_of("云麓区", year(2021, 0, 3), year(2023, 1, 3))


def drawn(spread: Spread) -> Element:
    return fromstring(spread_chart(spread))


def texts(root: Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def bars(root: Element, *kinds: str) -> list[Element]:
    return [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") in kinds]


def test_a_page_can_keep_room_for_the_picture() -> None:
    for spread in (spread_of_counties(GREEN), spread_of_counties(GREEN, CLOUD)):
        root = drawn(spread)
        assert (root.get("width"), root.get("height")) == tuple(map(str, chart_size(spread)))


def test_a_picture_has_a_title_and_a_description_with_every_figure() -> None:
    root = drawn(spread_of_counties(GREEN))
    assert root.get("role") == "img"
    named = {node.get("id"): node.text or "" for node in root if node.get("id")}
    assert root.get("aria-labelledby", "").split() == [*named]
    title, told = named.values()
    assert "枫桥经验" in title
    assert "2021: 1 of 4 reports, 1 of 4 townships, 1 new; 2022: 0 of 4" in told
    assert "Counted is only what is indexed here" in told


def test_a_bar_is_as_long_as_the_years_share_and_the_counts_stand_beside() -> None:
    root = drawn(spread_of_counties(GREEN))
    (full,) = {float(rect.get("width", "")) for rect in bars(root, "track")}
    shares = [float(rect.get("width", "")) / full for rect in bars(root, "bar")]
    assert shares == pytest.approx([0.25, 0.75], abs=1e-3)
    assert {"1 / 4", "0 / 4", "3 / 4"} <= {*texts(root)}


def test_no_figure_is_a_percentage() -> None:
    assert "%" not in "".join(texts(drawn(spread_of_counties(GREEN, CLOUD))))


def test_a_year_with_few_reports_is_hollow_and_marked() -> None:
    small = county_of("青禾县", year(2021, 1, 1), year(2022, 2, 4))
    root = drawn(spread_of_counties(small))
    assert len(bars(root, "hollow")) == 1
    assert {"2021*", "2022"} <= {*texts(root)}
    assert any(text.startswith("* Marked years") for text in texts(root))


def test_a_year_without_reports_says_so() -> None:
    root = drawn(spread_of_counties(county_of("青禾县", year(2020, 1, 1), year(2022, 1, 1))))
    assert texts(root).count("no report") == 1
    assert len(bars(root, "track")) == 3


def test_counties_stand_with_the_townships_that_have_come_to_it() -> None:
    root = drawn(spread_of_counties(GREEN, CLOUD))
    found = texts(root)
    assert found[found.index("青禾县") : found.index("of 4") + 1] == [
        "青禾县",
        "1",
        "1",
        "4",
        "of 4",
    ]
    assert found[found.index("云麓区") : found.index("of 3") + 1] == [
        "云麓区",
        "0",
        "0",
        "1",
        "of 3",
    ]
    assert "hollow: no report of that year" in found


def test_one_county_has_no_panel_of_its_own() -> None:
    assert "青禾县" not in texts(drawn(spread_of_counties(GREEN)))


def test_counties_after_the_eighth_are_one_row() -> None:
    counties = [county_of(f"{n}县", year(2021, n, 20)) for n in range(1, 13)]
    found = texts(drawn(spread_of_counties(*counties)))
    assert [text for text in found if text.endswith("县")] == [f"{n}县" for n in range(12, 4, -1)]
    at = found.index("4 other counties")
    assert found[at + 1 : at + 3] == [str(1 + 2 + 3 + 4), "of 80"]
    assert MOST_COUNTIES == 8


def test_nothing_found_is_a_picture_too() -> None:
    silent = [county_of(name, year(2021, 0, 4)) for name in ("青禾县", "云麓区")]
    root = drawn(spread_of_counties(*silent))
    assert "0 of 8 reports mention it, of 0 of 8 townships" in texts(root)
    assert not bars(root, "bar", "hollow")
    assert "No annual report" in "".join(texts(drawn(spread_of_counties(filters=("year:1",)))))


def test_filters_are_drawn_with_it() -> None:
    root = drawn(spread_of_counties(GREEN, filters=("year:2021", "part:plans")))
    assert "Filters: year:2021 part:plans" in [" ".join(t.split()) for t in texts(root)]


HOSTILE = "</title><script>alert(1)</script>&\"'<!--]]>\x00\x1b[31m\ud800\u202e\ufffe"


def test_what_was_typed_stays_text() -> None:
    spread = spread_of_counties(
        county_of(HOSTILE, year(2021, 1, 2)), GREEN, query=HOSTILE, filters=(HOSTILE,)
    )
    svg = spread_chart(spread)
    root = fromstring(svg)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} == {
        "svg", "title", "desc", "style", "rect", "g", "text"
    }  # fmt: skip
    assert not re.search("[\x00-\x09\x0b-\x1f\ud800-\udfff\u202e\ufffe]", svg)


@given(st.text(), st.text(max_size=30), st.lists(st.text(max_size=30), max_size=2))
def test_any_text_makes_a_whole_document(query: str, name: str, filters: list[str]) -> None:
    spread = spread_of_counties(
        county_of(name, year(2021, 1, 2)), GREEN, query=query, filters=tuple(filters)
    )
    assert fromstring(spread_chart(spread).encode("utf-8")).tag == f"{SVG}svg"


WIDE = [
    county_of(f"很长很长的名字的自治县之{n}", *[year(y, 9999, 99999) for y in range(2000, 2036)])
    for n in range(2)
]


@pytest.mark.parametrize(
    "spread",
    [
        pytest.param(spread_of_counties(GREEN, CLOUD), id="usual"),
        pytest.param(spread_of_counties(*WIDE), id="many years and great numbers"),
        pytest.param(
            spread_of_counties(GREEN, query="枫桥经验" * 30, filters=("township:很长的名字",) * 20),
            id="long query and filters",
        ),
        pytest.param(spread_of_counties(GREEN, query="a" * 300), id="no place to break"),
    ],
)
def test_nothing_is_drawn_outside_of_the_picture(spread: Spread) -> None:
    root = drawn(spread)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for group in root.iter(f"{SVG}g"):
        below = float((group.get("transform") or "").split()[1].rstrip(")"))
        for text in group.iter(f"{SVG}text"):
            left, right = ends(text)
            assert left >= 0, text.text
            assert right <= width, text.text
            assert below + float(text.get("y", "")) <= height
        for rect in group.iter(f"{SVG}rect"):
            x, wide = float(rect.get("x", "")), float(rect.get("width", ""))
            assert x >= 0
            assert x + wide <= width
            assert below + float(rect.get("y", "")) + float(rect.get("height", "")) <= height


def ends(text: Element) -> tuple[float, float]:
    """Where a text begins and ends, a Chinese character as wide as the font is high."""
    size = 19 if text.get("class") == "title" else 14
    wide = sum(size * (1 if ord(c) > 0x2000 else 0.55) for c in text.text or "")
    x = float(text.get("x", ""))
    start = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "start")]
    return start, start + wide


def test_the_same_spread_is_the_same_file() -> None:
    assert spread_chart(spread_of_counties(GREEN)) == spread_chart(spread_of_counties(GREEN))
