"""What an engine finds, against a reader with Ctrl+F: never less, and quoted never more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index.analysis import cut_words
from index.engine import Answer, Engine, Question, Tier
from index.model import Report
from index.querytree import And, Near, Node, Not, Or, Scope, Text, Zone
from tests.contract.conftest import Opener
from tests.made import PAGE_BREAK, Where, batch, corpora, make_report, plain, plain_span, streams

pytestmark = pytest.mark.usefixtures("unsynced")

FEW = settings(max_examples=40)
"""Each example writes an index or two; tests marked slow draw more."""


def quoted(text: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(text, plain(text), quoted=True, zone=zone)


def word(text: str) -> Text:
    words = cut_words(plain(text))
    return Text(text, plain(text), quoted=False, words=words if len(words) > 1 else ())


def ask(engine: Engine, tree: Node) -> Answer:
    return engine.search(Question(tree, limit=None))


def found(answer: Answer) -> set[Where]:
    return {(hit.report_id, hit.ordinal) for hit in answer.hits}


def holding(seen: Mapping[Where, str], text: str) -> set[Where]:
    return {place for place, stream in seen.items() if text in stream}


@st.composite
def batches_of(draw: st.DrawFn, reports: list[Report]) -> list[list[Report]]:
    """The reports in the order given, in one or more batches."""
    cuts = draw(st.sets(st.integers(1, max(len(reports) - 1, 1))))
    edges = [0, *sorted(cut for cut in cuts if cut < len(reports)), len(reports)]
    return [reports[a:b] for a, b in pairwise(edges)]


@st.composite
def probes(draw: st.DrawFn, seen: Mapping[Where, str]) -> str:
    """A stretch of some section, as it would be looked for."""
    texts = [text for text in seen.values() if text]
    assume(texts)
    text = draw(st.sampled_from(texts))
    start = draw(st.integers(0, len(text) - 1))
    return text[start : start + draw(st.integers(1, 12))]


@FEW
@given(data=st.data())
def test_a_quoted_stretch_is_found_in_exactly_the_sections_that_hold_it(
    open_engine: Opener, data: st.DataObject
) -> None:
    reports = data.draw(corpora())
    gone = data.draw(st.sets(st.sampled_from([r.id for r in reports])))
    seen = streams(r for r in reports if r.id not in gone)
    probe = data.draw(probes(seen))
    written = [batch(*each) for each in data.draw(batches_of(reports))]
    with open_engine(*written, batch(remove=gone)) as engine:
        answer = ask(engine, quoted(probe))
        assert engine.count(plain(probe)) == answer.total_sections
        many = {plain(probe), plain(probe)[:1], plain(probe) * 9}
        assert engine.counts(many) == {
            text: sum(text in stream for stream in seen.values()) for text in many
        }
    assert found(answer) == holding(seen, probe)
    assert answer.total_sections == answer.literal_sections == len(answer.hits)
    assert answer.total_reports == len({hit.report_id for hit in answer.hits})
    assert answer.total_occurrences == sum(stream.count(probe) for stream in seen.values())
    assert {hit.tier for hit in answer.hits} == {Tier.LITERAL}


@FEW
@given(data=st.data())
def test_a_word_is_found_where_it_stands_and_where_all_its_words_stand(
    open_engine: Opener, data: st.DataObject
) -> None:
    reports = data.draw(corpora())
    seen = streams(reports)
    probe = data.draw(probes(seen))
    tree = word(probe)
    with open_engine(batch(*reports)) as engine:
        answer = ask(engine, tree)
    literal = holding(seen, probe)
    apart = {p for p, text in seen.items() if tree.words and all(w in text for w in tree.words)}
    assert found(answer) == literal | apart
    assert answer.literal_sections == len(literal)
    tiers = [hit.tier for hit in answer.hits]
    assert tiers == [Tier.LITERAL] * len(literal) + [Tier.WORDS] * len(apart - literal)


@FEW
@given(data=st.data())
def test_another_report_takes_no_hit_away(open_engine: Opener, data: st.DataObject) -> None:
    reports = data.draw(corpora(least=2))
    before, more = reports[:-1], reports[-1]
    probe = data.draw(probes(streams(reports)))
    asked = (quoted(probe), word(probe))
    with open_engine(batch(*before)) as engine:
        first = [ask(engine, tree) for tree in asked]
    with open_engine(batch(*before), batch(more)) as engine:
        second = [ask(engine, tree) for tree in asked]
    for fewer, answer in zip(first, second, strict=True):
        assert found(fewer) <= found(answer)
        assert fewer.literal_sections <= answer.literal_sections


def test_many_commits_merges_and_deletions_lose_nothing(open_engine: Opener) -> None:
    random = Random(20)
    pieces = [
        "枫桥",
        "经验",
        "人",
        "人人",
        "２０２４",
        "調解",
        "“",
        "\n",
        PAGE_BREAK,
        "𠮷",
        "，",
        "Ａ",
    ]

    def text() -> str:
        return "".join(random.choices(pieces, k=random.randrange(30)))

    live: dict[str, Report] = {}
    batches = []
    for commit in range(24):
        ids = [f"r{commit}", f"r{random.randrange(commit + 1)}"]  # a new one, and one written anew
        new = {id: make_report(id, [("人", text()), ("", text()), ("二、", "")]) for id in ids}
        gone = {f"r{random.randrange(commit + 1)}"} - new.keys() if commit % 3 == 2 else set()
        batches.append(batch(*new.values(), remove=gone))
        live = {id: report for id, report in (live | new).items() if id not in gone}
    seen = streams(live.values())
    with open_engine(*batches) as engine:
        assert set(engine.report_ids()) == live.keys()
        assert [*engine.verify()] == []
        for stream in random.choices([text for text in seen.values() if text], k=150):
            start = random.randrange(len(stream))
            probe = stream[start : start + random.randrange(1, 9)]
            answer = ask(engine, quoted(probe))
            assert found(answer) == holding(seen, probe)
            assert answer.total_occurrences == sum(s.count(probe) for s in seen.values())


# Operators, against the same reader.

_LEAVES = st.sampled_from(["人", "人人", "枫桥", "调解", "2024", "执法", "。", "没有", "𠮷"])


def trees() -> st.SearchStrategy[Node]:
    leaves: st.SearchStrategy[Node] = st.builds(quoted, _LEAVES)

    def grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        some = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(st.builds(And, some), st.builds(Or, some), st.builds(Not, inner))

    return st.recursive(leaves, grow, max_leaves=6)


def holds(tree: Node, stream: str) -> bool:
    match tree:
        case Text():
            return tree.stream in stream
        case And(children):
            return all(holds(child, stream) for child in children)
        case Or(children):
            return any(holds(child, stream) for child in children)
        case Not(child):
            return not holds(child, stream)
        case _:
            raise AssertionError(tree)


@FEW
@given(data=st.data())
def test_and_or_not_mean_what_they_say(open_engine: Opener, data: st.DataObject) -> None:
    reports, tree = data.draw(corpora()), data.draw(trees())
    with open_engine(batch(*reports)) as engine:
        answer = ask(engine, tree)
    assert found(answer) == {p for p, text in streams(reports).items() if holds(tree, text)}


def places(stream: str, wanted: str) -> list[tuple[int, int]]:
    starts = [at for at in range(len(stream)) if stream.startswith(wanted, at)]
    return [(at, at + len(wanted)) for at in starts]


@FEW
@given(data=st.data(), left=_LEAVES, right=_LEAVES, distance=st.integers(0, 12))
def test_near_counts_the_characters_between(
    open_engine: Opener, data: st.DataObject, left: str, right: str, distance: int
) -> None:
    reports = data.draw(corpora())
    tree = Near(quoted(left), quoted(right), Scope.CHARACTERS, distance)
    with open_engine(batch(*reports)) as engine:
        answer = ask(engine, tree)
    wanted = {
        place
        for place, text in streams(reports).items()
        for (a, a_end), (b, b_end) in product(places(text, left), places(text, right))
        if max(b - a_end, a - b_end) <= distance
    }
    assert found(answer) == wanted


_STOPPED = st.sampled_from(
    ["本镇开展调解。", "人民调解员入户；", "推进执法！", "群众满意？", "网格员上门。"]
)
_LINE_OF_ITS_OWN = st.sampled_from(["调解员入户", "群众满意", "（三）推进执法"])
_PARAGRAPHS = st.lists(
    st.lists(_STOPPED, min_size=1, max_size=3).map("".join) | _LINE_OF_ITS_OWN,
    min_size=1,
    max_size=4,
)


def same_unit(units: Iterable[str], left: str, right: str) -> bool:
    return any(left in unit and right in unit for unit in units)


@FEW
@given(
    paragraphs=_PARAGRAPHS,
    left=st.sampled_from(["调解", "执法", "网格员", "群众", "本镇"]),
    right=st.sampled_from(["调解", "入户", "上门", "满意", "推进"]),
)
def test_near_in_a_sentence_and_in_a_paragraph(
    open_engine: Opener, paragraphs: list[str], left: str, right: str
) -> None:
    heading = "一、网格员推进调解"
    report = make_report("r0", [(heading, "\n" + "\n".join(paragraphs))])
    lines = [heading, *paragraphs]
    ends = ["".join(c + "|" * (c in "。；！？") for c in line) for line in lines]
    sentences = [sentence for line in ends for sentence in line.split("|")]
    with open_engine(batch(report)) as engine:
        in_sentence = ask(engine, Near(quoted(left), quoted(right), Scope.SENTENCE))
        in_paragraph = ask(engine, Near(quoted(left), quoted(right), Scope.PARAGRAPH))
    assert bool(in_sentence.hits) == same_unit(sentences, left, right)
    assert bool(in_paragraph.hits) == same_unit(lines, left, right)


def test_near_takes_any_of_several_words_on_either_side(open_engine: Opener) -> None:
    report = make_report("r0", [("一、", "网格员入户调解"), ("二、", "网格员。入户。")])
    either = Or((quoted("调解"), quoted("普法")))
    with open_engine(batch(report)) as engine:
        for tree in (Near(quoted("网格员"), either, Scope.SENTENCE),
                     Near(either, quoted("网格员"), Scope.SENTENCE)):  # fmt: skip
            assert found(ask(engine, tree)) == {("r0", 0)}


# Zones.


def test_a_heading_is_searched_by_itself(open_engine: Opener) -> None:
    report = make_report(
        "r0", [("一、调解工作", "普法。"), ("二、普法", "调解。"), ("三、调", "解。")]
    )
    with open_engine(batch(report)) as engine:
        assert found(ask(engine, quoted("调解", Zone.HEADING))) == {("r0", 0)}
        assert found(ask(engine, quoted("调解"))) == {("r0", 0), ("r0", 1), ("r0", 2)}


def test_a_title_gives_every_section_of_its_report(open_engine: Opener) -> None:
    blocks = [("一、", "普法。"), ("二、", "调解。")]
    titled = make_report("r0", blocks, title="槿岭镇２０２３年法治\n政府建设“年度”報告")
    plain_one = make_report("r1", blocks, title=None)
    with open_engine(batch(titled, plain_one)) as engine:
        for text in ("2023年法治政府", "建设年度"):
            assert found(ask(engine, quoted(text, Zone.TITLE))) == {("r0", 0), ("r0", 1)}
        both = And((quoted("建设", Zone.TITLE), quoted("调解")))
        assert found(ask(engine, both)) == {("r0", 1)}


@pytest.mark.parametrize("stream", ["人", "人人", "人人人", "人人人人"])
def test_repeated_characters_are_counted_without_overlap(open_engine: Opener, stream: str) -> None:
    report = make_report("r0", [("", "人" * 7), ("人", "人"), ("", "个人")])
    with open_engine(batch(report)) as engine:
        answer = ask(engine, quoted(stream))
    assert answer.total_occurrences == sum(s.count(stream) for s in ("人" * 7, "人人", "个人"))


def test_spans_of_the_reader_agree_with_the_source() -> None:
    """The reader of these tests sees through a page break, or it would prove nothing."""
    report = make_report("r0", [("一、", "枫桥\n— 7 —\n“经\u3000验”２４")])
    assert plain_span(report, *report.sections[0].text_span) == "枫桥经验24"
