"""Everything that has an id is found by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.engine import Engine
from index.errors import NotFound
from index.record import section_id
from index.whoosh_engine import WhooshEngine
from search.show import find


@pytest.fixture(scope="module")
def engine(samples_index: Path) -> Iterator[Engine]:
    opened = WhooshEngine(samples_index)
    yield opened
    opened.close()


def test_every_report_section_and_measure_is_found_by_its_id(engine: Engine) -> None:
    for report in engine.fetch([*engine.report_ids()]).values():
        assert find(engine, report.id).json()["id"] == report.id
        for section in report.sections:
            id = section_id(report.id, section)
            found = find(engine, id)
            assert (found.section, found.json()["id"]) == (section, id)
            for n, measure in enumerate(section.measures, 1):
                named = find(engine, f" {id}-m{n}\n")
                assert named.measure == measure
                told = named.json()
                assert told["text"] == report.source[slice(*measure)]
                assert (told["id"], told["report"]) == (f"{id}-m{n}", report.id)


@pytest.mark.parametrize(
    ("id", "near"),
    [
        pytest.param("青禾县槿岭镇-2032", "青禾县槿岭镇-2023", id="a wrong year"),
        pytest.param("槿岭镇-2023", "青禾县槿岭镇-2023", id="no county"),
        pytest.param("青禾县槿岭镇-2023#9.9", "青禾县槿岭镇-2023#1", id="no such section"),
        pytest.param("青禾县槿岭镇-2023#1.1-m0", "青禾县槿岭镇-2023#1.1-m1", id="measure 0"),
        pytest.param("青禾县槿岭镇-2023#1.1-m99", "青禾县槿岭镇-2023#1.1-m1", id="no such measure"),
    ],
)
def test_a_wrong_id_is_told_with_near_ones(engine: Engine, id: str, near: str) -> None:
    with pytest.raises(NotFound) as error:
        find(engine, id)
    assert id in str(error.value)
    assert near in error.value.hint


@pytest.mark.parametrize("id", ["", "#", "##", "a#b#c", "\x00", "x" * 5000, "青禾县槿岭镇-2023#"])
def test_what_is_no_id_is_not_found(engine: Engine, id: str) -> None:
    with pytest.raises(NotFound):
        find(engine, id)
