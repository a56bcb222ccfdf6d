"""Merged segments are what would have been built of all their live reports at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Report
from index.prepared import PreparedReport, prepare
from index.segments import merge, source
from index.segments.deletes import find_reports, with_deleted
from index.segments.format import read_segment
from index.segments.merge import merge_segments
from index.segments.policy import SETTLED, Run, plan_merges
from index.segments.segment import Segment
from tests.index.naive import as_segment
from tests.index.test_segment_build import reports, topical
from tests.made import make_report


def prepared(made: Sequence[Report]) -> list[PreparedReport]:
    """The reports under ids of their own, prepared."""
    return [prepare(replace(report, id=f"{report.id}-{n}")) for n, report in enumerate(made)]


def without(segment: Segment, ids: Collection[str]) -> Segment:
    """The segment with these reports deleted."""
    deleted = with_deleted(segment, find_reports(segment, ids))
    return Segment(segment.name, segment.meta, segment._arrays, deleted)


def merged(folder: Path, *segments: Segment) -> Segment:
    path = folder / f"{len([*folder.iterdir()])}.seg"
    merge_segments(segments, path)
    return Segment(path.name, *read_segment(path.read_bytes()), None)


def assert_same(found: Segment, wanted: Segment, *, widths: bool = True) -> None:
    assert found.meta == wanted.meta
    assert found._arrays.keys() == wanted._arrays.keys()
    for name in wanted._arrays:
        assert found.array(name).tolist() == wanted.array(name).tolist(), name
        if widths:
            assert found.array(name).format == wanted.array(name).format, name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("merged")


@pytest.fixture(params=[1, 1 << 20], autouse=True, scope="module")
def _chunk(request: pytest.FixtureRequest) -> object:
    """One term at a time, or all at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "CHUNK", request.param)
        patch.setattr(source, "CHUNK", request.param)
        patch.setattr(source, "PIECE", max(7, request.param))
        yield


@given(made=reports(most=6), data=st.data())
def test_a_merge_is_what_would_have_been_built_at_once(
    made: list[Report], data: st.DataObject, folder: Path
) -> None:
    all_of_them = prepared(made)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(made)), max_size=2)))
    edges = [0, *cuts, len(made)]
    pieces = [all_of_them[a:b] for a, b in pairwise(edges)]
    assert_same(merged(folder, *map(as_segment, pieces)), as_segment(all_of_them))


@given(made=reports(least=1, most=6), data=st.data())
def test_what_is_deleted_leaves_no_trace_in_a_merge(
    made: list[Report], data: st.DataObject, folder: Path
) -> None:
    all_of_them = prepared(made)
    cut = data.draw(st.integers(0, len(made)))
    gone = data.draw(st.sets(st.sampled_from([each.id for each in all_of_them])))
    pieces = [without(as_segment(p), gone) for p in (all_of_them[:cut], all_of_them[cut:])]
    left = [each for each in all_of_them if each.id not in gone]
    # counts keep the width of before: the largest may be among those that are deleted
    assert_same(merged(folder, *pieces), as_segment(left), widths=False)


def test_merging_merges_again(folder: Path) -> None:
    texts = ["枫桥经验", "普法" * 200, "调解，", "执法。" * 30, "上门"]
    made = [make_report(f"r{n}", [("一、普法", t)]) for n, t in enumerate(texts)]
    segments = [as_segment([prepare(report)]) for report in made]
    found = segments[0]
    for segment in segments[1:]:
        found = merged(folder, found, segment)
    assert_same(found, as_segment([prepare(report) for report in made]))


def test_more_topics_than_a_segment_holds_are_not_merged(folder: Path) -> None:
    one, other = as_segment([topical("a", 40)]), as_segment([topical("b", 25, 40)])
    with pytest.raises(ValueError, match="65 topics"):
        merged(folder, one, other)
    assert plan_merges([one, other]) == [Run((0,), False), Run((1,), False)]


# Which segments are merged.


def segment_of(n_reports: int, *, deleted: int = 0) -> Segment:
    made = [prepare(make_report(f"r{n}", [("一、", "普法")])) for n in range(n_reports)]
    return without(as_segment(made), {f"r{n}" for n in range(deleted)})


def members(*segments: Segment) -> list[tuple[int, ...]]:
    return [run.members for run in plan_merges(segments)]


def test_the_newest_is_merged_with_what_is_not_twice_as_large() -> None:
    sizes = {n: segment_of(n) for n in (1, 2, 3, 9, 12)}
    assert members(sizes[2], sizes[1]) == [(0,), (1,)]
    assert members(sizes[1], sizes[1]) == [(0, 1)]
    assert members(sizes[9], sizes[1], sizes[1]) == [(0,), (1, 2)]
    assert members(sizes[9], sizes[3], sizes[2]) == [(0, 1, 2)]
    assert members(sizes[12], sizes[3], sizes[2]) == [(0,), (1, 2)]
    assert members() == []


def test_an_index_that_settles_is_one_segment() -> None:
    segments = [segment_of(n) for n in (12, 1)]
    assert plan_merges(segments, SETTLED) == [Run((0, 1), True)]
    assert plan_merges(segments[:1], SETTLED) == [Run((0,), False)]


def test_the_number_of_segments_grows_with_the_logarithm_of_reports() -> None:
    made, segments, written = [segment_of(n) for n in range(1, 61)], [], 0
    for _time in range(60):
        segments.append(made[0])
        runs = plan_merges(segments)
        written += sum(sum(segments[n].n_reports for n in run.members) for run in runs if run.anew)
        segments = [made[sum(segments[n].n_reports for n in run.members) - 1] for run in runs]
        assert len(segments) <= 5
    assert sum(segment.n_reports for segment in segments) == 60
    assert written < 6 * 60


def test_a_segment_of_which_more_is_deleted_than_left_is_written_anew() -> None:
    small = segment_of(1)
    assert plan_merges([segment_of(40, deleted=20), small]) == [Run((0,), False), Run((1,), False)]
    assert plan_merges([segment_of(40, deleted=21), small]) == [Run((0,), True), Run((1,), False)]
    assert plan_merges([segment_of(3, deleted=3), small]) == [Run((1,), False)]
    assert plan_merges([segment_of(3, deleted=2)]) == [Run((0,), True)]
    assert plan_merges([segment_of(2, deleted=2)]) == []


def test_a_merge_never_makes_more_positions_than_a_segment_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.segments.policy.MOST_POSITIONS", 300)
    assert members(segment_of(1), segment_of(1)) == [(0, 1)]
    assert members(segment_of(2), segment_of(2)) == [(0,), (1,)]


# What is deleted.


@pytest.mark.parametrize("asked", [1, 30], ids=["a few", "most of them"])
def test_reports_are_found_by_their_ids(asked: int) -> None:
    made = [prepare(make_report(f"{n * 7 % 40}号", [])) for n in range(40)]
    ids = {each.id for each in made[:asked]} | {"没有"}
    segment = without(as_segment(made), {made[0].id})
    assert sorted(find_reports(segment, ids)) == [*range(1, asked)]


def test_deleting_what_is_deleted_is_nothing_new() -> None:
    segment = segment_of(9, deleted=1)
    assert with_deleted(segment, []) is None
    assert with_deleted(segment, [0]) is None
    assert with_deleted(segment, [8]) == bytes([1, 1])
