"""What tests of the pages start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index.location import Folder
from web.app import create_app
from web.settings import Settings


@pytest.fixture(scope="session")
def client(samples_index: Path) -> Iterator[TestClient]:
    """A client of the samples' pages, which come in English."""
    app = create_app(Settings(Folder(samples_index), rate=None, version="0"))
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        client.headers["Accept-Language"] = "en"
        yield client
