"""What every test starts from: one Hypothesis profile and an environment that is nobody's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index import i18n

ROOT = Path(__file__).resolve().parent.parent

# The same examples on every run in CI, so that a red run is red again; new ones at a desk.
# No deadline: a shared machine's pause is no failure, and pytest-timeout ends a real hang.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# What a person's shell may set and what would change the output or the place of the index.
_PERSONAL = (
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "LANGUAGE",
    "LAWSEARCH_CA_FILE",
    "LAWSEARCH_CREDENTIALS",
    "LAWSEARCH_ENGINE",
    "LAWSEARCH_INDEX",
    "LAWSEARCH_PASSWORD",
    "LAWSEARCH_SHARDS",
    "LAWSEARCH_URL",
    "LAWSEARCH_USER",
    "LC_ALL",
    "LC_MESSAGES",
    "LINES",
    "NO_COLOR",
    "PY_COLORS",
)

# Now and not in a fixture: cli.py translates its help when a test module imports it.
for _name in _PERSONAL:
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"


@pytest.fixture(scope="session", autouse=True)
def _nobodys_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing: all tests have a user data folder of their own.

    One for the session, since Hypothesis forbids a new one for each test.
    """
    data = str(tmp_path_factory.mktemp("user-data"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA"):
            patch.setenv(name, data)
        yield


@pytest.fixture(scope="session")
def samples_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of samples/, for reading only."""
    from index.whoosh_writer import WhooshWriter
    from indexer.build import build_index
    from indexer.prepare import Settings

    folder = tmp_path_factory.mktemp("samples") / "index"
    writer = WhooshWriter(folder)
    try:
        build_index([ROOT / "samples"], writer, settings=Settings(), jobs=1)
    finally:
        writer.close()
    return folder


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing: messages are in Chinese."""
    i18n._users_catalogue.cache_clear()
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    yield
    i18n._users_catalogue.cache_clear()


@pytest.fixture(scope="module")
def unsynced() -> Iterator[None]:
    """Nothing: files are not synced, for modules that write an index for each example."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield
