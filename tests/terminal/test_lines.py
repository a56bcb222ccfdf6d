"""Lines on a terminal: nothing in them steers it, and wide characters take two columns."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.lines import MATCH, Line, Piece, clean, pad, print_lines, width, wrap


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("枫桥\n  经验", "枫桥经验", id="a break between Chinese characters"),
        pytest.param("a\n b", "a b", id="a break between words"),
        pytest.param("2024\n年", "2024 年", id="a break after a figure"),
        pytest.param("\u3000枫桥", "枫桥", id="an indent"),
        pytest.param("\x1b[31m红\x07", "\ufffd[31m红\ufffd", id="escapes"),
        pytest.param("a\x9bb", "a\ufffdb", id="escapes of another kind"),
        pytest.param("\u202e倒\u2066", "\ufffd倒\ufffd", id="what turns text around"),
        pytest.param("\ud800", "\ufffd", id="half a character"),
        pytest.param("𠮷😀é", "𠮷😀é", id="all else"),
    ],
)
def test_clean_text(text: str, wanted: str) -> None:
    assert clean(text) == wanted


@given(st.text(st.characters()))
def test_clean_text_is_one_line_of_printable_characters(text: str) -> None:
    found = clean(text)
    assert found.isprintable()
    assert clean(found) == found
    kept = [c for c in text if c.isprintable() and not c.isspace()]
    assert [c for c in found if c not in " \ufffd"] == [c for c in kept if c != "\ufffd"]


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("ab", 2), ("枫桥", 4), ("（a）", 5), ("e\u0301", 1), ("２", 2)]
)
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(pad(text, 9)) == 9


_PIECES = st.builds(
    Piece,
    st.text(st.sampled_from("枫桥经验，。“”（）ab 12e\u0301"), max_size=20),
    st.sampled_from(["", MATCH]),
)


@given(st.lists(_PIECES, max_size=4), st.integers(2, 30))
def test_a_wrapped_line_keeps_its_characters_and_fits(line: Line, columns: int) -> None:
    rows = [*wrap(line, columns)]
    text = "".join(piece.text for piece in line)
    assert "".join(p.text for row in rows for p in row).replace(" ", "") == text.replace(" ", "")
    assert rows
    for row in rows:
        assert width("".join(piece.text for piece in row)) <= columns
    styled = [c for p in line if p.style for c in p.text if c != " "]
    assert [c for row in rows for p in row if p.style for c in p.text if c != " "] == styled


def test_no_row_begins_with_a_stop_or_ends_with_an_opening() -> None:
    rows = [*wrap([Piece("调解员上门调解。“枫桥经验”（二）办结")], 14)]
    texts = ["".join(piece.text for piece in row) for row in rows]
    assert len(texts) > 2
    for text in texts:
        assert not unicodedata.category(text[0]).startswith(("Pe", "Po"))
        assert not unicodedata.category(text[-1]).startswith(("Ps", "Pi"))


LINES: list[Line] = [[Piece("   "), Piece("枫桥", MATCH), Piece("经验  ")], [], [Piece("[red]x")]]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_piped_lines_are_plain() -> None:
    stream = io.StringIO()
    print_lines(LINES, stream)
    assert stream.getvalue() == "   枫桥经验\n\n[red]x\n"


def test_lines_on_a_terminal_are_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    print_lines(LINES, stream)
    text = stream.getvalue()
    assert "   \x1b[1;31m枫桥\x1b[0m经验" in text
    assert "[red]x" in text  # a report's brackets are no markup


def test_a_terminal_that_wants_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    print_lines([[Piece("枫桥", "yellow")]], stream)
    assert stream.getvalue() == "枫桥\n"


def test_long_lines_are_wrapped_under_their_indent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    print_lines([[Piece("   "), Piece("枫桥经验" * 6)]], stream)
    rows = stream.getvalue().splitlines()
    assert len(rows) == 2
    assert all(row.startswith("   ") for row in rows)
    assert all(width(row) <= 30 for row in rows)
