"""Bring the message catalogues in step with the source: extract, update, compile.

    python tools/catalogues.py            write the .po, with new messages to translate, and the .mo
    python tools/catalogues.py --check    change nothing; exit 1 where something is not in step

A message is a literal in `_(…)`, `ngettext(…)` or `marked(…)`, of a module or a template, or the
docstring of a command. The
translations are edited in the .po; places in it name files without lines, so that moving code
changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import sys
from collections.abc import Iterable, Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ("cli.py", "index", "indexer", "search", "terminal", "web")
TEMPLATES = ROOT / "web" / "data" / "templates"
KEYWORDS = {"_": None, "ngettext": (1, 2), "marked": None}
TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
LANGUAGE = "zh_CN"
CATALOGUE = ROOT / "index" / "data" / "locale" / LANGUAGE / "LC_MESSAGES" / "lawsearch.po"
HEADER = """\
# The messages of lawsearch in Simplified Chinese; written by tools/catalogues.py, translated here.
msgid ""
msgstr ""
"Language: zh_CN\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
"""Without dates and versions: what it says changes only when a message does."""


def modules() -> Iterator[Path]:
    """The program's modules."""
    for name in PROGRAM:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def extract_template() -> Catalog:
    """Every message of the source, and which files say it."""
    template = Catalog()
    for module in modules():
        source = module.read_bytes()
        place = (module.relative_to(ROOT).as_posix(), 0)
        for _line, message, _comments, _context in extract("python", io.BytesIO(source), KEYWORDS):
            template.add(message, locations=[place])
        for docstring in command_docstrings(ast.parse(source)):
            template.add(docstring, locations=[place])
    for page in sorted(TEMPLATES.glob("*.html")):
        place = (page.relative_to(ROOT).as_posix(), 0)
        found = babel_extract(io.BytesIO(page.read_bytes()), tuple(KEYWORDS), (), TEMPLATE_OPTIONS)
        for _line, name, said, _comments in found:
            if said is not None:
                template.add(_literals(name, said), locations=[place])
    return template


def _literals(function: str, said: str | tuple[str | None, ...]) -> str | tuple[str, ...]:
    """A message, or its singular and its plural."""
    texts = (said,) if isinstance(said, str) else tuple(text for text in said if text is not None)
    return texts[:2] if function == "ngettext" else texts[0]


def command_docstrings(tree: ast.Module) -> Iterator[str]:
    """The docstrings that are shown as help: those of functions under @command(…)."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
            yield inspect.cleandoc(ast.get_docstring(node) or node.name)


def _is_command(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=ast.Name(id="command")):
            return True
    return False


def update(template: Catalog, path: Path = CATALOGUE) -> Catalog:
    """The catalogue of the file with exactly the messages of the template.

    A new message that is like an old one gets its translation, marked as fuzzy.
    """
    catalogue = read_catalogue(path)
    catalogue.update(template)
    catalogue.obsolete.clear()
    return catalogue


def read_catalogue(path: Path) -> Catalog:
    """The catalogue in a .po file; empty where there is none."""
    if not path.exists():
        return Catalog(LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def as_po(catalogue: Catalog) -> str:
    """The text of the .po file."""
    out = io.BytesIO()
    write_po(out, catalogue, width=98, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER + out.getvalue().decode().strip() + "\n"


def as_mo(catalogue: Catalog) -> bytes:
    """The bytes of the .mo file."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


# --- what can be wrong --------------------------------------------------------------------------


def find_faults(template: Catalog, path: Path = CATALOGUE) -> Iterator[str]:
    """What keeps the catalogue from saying every message, and nothing else, in its language."""
    catalogue = read_catalogue(path)
    wanted = {message.id for message in template if message.id}
    held = {message.id for message in catalogue if message.id}
    for id in wanted - held:
        yield f"{_first(id)!r} is not in the catalogue"
    for id in held - wanted:
        yield f"{_first(id)!r} is said nowhere"
    for message in catalogue:
        if message.id:
            yield from _faults_of(message)
    if not path.exists() or path.read_text("utf-8") != as_po(update(template, path)):
        yield f"{path.name} is not as this script writes it"
    if not _is_compiled(catalogue, path.with_suffix(".mo")):
        yield f"{path.with_suffix('.mo').name} is not made of {path.name}"


def _forms(text: str | Iterable[str] | None) -> list[str]:
    """A message, or its singular and its plural."""
    return [text] if isinstance(text, str) else list(text or ())


def _first(id: str | Iterable[str]) -> str:
    return _forms(id)[0]


def _faults_of(message: Message) -> Iterator[str]:
    said = _first(message.id)
    translations = _forms(message.string)
    if not all(translations):
        yield f"{said!r} is not translated"
        return
    if message.fuzzy:
        yield f"{said!r} is only like what was translated (fuzzy)"
    known = {field for form in _forms(message.id) for field in _fields(form)}
    for text in translations:
        if unknown := _fields(text) - known:
            yield f"the translation of {said!r} has a field of its own: {', '.join(unknown)}"


def _fields(text: str) -> set[str]:
    """The named fields of a format string."""
    return {name for _text, name, _spec, _how in Formatter().parse(text) if name}


def _is_compiled(catalogue: Catalog, path: Path) -> bool:
    """Whether the .mo holds the catalogue's translations."""
    if not path.exists():
        return False
    held, wanted = (
        GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
        for data in (path.read_bytes(), as_mo(catalogue))
    )
    return {k: v for k, v in held.items() if k} == {k: v for k, v in wanted.items() if k}


def main() -> int:
    """Read the arguments; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what is wrong")
    check = parser.parse_args().check
    template = extract_template()
    if not check:
        catalogue = update(template)
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(as_po(catalogue), "utf-8", newline="\n")
        CATALOGUE.with_suffix(".mo").write_bytes(as_mo(read_catalogue(CATALOGUE)))
    faults = list(find_faults(template))
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} faults: python tools/catalogues.py, then translate in {CATALOGUE}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
