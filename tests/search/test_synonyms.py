"""The synonym file, and what it makes of a query."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UserError
from index.querytree import And, Filter, Near, Node, Not, Or, Text, positive_texts
from search.language import parse_query
from search.synonyms import MAX_FORMS, Expanded, Synonyms, expand, load_synonyms

FILE = """\
# names of the same thing
综治中心 = 社会治安综合治理中心   # a comment
放管服 = 简政放权、放管结合

甲所 = 乙所
乙所 = “丙 所”
长甲所 = 长所
"""


@pytest.fixture
def synonyms(tmp_path: Path) -> Synonyms:
    path = tmp_path / "synonyms.txt"
    path.write_text(FILE, encoding="utf-8-sig")
    return load_synonyms(path)


def tree_of(query: str) -> Node:
    tree = parse_query(query).tree
    assert tree is not None
    return tree


def streams(tree: Node) -> list[str]:
    return [text.stream for text in positive_texts(tree)]


FORMS = [
    pytest.param("综治中心", ["综治中心", "社会治安综合治理中心"], id="word"),
    pytest.param("社会治安综合治理中心", ["社会治安综合治理中心", "综治中心"], id="both-ways"),
    pytest.param("综治中心建设", ["综治中心建设", "社会治安综合治理中心建设"], id="inside-a-word"),
    pytest.param("甲所", ["甲所", "乙所", "丙所"], id="lines-that-share-a-name"),
    pytest.param("長甲所", ["长甲所", "长所"], id="longest-name-and-folded"),
    pytest.param('"综治中心"', ["综治中心"], id="not-in-quotes"),
    pytest.param("普法", ["普法"], id="unknown"),
    pytest.param(
        "普法 OR 综治中心", ["普法", "综治中心", "社会治安综合治理中心"], id="beside-alternatives"
    ),
]


@pytest.mark.parametrize(("query", "wanted"), FORMS)
def test_word_is_searched_in_all_its_forms(
    query: str, wanted: list[str], synonyms: Synonyms
) -> None:
    tree, told = expand(tree_of(query), synonyms)
    assert streams(tree) == wanted
    assert bool(told) == (tree != tree_of(query))


def test_what_was_added_is_told_once(synonyms: Synonyms) -> None:
    _tree, told = expand(tree_of("综治中心 普法 综治中心"), synonyms)
    assert told == (Expanded("综治中心", ("社会治安综合治理中心",)),)


def test_every_kind_of_node_is_expanded(synonyms: Synonyms) -> None:
    tree, _told = expand(tree_of("-放管服 year:2024 (甲所 OR 普法) /s 综治中心"), synonyms)
    assert isinstance(tree, And)
    excluded, year, near = tree.children
    assert isinstance(excluded, Not)
    assert isinstance(excluded.child, Or)
    assert isinstance(year, Filter)
    assert isinstance(near, Near)
    assert streams(near.left) == ["甲所", "乙所", "丙所", "普法"]
    assert streams(near.right) == ["综治中心", "社会治安综合治理中心"]
    for side in (near.left, near.right):
        assert isinstance(side, Or)
        assert all(isinstance(child, Text) for child in side.children)


def test_longer_name_that_holds_the_word_is_not_added(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("明白人 = 法律明白人", encoding="utf-8")
    assert expand(tree_of("明白人"), load_synonyms(path)) == (tree_of("明白人"), ())
    assert streams(expand(tree_of("法律明白人"), load_synonyms(path))[0]) == [
        "法律明白人",
        "明白人",
    ]


def test_word_of_many_names_does_not_explode(synonyms: Synonyms) -> None:
    tree, _told = expand(tree_of("甲所" * 1000), synonyms)
    assert isinstance(tree, Or)
    assert 2 <= len(tree.children) <= MAX_FORMS


def test_shipped_file_reads() -> None:
    shipped = load_synonyms()
    assert len(shipped) > 20
    assert streams(expand(tree_of("综治中心"), shipped)[0]) == ["综治中心", "社会治安综合治理中心"]


BAD = [
    pytest.param("综治中心".encode(), "line 1", id="one-name"),
    pytest.param("甲 = 乙\n甲 =".encode(), "line 2", id="empty-name"),
    pytest.param("甲 = 乙".encode("gb18030"), "UTF-8", id="another-encoding"),
]


@pytest.mark.parametrize(("content", "reason"), BAD)
def test_bad_file_is_told_with_its_reason_and_cure(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as caught:
        load_synonyms(path)
    assert "mine.txt" in str(caught.value)
    assert "=" in caught.value.hint


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.txt"):
        load_synonyms(tmp_path / "none.txt")


def test_empty_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert expand(tree_of("综治中心"), load_synonyms(path)) == (tree_of("综治中心"), ())


@given(st.text())
def test_any_query_can_be_expanded(query: str) -> None:
    tree = parse_query(query).tree
    if tree is not None:
        expand(tree, load_synonyms())
