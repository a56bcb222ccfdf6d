"""The truth of planted copies is what stands in the reports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench import generate, plant
from bench.generate import GeneratedReport
from bench.plant import Kind, Planted, boilerplate, make_originals
from indexer.parse import parse_outline

Planting = tuple[dict[str, GeneratedReport], dict[str, GeneratedReport], list[Planted]]


@pytest.fixture(scope="module")
def planting() -> Planting:
    """The reports before, those after by path, and the truth."""
    originals = make_originals(1500, 5)
    reports, planted = plant.plant(originals, 5)
    return {str(r.path): r for r in originals}, {str(r.path): r for r in reports}, planted


def cut(reports: dict[str, GeneratedReport], stretch: plant.Stretch) -> str:
    """The stretch's text."""
    return reports[stretch.report].text[stretch.start : stretch.end]


def test_each_kind_is_planted_as_often(planting: Planting) -> None:
    counts = Counter(copy.kind for copy in planting[2])

    assert set(counts) == set(Kind)
    assert len(set(counts.values())) == 1
    assert counts[Kind.VERBATIM] > 20


def test_what_is_kept_is_the_same_on_both_sides(planting: Planting) -> None:
    _before, reports, planted = planting
    for copy in planted:
        assert copy.kept
        for original, at, size in copy.kept:
            text = reports[copy.original.report].text[original : original + size]
            assert text == reports[copy.copy.report].text[at : at + size]
            assert not boilerplate(text)
            assert copy.original.start <= original <= original + size <= copy.original.end
            assert copy.copy.start <= at <= at + size <= copy.copy.end


def test_originals_are_left_as_they_were(planting: Planting) -> None:
    before, reports, planted = planting

    assert all(cut(reports, copy.original) in before[copy.original.report].text for copy in planted)


def test_copies_are_what_their_kind_says(planting: Planting) -> None:
    _before, reports, planted = planting
    for copy in planted:
        original, text = cut(reports, copy.original), cut(reports, copy.copy)
        kept = sum(k.size for k in copy.kept)
        own = len(original) - sum(end - start for start, end in boilerplate(original))
        match copy.kind:
            case Kind.VERBATIM | Kind.OWN | Kind.SENTENCE:
                assert text == original
            case Kind.REORDERED:
                assert text != original
                assert (sorted(text), kept) == (sorted(original), own)
            case Kind.SWAPPED:
                assert 0.7 * own < kept < own
            case _:
                share = plant.SHARES[copy.kind]
                assert kept == pytest.approx((1 - share) * own, abs=0.15 * own)


def test_a_copy_is_later_and_in_another_report(planting: Planting) -> None:
    _before, reports, planted = planting
    for copy in planted:
        source, at = reports[copy.original.report], reports[copy.copy.report]
        same_township = (source.county, source.township) == (at.county, at.township)
        assert source.path != at.path
        assert source.year <= at.year
        assert same_township is (copy.kind is Kind.OWN)


def test_no_section_gives_and_receives(planting: Planting) -> None:
    planted = planting[2]
    given = {(copy.original.report, copy.original_key): copy.family for copy in planted}
    received = [(copy.copy.report, copy.copy_key) for copy in planted]

    assert len(set(received)) == len(received)
    assert given.keys().isdisjoint(received)
    assert len(set(given.values())) == len(given) < len(planted), "some have several copies"


def test_outlines_are_kept_and_copies_stand_in_their_sections(planting: Planting) -> None:
    _before, reports, planted = planting
    for copy in planted:
        for stretch, key in (
            (copy.original, copy.original_key),
            (copy.copy, copy.copy_key),
        ):
            sections = parse_outline(reports[stretch.report].text).sections
            (section,) = (s for s in sections if s.key == key)
            assert section.text_span.start <= stretch.start < stretch.end <= section.text_span.end


def test_a_copied_sentence_stands_between_new_ones_in_its_own_paragraph(planting: Planting) -> None:
    before, reports, planted = planting
    everything = "".join(report.text for report in before.values())
    for copy in planted:
        if copy.kind is Kind.SENTENCE:
            text = reports[copy.copy.report].text
            start = text.rindex("\n", 0, copy.copy.start) + 1
            end = text.index("\n", copy.copy.end)
            new = text[start : copy.copy.start], text[copy.copy.end : end]
            assert all(sentence.endswith("。") for sentence in new)
            assert not any(sentence in everything for sentence in new)


def test_nothing_was_copied_before(planting: Planting) -> None:
    sections = [
        report.text[slice(*section.text_span)]
        for report in planting[0].values()
        for section in parse_outline(report.text).sections
    ]
    texts = [text for text in sections if len(text) >= plant.SHORTEST]

    assert len(set(texts)) == len(texts)


def test_the_same_seed_plants_the_same() -> None:
    originals = make_originals(750, 9)

    assert plant.plant(originals, 9) == plant.plant(originals, 9)
    assert plant.plant(originals, 9) != plant.plant(originals, 10)


def test_too_many_copies_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plant, "SECTIONS_OF_COPY", 1)

    with pytest.raises(ValueError, match="no section has a text left"):
        plant.plant(make_originals(750, 9), 9)


def test_script_writes_reports_and_truth(tmp_path: Path) -> None:
    root = Path(generate.__file__).parent.parent
    arguments = ["--sections", "750", "--seed", "3", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "bench.plant", *arguments], check=True, cwd=root)

    lines = (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()
    report, start, end = json.loads(lines[0])["copy"]
    assert len(list((tmp_path / "reports").rglob("*.txt"))) == 60
    assert len((tmp_path / "reports" / report).read_text("utf-8")[start:end]) == end - start > 0
