"""Completion: what is offered for the word at the cursor, and what taking it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_stream
from index.model import Level, Part, Place
from index.querytree import Field, Filter
from index.whoosh_engine import WhooshEngine
from search.complete import Completion, complete, completions_json
from search.lookup import Lookup
from search.offers import MOST
from search.run import Request, Searcher
from search.vocabulary import load_practices
from tests.made import batch, make_report, write

QINGHE, YANZHOU, YUNTING = "青禾县", "砚洲区", "云汀市"
PLACES = {
    "a": Place("松岭镇", QINGHE, YUNTING, "澜岳省"),
    "b": Place("松岭镇", YANZHOU, YUNTING, "澜岳省"),
    "c": Place("松溪乡", QINGHE, YUNTING, "澜岳省"),
    "d": Place("重楠镇", QINGHE, YUNTING, "澜岳省"),
    "e": Place("青禾镇", YANZHOU, YUNTING, "澜岳省"),
    "f": Place("林场", YANZHOU, YUNTING, "澜岳省"),
    "g": Place(None, "云汀市", "云汀市", "澜岳省"),  # a county of its city's name
    "h": Place("松岭镇", None, None, None),
    "i": Place("溪源(园区)街道", "霁山彝族自治县", YUNTING, "澜岳省"),
}
TEXTS = {
    "a": "推广“枫桥经验”，人民调解委员会调解纠纷。",
    "b": "枫桥经验在村里生根，法律明白人进村。调解员。",
    "c": "人民调解三件。法律明白人。",
}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("complete")
    reports = (
        make_report(
            id,
            [("一、工作", TEXTS.get(id, "召开会议。"))],
            place=place,
            year=2021 + n % 3,
            level=Level.TOWNSHIP if place.township else Level.COUNTY,
            parts=[Part.PROBLEMS if id == "c" else Part.ACHIEVEMENTS],
            topics={0: ("矛盾纠纷化解",) if id == "a" else ("行政执法",)},
        )
        for n, (id, place) in enumerate(PLACES.items())
    )
    engine = WhooshEngine(write(folder, batch(*reports)))
    yield Searcher(engine)
    engine.close()


def offered(searcher: Searcher, query: str, at: int | None = None) -> list[Completion]:
    return complete(searcher.vocabulary, query, at)


def texts(found: list[Completion]) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in found]


OFFERED = [
    pytest.param("松", [("township", "松岭镇"), ("township", "松溪乡")], id="beginning"),
    pytest.param("鬆溪", [("township", "松溪乡")], id="traditional"),
    pytest.param("qhx", [("county", "青禾县")], id="initials"),
    pytest.param("QINGHEX", [("county", "青禾县")], id="pinyin-cut-short"),
    pytest.param("qheze", [], id="near-letters-are-for-did-you-mean"),
    pytest.param("chongn", [("township", "重楠镇")], id="one-reading"),
    pytest.param("zhongn", [("township", "重楠镇")], id="another-reading"),
    pytest.param("青hz", [("township", "青禾镇")], id="characters-and-initials"),
    pytest.param("霁山彝", [("county", "霁山彝族自治县")], id="autonomous"),
    pytest.param("霁山县", [("county", "霁山彝族自治县")], id="autonomous-by-its-short-form"),
    pytest.param("经验", [("practice", "枫桥经验")], id="inside-a-practice"),
    pytest.param("fqjy", [("practice", "枫桥经验")], id="initials-of-a-practice"),
    pytest.param("普法 法律明", [("practice", "法律明白人")], id="last-word"),
    pytest.param("调解员", [], id="whole-word"),
    pytest.param("纠", [("word", "纠纷")], id="word"),
    pytest.param("网格", [], id="practice-that-is-not-there"),
    pytest.param("202", [("year", "2023"), ("year", "2022"), ("year", "2021")], id="years"),
    pytest.param("2", [], id="one-figure"),
    pytest.param("yea", [("field", "year:")], id="field"),
    pytest.param("乡镇", [("field", "乡镇:")], id="chinese-field"),
    pytest.param("year:", [("year", "2023"), ("year", "2022"), ("year", "2021")], id="years-of"),
    pytest.param("part:", [("part", "achievements"), ("part", "problems")], id="parts"),
    pytest.param("部分：p", [("part", "problems")], id="parts-of"),
    pytest.param("topic:x", [], id="nothing"),
    pytest.param("topic:执", [("topic", "行政执法")], id="topic-by-what-is-in-it"),
    pytest.param("level:", [("level", "township"), ("level", "county")], id="levels"),
    pytest.param("county:松", [], id="another-field"),
    pytest.param("county:青", [("county", "青禾县")], id="places-of-a-field"),
    pytest.param('"枫', [("practice", "枫桥经验"), ("word", "枫桥")], id="quotation"),
    pytest.param('"松', [], id="no-place-in-a-quotation"),
    pytest.param("青禾县法律明", [("practice", "法律明白人")], id="without-white-space"),
    pytest.param("", [], id="nothing-typed"),
    pytest.param("iso:20", [], id="unknown-field"),
    pytest.param("松" * 5000, [], id="too-long"),
]


@pytest.mark.parametrize(("query", "wanted"), OFFERED)
def test_offered(searcher: Searcher, query: str, wanted: list[tuple[str, str]]) -> None:
    assert list(dict.fromkeys(texts(offered(searcher, query)))) == wanted


TAKEN = [
    pytest.param("松溪", "松溪乡", id="bare-name"),
    pytest.param("普法 松溪 2023", "普法 松溪 2023", id="only-at-the-cursor"),
    pytest.param("(松溪", "(township:松溪乡", id="no-filter-in-brackets"),
    pytest.param("普法 OR 松溪", "普法 OR township:松溪乡", id="no-filter-beside-or"),
    pytest.param("松溪 或 普法", "松溪 或 普法", id="only-the-word-at-the-cursor"),
    pytest.param("普法 或 松溪", "普法 或 township:松溪乡", id="no-filter-beside-chinese-or"),
    pytest.param("-松溪", "-township:松溪乡", id="excluded"),
    pytest.param("乡镇：松溪", "乡镇：松溪乡", id="value"),
    pytest.param("township:重楠镇,松溪", "township:重楠镇,松溪乡", id="second-value"),
    pytest.param('township:"松溪', 'township:"松溪乡"', id="quoted-value"),
    pytest.param("林", "township:林场", id="name-that-is-no-filter-by-itself"),
    pytest.param("溪源", 'township:"溪源(园区)街道"', id="name-with-brackets"),
    pytest.param('"枫桥经', '"枫桥经验"', id="quotation-closed"),
    pytest.param("“枫桥经", "“枫桥经验”", id="chinese-quotation-closed"),
    pytest.param("青禾县松溪", "青禾县 松溪乡", id="run-on"),
    pytest.param("调解、法律明", "调解、法律明白人", id="after-a-comma"),
    pytest.param("|法律明", "|法律明白人", id="after-a-bar"),
    pytest.param("yunting", "云汀市", id="wider-of-two-of-a-name"),
]


@pytest.mark.parametrize(("query", "wanted"), TAKEN)
def test_taken(searcher: Searcher, query: str, wanted: str) -> None:
    found = offered(searcher, query)
    assert (found[0].insert if found else query) == wanted


def test_rest_of_the_query_stays_and_the_cursor_stands_behind_what_was_taken(
    searcher: Searcher,
) -> None:
    for query in ("普法 松溪镇 2023", "普法 松溪 2023"):
        (found,) = offered(searcher, query, at=5)
        assert found.insert == "普法 松溪乡 2023"
        assert found.insert[: found.cursor] == "普法 松溪乡"


def test_quotation_is_not_closed_twice(searcher: Searcher) -> None:
    (found, *_) = offered(searcher, '"枫桥经" 2023', at=4)
    assert found.insert == '"枫桥经验" 2023'
    (found, *_) = offered(searcher, '"枫桥经 OR "普法"', at=4)
    assert found.insert == '"枫桥经验" OR "普法"'


def test_namesakes_are_told_apart(searcher: Searcher) -> None:
    found = [each for each in offered(searcher, "松岭") if each.kind == "township"]
    assert [(each.insert, each.within) for each in found] == [
        ("township:砚洲区/松岭镇", ("澜岳省", "云汀市", "砚洲区")),
        ("township:青禾县/松岭镇", ("澜岳省", "云汀市", "青禾县")),
    ]


def test_narrower_place_of_a_name_is_told_from_the_wider_one(searcher: Searcher) -> None:
    found = {each.kind: each for each in offered(searcher, "云汀")}
    assert (found["city"].insert, found["county"].insert) == ("云汀市", "county:云汀市")
    assert (found["city"].reports, found["county"].reports) == (8, 1)


@pytest.mark.parametrize("head", ["", "调解 ", "(调解 OR ", "-", "township:", "county:", "city:"])
@pytest.mark.parametrize(
    "typed", ["松", "青", "云", "澜", "溪", "霁", "林", "s", "sl", "qh", "yt", "lys"]
)
def test_place_that_is_taken_is_the_filter_that_is_asked(
    searcher: Searcher, head: str, typed: str
) -> None:
    for each in offered(searcher, head + typed):
        if each.reports is None:
            continue
        alone = each.insert.removeprefix("调解 ").removeprefix("(调解 OR ").removeprefix("-")
        understood = searcher.understand(Request(alone))
        assert [filter.field for filter in understood.filters] == [Field(each.kind)]
        results = searcher.run(Request(alone, limit=None))
        assert results.total_reports == each.reports
        assert {_path(hit.passage.place, each.kind) for hit in results.hits} == {
            (*each.within, each.text)
        }


def _path(place: Place, kind: str) -> tuple[str, ...]:
    path = (place.province, place.city, place.county, place.township)
    depth = ["province", "city", "county", "township"].index(kind)
    return tuple(name for name in path[: depth + 1] if name)


def test_excluded_place_is_a_filter_under_not(searcher: Searcher) -> None:
    (found,) = offered(searcher, "-松溪")
    tree = searcher.understand(Request(found.insert)).tree
    assert getattr(tree, "child", None) == Filter(Field.TOWNSHIP, ("松溪乡",))


@pytest.mark.parametrize("query", ["枫", "人民", "调", "法", "委"])
def test_counts_are_those_of_the_search(searcher: Searcher, query: str) -> None:
    found = [each for each in offered(searcher, query) if each.sections is not None]
    assert found
    for each in found:
        assert searcher.run(Request(f'"{each.text}"')).total_sections == each.sections


def test_what_was_typed_is_marked(searcher: Searcher) -> None:
    marked = {}
    for query in ("松溪", "经验", "qh", "fqj", "霁山县", "topic:执"):
        first = offered(searcher, query)[0]
        marked[query] = first.text[slice(*first.marked)]
    assert marked == {
        "松溪": "松溪", "经验": "经验", "qh": "青禾", "fqj": "枫桥经", "霁山县": "霁山",
        "topic:执": "执",
    }  # fmt: skip


def test_parts_are_offered_in_the_readers_language(searcher: Searcher, chinese: None) -> None:
    assert texts(offered(searcher, "部分:")) == [("part", "举措和成效"), ("part", "不足和原因")]
    assert offered(searcher, "(松溪")[0].insert == "(乡镇:松溪乡"
    (found,) = offered(searcher, "部分:problem")
    assert found.insert == "部分:不足和原因"
    assert searcher.run(Request(found.insert)).total_sections == found.sections == 1


def test_every_kind_gets_its_turn(tmp_path_factory: pytest.TempPathFactory) -> None:
    towns = [f"法{c}镇" for c in "丹云亭仙伏依佳侨保信"]
    words = (
        "法律明白人和法律顾问，法律援助，法治讲座，法治体检，法治长廊。法官法院法规法定法制法则。"
    )
    reports = (
        make_report(f"r{n}", [("一、工作", words)], place=Place(town, "青禾县", None, None))
        for n, town in enumerate(towns)
    )
    engine = WhooshEngine(write(tmp_path_factory.mktemp("turns"), batch(*reports)))
    found = offered(Searcher(engine), "法")
    engine.close()
    kinds = [each.kind for each in found]
    assert len(found) == MOST
    assert kinds == sorted(kinds, key=["township", "practice", "word"].index)
    assert {kind: kinds.count(kind) for kind in kinds} == {"township": 3, "practice": 3, "word": 2}


def test_completions_as_plain_data(searcher: Searcher) -> None:
    assert completions_json(offered(searcher, "qhx"))[0] == {
        "kind": "county", "text": "青禾县", "insert": "青禾县", "cursor": 3, "marked": (0, 3),
        "within": ("澜岳省", "云汀市"), "reports": 3, "sections": None,
    }  # fmt: skip


_PIECES = st.sampled_from(
    [
        *'松青枫法(（)）"“”「」『』|｜,，、:：-－ \u3000\t1２/\u200b\ud800',
        *("year:", "乡镇：", "township:", "part:", "iso:", "OR", "或", "/s"),
        *("qh", "法律", "枫桥经验", "“枫桥", "\U0010ffff"),
    ]
)


@given(st.lists(_PIECES, max_size=9).map("".join), st.none() | st.integers(-2, 30))
def test_any_text_is_completed_in_one_place(searcher: Searcher, query: str, at: int | None) -> None:
    found = offered(searcher, query, at)
    assert found == offered(searcher, query, at)
    assert len(found) <= MOST
    assert len({each.insert for each in found}) == len(found)
    for each in found:
        assert each.insert != query
        assert 0 <= each.cursor <= len(each.insert)
        start, end = each.marked
        assert 0 <= start <= end <= len(each.text)
        rest = each.insert[each.cursor :]
        assert query.endswith(rest)


class Asked(WhooshEngine):
    """Notes how many streams were counted at a time."""

    asked: list[int]

    def counts(self, streams: Collection[str]) -> dict[str, int]:
        self.asked.append(len(streams))
        return super().counts(streams)


def test_all_practices_are_asked_for_at_once_and_words_too(tmp_path: Path) -> None:
    folder = write(tmp_path, batch(make_report("r1", [("一、", "人民群众，法律明白人")])))
    with closing(Asked(folder)) as engine:
        engine.asked = []
        searcher = Searcher(engine)
        assert searcher.vocabulary.practices == {"法律明白人": 1}
        assert engine.asked == [len({fold_stream(name) for name in load_practices()})]
        for _ in range(2):  # what was counted before is remembered
            assert "word" in [each.kind for each in offered(searcher, "人")]
            assert len(engine.asked) == 2


def test_practices_are_names_each_once() -> None:
    names = load_practices()
    assert len(names) == len(set(names)) > 80
    assert all(2 <= len(name) <= 12 and "，" not in name and "。" not in name for name in names)


def test_what_is_only_read_as_a_name_begins_is_not_written_so() -> None:
    lookup = Lookup([QINGHE, "青禾镇"])
    assert len([*lookup.begun("qhx")]) == 1
    assert not [*lookup.written("qhx")]
    assert [*lookup.written("青禾")] == [*lookup.begun("青禾")]
