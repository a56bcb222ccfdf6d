"""Set up a virtual environment from the locks: `make setup`, or by hand where there is no make.

    python tools/environment.py [--dev] [FOLDER]     FOLDER is .venv unless named

Every package comes from requirements/*.txt with its hash, and lawsearch itself is installed so
that it runs from this checkout. A second call does nothing until a lock, pyproject.toml or the
Python changes; two calls at once wait for each other.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = sys.platform == "win32"
WAIT_SECONDS = 900


def locks(dev: bool) -> list[Path]:
    """The lock files to install, in order: what builds comes first, jieba is source only."""
    names = ["build.txt", "runtime.txt", "dev.txt"]
    return [ROOT / "requirements" / name for name in (names if dev else names[:2])]


def fingerprint(dev: bool) -> str:
    """What the environment would be made of, as a hex digest."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n".encode())
    for file in [*locks(dev), ROOT / "pyproject.toml"]:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def stamp(folder: Path, dev: bool) -> Path:
    """The file that remembers the fingerprint of a finished environment."""
    return folder / ("lawsearch-dev.stamp" if dev else "lawsearch-runtime.stamp")


def is_current(folder: Path, dev: bool) -> bool:
    """True if the environment holds what the locks say now."""
    file = stamp(folder, dev)
    return file.is_file() and file.read_text("ascii") == fingerprint(dev)


def python_in(folder: Path) -> Path:
    """The environment's own interpreter."""
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def is_same_python(folder: Path) -> bool:
    """True if the environment runs and was made by this very Python."""
    show = "import sys, pip; print(sys.version, sys.base_prefix)"
    try:
        done = subprocess.run(
            [python_in(folder), "-c", show], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == f"{sys.version} {sys.base_prefix}"


def create(folder: Path) -> None:
    """Make the empty environment, in place of one that another Python made."""
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(folder)
    except subprocess.CalledProcessError:
        sys.exit(
            f"{sys.executable} cannot make a virtual environment.\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )


def install(folder: Path, dev: bool) -> None:
    """Install the locks, each package by its hash, and lawsearch from this checkout."""
    pip = [str(python_in(folder)), "-m", "pip", "install", "--quiet", "--no-deps"]
    pip += ["--disable-pip-version-check", "--no-build-isolation"]
    for lock in locks(dev):
        print(f"Installing {lock.relative_to(ROOT).as_posix()} into {folder}", flush=True)
        subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, "--editable", ROOT], check=True)


def try_lock(handle: int) -> bool:
    """Take the lock on an open file if nobody holds it; the system frees it with the process."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which lies beside it since the folder may be made anew."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("a") as file:
        deadline = time.monotonic() + WAIT_SECONDS
        while not try_lock(file.fileno()):
            if time.monotonic() > deadline:
                sys.exit(f"{file.name} is held by another setup for {WAIT_SECONDS} s: stop it.")
            time.sleep(0.2)
        yield


def set_up(folder: Path, dev: bool) -> None:
    """Bring the environment up to the locks."""
    with only_one(folder):
        if is_current(folder, dev):
            return
        if not is_same_python(folder):
            create(folder)
        for kind in (True, False):
            stamp(folder, kind).unlink(missing_ok=True)
        install(folder, dev)
        for kind in {dev, False}:  # dev.txt holds all of runtime.txt
            stamp(folder, kind).write_text(fingerprint(kind), "ascii")


def main() -> None:
    """Read the arguments and set up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".venv")
    args = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036 - said before pip fails less clearly
        sys.exit(f"lawsearch needs Python 3.11 or newer, this is {sys.version.split()[0]}.")
    try:
        set_up(args.folder.resolve(), args.dev)
    except subprocess.CalledProcessError as error:
        sys.exit(f"pip failed ({error.returncode}); the lines above say why.")


if __name__ == "__main__":
    main()
