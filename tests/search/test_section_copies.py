"""What one section or one report shares: the groups of all copies that hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import NotFound, TooCostly
from index.model import Part, Place, Report
from index.querytree import Field, Filter
from index.whoosh_engine import WhooshEngine
from search.copied import Copies, Group
from search.copies import Between, CopiesRequest, copies_json, find_copies
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

OWN = (
    "乡贤堂里摆下八仙桌，老支书沏一壶野茶，把争了三年的水渠走向当面划清，两家人握手出门。",
    "码头趸船改作普法驿站，渔民收网归来先听一刻钟判例，再领当日冰票，半年听讲七百余人次。",
    "执法队员随身带两张清单，一张列首违不罚情形，一张写整改期限，商户签字后当场各留一份。",
)


def report(town: int, year: int, *texts: str, parts: tuple[Part, ...] = ()) -> Report:
    """A report with a section for each text."""
    place = Place(f"第{town}镇", f"县{town % 3}")
    return make_report(
        f"镇{town}-{year}", [("", t) for t in texts], year=year, place=place, parts=parts
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[WhooshEngine]:
    """Four reports: two texts that two have, and one that three have."""
    found = WhooshEngine(
        write(
            tmp_path,
            batch(
                report(1, 2020, OWN[0], OWN[1], parts=(Part.PLANS, Part.PROBLEMS)),
                report(2, 2021, OWN[1] + OWN[2], "平安。"),
                report(3, 2022, OWN[2]),
                report(4, 2023, OWN[0], OWN[1]),
            ),
        )
    )
    yield found
    found.close()


def of(copies: Copies) -> list[set[str]]:
    return [{member.passage.id for member in group.members} for group in copies.groups]


def without_rank(group: Group) -> Group:
    """The group without what depends on which others are told."""
    members = (replace(member, residue=()) for member in group.members)
    return replace(group, rank=0, members=tuple(members))


@pytest.mark.parametrize("between", Between)
def test_groups_of_a_section_and_of_a_report_are_those_of_all_that_hold_it(
    samples_index: Path, between: Between
) -> None:
    engine = WhooshEngine(samples_index)
    every = find_copies(engine, CopiesRequest(between=between, limit=None)).groups
    members = {member.passage.id for group in every for member in group.members}
    reports = [*engine.report_ids()]
    told = {id.partition("#")[0] for id in members}
    for asked in [*sorted(members), *sorted(told), *(id for id in reports if id not in told)][:90]:
        own = {id for id in members if id == asked or id.partition("#")[0] == asked}
        found = find_copies(engine, CopiesRequest(between=between, limit=None, id=asked))
        holding = [g for g in every if not own.isdisjoint(m.passage.id for m in g.members)]
        assert [*map(without_rank, found.groups)] == [*map(without_rank, holding)]
        assert found.total_groups == len(holding)
    engine.close()
    assert bool(every) == (between is not Between.YEARS)  # samples/: nobody kept a year's text


def test_names_that_were_kept_are_those_of_the_section(samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    every = find_copies(engine, CopiesRequest(limit=None)).residue
    (kept,) = every  # samples/README.md: one was left behind
    section = kept.id.partition("-m")[0]
    found = find_copies(engine, CopiesRequest(id=section)).residue
    other = next(
        member.passage.id
        for group in find_copies(engine, CopiesRequest(id=section)).groups
        for member in group.members
        if member.passage.report_id != kept.report
    )
    assert [replace(each, rank=kept.rank) for each in found] == [kept]
    assert find_copies(engine, CopiesRequest(id=other)).residue == ()
    engine.close()


def test_a_section_is_in_each_of_its_groups(engine: WhooshEngine) -> None:
    assert of(find_copies(engine, CopiesRequest(id="镇1-2020#0"))) == [{"镇1-2020#0", "镇4-2023#0"}]
    of_middle = of(find_copies(engine, CopiesRequest(id="镇2-2021#0")))
    assert sorted(map(len, of_middle)) == [2, 3]
    assert all("镇2-2021#0" in group for group in of_middle)
    assert of(find_copies(engine, CopiesRequest(id="镇2-2021#1"))) == []


def test_a_measure_stands_for_its_section(engine: WhooshEngine) -> None:
    whole = report(5, 2024, "一是" + OWN[0])
    measured = replace(
        whole, sections=tuple(replace(s, measures=(s.text_span,)) for s in whole.sections)
    )
    folder = engine.folder.parent / "measured"
    with_measure = WhooshEngine(write(folder, batch(measured, report(1, 2020, OWN[0]))))
    by_measure, by_section = (
        find_copies(with_measure, CopiesRequest(id=id)) for id in ("镇5-2024#0-m1", "镇5-2024#0")
    )
    with_measure.close()
    assert of(by_measure) == of(by_section) == [{"镇1-2020#0", "镇5-2024#0"}]


def test_filters_choose_among_the_sections_of_a_report(engine: WhooshEngine) -> None:
    problems = (Filter(Field.PART, (Part.PROBLEMS,)),)
    found = find_copies(engine, CopiesRequest(problems, id="镇1-2020"))
    assert found.compared_sections == 1
    assert of(found) == [{"镇1-2020#1", "镇2-2021#0", "镇4-2023#1"}]
    elsewhere = (Filter(Field.YEAR, (2022,)),)
    nothing = find_copies(engine, CopiesRequest(elsewhere, id="镇1-2020"))
    assert (nothing.compared_sections, nothing.groups) == (0, ())


def test_json_tells_what_was_asked_for(engine: WhooshEngine) -> None:
    assert copies_json(find_copies(engine, CopiesRequest(id="镇3-2022#0")))["id"] == "镇3-2022#0"
    assert copies_json(find_copies(engine, CopiesRequest()))["id"] is None


@pytest.mark.parametrize("id", ["镇9-2020", "镇1-2020#7", "镇1-2020#0-m3", "#", ""])
def test_what_is_not_there_is_told(engine: WhooshEngine, id: str) -> None:
    with pytest.raises(NotFound):
        find_copies(engine, CopiesRequest(id=id))


def test_what_would_take_too_long_is_refused_and_one_section_is_not(engine: WhooshEngine) -> None:
    with pytest.raises(TooCostly) as told:
        find_copies(engine, CopiesRequest(most_ms=3))
    assert (told.value.most_ms, told.value.estimated_ms) == (3, 3.5)
    assert "lawsearch copies" in told.value.hint
    assert find_copies(engine, CopiesRequest(most_ms=3, id="镇1-2020#0")).total_groups == 1
    assert find_copies(engine, CopiesRequest(most_ms=4)).total_groups > 1
