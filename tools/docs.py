"""Runs what the docs show, so that no page says what the program does not do.

    python tools/docs.py [PAGE...]            write into the pages what their commands print now
    python tools/docs.py --check [PAGE...]    change nothing; exit 1 where a page says otherwise

Pages are Markdown. What is run in them, in order, in one folder that holds `samples/`:

    ```console            each `$ lawsearch …` line; what follows it is its output
    ```console first=12   the same, cut after so many lines of output
    ```console last=12    the same, cut before the last so many lines
    ```text help=query    the help of a command
    ```csv file=NAME      the block's text becomes this file
    ```python             runs; an exception fails the page
    | Query | … | Literal | Sections | First hit |      one query a row; these columns are filled in

A page that indexes something itself begins without an index, all others with one of `samples/`.
Chinese pages (*.zh-CN.md) run in Chinese, all others in English.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 80
_ANSI = re.compile("\x1b\\[[0-9;]*m")
_FENCE = re.compile(r"```(\w+)((?: \w+=\S+)*)")
_PIPED = "| python -m json.tool --no-ensure-ascii"

# What is another each time: it does not count when outputs are compared.
_VARYING = (
    re.compile(r"\d+\.\d+ (?:s|MB|秒)\b"),
    re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z"),
    re.compile(r'(?<="took_ms": )[\d.]+'),
    re.compile(r'(?<="score": )[\d.]+'),
    re.compile(r'(?<="mtime_ns": )\d+'),
    re.compile(r'(?<="bytes": )\d+'),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that is not what the program does: a diff, or the traceback of a block."""

    page: Path
    what: str


def pages() -> list[Path]:
    """Every page that is checked."""
    return [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]


# --- the program ----------------------------------------------------------------------------------


class Screen(io.TextIOWrapper):
    """A terminal that remembers what it was shown."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n")

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        """What was shown, without colours."""
        self.flush()
        self.seek(0)
        return _ANSI.sub("", self.read().lstrip("\ufeff"))


def run_program(arguments: Sequence[str]) -> str:
    """What the program prints on a terminal, errors last."""
    from cli import app
    from terminal import progress

    progress.EVERY_S = float("inf")  # a slow machine would show how far it has come
    screen, errors = Screen(), io.StringIO()
    with (
        contextlib.redirect_stdout(screen),
        contextlib.redirect_stderr(errors),
        contextlib.suppress(SystemExit),  # its status is not shown
    ):
        app(args=list(arguments), prog_name="lawsearch")
    return screen.text() + errors.getvalue()


def run_line(line: str) -> str:
    """The output of a `lawsearch …` line, which may go to a file or to Python's json.tool."""
    piped = line.endswith(_PIPED)
    words = shlex.split(line.removesuffix(_PIPED))
    target = Path(words[-1]) if len(words) > 2 and words[-2] == ">" else None
    if words[0] != "lawsearch":
        raise ValueError(f"only lawsearch is run here: {line}")
    output = run_program(words[1:-2] if target else words[1:])
    if target is not None:
        target.write_text(output, "utf-8", newline="\n")
        return ""
    if piped:
        return json.dumps(json.loads(output), indent=4, ensure_ascii=False) + "\n"
    return output.replace(str(Path.cwd()), "…")


# --- the kinds of blocks --------------------------------------------------------------------------


