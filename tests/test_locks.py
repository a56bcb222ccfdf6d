"""The locks name no host and no path, pin everything with hashes, and match pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# One requirement: its continuation lines joined, hashes and comments taken off.
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# Options of pip that would name a host, a path or another file.
OPTION = re.compile(r"^\s*(-[a-z]|--(?!hash=))", re.MULTILINE)


def entries(lock: Path) -> list[str]:
    """Each package of a lock with its hashes, on one line, without comments."""
    lines = [
        line for line in lock.read_text("utf-8").splitlines() if not line.strip().startswith("#")
    ]
    return [line for line in "\n".join(lines).replace("\\\n", "").splitlines() if line.strip()]


def pinned(lock: Path) -> list[Requirement]:
    """The packages of a lock; one may be there twice, for different Pythons."""
    return [Requirement(HASH.sub("", entry).strip()) for entry in entries(lock)]


def declared(*extras: str) -> list[Requirement]:
    """The requirements of pyproject.toml, with those of its extras."""
    texts = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        texts += PROJECT["project"]["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]


def missing(wanted: list[Requirement], lock: Path) -> list[str]:
    """The requirements that no line of the lock satisfies."""
    have = [
        (canonicalize_name(pin.name), next(iter(pin.specifier)).version) for pin in pinned(lock)
    ]
    return [
        str(want)
        for want in wanted
        if not any(
            name == canonicalize_name(want.name) and want.specifier.contains(version)
            for name, version in have
        )
    ]


def test_there_are_locks() -> None:
    names = [lock.name for lock in LOCKS]

    assert names == [
        *("bench.txt", "build.txt", "cluster.txt", "dev.txt", "runtime.txt", "whoosh-reloaded.txt"),
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_names_no_host_and_no_path(lock: Path) -> None:
    text = lock.read_text("utf-8")
    packages = "\n".join(entries(lock))

    assert "://" not in text
    assert " @ " not in packages
    assert "/" not in packages
    assert "\\" not in packages
    assert re.search(r"(^|\s)[/~]|[A-Za-z]:\\", text) is None
    assert OPTION.search(text) is None


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_pins_every_package_exactly_and_with_hashes(lock: Path) -> None:
    for entry, pin in zip(entries(lock), pinned(lock), strict=True):
        assert HASH.search(entry), entry
        assert [spec.operator for spec in pin.specifier] == ["=="], entry


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        pytest.param(declared(), "runtime.txt", id="runtime"),
        pytest.param(declared("cluster"), "cluster.txt", id="cluster"),
        pytest.param(declared("dev"), "dev.txt", id="dev"),
        pytest.param(
            [Requirement(text) for text in PROJECT["build-system"]["requires"]],
            "build.txt",
            id="build",
        ),
    ],
)
def test_every_requirement_of_pyproject_is_in_its_lock(
    wanted: list[Requirement], name: str
) -> None:
    assert missing(wanted, ROOT / "requirements" / name) == [], "run: make lock"


def test_a_requirement_that_the_lock_lacks_is_seen() -> None:
    wanted = [Requirement("whoosh3==0.1"), Requirement("no-such-package")]

    assert missing(wanted, ROOT / "requirements/runtime.txt") == ["whoosh3==0.1", "no-such-package"]


def test_dev_lock_has_what_the_runtime_and_the_build_locks_have() -> None:
    # Without the markers: colorama, for one, is for Windows in both and for more of it in dev.
    dev = {f"{pin.name}{pin.specifier}" for pin in pinned(ROOT / "requirements/dev.txt")}

    for name in ("runtime.txt", "cluster.txt", "build.txt"):
        pins = pinned(ROOT / "requirements" / name)
        assert {f"{pin.name}{pin.specifier}" for pin in pins} <= dev
