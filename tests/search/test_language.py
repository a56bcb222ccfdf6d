"""The query language: what each query means, what is told, and that nothing at all raises."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold_stream
from index.querytree import And, Field, Filter, Near, Node, Not, Or, Scope, Text, YearRange, Zone
from search import grammar, lexer
from search.grammar import MAX_DEPTH
from search.language import MAX_LENGTH, parse_query


def word(typed: str, stream: str | None = None, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(typed, fold_stream(typed) if stream is None else stream, False, zone)


def quote(typed: str, stream: str, zone: Zone = Zone.ANYWHERE) -> Text:
    return Text(typed, stream, True, zone)


def years(*values: int | YearRange | None) -> Filter:
    return Filter(Field.YEAR, values)


A, B, C = word("调解"), word("普法"), word("执法")

READ = [
    pytest.param("调解", A, id="word"),
    pytest.param("调解 普法", And((A, B)), id="space-is-and"),
    pytest.param("调解\u3000普法\n执法", And((A, B, C)), id="any-white-space"),
    pytest.param("调解 AND 普法", And((A, B)), id="and"),
    pytest.param("调解，普法,执法", And((A, B, C)), id="commas-are-spaces"),
    pytest.param("调解、普法", word("调解、普法"), id="enumeration-comma-stays"),
    pytest.param("1,000件", word("1,000件"), id="comma-in-a-number-stays"),
    pytest.param("调解 OR 普法", Or((A, B)), id="or"),
    pytest.param("调解|普法 ｜ 执法", Or((A, B, C)), id="bars"),
    pytest.param("调解 或 普法", Or((A, B)), id="chinese-or"),
    pytest.param("调解或普法", word("调解或普法"), id="chinese-or-inside-a-word-is-text"),
    pytest.param("调解 ＯＲ 普法", Or((A, B)), id="full-width-or"),
    pytest.param("调解 or 普法", And((A, word("or"), B)), id="small-or-is-text"),
    pytest.param("调解 普法 OR 执法", Or((And((A, B)), C)), id="and-binds-before-or"),
    pytest.param("调解 (普法 OR 执法)", And((A, Or((B, C)))), id="brackets"),
    pytest.param("调解（普法 ｜ 执法）", And((A, Or((B, C)))), id="chinese-brackets"),
    pytest.param("((调解) (普法))", And((A, B)), id="idle-brackets"),
    pytest.param("-调解", Not(A), id="minus-alone"),
    pytest.param("NOT 调解 NOT 普法", And((Not(A), Not(B))), id="not"),
    pytest.param("调解 -(普法 执法)", And((A, Not(And((B, C))))), id="minus-brackets"),
    pytest.param("NOT NOT 调解", A, id="not-not"),
    pytest.param("-(-调解)", A, id="minus-in-a-minus"),
    pytest.param("－调解", Not(word("调解")), id="full-width-minus"),
    pytest.param("调解-普法", word("调解-普法"), id="minus-inside-a-word-is-text"),
    pytest.param("--year", word("--year"), id="two-minuses-are-text"),
    pytest.param("NOT 调解 OR 普法", Or((Not(A), B)), id="not-binds-first"),
    pytest.param("调解 /s 普法", Near(A, B, Scope.SENTENCE), id="same-sentence"),
    pytest.param("调解 同句 普法", Near(A, B, Scope.SENTENCE), id="same-sentence-chinese"),
    pytest.param("调解 /P 普法", Near(A, B, Scope.PARAGRAPH), id="same-paragraph"),
    pytest.param("调解 同段 普法", Near(A, B, Scope.PARAGRAPH), id="same-paragraph-chinese"),
    pytest.param("调解 ／１０ 普法", Near(A, B, Scope.CHARACTERS, 10), id="within-ten"),
    pytest.param("调解/10", word("调解/10"), id="slash-inside-a-word-is-text"),
    pytest.param("调解 /10000 普法", And((A, word("/10000"), B)), id="too-far-to-be-near"),
    pytest.param(
        "调解 /s 普法 /p 执法",
        And((Near(A, B, Scope.SENTENCE), Near(B, C, Scope.PARAGRAPH))),
        id="near-chain",
    ),
    pytest.param(
        "调解 /s (普法 OR 执法)", Near(A, Or((B, C)), Scope.SENTENCE), id="near-alternatives"
    ),
    pytest.param(
        "执法 调解 /s 普法", And((C, Near(A, B, Scope.SENTENCE))), id="near-binds-before-and"
    ),
    pytest.param('"多元 调解"', quote('"多元 调解"', "多元调解"), id="quote"),
    pytest.param("“多元调解”", quote("“多元调解”", "多元调解"), id="chinese-quote"),
    pytest.param("＂调解＂", quote("＂调解＂", "调解"), id="full-width-quote"),
    pytest.param(
        "「调解」『普法』",
        And((quote("「调解」", "调解"), quote("『普法』", "普法"))),
        id="corners",
    ),
    pytest.param('"说“调解”好"', quote('"说“调解”好"', "说调解好"), id="quote-in-a-quote"),
    pytest.param("“说“调解”好”", quote("“说“调解”好”", "说调解好"), id="chinese-quote-in-its-like"),
    pytest.param('"调解”', quote('"调解”', "调解"), id="mixed-quotation-marks"),
    pytest.param(
        "深化“调解”机制",
        And((word("深化"), quote("“调解”", "调解"), word("机制"))),
        id="quote-within-a-word",
    ),
    pytest.param('"a OR (b) -c"', quote('"a OR (b) -c"', "aor(b)-c"), id="no-operators-in-quotes"),
    pytest.param('-"调解"', Not(quote('"调解"', "调解")), id="minus-quote"),
    pytest.param("‘调解’", word("‘调解’", "调解"), id="single-quotes-are-not-operators"),
    pytest.param("year:2024", years(2024), id="year"),
    pytest.param("年份：２０２４年", years(2024), id="year-chinese"),
    pytest.param("年度:二〇二四年", years(2024), id="year-in-chinese-figures"),
    pytest.param("year:2021..2024", years(YearRange(2021, 2024)), id="range"),
    pytest.param("year:2021-2024", years(YearRange(2021, 2024)), id="range-hyphen"),
    pytest.param("年份：2021—2024年", years(YearRange(2021, 2024)), id="range-dash"),
    pytest.param("year:2024..2021", years(YearRange(2021, 2024)), id="range-backwards"),
    pytest.param("year:2021..", years(YearRange(2021, None)), id="range-open-end"),
    pytest.param("year:..2021", years(YearRange(None, 2021)), id="range-open-start"),
    pytest.param("year:2020,2022..2023", years(2020, YearRange(2022, 2023)), id="list"),
    pytest.param("year:2020、2021", years(2020, 2021), id="list-chinese"),
    pytest.param("year:2020 year:2021", years(2020, 2021), id="plain-values-of-one-field-join"),
    pytest.param("year:2020 OR year:2021", years(2020, 2021), id="or-of-one-field-joins"),
    pytest.param(
        "year:2020.. year:..2022",
        And((years(YearRange(2020, None)), years(YearRange(None, 2022)))),
        id="ranges-narrow",
    ),
    pytest.param("year:unknown", years(None), id="unknown-year"),
    pytest.param("-year:2020", Not(years(2020)), id="minus-field"),
    pytest.param("乡镇：青石坳镇", Filter(Field.TOWNSHIP, ("青石坳镇",)), id="township"),
    pytest.param(
        "township:青石坳鎮", Filter(Field.TOWNSHIP, ("青石坳镇",)), id="traditional-value"
    ),
    pytest.param("TOWNSHIP:未知", Filter(Field.TOWNSHIP, (None,)), id="unknown-township"),
    pytest.param('county:"望川 县"', Filter(Field.COUNTY, ("望川县",)), id="quoted-value"),
    pytest.param(
        "city:临澜市 省：澜江省",
        And((Filter(Field.CITY, ("临澜市",)), Filter(Field.PROVINCE, ("澜江省",)))),
        id="city-province",
    ),
    pytest.param("part:problems 部分：计划", Filter(Field.PART, ("problems", "plans")), id="part"),
    pytest.param("level:county", Filter(Field.LEVEL, ("county",)), id="level"),
    pytest.param("层级：乡镇", Filter(Field.LEVEL, ("township",)), id="level-chinese"),
    pytest.param(
        "topic:甲 topic:乙",
        And((Filter(Field.TOPIC, ("甲",)), Filter(Field.TOPIC, ("乙",)))),
        id="topics-stay-apart",
    ),
    pytest.param(
        "主题：甲，普法", And((Filter(Field.TOPIC, ("甲",)), B)), id="chinese-comma-ends-a-list"
    ),
    pytest.param("title:报告", word("title:报告", "报告", Zone.TITLE), id="title"),
    pytest.param(
        '标题："年度 报告"', quote('标题："年度 报告"', "年度报告", Zone.TITLE), id="title-quote"
    ),
    pytest.param("小标题:普法", word("小标题:普法", "普法", Zone.HEADING), id="heading"),
    pytest.param("网址:http://a.b/c", word("网址:http://a.b/c"), id="unknown-field-is-text"),
    pytest.param("报告标题:普法", word("报告标题:普法"), id="field-inside-a-word-is-text"),
    pytest.param(
        '调解"普法"-执法',
        And((A, quote('"普法"', "普法"), word("-执法"))),
        id="minus-after-a-quote-is-text",
    ),
]


@pytest.mark.parametrize(("query", "tree"), READ)
def test_query_is_read_as_its_tree_and_nothing_is_ignored(query: str, tree: Node) -> None:
    parsed = parse_query(query)
    assert parsed.tree == tree
    assert parsed.ignored == ()


# What cannot be read: the rest of the query still counts, and the user is told.
TOLD = [
    pytest.param("(调解 OR 普法", Or((A, B)), ["("], id="never-closed"),
    pytest.param("调解) OR 普法", Or((A, B)), [")"], id="never-opened"),
    pytest.param("调解 ()", A, ["()"], id="empty-brackets"),
    pytest.param('"调解 普法', And((A, B)), ['"'], id="quote-without-its-pair"),
    pytest.param('-"调解', Not(A), ['"'], id="unfinished-quote-stays-excluded"),
    pytest.param('调解 ""', A, ['""'], id="empty-quote"),
    pytest.param("“「”调解", A, ["“「”"], id="quote-of-quotation-marks"),
    pytest.param("调解 OR", A, ["OR"], id="or-at-the-end"),
    pytest.param("AND 调解 AND", A, ["AND"], id="and-at-the-ends"),
    pytest.param("调解 | | 普法", Or((A, B)), ["|"], id="two-bars"),
    pytest.param("调解 NOT", A, ["NOT"], id="not-at-the-end"),
    pytest.param("调解 /s", A, ["/s"], id="near-at-the-end"),
    pytest.param("/s 调解", A, ["/s"], id="near-at-the-start"),
    pytest.param("调解 /s /p 普法", And((A, B)), ["/s", "/p"], id="two-nears"),
    pytest.param("调解 - 普法", And((A, B)), ["-"], id="lone-minus"),
    pytest.param("NOT 调解 /s 普法", And((Not(A), B)), ["/s"], id="not-is-nowhere-near"),
    pytest.param("year:2024 /s 普法", And((years(2024), B)), ["/s"], id="filter-is-nowhere-near"),
    pytest.param("(调解 普法) /s 执法", And((A, B, C)), ["/s"], id="and-is-nowhere-near"),
    pytest.param(
        "title:调解 /s 普法",
        And((word("title:调解", "调解", Zone.TITLE), B)),
        ["/s"],
        id="title-is-nowhere-near",
    ),
    pytest.param(
        "(调解 OR (普法 执法)) /s 普法",
        And((Or((A, And((B, C)))), B)),
        ["/s"],
        id="alternatives-that-are-no-texts",
    ),
    pytest.param("year:abcd", word("year:abcd"), ["year:abcd"], id="no-such-year"),
    pytest.param("年份：2020,x", word("年份：2020,x"), ["年份：2020,x"], id="bad-value-in-a-list"),
    pytest.param("year:..", word("year:.."), ["year:.."], id="range-without-ends"),
    pytest.param("-part:xyz", Not(word("part:xyz")), ["part:xyz"], id="no-such-part"),
    pytest.param("year: 调解", A, ["year:"], id="value-apart-from-its-field"),
    pytest.param("title:(调解)", A, ["title:"], id="field-before-brackets"),
    pytest.param("title:' 调解", A, ["title:'"], id="field-without-text"),
    pytest.param("或", word("或"), ["或"], id="lone-or-is-searched"),
    pytest.param("OR", word("OR"), ["OR"], id="lone-operator-is-searched"),
    pytest.param("( )", word("( )"), ["( )"], id="lone-brackets-are-searched"),
    pytest.param('""', None, ['""'], id="nothing-in-quotes"),
]


@pytest.mark.parametrize(("query", "tree", "words"), TOLD)
def test_what_cannot_be_read_is_told(query: str, tree: Node | None, words: list[str]) -> None:
    parsed = parse_query(query)
    assert parsed.tree == tree
    assert [ignored.word for ignored in parsed.ignored] == words
    assert all(ignored.why for ignored in parsed.ignored)


@pytest.mark.parametrize("query", ["", " \t\n\u3000", "，,"])
def test_blank_query_asks_for_nothing(query: str) -> None:
    assert parse_query(query) == parse_query("")
    assert parse_query(query).tree is None


def test_one_character_and_lone_punctuation_are_searched() -> None:
    assert parse_query("。").tree == word("。")
    assert parse_query("法").tree == word("法")


def test_brackets_nest_as_deep_as_promised_and_are_told_beyond() -> None:
    deep = "(调解 OR -" * MAX_DEPTH + "普法" + ")" * MAX_DEPTH
    assert parse_query(deep).ignored == ()
    assert _depth(parse_query(deep).tree) > MAX_DEPTH
    told = parse_query("(" + deep + ")").ignored
    assert any("too deep" in ignored.why for ignored in told)


def test_only_the_first_characters_of_a_long_query_are_read() -> None:
    parsed = parse_query("调" * MAX_LENGTH + " 普法")
    assert parsed.tree == word("调" * MAX_LENGTH)
    assert parsed.ignored[0].word == " 普法"
    assert str(MAX_LENGTH) in parsed.ignored[0].why


HOSTILE = [
    "(", ")", '"', "“", "“a", "「『", "-", " -", "NOT ", "(NOT ", "a ", "(a OR ", "a /s ", "a|",
    "()", "1,", "year:2020,", "标题：", "2024年", "OR ", "“”", " /s",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_query_is_read_in_no_time(piece: str) -> None:
    started = time.perf_counter()
    parse_query(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 5  # a tenth of it on an idle machine


PIECES = st.sampled_from([
    *"()（）\"“”「」『』-－|｜,，、:： /'‘’", "AND", "OR", "NOT", "或", "/s", "/10", "同段",
    "year:", "年份：", "2024", "..", "title:", "乡镇：", "part:", "topic:", "调解", "普法",
    "\u200b", "İ", "ß",
])  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_no_query_raises_and_every_text_can_be_searched(query: str) -> None:
    parsed = parse_query(query)
    for text in _texts(parsed.tree):
        assert text.stream
        assert text.stream == fold_stream(text.stream)
        assert text.typed in query
    assert parsed.tree is not None or not fold_stream(query).strip(",")


@given(st.text(alphabet=st.characters(codec="utf-16", categories=["Cs", "Lo", "Po", "Zs", "Cf"])))
def test_odd_unicode_does_not_raise(query: str) -> None:
    parse_query(query)


@given(st.lists(PIECES).map(" ".join))
def test_trees_are_tidy(query: str) -> None:
    for node in _nodes(parse_query(query).tree):
        if isinstance(node, And | Or):
            assert len(node.children) > 1
            assert not any(type(child) is type(node) for child in node.children)
        if isinstance(node, Not):
            assert not isinstance(node.child, Not)


@given(st.text().filter(lambda text: '"' not in text and "＂" not in text))
def test_quoted_text_is_one_text_whatever_it_holds(content: str) -> None:
    tree = parse_query(f'"{content}"').tree if len(content) < MAX_LENGTH - 1 else None
    if stream := fold_stream(content):
        assert tree == quote(f'"{content}"', stream)
    else:
        assert tree is None


SIMPLE = st.lists(
    st.sampled_from([
        "调解", "普法 ", "２０２４年", "(", ")", "（", "|", "｜", '"执法"', "“枫桥”", '"', "“", " ",
        "\u3000", " OR ", " AND ", " 或 ", " /s ", " NOT ", "/12", "Ａ", "\u200b", "‘",
    ]),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.one_of(SIMPLE, st.lists(PIECES).map("".join), st.text()))
def test_the_short_way_reads_what_the_grammar_reads(query: str) -> None:
    read = parse_query(query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexer, "_PLAIN", re.compile("(?!)"))
        patch.setattr(grammar, "_is_plain", lambda _item: False)
        assert parse_query(query) == read


def _nodes(tree: Node | None) -> Iterator[Node]:
    if tree is None:
        return
    yield tree
    match tree:
        case And(children) | Or(children):
            for child in children:
                yield from _nodes(child)
        case Not(child):
            yield from _nodes(child)
        case Near(left, right):
            yield from _nodes(left)
            yield from _nodes(right)
        case _:
            return


def _texts(tree: Node | None) -> Iterator[Text]:
    return (node for node in _nodes(tree) if isinstance(node, Text))


def _depth(tree: Node | None) -> int:
    match tree:
        case And(children) | Or(children):
            return 1 + max(map(_depth, children))
        case Not(child):
            return 1 + _depth(child)
        case _:
            return 1
