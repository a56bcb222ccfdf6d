"""The project's own files agree with each other."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import lawsearch

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROGRAM = sorted({init.parent.name for init in ROOT.glob("*/__init__.py")})
TARGETS = ["setup", "demo", "test", "test-slow", "check", "fix", "docs", "bench", "lock", "clean"]

# Import names that are not the package's name with _ for -.
PACKAGE_OF = {
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "docx": "python-docx",
    "fpdf": "fpdf2",
    "opensearchpy": "opensearch-py",
    "whoosh": "whoosh3",
}
# What pytest is made of, and what building brings; and tools run by hand, which say so themselves.
ALONG_WITH_DEV = {"packaging"}
BY_HAND = {"opencc", "xapian"}


def modules(*folders: str) -> list[Path]:
    """Every module under the folders."""
    return sorted(
        module
        for folder in folders
        for module in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in module.parts
    )


def imported(module: Path) -> set[str]:
    """The top-level names that a module imports from outside the project and the library."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return {name for name in names if name not in sys.stdlib_module_names and not is_ours(name)}


def is_ours(name: str) -> bool:
    """True for a folder or a module at the repository root."""
    return (ROOT / name).is_dir() or (ROOT / f"{name}.py").is_file()


def packages_of(*extras: str) -> set[str]:
    """The names in pyproject.toml's dependencies and extras."""
    texts = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        texts += PROJECT["project"]["optional-dependencies"][extra]
    return {Requirement(text).name for text in texts}


def undeclared(files: list[Path], packages: set[str]) -> dict[str, list[str]]:
    """The imports whose package is not declared, by module."""
    found = {
        module.relative_to(ROOT).as_posix(): sorted(
            name
            for name in imported(module)
            if PACKAGE_OF.get(name, name.replace("_", "-")) not in packages
        )
        for module in files
    }
    return {module: names for module, names in found.items() if names}


def test_program_imports_only_declared_dependencies() -> None:
    files = [*modules(*PROGRAM), *ROOT.glob("*.py")]

    assert undeclared(files, packages_of("cluster")) == {}


def test_tests_and_tools_import_only_declared_dependencies() -> None:
    files = modules("tests", "tools", "bench", "docs")

    assert undeclared(files, packages_of("dev", "bench") | ALONG_WITH_DEV | BY_HAND) == {}


def test_every_dependency_is_imported_or_said_to_be_for_another() -> None:
    names = {name for module in modules(*PROGRAM) for name in imported(module)}
    names |= {name for module in ROOT.glob("*.py") for name in imported(module)}
    used = {PACKAGE_OF.get(name, name.replace("_", "-")) for name in names}

    assert packages_of() - used == {"lxml-html-clean"}, "the last is for trafilatura"


def test_every_module_of_the_program_has_a_docstring() -> None:
    files = [*modules(*PROGRAM), *ROOT.glob("*.py")]

    assert [m.name for m in files if not ast.get_docstring(ast.parse(m.read_bytes()))] == []


def test_classifiers_name_the_pythons_that_requires_python_allows() -> None:
    named = {
        c.rpartition(" ")[2]
        for c in PROJECT["project"]["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", c)
    }
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])

    assert named == {"3.11", "3.12", "3.13", "3.14"}
    assert all(version in allowed for version in named)
    assert "3.10" not in allowed


def test_changelog_has_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert re.search(rf"^## {re.escape(lawsearch.__version__)}\b", text, re.MULTILINE)


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_the_target(target: str) -> None:
    text = (ROOT / "Makefile").read_text("utf-8")

    assert re.search(rf"^{target}:", text, re.MULTILINE)
    assert target in text.partition(".PHONY:")[2].splitlines()[0].split()


def test_import_linter_sees_every_package_of_the_program() -> None:
    roots = set(PROJECT["tool"]["importlinter"]["root_packages"])

    assert roots == set(PROGRAM) - {"lawsearch"}


def test_mypy_checks_every_package_of_the_program() -> None:
    assert {"cli.py", "tests", "tools", *PROGRAM} <= set(PROJECT["tool"]["mypy"]["files"])
