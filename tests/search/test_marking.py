"""A report's marks: what the engine counts, what Ctrl+F finds, and never too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Report, Span
from index.passage import passage_of
from index.querytree import And, Not, Or, Text, Zone
from index.whoosh_engine import WhooshEngine
from search.marking import Marks, mark_report, opening
from search.run import Request, Searcher
from search.snippets import Wanted
from tests.made import corpora, make_report, plain, plain_section, plain_span


@pytest.fixture(scope="module")
def searcher(samples_index: Path) -> Iterator[Searcher]:
    engine = WhooshEngine(samples_index)
    yield Searcher(engine)
    engine.close()


def quoted(text: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(text, plain(text), quoted=True, zone=zone)


def word(*words: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text("".join(words), "".join(words), quoted=False, words=words, zone=zone)


def marked(report: Report, marks: Marks) -> list[list[str]]:
    return [[report.source[slice(*span)] for span in spans] for spans in marks.sections]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param('"枫桥经验"', id="a phrase"),
        pytest.param('"的"', id="one character"),
        pytest.param('"一"', id="a number"),
        pytest.param('"，"', id="a comma"),
        pytest.param('"人民" | "人民调解" | "调解"', id="texts that overlap"),
        pytest.param('"法治" OR "２０２４"', id="full width"),
        pytest.param('heading:"调解"', id="in headings"),
        pytest.param("枫桥经验", id="a word, found by its words too"),
        pytest.param("综治中心", id="a word that stands literally"),
        pytest.param('"没有的话"', id="nothing"),
    ],
)
def test_all_reports_together_have_as_many_marks_as_the_engine_counts(
    searcher: Searcher, query: str
) -> None:
    request = Request(query, exact='"' in query, facets=())
    tree = searcher.understand(request).tree
    engine = searcher.engine
    found = {hit.passage.report_id for hit in searcher.run(Request(query, limit=None)).hits}
    reports = engine.fetch(found)
    in_hits = sum(mark_report(report, tree).total for report in reports.values())
    assert in_hits == searcher.run(request).total_occurrences


@given(data=st.data())
def test_marks_are_those_of_snippets(data: st.DataObject) -> None:
    (report,) = data.draw(corpora(most=1))
    whole = "".join(plain_section(report, section) for section in report.sections)
    texts = [quoted(text) for text in data.draw(_parts_of(whole)) if plain(text)]
    wanted = Wanted(tuple(dict.fromkeys(texts)))
    marks = mark_report(report, Or(tuple(texts)))
    for section, spans in zip(report.sections, marks.sections, strict=True):
        passage = passage_of(report, section)
        stream = passage.stream
        expected = [stream.source_span(m.start, m.end) for m in wanted.marks(passage)]
        assert [*spans] == expected
        for span in spans:
            assert plain_span(report, *span) in {text.stream for text in texts}


def _parts_of(whole: str) -> st.SearchStrategy[list[str]]:
    places = st.tuples(st.integers(0, max(len(whole) - 1, 0)), st.integers(1, 6))
    return st.lists(places.map(lambda at: whole[at[0] : at[0] + at[1]]), max_size=5)


def test_words_are_marked_where_a_section_has_them_all() -> None:
    report = make_report("r", [("", "枫桥有经验。"), ("", "枫桥经验。"), ("", "枫桥。经济。")])
    marks = mark_report(report, word("枫桥", "经验"))
    assert marked(report, marks) == [["枫桥", "经验"], ["枫桥经验"], []]


def test_words_that_no_section_has_all_are_marked_one_by_one() -> None:
    report = make_report("r", [("", "枫桥。"), ("", "经验。")])
    assert marked(report, mark_report(report, word("枫桥", "经验"))) == [["枫桥"], ["经验"]]
    assert mark_report(report, quoted("枫桥经验")).total == 0


def test_what_a_query_excludes_or_asks_of_the_title_is_not_marked() -> None:
    report = make_report("r", [("一、调解", "\n先调解，再诉讼。")], title="调解")
    tree = And((quoted("先"), Not(quoted("诉讼")), quoted("调解", Zone.TITLE)))
    assert marked(report, mark_report(report, tree)) == [["先"]]
    assert marked(report, mark_report(report, quoted("调解", Zone.HEADING))) == [["调解"]]
    assert mark_report(report, None).sections == ((),)


def test_a_mark_goes_on_over_a_page_break() -> None:
    report = make_report("r", [("", "前枫\n— 7 —\n桥后。")])
    assert marked(report, mark_report(report, quoted("枫桥"))) == [["枫\n— 7 —\n桥"]]


def test_no_more_are_marked_than_told() -> None:
    report = make_report("r", [("", "水火水"), ("", "土"), ("", "水水"), ("", "水")])
    assert mark_report(report, quoted("水"), most=5) == Marks(
        sections=((Span(0, 1), Span(2, 3)), (), (Span(6, 7), Span(7, 8)), (Span(9, 10),)),
        cut=False,
    )
    four = mark_report(report, quoted("水"), most=4)
    assert (four.cut, [len(spans) for spans in four.sections]) == (True, [2, 0, 2, 0])
    assert mark_report(report, quoted("水"), most=3).total == 3


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["水" * n for n in range(1, 65)], id="each a part of the next"),
        pytest.param(["水" * n + "火" for n in range(1, 65)], id="each nearly there"),
    ],
)
@pytest.mark.timeout(20)
def test_a_long_text_of_one_character_is_marked_in_time(texts: Sequence[str]) -> None:
    report = make_report("r", [("", "水" * 3_000_000)])
    tree = Or(tuple(Text(text, text, quoted=True) for text in texts))
    assert mark_report(report, tree).total in (0, 2000)


def test_an_opening_is_the_report_where_it_is_short() -> None:
    report = make_report("r", [("一、调解", "\n先调解。"), ("二、普法", "")])
    assert opening(report, len(report.source), 2) is report


@given(data=st.data())
def test_an_opening_is_the_beginning_of_a_report(data: st.DataObject) -> None:
    (report,) = data.draw(corpora(most=1))
    characters = data.draw(st.integers(0, len(report.source)))
    part = opening(report, characters, data.draw(st.integers(0, 4)))
    end = len(part.source)
    assert report.source.startswith(part.source)
    assert end <= characters
    for section, whole in zip(part.sections, report.sections, strict=False):
        assert section.key == whole.key
        for span, of_whole in (
            (section.heading_span, whole.heading_span),
            (section.text_span, whole.text_span),
        ):
            assert span == Span(min(of_whole.start, end), min(of_whole.end, end))
    assert all(f.start < f.end <= end for f in part.furniture)
    assert mark_report(part, quoted("人")).total <= mark_report(report, quoted("人")).total


def test_an_opening_has_no_more_sections_than_wanted() -> None:
    report = make_report("r", [("一、", "甲"), ("二、", "乙"), ("三、", "丙")])
    part = opening(report, 10**9, 2)
    assert [section.heading for section in part.sections] == ["一、", "二、"]
    assert part.source == "一、甲\n二、乙\n"
