"""The generated corpus is deterministic, sized like real reports, and varied as they are."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path

import pytest
from rapidfuzz.fuzz import ratio

from bench import generate
from bench.generate import GeneratedReport, generate_reports
from bench.laws import measure_laws
from index import gazetteer

YEARS = range(2015, 2025)
HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七]+[）)]|[1-7][、.])", re.MULTILINE
)


@pytest.fixture(scope="module")
def county() -> list[GeneratedReport]:
    """A county of 20 townships × 10 years."""
    return list(generate_reports(1, 20, YEARS, 7))


def sections(text: str) -> int:
    """Headings, the block before the first, and the sign-off."""
    return len(HEADING.findall(text)) + 1 + bool(re.search(r"\n\n.+\n20\d\d年\d+月\d+日\n$", text))


def test_every_township_has_a_report_for_every_year(county: list[GeneratedReport]) -> None:
    by_township = Counter(report.township for report in county)

    assert len(county) == 200
    assert list(by_township.values()) == [10] * 20
    assert len({report.path for report in county}) == 200
    assert {str(r.path) for r in county} == {
        f"{r.county}/{r.year}/{r.township}.txt" for r in county
    }


def test_same_seed_gives_the_same_reports(county: list[GeneratedReport]) -> None:
    assert list(generate_reports(1, 20, YEARS, 7)) == county


def test_another_seed_gives_other_reports(county: list[GeneratedReport]) -> None:
    other = {report.text for report in generate_reports(1, 20, YEARS, 8)}

    assert other.isdisjoint(report.text for report in county)


def test_more_counties_and_townships_leave_the_others_as_they_were(
    county: list[GeneratedReport],
) -> None:
    larger = {report.path: report for report in generate_reports(2, 25, YEARS, 7)}

    assert [larger[report.path] for report in county] == county


def test_reports_come_one_by_one() -> None:
    first = list(islice(generate_reports(3000, 1000, YEARS, 7), 3))

    assert [report.year for report in first] == [2015, 2016, 2017]


def test_reports_have_the_size_of_real_ones(county: list[GeneratedReport]) -> None:
    lengths = [len(report.text) for report in county]
    counts = [sections(report.text) for report in county]

    assert min(lengths) >= 2_000
    assert max(lengths) <= 5_000
    assert 12 <= sum(counts) / len(counts) <= 15


def test_report_names_its_year_and_township(county: list[GeneratedReport]) -> None:
    assert all(f"{report.year}年" in report.text[:200] for report in county)
    assert sum(report.township in report.text for report in county) > 120


def test_no_slot_is_left_open(county: list[GeneratedReport]) -> None:
    assert not [report.path for report in county if re.search(r"[{}]", report.text)]


def test_sampled_words_fall_like_zipf_s_law(county: list[GeneratedReport]) -> None:
    words = Counter(w for r in county for w in re.findall(r"涉及(.{2,4})的\d+条当周", r.text))
    counts = sorted(words.values(), reverse=True)

    assert len(counts) > 250
    assert counts[0] > 3 * counts[100]
    assert sum(count == 1 for count in counts) > len(counts) / 2


def test_frequent_words_stand_in_half_of_the_sections(county: list[GeneratedReport]) -> None:
    texts = [text for r in county for text in HEADING.split(r.text) if text.strip()]
    lengths = sorted(map(len, texts))

    assert 0.45 < sum("法治" in text for text in texts) / len(texts) < 0.75
    assert 180 < lengths[len(lengths) // 2] < 300


def test_vocabulary_grows_by_heaps_law_and_falls_by_zipf_s() -> None:
    laws = measure_laws(r.text for r in generate_reports(4, 20, YEARS, 7))

    (beta, straight), (head, tail) = laws.heaps, laws.zipf
    assert 0.4 < beta < 0.6
    assert straight > 0.98
    assert 0.4 < head[0] < 1.2 < tail[0] < 2.5
    assert min(head[1], tail[1]) > 0.95


def test_shared_sentences_stand_in_three_reports_of_ten(county: list[GeneratedReport]) -> None:
    phrases = generate.load_phrases()["boilerplate"]["sentences"]
    shares = [sum(s[0] in report.text for report in county) / len(county) for s in phrases]

    assert len(shares) == 10
    assert 0.2 < sum(shares) / len(shares) < 0.4


@pytest.mark.parametrize("practice", ["枫桥经验", "网格+调解", "首违不罚", "综治中心", "12345热线"])
def test_practice_spreads_with_the_years(county: list[GeneratedReport], practice: str) -> None:
    early = sum(practice in report.text for report in county if report.year < 2017)
    late = sum(practice in report.text for report in county if report.year > 2021)

    assert late > 1.3 * early
    assert late >= 5


def test_practices_reach_counties_at_different_times() -> None:
    first: dict[str, int] = {}
    for report in generate_reports(8, 10, YEARS, 7):
        if "网格+调解" in report.text:
            first[report.county] = min(first.get(report.county, 9999), report.year)

    assert len(set(first.values())) >= 3


def test_some_townships_copy_their_report_of_the_year_before(
    county: list[GeneratedReport],
) -> None:
    pairs = [(a, b) for a, b in pairwise(county) if a.township == b.township]
    copied = [(a, b) for a, b in pairs if ratio(a.text, b.text) > 90]

    assert 0.04 < len(copied) / len(pairs) < 0.3
    assert all(a.text != b.text and f"{b.year}年" in b.text for a, b in copied)


def test_townships_of_different_counties_share_names() -> None:
    reports = generate_reports(20, 20, [2024], 7)
    counties: dict[str, set[str]] = {}
    for report in reports:
        counties.setdefault(report.township, set()).add(report.county)

    assert any(len(found) > 1 for found in counties.values())


def test_no_generated_place_exists() -> None:
    known = gazetteer.load()
    forms = {*generate.TOWNSHIP_FORMS, *generate.COUNTY_FORMS}

    assert [s + f for s in generate.STEMS for f in forms if known.is_place_name(s + f)] == []


@pytest.mark.parametrize(("counties", "townships"), [(-1, 1), (1, 100_000)])
def test_more_places_than_names_are_refused(counties: int, townships: int) -> None:
    with pytest.raises(ValueError, match="names for"):
        next(generate_reports(counties, townships, YEARS, 7))


@pytest.mark.parametrize(
    ("text", "years"), [("2015-2024", range(2015, 2025)), ("2023", range(2023, 2024))]
)
def test_years_are_a_range_or_one(text: str, years: range) -> None:
    assert generate.parse_years(text) == years


def test_script_writes_utf8_files(tmp_path: Path) -> None:
    arguments = ["--townships", "2", "--years", "2023-2024", "--seed", "7", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, "-X", "utf8", generate.__file__, *arguments],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    expected = list(generate_reports(1, 2, range(2023, 2025), 7))
    assert run.stdout.startswith("4 reports in ")
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.txt")} == {
        str(report.path) for report in expected
    }
    assert [(tmp_path / r.path).read_bytes().decode() for r in expected] == [
        r.text for r in expected
    ]
