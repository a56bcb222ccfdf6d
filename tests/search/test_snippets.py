"""Snippets: source text, whole sentences, and every match marked as one span."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.model import Report
from index.passage import passage_of
from index.querytree import Text, Zone
from search import snippets as snippets_of
from search.results import Snippet
from search.snippets import LONGEST, MOST, Wanted, make_snippets
from tests.made import corpora, make_report, plain, plain_section, plain_span


def quoted(text: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(text, plain(text), quoted=True, zone=zone)


def word(*words: str) -> Text:
    return Text("".join(words), "".join(words), quoted=False, words=words)


def snippets(report: Report, *texts: Text, section: int = 0) -> tuple[Snippet, ...]:
    return make_snippets(passage_of(report, report.sections[section]), Wanted(texts))


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.spans]


@given(data=st.data())
def test_every_span_folds_to_what_was_looked_for(data: st.DataObject) -> None:
    (report,) = data.draw(corpora(most=1))
    number = data.draw(st.integers(0, len(report.sections) - 1))
    section = report.sections[number]
    stream = plain_section(report, section)
    assume(stream)
    start = data.draw(st.integers(0, len(stream) - 1))
    probe = stream[start : start + data.draw(st.integers(1, 12))]
    found = snippets(report, quoted(probe), section=number)
    assert 1 <= len(found) <= MOST
    for snippet in found:
        end = snippet.start + len(snippet.text)
        assert snippet.text == report.source[snippet.start : end]
        assert section.heading_span.start <= snippet.start
        assert end <= max(section.heading_span.end, section.text_span.end)
        assert snippet.spans
        assert [*snippet.spans] == sorted(snippet.spans)
        for (_, before), (after, _) in zip(snippet.spans, snippet.spans[1:], strict=False):
            assert before <= after
        for a, b in snippet.spans:
            assert plain_span(report, snippet.start + a, snippet.start + b) == probe


@given(data=st.data())
def test_without_a_match_the_text_is_shown_from_its_beginning_or_the_heading(
    data: st.DataObject,
) -> None:
    (report,) = data.draw(corpora(most=1))
    section = report.sections[0]
    found = make_snippets(passage_of(report, section), Wanted([quoted("没有的字")]))
    if plain_section(report, section):
        (snippet,) = found
        heading, text = section.heading_span, section.text_span
        starts = {text.start} if plain_span(report, *text) else {heading.start, text.start}
        assert snippet.spans == ()
        assert any(plain_span(report, start, snippet.start) == "" for start in starts)
        assert snippet.text == report.source[snippet.start :][: len(snippet.text)]


def test_a_snippet_is_a_whole_sentence() -> None:
    report = make_report("r", [("一、普法。", "\n前一句。院坝会开到“院坝”里。后一句；")])
    (snippet,) = snippets(report, quoted("院坝"))
    assert snippet.text == "院坝会开到“院坝”里。"
    assert marked(snippet) == ["院坝", "院坝"]


def test_the_sentence_with_most_of_the_query_comes_first() -> None:
    report = make_report("r", [("", "只有院坝会。有院坝会和茶桌。院坝会，院坝会，院坝会。")])
    found = snippets(report, quoted("院坝会"), quoted("茶桌"))
    assert [s.text for s in found] == [
        "有院坝会和茶桌。",
        "院坝会，院坝会，院坝会。",
        "只有院坝会。",
    ]


def test_a_match_that_crosses_sentences_joins_them() -> None:
    report = make_report("r", [("一、调解", "\n办结。二是再办。三是不办。")])
    (snippet,) = snippets(report, quoted("办结。二是"))
    assert (snippet.text, marked(snippet)) == ("办结。二是再办。", ["办结。二是"])
    (across,) = snippets(report, quoted("调解办结"))
    assert (across.text, marked(across)) == ("一、调解\n办结。", ["调解\n办结"])


def test_words_are_marked_where_the_whole_does_not_stand() -> None:
    report = make_report("r", [("", "枫桥有经验，枫桥。"), ("", "枫桥经验与枫桥。")])
    (apart,) = snippets(report, word("枫桥", "经验"))
    assert marked(apart) == ["枫桥", "经验", "枫桥"]
    (whole,) = snippets(report, word("枫桥", "经验"), section=1)
    assert marked(whole) == ["枫桥经验"]


def test_of_overlapping_matches_the_first_and_longer_is_marked() -> None:
    report = make_report("r", [("", "人民调解员。")])
    (snippet,) = snippets(report, quoted("调解"), quoted("人民调"), quoted("人民"))
    assert marked(snippet) == ["人民调"]


def test_a_heading_zone_marks_the_heading_only_and_a_title_nothing() -> None:
    report = make_report("r", [("一、调解", "\n先调解。")], title="调解")
    (snippet,) = snippets(report, quoted("调解", Zone.HEADING))
    assert (snippet.text, marked(snippet)) == ("一、调解", ["调解"])
    (snippet,) = snippets(report, quoted("调解", Zone.TITLE))
    assert marked(snippet) == []


def test_a_sentence_without_an_end_is_cut_around_its_match() -> None:
    report = make_report("r", [("", "水" * 5000 + "院坝会" + "木" * 5000 + "院坝会")])
    (snippet,) = snippets(report, quoted("院坝会"))
    assert len(snippet.text) <= LONGEST
    assert marked(snippet) == ["院坝会"]
    assert 0 < snippet.spans[0][0] < LONGEST / 2


def test_a_match_longer_than_a_snippet_is_shown_whole() -> None:
    text = "水" * 200 + "人民调解" * 100
    report = make_report("r", [("", text + "木" * 300)])
    (snippet,) = snippets(report, quoted("人民调解" * 100))
    assert marked(snippet) == ["人民调解" * 100]


def test_a_section_that_says_one_thing_over_and_over_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snippets_of, "MOST_LOOKED_AT", 3)
    report = make_report("r", [("一、", "调解一次。" * 5 + "调解员说调解。网格。")])
    passage = passage_of(report, report.sections[0])
    wanted = Wanted([quoted("调解"), word("网格", "矛盾")])
    found = [(m.start, m.which) for m in wanted.marks(passage)]
    assert [which for _, which in found] == [0, 0, 0, 1]
    assert passage.text[found[-1][0] :] == "网格。"
    monkeypatch.undo()
    assert len(wanted.marks(passage)) == 8
