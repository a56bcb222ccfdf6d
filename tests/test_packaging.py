"""The launcher finds the program, and a built wheel holds every module and data file, no more."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import lawsearch

ROOT = Path(__file__).resolve().parent.parent
NOT_SHIPPED = {"lawsearch", "tests"}  # the launcher has its own line; tests stay here
SKIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")


def package_tops() -> list[Path]:
    """The package folders at the repository root that are shipped under lawsearch/_app."""
    tops = [init.parent for init in ROOT.glob("*/__init__.py")]
    return [top for top in tops if top.name not in NOT_SHIPPED]


def setuptools_table() -> dict[str, Any]:
    """pyproject.toml's [tool.setuptools]."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return dict(table["tool"]["setuptools"])


def shipped_files(top: Path) -> set[str]:
    """Every module and data file of a package folder, as its name in the wheel."""
    files = (file for file in top.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {"lawsearch/_app/" + file.relative_to(ROOT).as_posix() for file in files}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel, built from a copy: no build/ of an earlier day gets into it."""
    tree = tmp_path_factory.mktemp("tree")
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, tree)
    for top in [*package_tops(), ROOT / "lawsearch", ROOT / "tests"]:
        shutil.copytree(top, tree / top.name, ignore=SKIPPED)
    code = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return ZipFile(next((tree / "dist").glob("*.whl")))


def test_app_dir_holds_cli() -> None:
    assert (lawsearch.app_dir() / "cli.py").is_file()


def test_every_package_folder_is_in_both_tables() -> None:
    table = setuptools_table()
    found = {
        init.parent.relative_to(ROOT).as_posix()
        for top in package_tops()
        for init in top.rglob("__init__.py")
    }

    mapped = {v for k, v in table["package-dir"].items() if k.startswith("lawsearch._app.")}
    listed = {p for p in table["packages"] if p.startswith("lawsearch._app.")}

    assert mapped == found
    assert listed == {"lawsearch._app." + folder.replace("/", ".") for folder in found}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {module.parent for top in package_tops() for module in top.rglob("*.py")}

    assert [
        f.relative_to(ROOT).as_posix() for f in folders if not (f / "__init__.py").exists()
    ] == []


def test_wheel_holds_every_module_and_data_file_and_no_more(wheel: ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    wanted = {"lawsearch/__init__.py", "lawsearch/__main__.py", "lawsearch/py.typed"}
    wanted |= {"lawsearch/_app/" + module.name for module in ROOT.glob("*.py")}
    for top in package_tops():
        wanted |= shipped_files(top)

    assert names == wanted


def test_wheel_names_its_version_its_license_and_its_command(wheel: ZipFile) -> None:
    info = f"lawsearch-{lawsearch.__version__}.dist-info/"

    assert f"Version: {lawsearch.__version__}\n" in wheel.read(info + "METADATA").decode()
    assert "lawsearch = lawsearch:main" in wheel.read(info + "entry_points.txt").decode()
    for file in ("LICENSE", "NOTICE"):
        assert wheel.read(f"{info}licenses/{file}") == (ROOT / file).read_bytes()


def test_the_program_starts_from_any_folder(tmp_path: Path) -> None:
    code = (
        "import sys, lawsearch; sys.argv = ['lawsearch', '--version']; sys.exit(lawsearch.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert lawsearch.__version__ in done.stdout
