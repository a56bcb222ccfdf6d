"""Write requirements/*.txt from pyproject.toml: versions exact, with hashes, for all platforms.

Run by `make lock`. The files name no host and no path, so they install from any package index.
    build.txt            what building takes (jieba comes as source only)
    runtime.txt          what the program needs
    cluster.txt          runtime.txt and what an index on a cluster needs
    dev.txt              runtime.txt and what tests, checks and this script need
    bench.txt            runtime.txt and the engines that bench/ measures beside
    whoosh-reloaded.txt  the other Whoosh, for the tests that run on it
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
WHOOSH_RELOADED = "whoosh-reloaded==2.7.5"


def compile_lock(name: str, source: str, *flags: str, stdin: str = "") -> None:
    """Pin `source`, a file or "-" for stdin, into requirements/NAME."""
    command = [sys.executable, "-m", "uv", "pip", "compile", source, *flags]
    command += ["--universal", "--generate-hashes", "--strip-extras", "--quiet"]
    command += ["--python-version", OLDEST_PYTHON, "--output-file", f"requirements/{name}"]
    # uv writes its command line into the header; a fixed one names no machine's paths.
    env = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    print(f"requirements/{name}")
    subprocess.run(
        command, cwd=ROOT, check=True, env=env, input=stdin, text=True, stdout=subprocess.DEVNULL
    )


def main(upgrade: bool) -> None:
    """Write every lock; versions that still fit stay unless `upgrade`."""
    flags = ["--upgrade"] if upgrade else []
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    compile_lock("runtime.txt", "pyproject.toml", *flags)
    same = ["--constraints", "requirements/runtime.txt"]
    compile_lock("cluster.txt", "pyproject.toml", "--extra", "cluster", *same, *flags)
    same = ["--constraints", "requirements/cluster.txt"]
    compile_lock("dev.txt", "pyproject.toml", "--extra", "dev", *same, *flags)
    same = ["--constraints", "requirements/dev.txt"]
    compile_lock("bench.txt", "pyproject.toml", "--extra", "bench", *same, *flags)
    pinned = ["--constraints", "requirements/dev.txt", "--no-annotate", *flags]
    compile_lock("build.txt", "-", *pinned, stdin="\n".join(build))
    compile_lock("whoosh-reloaded.txt", "-", *pinned, stdin=WHOOSH_RELOADED)


if __name__ == "__main__":
    main("--upgrade" in sys.argv[1:])
