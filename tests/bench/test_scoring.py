"""Recall and precision count what was planted, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import plant
from bench.finding import shingles
from bench.generate import GeneratedReport
from bench.plant import Kept, Kind, Planted, Stretch, make_originals
from bench.scoring import Agreeing, Group, Score, joined, overlap, section_at
from indexer.parse import parse_outline
from tests.bench.made_corpus import make_report

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda s: (s[0], sum(s))))


def planted(copy: str, family: int = 0, at: int = 500, kind: Kind = Kind.VERBATIM) -> Planted:
    """a#1 from 100 to 200, copied; twenty characters in the middle were edited."""
    kept = Kept(100, at, 40), Kept(160, at + 60, 40)
    source, place = Stretch("a", 100, 200), Stretch(copy[0], at, at + 100)
    return Planted(kind, family, source, place, "a#1", copy, kept)


def pair(leader: str, member: str, *agreeing: tuple[int, int, int, int]) -> Group:
    """A group of two."""
    return Group(leader, {member: tuple(Agreeing(*a) for a in agreeing)})


@pytest.mark.parametrize(
    ("group", "found", "right"),
    [
        pytest.param(pair("a#1", "b#1", (500, 600, 100, 200)), 1, 1, id="all of it"),
        pytest.param(pair("b#1", "a#1", (100, 200, 500, 600)), 1, 1, id="the other way round"),
        pytest.param(pair("a#1", "b#1", (400, 540, 0, 140)), 1, 1, id="half of what was kept"),
        pytest.param(pair("a#1", "b#1", (500, 539, 100, 139)), 0, 1, id="less than half"),
        pytest.param(pair("a#1", "b#1", (500, 600, 100, 120)), 0, 1, id="half on one side only"),
        pytest.param(
            pair("a#1", "b#1", (500, 520, 100, 120), (560, 580, 160, 180)), 1, 1, id="two places"
        ),
        pytest.param(pair("a#1", "b#1", (700, 800, 300, 400)), 0, 0, id="something else"),
        pytest.param(pair("a#1", "b#1", (540, 560, 140, 160)), 0, 0, id="only what was edited"),
        pytest.param(pair("a#1", "b#1", (500, 514, 100, 114)), 0, 0, id="too short"),
        pytest.param(pair("a#1", "b#2", (500, 600, 100, 200)), 0, 0, id="another section"),
    ],
)
def test_a_pair_is_found_by_half_and_right_by_fifteen(group: Group, found: int, right: int) -> None:
    score = Score([planted("b#1")], [group])

    assert 1 - len(score.missed) == found
    assert score.pairs - len(score.wrong) == right
    assert score.precision == right


def test_two_members_of_a_group_are_found_by_what_ties_each_to_the_first() -> None:
    group = Group(
        "c#1", {"a#1": (Agreeing(100, 200, 0, 100),), "b#1": (Agreeing(500, 600, 0, 80),)}
    )

    assert Score([planted("b#1")], [group]).missed == []


def test_two_groups_do_not_make_up_one() -> None:
    groups = [
        pair("a#1", "b#1", (500, 530, 100, 130)),
        pair("a#1", "b#1", (570, 600, 170, 200)),
        pair("a#1", "c#1", (0, 100, 100, 200)),
        pair("d#1", "b#1", (500, 600, 0, 100)),
    ]

    assert len(Score([planted("b#1")], groups).missed) == 1


def test_copies_of_one_text_are_right_together_and_of_two_texts_wrong() -> None:
    other = Planted(
        Kind.VERBATIM, 1, Stretch("e", 0, 90), Stretch("f", 0, 90), "e#1", "f#1", (Kept(0, 0, 90),)
    )
    truth = [planted("b#1"), planted("c#1", at=0), other]
    family = pair("b#1", "c#1", (0, 100, 500, 600))
    strangers = pair("b#1", "f#1", (0, 90, 500, 590))

    assert Score(truth, [family]).wrong == []
    assert [(w.leader, w.member) for w in Score(truth, [strangers]).wrong] == [("b#1", "f#1")]


def test_whatever_is_reported_where_nothing_was_planted_is_wrong() -> None:
    score = Score([], [pair("a#1", "b#1", (0, 99, 0, 99)), pair("a#2", "b#2", (0, 9, 0, 9))])

    assert (score.pairs, len(score.wrong), score.precision) == (2, 2, 0)
    assert Score([], []).precision == 1


@given(spans, spans)
def test_overlap_counts_the_characters_that_stand_in_both(
    some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    def characters(found: Sequence[tuple[int, int]]) -> set[int]:
        return {at for start, end in found for at in range(start, end)}

    assert overlap(some, others) == len(characters(some) & characters(others))
    assert characters(joined(some)) == characters(some)


def test_a_stretch_stands_in_a_section_s_text() -> None:
    report = make_report("青禾县", "双桅镇", 2021, 0)
    start, end = report.sections[1].text_span

    assert section_at(report, Stretch("", start + 1, end)) == "青禾县双桅镇-2021#2"
    with pytest.raises(ValueError, match="no section"):
        section_at(report, Stretch("", start - 1, end))


def test_reading_everything_finds_what_was_planted_and_nothing_else() -> None:
    originals = make_originals(1500, 6)
    reports, truth = plant.plant(originals, 6)
    named = [with_ids(copy) for copy in truth]

    score = Score(named, list(reference(reports)))

    missed = Counter(copy.kind for copy in score.missed)
    each = len(truth) // len(Kind)
    assert {kind for kind in missed if missed[kind] > 0.05 * each} <= {
        Kind.EDITED_50,
        Kind.SENTENCE,
    }
    assert score.precision > 0.95
    assert len(list(reference(originals))) < 0.05 * len(truth)


def with_ids(copy: Planted) -> Planted:
    """The truth with paths for ids."""
    original = f"{copy.original.report}#{copy.original_key}"
    at = f"{copy.copy.report}#{copy.copy_key}"
    return Planted(copy.kind, copy.family, copy.original, copy.copy, original, at, copy.kept)


def reference(reports: Sequence[GeneratedReport]) -> Iterator[Group]:
    """Pairs of sections that share 30 of the shingles that few reports have: no cleverness."""
    where: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)
    for report in reports:
        for section in parse_outline(report.text).sections:
            start, end = section.text_span
            id = f"{report.path}#{section.key}"
            for at in range(start, end - 7):
                where[report.text[at : at + 8]].setdefault(id, []).append(at)
    shared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for shingle, sections in where.items():
        if len(sections) <= 8:
            for a, b in combinations(sections, 2):
                if a.partition("#")[0] != b.partition("#")[0]:
                    shared[a, b].append(shingle)
    for (a, b), found in shared.items():
        if len(found) >= 30:
            agreeing = [(where[s][b][0], where[s][a][0]) for s in found]
            yield Group(a, {b: tuple(Agreeing(n, n + 8, m, m + 8) for n, m in agreeing)})


def test_shingles_are_eight_characters_long() -> None:
    assert shingles("法治政府建设年度报告") == {
        "法治政府建设年度",
        "治政府建设年度报",
        "政府建设年度报告",
    }
    assert shingles("法治") == {"法治"}
