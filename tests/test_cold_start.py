"""What a query process loads: nothing heavy that its query does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("rjieba", "jieba", "pydantic", "numpy", "pypinyin", "rapidfuzz", "rich", "docx", "lark")
PROBE = """
import sys
from lawsearch import main
status = main()
print("loaded:", *sorted(set(sys.argv[-1].split(",")) & set(sys.modules)), file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cold") / "index"
    command = [sys.executable, "-m", "lawsearch", "index", str(ROOT / "samples")]
    subprocess.run([*command, "--index-dir", str(folder)], check=True, cwd=ROOT)
    return folder


def loaded_by(index_dir: Path, *query: str) -> list[str]:
    """The heavy modules that a query process has loaded when it ends."""
    probe = "import sys; sys.argv = sys.argv[:-1]" + PROBE.replace(
        "sys.argv[-1]", repr(",".join(HEAVY))
    )
    command = [sys.executable, "-c", probe, "query", *query, "--index-dir", str(index_dir), "-"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stderr.split("loaded:")[1].split()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(["“枫桥经验”"], id="quoted"),
        pytest.param(["枫桥经验", "2024"], id="whole words and a year"),
        pytest.param(["2023"], id="a year alone"),
        pytest.param(["调"], id="one character"),
        pytest.param(["行政执法人员", "--exact"], id="exact"),
    ],
)
def test_a_query_that_needs_no_dictionary_loads_none(index_dir: Path, query: list[str]) -> None:
    assert loaded_by(index_dir, *query) == []


def test_a_query_that_must_be_cut_loads_one_dictionary(index_dir: Path) -> None:
    assert len(loaded_by(index_dir, "行政执法人员")) == 1
