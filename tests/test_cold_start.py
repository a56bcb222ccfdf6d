"""What a query process loads: nothing heavy that its query does not need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# By what each costs to import: a query over a county takes about a tenth of a second in all.
HEAVY = {
    "docx", "fastapi", "indexer", "jieba", "jinja2", "lark", "lxml", "numpy", "parsy",
    "opensearchpy", "prometheus_client", "pydantic", "pypinyin", "rapidfuzz", "requests", "rich",
    "rjieba", "starlette", "trafilatura", "urllib3", "uvicorn", "web", "whoosh",
}  # fmt: skip
UNNEEDED = {
    "index.gazetteer", "index.opensearch", "index.sentences", "index.vector", "search.fields",
    "search.help", "search.complete", "search.lookup", "search.readings", "search.suggest",
    "search.synonyms", "search.vocabulary", "terminal.cluster",
}  # fmt: skip
MOST_OF_OURS = 60
"""Modules of ours that a plain query may load; each takes a third of a millisecond or more."""
PROBE = """
import sys
sys.argv = {arguments!r}
from lawsearch import main
status = main()
print("loaded:", *sys.modules, file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cold") / "index"
    command = [sys.executable, "-m", "lawsearch", "index", str(ROOT / "samples")]
    subprocess.run([*command, "--index-dir", str(folder)], check=True, cwd=ROOT)
    return folder


def loaded_by(index_dir: Path, *query: str, command: str = "query") -> set[str]:
    """The modules that a process of the command has loaded when it ends."""
    arguments = ["lawsearch", command, *query, "--index-dir", str(index_dir)]
    process = [sys.executable, "-c", PROBE.format(arguments=arguments)]
    done = subprocess.run(process, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("loaded:")[1].split())


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["terminal", "json"])
@pytest.mark.parametrize(
    "query",
    [
        pytest.param(["“枫桥经验”"], id="quoted"),
        pytest.param(["枫桥经验", "2024"], id="whole words and a year"),
        pytest.param(["枫桥经验 OR (普法 2023)"], id="brackets and OR"),
        pytest.param(["2023"], id="a year alone"),
        pytest.param(["调"], id="one character"),
        pytest.param(["行政执法人员", "--exact"], id="exact"),
    ],
)
def test_a_query_loads_nothing_that_it_does_not_need(
    index_dir: Path, query: list[str], form: list[str]
) -> None:
    loaded = loaded_by(index_dir, *query, *form)
    assert loaded & (HEAVY | UNNEEDED) == set()
    ours = [name for name in loaded if name.split(".")[0] in ("index", "search", "terminal")]
    assert len(ours) <= MOST_OF_OURS, sorted(ours)


@pytest.mark.parametrize("form", [[], ["--json"], ["--svg", "-"]], ids=["terminal", "json", "svg"])
def test_a_spread_loads_no_numpy_and_no_dictionary(index_dir: Path, form: list[str]) -> None:
    assert loaded_by(index_dir, "枫桥经验", "2024", *form, command="spread") & HEAVY == set()


def test_a_query_that_must_be_cut_loads_one_dictionary(index_dir: Path) -> None:
    assert len(loaded_by(index_dir, "行政执法人员") & {"jieba", "rjieba"}) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="rich draws on Windows' terminals")
def test_a_terminal_needs_no_rich(index_dir: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    arguments = ["lawsearch", "query", "枫桥经验", "--index-dir", str(index_dir)]
    process = subprocess.Popen(
        [sys.executable, "-c", PROBE.format(arguments=arguments)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(theirs)
    shown = _read_all(ours)
    _, told = process.communicate()
    assert process.returncode == 0
    assert "\x1b[1;31m枫桥经验" in shown
    assert "rich" not in told.decode().split("loaded:")[1].split()


def _read_all(terminal: int) -> str:
    """Everything that is written to a terminal until nobody has it open."""
    read = b""
    while True:
        try:
            block = os.read(terminal, 1 << 16)
        except OSError:  # how Linux tells the end
            block = b""
        if not block:
            os.close(terminal)
            return read.decode()
        read += block
