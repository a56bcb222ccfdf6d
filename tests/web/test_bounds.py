"""Whatever would take too long is refused before it begins, on every address that may."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

from tests.served import served
from web.api import routes
from web.pages import compare

DIFF = "diff?first=青禾县槿岭镇-2023&second=青禾县槿岭镇-2024"


@pytest.mark.parametrize("address", ["/search?q=调解 人", "/api/v1/query?q=调解 人"])
def test_a_search_of_death_is_refused(samples_index: Path, address: str) -> None:
    with served(samples_index, most_ms=0.001) as client:
        assert client.get(address).status_code == 422


@pytest.mark.parametrize(
    ("module", "name", "address"),
    [
        pytest.param(compare, "COPIES_MS", "/copies?between=all", id="copies"),
        pytest.param(compare, "DIFF_MS", f"/{DIFF}", id="diff"),
        pytest.param(compare, "SPREAD_MS", "/spread?q=调解", id="spread"),
        pytest.param(compare, "SPREAD_MS", "/spread.svg?q=调解", id="picture of the spread"),
        pytest.param(routes, "COPIES_MS", "/api/v1/copies", id="copies of the API"),
        pytest.param(routes, "DIFF_MS", f"/api/v1/{DIFF}", id="diff of the API"),
        pytest.param(routes, "SPREAD_MS", "/api/v1/spread?q=调解", id="spread of the API"),
    ],
)
def test_a_comparison_of_death_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, address: str
) -> None:
    assert client.get(address).status_code == 200
    monkeypatch.setattr(module, name, 0.0)
    assert client.get(address).status_code == 422
