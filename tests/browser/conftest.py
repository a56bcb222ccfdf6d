"""A browser, a server of the samples, and a page; skipped where there is no Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import hostile
from tests.browser.watched import find_chromium, flags, watched
from tests.server_process import ROOT, ServerProcess, server_process


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(
    samples_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server of the samples."""
    with server_process(samples_index, tmp_path_factory.mktemp("served") / "log.txt") as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    """A page at a desk, in English."""
    with watched(browser, server.url) as page:
        yield page


@pytest.fixture(scope="session")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of reports that mean harm."""
    folder = tmp_path_factory.mktemp("hostile")
    index_dir = hostile.index_reports(hostile.write_reports(folder), folder / "index")
    with server_process(index_dir, folder / "log.txt") as server:
        yield server


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder in which CI keeps what the pages look like."""
    folder = Path(os.environ.get("LAWSEARCH_SCREENSHOTS") or ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
