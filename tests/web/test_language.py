"""The reader's language is the best of those that the browser asks for."""

from __future__ import annotations

import pytest

from web.language import choose


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        pytest.param("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", id="a Chinese browser"),
        pytest.param("en-GB,en;q=0.9", "en", id="an English browser"),
        pytest.param("en;q=0.4, zh-Hant-TW;q=0.7", "zh-CN", id="by quality, not by order"),
        pytest.param("fr, en;q=0.2", "en", id="of those that are there"),
        pytest.param("fr", None, id="none that is there"),
        pytest.param("zh;q=0", None, id="not wanted at all"),
        pytest.param("zh;q=x", None, id="a quality that is no number"),
        pytest.param("zha", None, id="another language that begins so"),
        pytest.param("", None, id="no wish"),
        pytest.param(";;,,=;q", None, id="nonsense"),
    ],
)
def test_the_language_of_a_wish(accepted: str, chosen: str | None) -> None:
    assert choose(accepted) == chosen
