"""Sections that have most of the weight of some words: what a plain count over streams says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import count_words, section_stream
from index.engine import Engine, FoundSection, Likeness, Tier
from index.model import Part, Place, Report
from index.places import Places
from index.querytree import Field, Filter
from index.ranking import saturate
from index.vector.likeness import _is_same
from index.whoosh_engine import WhooshEngine
from tests.made import batch, corpora, make_report, write

WORDS = ("调解", "网格", "执法", "普法", "纠纷", "枫桥经验", "2024", "从来没有")
Where = tuple[str, int]


@contextmanager
def engine_over(*parts: Sequence[Report], gone: Sequence[str] = ()) -> Iterator[WhooshEngine]:
    """An engine over a segment for each part, without the reports that are gone."""
    with tempfile.TemporaryDirectory() as folder:
        batches = [batch(*part) for part in parts if part]
        engine = WhooshEngine(write(Path(folder) / "i", *batches, batch(remove=gone)))
        try:
            yield engine
        finally:
            engine.close()


def counts_of(reports: Sequence[Report]) -> dict[Where, tuple[Mapping[str, int], int]]:
    """Each section's word frequencies and the length of its stream."""
    streams = {
        (report.id, n): section_stream(report, section)
        for report in reports
        for n, section in enumerate(report.sections)
    }
    return {where: (count_words(s)[0], len(s.text)) for where, s in streams.items()}


def expected(reports: Sequence[Report], words: Mapping[str, float]) -> dict[Where, float]:
    counted = counts_of(reports)
    mean = sum(length for _, length in counted.values()) / max(len(counted), 1)
    scores = {
        where: sum(
            w * saturate(times[word], length, mean) for word, w in words.items() if times[word]
        )
        for where, (times, length) in counted.items()
    }
    return {where: score for where, score in scores.items() if score > 0}


def found_of(found: Sequence[FoundSection]) -> dict[Where, float]:
    return {(each.report_id, each.ordinal): each.score for each in found}


@pytest.mark.usefixtures("unsynced")
@settings(max_examples=30)
@given(corpora(least=2), st.data())
def test_scores_are_those_of_a_plain_count(reports: list[Report], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(reports)))
    gone = data.draw(st.sets(st.sampled_from([r.id for r in reports]), max_size=2))
    words = data.draw(st.dictionaries(st.sampled_from(WORDS), st.floats(0.1, 9), min_size=1))
    live = [report for report in reports if report.id not in gone]
    with engine_over(reports[:cut], reports[cut:], gone=sorted(gone)) as engine:
        found = engine.like(Likeness(words))
        counted = counts_of(live)
        assert found_of(found) == pytest.approx(expected(live, words), rel=1e-5)
        assert engine.frequencies(words) == {
            word: sum(times[word] > 0 for times, _ in counted.values()) for word in words
        }
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(each.tier is Tier.WORDS for each in found)


TOWNS = {
    "a": Place("荻溪镇", "青禾县", "云汀市", "澜岳省"),
    "b": Place("荻溪镇", "云麓区", "云汀市", "澜岳省"),
    "c": Place("荻溪镇", None, None, None),
    "d": Place(None, "青禾县", "云汀市", "澜岳省"),
    "e": Place(None, None, None, None),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    reports = [
        make_report(id, [("一、调解", "调解员上门。"), ("二、执法", "执法人员。")], place=place)
        for id, place in TOWNS.items()
    ]
    parts = (Part.ACHIEVEMENTS, Part.PROBLEMS)
    other = make_report("f", [("一、调解", "调解"), ("二、调解", "")], parts=parts, year=2019)
    with engine_over(reports, [other]) as engine:
        yield engine


def ids(engine: Engine, likeness: Likeness) -> list[str]:
    return sorted({each.report_id for each in engine.like(likeness)})


def path(place: Place) -> Places:
    return place.province, place.city, place.county, place.township


@pytest.mark.parametrize(
    ("place", "left"),
    [
        pytest.param(TOWNS["a"], "bdef", id="a township, and one of its name without a county"),
        pytest.param(TOWNS["c"], "def", id="a name alone is any of that name"),
        pytest.param(TOWNS["d"], "abcef", id="a county is not its townships"),
        pytest.param(TOWNS["e"], "abcdef", id="an unknown place leaves nothing out"),
        pytest.param(Place("无名乡", "青禾县", None, None), "abcdef", id="not in the index"),
    ],
)
def test_reports_of_a_place_are_left_out(engine: Engine, place: Place, left: str) -> None:
    assert ids(engine, Likeness({"调解": 1.0}, apart_from=path(place))) == [*left]


def test_filters_are_on_what_is_found(engine: Engine) -> None:
    asked = Likeness({"调解": 1.0})
    year = Filter(Field.YEAR, (2019,))
    part = Filter(Field.PART, (Part.PROBLEMS,))
    assert ids(engine, replace(asked, filters=(year,))) == ["f"]
    (found,) = engine.like(replace(asked, filters=(year, part)))
    assert (found.report_id, found.ordinal) == ("f", 1)


def test_equal_scores_come_as_reports_are_browsed_and_the_limit_keeps_the_first(
    engine: Engine,
) -> None:
    found = engine.like(Likeness({"执法": 2.0}))
    browsed = [id for id in engine.report_ids() if id in "abcde"]
    assert [each.report_id for each in found] == browsed != sorted(browsed)
    assert engine.like(Likeness({"执法": 2.0}, limit=2)) == found[:2]


def test_words_that_no_section_has_find_nothing(engine: Engine) -> None:
    assert engine.like(Likeness({"从来没有": 3.0})) == []
    assert engine.like(Likeness({})) == []
    assert engine.frequencies(["从来没有", "调解"]) == {"从来没有": 0, "调解": 7}


def test_a_place_is_the_same_whichever_way_it_is_asked() -> None:
    places = [path(place) for place in TOWNS.values() if any(path(place))]
    assert all(_is_same(a, b) == _is_same(b, a) for a in places for b in places)