class Workplace:
    """The folder in which the pages' commands run, and beside it an index of the samples."""

    def __init__(self, base: Path) -> None:
        self.folder = base.resolve() / "page"
        self.index = self.folder / "index"
        self._ready = base / "ready"
        self.folder.mkdir()

    def prepare(self, *, indexed: bool) -> None:
        """Put everything back as it is when a page begins."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(ROOT / "samples", self.folder / "samples")
        if indexed and not self._ready.exists():
            run_program(["index", "samples"])
            shutil.copytree(self.index, self._ready)
        elif indexed:
            shutil.copytree(self._ready, self.index)


def rewrite(text: str, place: Workplace) -> str:
    """The page with everything in it that is run as it comes out now."""
    place.prepare(indexed="$ lawsearch index " not in text)
    lines = iter(text.split("\n"))
    names: dict[str, object] = {"__name__": "__page__"}
    written: list[str] = []
    for line in lines:
        fence = _FENCE.fullmatch(line)
        if fence:
            block = list(_until_fence(lines))
            options = dict(word.split("=", 1) for word in fence[2].split())
            written += [line, *_rewrite_block(fence[1], options, block, names), "```"]
        elif line.startswith("| Query |"):
            table = [line, *_until_blank(lines)]
            written += [*_rewrite_table(table), ""]
        else:
            written.append(line)
    return "\n".join(written)


def _until_fence(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == "```":
            return
        yield line
    raise ValueError("a block is not closed")


def _until_blank(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line:
            return
        yield line


def _rewrite_block(
    kind: str, options: dict[str, str], block: list[str], names: dict[str, object]
) -> list[str]:
    if "file" in options:
        Path(options["file"]).write_text("\n".join(block) + "\n", "utf-8", newline="\n")
    if "help" in options:
        command = [options["help"]] if options["help"] != "lawsearch" else []
        return run_program([*command, "--help"]).rstrip().split("\n")
    if kind == "console":
        first, last = (int(options.get(name, "0")) for name in ("first", "last"))
        return list(_rewrite_console(block, first, last))
    if kind == "python":
        with contextlib.redirect_stdout(io.StringIO()):
            exec("\n".join(block), names)
    return block


def _rewrite_console(block: list[str], first: int, last: int) -> Iterator[str]:
    for line in block:
        if not line.startswith("$ "):
            continue
        yield line
        output = run_line(line[2:]).rstrip("\n")
        shown = [row.rstrip() for row in output.split("\n")] if output else []
        if last and len(shown) > last:
            yield "…"
        yield from shown[:first] if first else shown[-last:]
        if first and len(shown) > first:
            yield "…"


def _rewrite_table(table: list[str]) -> Iterator[str]:
    columns = [cell.strip() for cell in _cells(table[0])]
    yield from table[:2]
    for row in table[2:]:
        cells = [cell.strip() for cell in _cells(row)]
        found = answer(cells[0].strip("`").replace("\\|", "|"))
        before = dict(zip(columns, cells, strict=True)).get("Sections", "")
        if before and _sort(before) != _sort(found["Sections"]):
            what = f"{cells[0]} gives {found['Sections']}, not {before}"
            raise ValueError(f"{what}: put its row right and empty the cell")
        filled = [found.get(name, cell) for name, cell in zip(columns, cells, strict=True)]
        yield f"| {' | '.join(filled)} |"


def _sort(sections: str) -> str:
    """What the words of a row are true of: something, nothing, something in part."""
    return re.sub(r"[1-9]\d*", "some", sections)


def _cells(row: str) -> list[str]:
    return re.split(r"(?<!\\)\|", row)[1:-1]


def answer(query: str) -> dict[str, str]:
    """What a table says of a query."""
    found = json.loads(run_program(["query", "--json", "--limit", "1", "--", query]))
    how = {"section": "", "report": " in reports", "partial": " in part"}[found["mode"]]
    return {
        "Sections": f"{found['total_sections']}{how}",
        "Literal": str(found["literal_sections"]),
        "First hit": f"`{found['hits'][0]['id']}`" if found["hits"] else "–",
    }


# --- all pages ------------------------------------------------------------------------------------


def is_same(old: str, new: str) -> bool:
    """Whether two pages say the same, times and sizes aside."""
    return _masked(old) == _masked(new)


def _masked(text: str) -> str:
    for varying in _VARYING:
        text = varying.sub("…", text)
    return text


def _speak(page: Path) -> None:
    """Have the program speak the page's language from now on."""
    from index import i18n

    os.environ["LANGUAGE"] = "zh_CN" if page.name.endswith(".zh-CN.md") else "C"
    i18n._users_catalogue.cache_clear()


def go_through(todo: Sequence[Path], *, write: bool) -> Iterator[Failure]:
    """Every page that says otherwise; written anew where asked for."""
    with tempfile.TemporaryDirectory() as base:
        place = Workplace(Path(base))
        os.environ["LAWSEARCH_INDEX"] = str(place.index)
        with contextlib.chdir(place.folder):
            for page in todo:
                _speak(page)
                yield from _go_through(page, place, write=write)


def _go_through(page: Path, place: Workplace, *, write: bool) -> Iterator[Failure]:
    text = page.read_text("utf-8")
    try:
        new = rewrite(text, place)
    except Exception:  # noqa: BLE001 - whatever a block does is told with its page
        yield Failure(page, traceback.format_exc())
        return
    if is_same(text, new):
        return
    if write:
        page.write_text(new, "utf-8", newline="\n")
        print(f"{page.name}: written")
        return
    diff = difflib.unified_diff(text.split("\n"), new.split("\n"), "page", "program", lineterm="")
    yield Failure(page, "\n".join(diff))


def main() -> int:
    """Read the arguments; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what differs")
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE")
    arguments = parser.parse_args()
    todo = [page.resolve() for page in arguments.pages] or pages()
    for name in ("LC_ALL", "LANGUAGE"):  # before the program's own texts are made
        os.environ[name] = "C"
    for name in [name for name in os.environ if name.startswith("LAWSEARCH_")]:
        del os.environ[name]
    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    sys.path.insert(0, str(ROOT))
    failures = list(go_through(todo, write=not arguments.check))
    for failure in failures:
        print(f"{failure.page}:\n{failure.what}")
    if failures:
        print(f"{len(failures)} pages are not what the program does: python tools/docs.py")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
