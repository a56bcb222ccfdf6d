"""The arrays of segments that the writer made, against the plainest building of the reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.segments.format import Arrays, read_segment
from index.segments.segment import Segment
from index.segments.snapshot import Snapshot
from index.segments.unpacking import unpack
from index.segments.versions import term_versions
from tests.contract.drawn import Drawn
from tests.contract.naive import build
from tests.made import write

pytestmark = pytest.mark.usefixtures("unsynced")

CODED = {
    "section.part": "parts",
    "section.topics": "topics",
    "report.level": "levels",
    "report.kind": "kinds",
    "report.place": "places",
}
"""Arrays of numbers whose meaning is in the plain values: these may stand in any order."""
PACKED = {"stored": "section.stored", "records": "report.record", "cards": "report.card"}
"""Bytes that say the same in more than one way, and where each piece of them begins."""
LISTS = ("gram.position", "word.section", "heading.section")


def decoded(name: str, values: Sequence[int], meta: Mapping[str, Any]) -> list[Any]:
    names = meta[CODED[name]]
    match name:
        case "section.part":
            return [names[value - 1] if value else None for value in values]
        case "section.topics":
            return [{t for bit, t in enumerate(names) if value >> bit & 1} for value in values]
    return [names[value] for value in values]


def compare(found: Arrays, meta: Mapping[str, Any], reports: Sequence[Any]) -> None:
    wanted, wanted_meta = build(reports)
    assert found.keys() == wanted.keys()
    segment = Segment("a.seg", dict(meta), found, None)
    for name in LISTS:
        term = name.split(".")[0]
        lists = (unpack(*segment.packed(name, n)) for n in range(len(found[f"{term}.width"])))
        assert [*chain.from_iterable(lists)] == [*wanted[name]], name
    in_lists = {f"{name.split('.')[0]}.{part}" for name in LISTS for part in ("packed", "width")}
    for name in found.keys() - PACKED.keys() - {*PACKED.values()} - {*LISTS} - in_lists:
        if name in CODED:
            told = decoded(name, found[name], meta), decoded(name, wanted[name], wanted_meta)
        else:
            told = [*found[name]], [*wanted[name]]
        assert told[0] == told[1], name
        assert name in CODED or found[name].format == wanted[name].typecode, name
    for blob, offsets in PACKED.items():
        assert len(found[offsets]) == len(wanted[offsets])
        assert found[offsets][-1] == len(found[blob])
    for key in ("format", "sections", "reports", "characters"):
        assert meta[key] == wanted_meta[key]


def segments(folder: Path) -> Iterator[tuple[Arrays, Mapping[str, Any], list[Any]]]:
    """Arrays and plain values of each segment, and its reports, deleted ones too."""
    snapshot = Snapshot(folder, term_versions())
    try:
        for segment, base in zip(snapshot.segments, snapshot.base_report, strict=False):
            meta, arrays = read_segment((folder / segment.name).read_bytes())
            yield arrays, meta, [snapshot.report(base + n) for n in range(segment.n_reports)]
    finally:
        snapshot.close()


@settings(max_examples=40)
@given(seed=st.integers(0, 1 << 40))
def test_the_writer_builds_and_merges_what_the_format_says(seed: int) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), *Drawn(seed).history)
        for arrays, meta, reports in segments(Path(folder)):
            compare(arrays, meta, reports)
