"""Where a line of paper ends in the middle of a sentence, a snippet shows nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made import batch, make_report, write
from tests.served import served
from web.wrapping import unwrapped

FULL = "调解员每月到各村走访，听取意见，逐件登记，"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("网格\n员上门", "网格员上门", id="within a word"),
        pytest.param("网格\r\n员上门", "网格员上门", id="a break of two characters"),
        pytest.param("网格 \n员上门", "网格员上门", id="a space before it"),
        pytest.param(f"学习\n“{FULL}”\n——做法", f"学习“{FULL}”——做法", id="beside signs"),
        pytest.param(f"走访\n{FULL}化解\n纠纷", f"走访{FULL}化解纠纷", id="after a full line"),
        pytest.param("走访\n第一季度\n纠纷", "走访第一季度\n纠纷", id="not after a short line"),
        pytest.param("报告\n\n全镇", "报告\n\n全镇", id="not an empty line"),
        pytest.param("报告\n\u3000\u3000全镇", "报告\n\u3000\u3000全镇", id="not before an indent"),
        pytest.param("共\n24次", "共\n24次", id="not beside a figure"),
        pytest.param("GIS\n平台", "GIS\n平台", id="not beside a letter"),
        pytest.param("张 三\u3000李四", "张 三\u3000李四", id="not a space that was typed"),
        pytest.param("\n网格\n", "\n网格\n", id="not at the ends"),
    ],
)
def test_the_end_of_a_line_of_paper_is_not_shown(text: str, shown: str) -> None:
    assert unwrapped(text, ()) == (shown, [])


_PIECES = st.sampled_from(
    ["网格", "调解员", FULL, "“", "24", "a", " ", "\n", "\r\n", "\u3000", "\n\n"]
)


@given(st.lists(_PIECES, max_size=12), st.data())
def test_spans_hold_the_same_characters_as_before(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    told = [at for at, c in enumerate(text) if not c.isspace()]
    drawn = data.draw(st.lists(st.sampled_from(told), unique=True) if told else st.just([]))
    points = sorted(drawn)[: len(drawn) // 2 * 2]
    spans = [(a, b + 1) for a, b in zip(points[::2], points[1::2], strict=True)]
    shown, moved = unwrapped(text, spans)
    assert [c for c in shown if not c.isspace()] == [c for c in text if not c.isspace()]
    for (a, b), (start, end) in zip(spans, moved, strict=True):
        assert "".join(shown[start:end].split()) == "".join(text[a:b].split())


def test_a_search_page_shows_the_words_of_a_wrapped_report_whole(tmp_path: Path) -> None:
    text = f"{FULL}化解\n矛盾纠纷"
    write(tmp_path, batch(make_report("r", [("一、网格", text)])))
    with served(tmp_path) as client:
        page = client.get("/search?q=化解矛盾").text
        told = client.get("/api/v1/query?q=化解矛盾").json()["hits"][0]["snippets"]
    assert "逐件登记，<mark>化解矛盾</mark>纠纷" in page
    (snippet,) = [each for each in told if "化解" in each["text"]]
    assert snippet["text"] == text
    ((start, end),) = snippet["spans"]
    assert snippet["text"][start:end] == "化解\n矛盾"
