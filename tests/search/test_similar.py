"""Measures that are like another: what is found, what is grouped, and how it is explained."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.engine import CommonForm
from index.errors import NoMeasure, NotFound
from index.model import Level, Part, Place
from index.querytree import Field, Filter
from index.whoosh_engine import WhooshEngine
from indexer.prepare import Settings, load_report
from indexer.read.reader import Reader
from search.agreeing import Readable, agreements, longest
from search.alike import Similar, SimilarHit, similar_json
from search.measures import LONGEST
from search.sametext import Originals
from search.similar import SimilarFinder, SimilarRequest, find_similar
from search.telling import whole
from tests.made import batch, write

COUNTIES = ("青禾县", "云麓区", "霁川市", "漪川县")
OPENING = "坚持以高质量党建引领基层治理，全面贯彻落实上级关于法治建设的各项决策部署"
MEDIATION = (
    "邻里有了口角，由本组老党员先去说和，说不拢的再请村里调解员上门，全年化解纠纷八十二起。",
    "组建由退休教师、老支书组成的调解队伍，家长里短先由他们上门说和，化解邻里纠纷一百余起。",
)
LAWYER = "村里签合同以前先请律师审查，退回有漏洞的合同十四份，避免了集体经济损失。"
COPIED = "在渡口设茶桌调解点，一壶茶、一张桌、一本法，请老船工劝和，全年谈妥二十六桌。"
WAGES = "联合劳动监察清查工地工资专用账户，为四十名务工人员追回拖欠工资三十万元。"


def report_text(place: str, year: int, *measures: str, problem: str = "执法人员不足。") -> str:
    items = "".join(
        f"（{number}）{text}\n" for number, text in zip("一二三四五六七", measures, strict=False)
    )
    return (
        f"{place}{year}年法治政府建设情况的报告\n\n一、主要举措和成效\n{items}"
        f"二、存在的不足和原因\n{problem}\n三、下一年度安排\n补充执法人员。\n"
    )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    """Six townships of four counties; all begin with the same sentence."""
    top = tmp_path_factory.mktemp("similar")
    texts = {
        "青禾县荻溪镇2022": ("抓领导。" + OPENING + "。", "重化解。" + MEDIATION[0]),
        "青禾县荻溪镇2023": ("抓领导。" + OPENING + "。", "会说和。" + MEDIATION[0] + "新增三人。"),
        "云麓区苇汀镇2022": ("强组织。" + OPENING + "，" + MEDIATION[1], "审合同。" + LAWYER),
        "霁川市双桅镇2022": ("抓领导。" + OPENING + "。", "茶桌。" + COPIED),
        "霁川市榛岭镇2023": ("抓领导。" + OPENING + "。", "老茶馆。" + COPIED.replace("六", "八")),
        "漪川县蓼汀乡2021": (
            "抓领导。" + OPENING + "。",
            "追工资。" + WAGES,
            "茶桌说和。" + COPIED,
        ),
    }
    reader, reports = Reader(), []
    for name, measures in texts.items():
        path = top / f"{name}.txt"
        problem = "调解员说和邻里纠纷不多，调解文书不规范。" if "双桅" in name else "执法人员不足。"
        path.write_text(report_text(name[:-4], int(name[-4:]), *measures, problem=problem), "utf-8")
        reports.append(load_report(path, reader, Settings()))
    engine = WhooshEngine(write(top / "index", batch(*reports)))
    yield engine
    engine.close()


def ask(engine: WhooshEngine, id: str, **more: object) -> Similar:
    return find_similar(engine, SimilarRequest(id, **more))  # type: ignore[arg-type]


def ids(similar: Similar) -> list[str]:
    return [hit.measure.id for hit in similar.hits]


def hit_of(similar: Similar, id: str) -> SimilarHit:
    return next(hit for hit in similar.hits if id in (hit.measure.id, *(c.id for c in hit.copies)))


# What is found


def test_another_wording_of_the_same_comes_first(engine: WhooshEngine) -> None:
    found = ask(engine, "青禾县荻溪镇-2022#1.2-m1")
    assert ids(found)[0] == "云麓区苇汀镇-2022#1.1-m1"
    assert [hit.rank for hit in found.hits] == [*range(1, len(found.hits) + 1)]
    assert found.hits[0].score > found.hits[1].score


def test_the_own_township_is_found_only_when_asked_for_and_the_report_never(
    engine: WhooshEngine,
) -> None:
    alone = ids(ask(engine, "青禾县荻溪镇-2022#1.2-m1", limit=None))
    both = ids(ask(engine, "青禾县荻溪镇-2022#1.2-m1", limit=None, same_township=True))
    assert not any("荻溪镇" in id for id in alone)
    assert both[0] == "青禾县荻溪镇-2023#1.2-m1"
    assert not any(id.startswith("青禾县荻溪镇-2022") for id in both)


def test_filters_are_on_what_is_found(engine: WhooshEngine) -> None:
    year = Filter(Field.YEAR, (2022,))
    part = Filter(Field.PART, (Part.PROBLEMS,))
    found = ask(engine, "青禾县荻溪镇-2023#1.2-m1", filters=(year, part), limit=None)
    assert ids(found)[0] == "霁川市双桅镇-2022#2-m1"
    passages = [hit.measure.passage for hit in found.hits]
    assert {(passage.year, passage.part) for passage in passages} == {(2022, Part.PROBLEMS)}


def test_what_is_lacking_comes_after_what_is_done(engine: WhooshEngine) -> None:
    found = ids(ask(engine, "青禾县荻溪镇-2022#1.2-m1", limit=None))
    assert found.index("云麓区苇汀镇-2022#1.1-m1") < found.index("霁川市双桅镇-2022#2-m1")


def test_a_section_stands_for_its_measures_and_a_text_for_itself(engine: WhooshEngine) -> None:
    section = ask(engine, "青禾县荻溪镇-2022#1.2")
    assert ids(section) == ids(ask(engine, "青禾县荻溪镇-2022#1.2-m1"))
    typed = find_similar(engine, SimilarRequest(text="请律师看合同有没有漏洞"))
    assert ids(typed)[0] == "云麓区苇汀镇-2022#1.2-m1"
    assert (typed.query.id, typed.query.start, typed.query.end) == (None, 0, 11)


def test_copies_are_one_hit_with_their_places_and_years(engine: WhooshEngine) -> None:
    found = find_similar(engine, SimilarRequest(text="茶馆里请人喝茶劝和"))
    hit = hit_of(found, "霁川市榛岭镇-2023#1.2-m1")
    assert len(hit.copies) == 2
    assert hit.townships == ("漪川县蓼汀乡", "霁川市双桅镇", "霁川市榛岭镇")
    assert hit.years == (2021, 2022, 2023)
    assert sum("茶桌" in other.measure.text for other in found.hits) == 1


# Common form


def test_a_measure_of_common_form_is_like_nothing(engine: WhooshEngine) -> None:
    found = ask(engine, "青禾县荻溪镇-2022#1.1-m1")
    assert found.nothing_beyond_common_form
    assert found.hits == ()


def test_common_form_does_not_count_beside_something_else(engine: WhooshEngine) -> None:
    found = ask(engine, "云麓区苇汀镇-2022#1.1-m1")
    ((start, end),) = found.query.common_form
    text = found.query.text[start - found.query.start : end - found.query.start]
    assert text == OPENING
    assert ids(found)[0] in ("青禾县荻溪镇-2022#1.2-m1", "青禾县荻溪镇-2023#1.2-m1")
    assert not any("党建" in t.term for hit in found.hits for t in hit.terms)
    assert not any(id.endswith("#1.1-m1") for id in ids(found))


@pytest.mark.parametrize("text", ["，。！", "我们的", "2024年第3次", "魑魅魍魉", "青禾县荻溪镇"])
def test_a_text_that_tells_nothing_finds_nothing(engine: WhooshEngine, text: str) -> None:
    found = find_similar(engine, SimilarRequest(text=text))
    assert found.hits == ()
    assert not found.nothing_beyond_common_form


def test_a_long_text_is_bounded_and_said_so(engine: WhooshEngine) -> None:
    text = (MEDIATION[0] * (LONGEST // len(MEDIATION[0]) + 1))[: LONGEST + 7]
    found = find_similar(engine, SimilarRequest(text=text))
    assert found.query.left_out == 7
    assert found.query.end == LONGEST
    assert found.hits


# Explanations


def test_a_hit_tells_by_which_words_and_where_they_stand_on_both_sides(
    engine: WhooshEngine,
) -> None:
    found = ask(engine, "青禾县荻溪镇-2022#1.2-m1")
    hit = found.hits[0]
    assert {"化解", "上门"} <= {term.term for term in hit.terms if term.in_query}
    assert [t.weight for t in hit.terms] == sorted((t.weight for t in hit.terms), reverse=True)
    first = hit.agreements[0]
    for side in first:
        marked = [side.text[start:end] for start, end in side.spans]
        assert {"化解", "上门"} & set(marked)


def test_spans_lead_to_the_sources(engine: WhooshEngine) -> None:
    for report in engine.report_ids():
        found = ask(engine, f"{report}#1.2-m1", limit=None, same_township=True)
        source = engine.fetch([report])[report].source
        assert found.query.text == source[found.query.start : found.query.end]
        for hit in found.hits:
            other = engine.fetch([hit.measure.passage.report_id])
            (theirs,) = (r.source for r in other.values())
            for agreement in hit.agreements:
                assert source[agreement.query.start : agreement.query.end] == agreement.query.text
                assert theirs[agreement.found.start : agreement.found.end] == agreement.found.text
                for side in agreement:
                    assert all(0 <= a < b <= len(side.text) for a, b in side.spans)


def test_json_holds_what_was_found(engine: WhooshEngine) -> None:
    found = ask(engine, "漪川县蓼汀乡-2021#1.3-m1", limit=1)
    told = similar_json(found)
    (hit,) = told["hits"]
    assert hit["id"] == "霁川市双桅镇-2022#1.2-m1"
    assert [copy["id"] for copy in hit["copies"]] == ["霁川市榛岭镇-2023#1.2-m1"]
    assert (hit["township"], hit["county"], hit["year"]) == ("双桅镇", "霁川市", 2022)
    assert hit["text"] == COPIED
    assert hit["agreements"][0]["spans"] == [[0, len(hit["agreements"][0]["text"])]]
    assert told["query"]["common_form"] == []


# Ids


@pytest.mark.parametrize(
    ("id", "inside"),
    [
        pytest.param("青禾县荻溪镇-2022", "青禾县荻溪镇-2022#1.1-m1", id="a report"),
        pytest.param("青禾县荻溪镇-2022#1", "青禾县荻溪镇-2022#1.2-m1", id="a section of sections"),
    ],
)
def test_what_has_no_measure_of_its_own_tells_those_inside(
    engine: WhooshEngine, id: str, inside: str
) -> None:
    with pytest.raises(NoMeasure) as raised:
        ask(engine, id)
    assert inside in raised.value.inside
    assert inside in raised.value.hint


@pytest.mark.parametrize(
    "id", ["无名镇-2022#1-m1", "青禾县荻溪镇-2022#8", "青禾县荻溪镇-2022#2-m9"]
)
def test_a_wrong_id_is_not_found(engine: WhooshEngine, id: str) -> None:
    with pytest.raises(NotFound):
        ask(engine, id)


def test_the_same_question_has_the_same_answer(engine: WhooshEngine) -> None:
    finder = SimilarFinder(engine)
    request = SimilarRequest("青禾县荻溪镇-2022#1.2-m1", limit=None)
    first, again = finder.find(request), finder.find(request)
    assert [(h.score, h.measure.id) for h in first.hits] == [
        (h.score, h.measure.id) for h in again.hits
    ]
    assert ids(find_similar(engine, request)) == ids(first)


# Parts

_TEXT = st.text(st.sampled_from("调解纠纷网格合同，。；\n一二"), max_size=60)


@given(_TEXT, _TEXT)
def test_agreements_mark_the_same_words_on_both_sides(query: str, found: str) -> None:
    words = {"调解": 2.0, "纠纷": 1.0, "调解纠纷": 3.0, "合同": 0.5}
    asked, other = (Readable(text, range(len(text)), text, 0) for text in (query, found))
    for agreement in agreements(asked, other, words):
        shared = {w for w in words if w in agreement.found.text and w in agreement.query.text}
        for side in agreement:
            held = [side.text[a:b] for a, b in side.spans]
            assert all(any(w in each for each in held) for w in longest(shared))
            assert [*side.spans] == sorted(side.spans)


@given(st.text(st.sampled_from("调解，。纠"), max_size=40), st.data())
def test_common_form_grows_to_whole_clauses_only(stream: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(stream)))
    end = data.draw(st.integers(start, len(stream)))
    forms = whole(stream, [CommonForm(start, end, 9, 9, 9)] if end > start else [])
    for a, b in forms:
        assert 0 <= a <= start <= end <= b <= len(stream)
        assert start - a < 8
        assert b - end < 8
        assert not set(stream[a:start]) & set("，。")
        assert not set(stream[end:b]) & set("，。")


@pytest.mark.parametrize(
    ("other", "is_copy"),
    [
        pytest.param(COPIED, True, id="the same"),
        pytest.param(COPIED.replace("渡口", "老街"), True, id="a word changed"),
        pytest.param(COPIED + "新增一处。", True, id="a little added"),
        pytest.param(COPIED + WAGES + LAWYER, False, id="a small part of another"),
        pytest.param(WAGES, False, id="another"),
        pytest.param("茶桌", False, id="shorter than a shingle"),
    ],
)
def test_copies_are_told_apart(other: str, is_copy: bool) -> None:
    originals = Originals()
    originals.add(LAWYER)
    originals.add(COPIED)
    assert originals.find(other) == (1 if is_copy else None)


@settings(max_examples=200)
@given(st.text(min_size=1, max_size=300))
def test_a_text_is_a_copy_of_itself(text: str) -> None:
    originals = Originals()
    originals.add(text)
    assert originals.find(text) == 0


def test_an_index_of_one_report_has_nothing_like_it() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "青禾县荻溪镇2022.txt"
        path.write_text(report_text("青禾县荻溪镇", 2022, "重化解。" + MEDIATION[0]), "utf-8")
        report = load_report(path, Reader(), Settings())
        assert report.place == Place("荻溪镇", "青禾县", None, None)
        engine = WhooshEngine(write(Path(folder) / "index", batch(report)))
        assert ask(engine, f"{report.id}#1.1-m1").hits == ()
        engine.close()


def test_what_stands_behind_many_copies_is_found_too(tmp_path: Path) -> None:
    reader, reports = Reader(), []
    for n in range(60):
        place = f"青禾县{'东西南北中'[n % 5]}{'溪岭坪湾渡河山林田坝洲浦'[n // 5]}镇"
        path = tmp_path / f"{place}2022.txt"
        path.write_text(report_text(place, 2022, "茶桌劝和。" + COPIED), "utf-8")
        reports.append(load_report(path, reader, Settings()))
    path = tmp_path / "云麓区苇汀镇2022.txt"
    path.write_text(report_text("云麓区苇汀镇", 2022, "讲和。请人谈妥八件。"), "utf-8")
    engine = WhooshEngine(
        write(tmp_path / "ix", batch(*reports, load_report(path, reader, Settings())))
    )
    found = find_similar(engine, SimilarRequest(text="在渡口设茶桌请老船工谈妥", limit=2))
    engine.close()
    assert sorted(len(hit.copies) for hit in found.hits) == [0, 59]


def test_reports_of_other_levels_are_found_only_when_asked_for(tmp_path: Path) -> None:
    reports = []
    for name in ("青禾县荻溪镇", "云麓区苇汀镇", "霁川市双桅镇"):
        path = tmp_path / f"{name}.txt"
        path.write_text(report_text(name, 2022, "重化解。" + MEDIATION[0]), "utf-8")
        reports.append(load_report(path, Reader(), Settings()))
    reports[2] = replace(reports[2], level=Level.COUNTY)
    engine = WhooshEngine(write(tmp_path / "index", batch(*reports)))
    id = f"{reports[0].id}#1.1-m1"
    places = {
        level: _reports(ask(engine, id, filters=filters))
        for level, filters in (
            ("unasked", ()),
            ("county", (Filter(Field.LEVEL, (Level.COUNTY,)),)),
        )
    }
    engine.close()
    assert places == {"unasked": {reports[1].id}, "county": {reports[2].id}}


def _reports(similar: Similar) -> set[str]:
    measures = [m for hit in similar.hits if hit.score > 0.5 for m in (hit.measure, *hit.copies)]
    return {measure.passage.report_id for measure in measures}
