"""The file table in layers: however it is cut into files, it is one table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engine import FileRow
from index.errors import IndexDamaged
from index.filetable import (
    FileTable,
    Layer,
    add_layer,
    dump_table,
    load_table,
    merged,
    table_name,
    whole_table,
)

PATHS = st.sampled_from([f"/{letter}.txt" for letter in "abcdef"])
HERE = Path("/index")


def row(path: str, size: int = 1, id: str | None = "r") -> FileRow:
    return FileRow(path, "00", size, 1, id, None, "basis")


@st.composite
def changes(draw: st.DrawFn) -> FileTable:
    """What a commit changes in the table."""
    sizes = draw(st.dictionaries(PATHS, st.integers(1, 9), max_size=4))
    return FileTable(
        {path: row(path, size) for path, size in sizes.items()},
        draw(st.frozensets(st.sampled_from(["x~2", "x~3"]))),
        {},
        draw(st.frozensets(PATHS, max_size=3)),
    )


@given(st.lists(changes(), max_size=12), st.dictionaries(PATHS, st.just("r~2")))
def test_layers_make_the_table_that_the_changes_make(
    commits: list[FileTable], given_ids: dict[str, str]
) -> None:
    rows: dict[str, FileRow] = {}
    seen: set[str] = set()
    layers = [Layer("", FileTable({}, frozenset(), given_ids))]  # a rebuild
    for number, change in enumerate(commits, 1):
        for path in change.forget:
            rows.pop(path, None)
        rows |= change.rows
        seen |= change.rows.keys() | change.forget
        layers = add_layer(layers, table_name(number), change)
        assert all(layer.name for layer in layers)
    table = whole_table(layers)
    assert table.rows == rows
    assert table.retired == frozenset().union(*(change.retired for change in commits))
    assert table.given == {path: id for path, id in given_ids.items() if path not in seen}


@given(changes(), changes(), changes())
def test_it_does_not_matter_which_layers_are_merged_first(
    one: FileTable, two: FileTable, three: FileTable
) -> None:
    left, right = merged(merged(one, two), three), merged(one, merged(two, three))
    assert left._replace(forget=frozenset()) == right._replace(forget=frozenset())


@given(changes())
def test_what_is_written_is_read(table: FileTable) -> None:
    assert load_table(HERE, "files-1.json", dump_table(table).encode()) == table


def test_one_file_more_writes_little_and_layers_stay_few() -> None:
    many = FileTable({f"/{n}": row(f"/{n}") for n in range(1000)})
    layers = add_layer([], table_name(1), many)
    written = 0
    for n in range(2, 202):
        layers = add_layer(layers, table_name(n), FileTable({f"/new{n}": row(f"/new{n}")}))
        assert layers[0].name == table_name(1)
        assert len(layers) < 8
        written += layers[-1].table.weight
    assert written < 200 * 10
    assert len(whole_table(layers).rows) == 1200


def test_a_commit_that_changes_nothing_in_it_writes_none() -> None:
    layers = add_layer([], table_name(1), FileTable({}))
    assert [layer.name for layer in layers] == [table_name(1)]
    assert add_layer(layers, table_name(2), FileTable({})) == layers


def test_the_table_of_an_index_of_before_is_read() -> None:
    data = json.dumps({"files": [["/a", "00", 1, 2, "r", None, ""]], "retired": ["x~2"]})
    table = load_table(HERE, "files-1.json", data.encode())
    assert table == FileTable({"/a": FileRow("/a", "00", 1, 2, "r")}, frozenset({"x~2"}))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"files": [[1, "00", 1, 2, "r", None, ""]]}, id="a number for a path"),
        pytest.param({"files": [["/a", "00", "1", 2, "r", None, ""]]}, id="a text for a size"),
        pytest.param({"files": [["/a", "00", True, 2, "r", None, ""]]}, id="a truth for a size"),
        pytest.param({"files": [["/a"]]}, id="half a row"),
        pytest.param({"forget": [1]}, id="a number to forget"),
        pytest.param({"forget": [[]]}, id="a list to forget"),
        pytest.param({"retired": None}, id="nothing retired"),
    ],
)
def test_what_no_commit_writes_is_damage(change: dict[str, object]) -> None:
    content = json.loads(dump_table(FileTable({"/b": row("/b")}))) | change
    with pytest.raises(IndexDamaged, match=r"files-1\.json"):
        load_table(HERE, "files-1.json", json.dumps(content).encode())
