"""Messages are in Chinese where the locale is, and the catalogue says all of them."""

from __future__ import annotations

import ast
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from index import errors, i18n
from index.engine import Tier
from index.errors import LawsearchError, system_reason
from index.labels import (
    described_label,
    field_label,
    kind_label,
    level_label,
    part_label,
    tier_label,
)
from index.model import Kind, Level, Part
from index.querytree import Field
from tools import catalogues

ROOT = Path(__file__).resolve().parent.parent.parent
CHINESE = re.compile("[\u4e00-\u9fff]")
PO = """\
msgid ""
msgstr ""
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "{n} section"
msgid_plural "{n} sections"
msgstr[0] "{n} 节"

msgid "No index at {path}."
msgstr "没有索引：{path}"
"""


# --- which language -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        pytest.param({"LANG": "zh_CN.UTF-8"}, "节", id="LANG"),
        pytest.param({"LANG": "C", "LC_MESSAGES": "zh_CN.UTF-8"}, "节", id="LC_MESSAGES over LANG"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "section", id="LC_ALL over LANG"),
        pytest.param({"LC_ALL": "C", "LANGUAGE": "zh_CN:en"}, "节", id="LANGUAGE over all"),
        pytest.param({"LANG": "zh_TW.UTF-8"}, "节", id="Traditional gets what there is"),
        pytest.param({"LANG": "", "LC_ALL": "zh_CN.GB18030"}, "节", id="another encoding"),
        pytest.param({"LANG": "de_DE.UTF-8"}, "section", id="a language without a catalogue"),
        pytest.param({"LANG": "C.UTF-8", "LC_ALL": ""}, "section", id="empty is not set"),
    ],
)
def test_the_locale_chooses_the_language(
    chinese: None, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    monkeypatch.delenv("LANGUAGE")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert i18n.ngettext("{n} section", "{n} sections", 1) == f"{{n}} {language}"


def test_english_counts_and_chinese_does_not(
    chinese: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [i18n.ngettext("{n} section", "{n} sections", n) for n in (1, 2)]
    assert said == ["{n} 节", "{n} 节"]
    monkeypatch.setenv("LANGUAGE", "en")
    i18n._users_catalogue.cache_clear()
    said = [i18n.ngettext("{n} section", "{n} sections", n) for n in (1, 2)]
    assert said == ["{n} section", "{n} sections"]


def test_english_loads_no_gettext() -> None:
    code = "import sys, index.i18n; index.i18n.gettext('Year'); sys.exit('gettext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_each_thread_and_task_speaks_its_own_language() -> None:
    with i18n.speaking("zh-CN"):
        said = i18n.gettext("Year")
        with i18n.speaking("en"):
            assert i18n.gettext("Year") == "Year"
            assert i18n.ngettext("{n} section", "{n} sections", 2) == "{n} sections"
        assert (i18n.gettext("Year"), said) == (said, "年度")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(i18n.gettext, "Year").result() == "Year"
    assert i18n.gettext("Year") == "Year"


# --- what is said -------------------------------------------------------------------------------

ERRORS = [
    errors.BadFilter("--year", "x", ("2024", "unknown")),
    errors.TooCostly(2500, 1000),
    errors.NotFound("青禾县槿岭镇-2023", ["云麓区荻溪镇-2023"]),
    errors.NoMeasure("青禾县槿岭镇-2023", ["青禾县槿岭镇-2023#1-m1"]),
    errors.IndexMissing("folder"),
    errors.IndexOutdated("folder", "format 1", "format 2"),
    errors.IndexLocked("folder", "process 1"),
    errors.IndexDamaged("folder", "manifest.json", "is missing"),
    errors.IndexFull("folder", "no space"),
    errors.EngineUnavailable("http://localhost", "refused"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_and_its_hint_is_chinese(chinese: None, error: LawsearchError) -> None:
    english, names = str(error), set(vars(error)) - {"hint"}
    values = {name: vars(error)[name] for name in names}
    said = type(error)(**values)
    assert CHINESE.search(str(said))
    assert str(said) != english
    assert bool(said.hint) == bool(error.hint)
    assert not said.hint or CHINESE.search(said.hint)
    assert str(pickle.loads(pickle.dumps(said))) == str(said)


def test_the_errors_above_are_all_that_make_their_message() -> None:
    made = {
        node.name
        for node in ast.walk(ast.parse(Path(errors.__file__).read_bytes()))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in node.body)
    }
    assert made - {"ReportError"} == {type(error).__name__ for error in ERRORS}


def test_every_label_is_chinese(chinese: None) -> None:
    labels = [
        *map(field_label, Field),
        *map(part_label, Part),
        *map(level_label, Level),
        *map(kind_label, Kind),
        *map(tier_label, Tier),
        *map(described_label, ("title", "issued", "document_number", "issuer", "kind")),
    ]
    assert [label for label in labels if not CHINESE.fullmatch(label[0])] == []


def test_what_the_system_says_is_chinese(chinese: None, tmp_path: Path) -> None:
    with pytest.raises(OSError) as found:
        (tmp_path / "nothing").read_bytes()
    assert system_reason(found.value) == "文件或文件夹不存在"
    assert system_reason(OSError(999, "an odd reason")) == "an odd reason"
    assert system_reason(OSError("no number")) == "no number"


# --- the catalogue ------------------------------------------------------------------------------


def test_the_catalogue_is_in_step_with_the_source() -> None:
    assert [*catalogues.find_faults(catalogues.extract_template())] == []


def test_no_message_is_said_inside_an_f_string() -> None:
    """Before Python 3.12 an f-string is one token, and the messages in it are not found."""
    hidden = [
        f"{module.name}:{text.lineno}"
        for module in catalogues.modules()
        for text in ast.walk(ast.parse(module.read_bytes()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in catalogues.KEYWORDS
    ]
    assert hidden == []


def test_what_templates_say_is_in_the_catalogue() -> None:
    said = {message.id: message.locations for message in catalogues.extract_template()}
    assert ("web/data/templates/base.html", 0) in said["Skip to the content"]
    assert ("{n} section", "{n} sections") in said


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A catalogue in step with the messages of `template`."""
    path = tmp_path / "lawsearch.po"
    path.write_text(PO, "utf-8")
    write(path)
    assert [*catalogues.find_faults(template(), path)] == []
    return path


def template() -> Catalog:
    """Two messages, one of them counted."""
    messages = Catalog()
    messages.add(("{n} section", "{n} sections"), locations=[("a.py", 0)])
    messages.add("No index at {path}.", locations=[("a.py", 0)])
    return messages


def write(path: Path) -> None:
    """Write the catalogue as the tool does."""
    path.write_text(catalogues.as_po(catalogues.update(template(), path)), "utf-8", newline="\n")
    path.with_suffix(".mo").write_bytes(catalogues.as_mo(catalogues.read_catalogue(path)))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param('"没有索引：{path}"', '""', "is not translated", id="untranslated"),
        pytest.param('"{n} 节"', '""', "is not translated", id="untranslated plural"),
        pytest.param("：{path}", "：{paths}", "a field of its own: paths", id="unknown field"),
        pytest.param("没有索引", "无索引", "lawsearch.mo is not made of", id="not compiled"),
        pytest.param("#: a.py", "#: b.py", "not as this script writes it", id="not written"),
        pytest.param(
            'msgid "No index at {path}."',
            'msgid "Gone."',
            "'Gone.' is said nowhere",
            id="left over",
        ),
        pytest.param(
            'msgid "No index at {path}."', 'msgid "Gone."', "is not in the catalogue", id="missing"
        ),
        pytest.param(
            'msgid "No index', '#, fuzzy\nmsgid "No index', "only like what was", id="fuzzy"
        ),
    ],
)
def test_the_check_tells_every_fault(made: Path, old: str, new: str, fault: str) -> None:
    text = made.read_text("utf-8")
    assert old in text
    made.write_text(text.replace(old, new), "utf-8", newline="\n")
    told = [*catalogues.find_faults(template(), made)]
    assert any(fault in line for line in told), told


def test_an_update_keeps_translations_and_drops_what_is_said_nowhere(made: Path) -> None:
    with made.open("a", encoding="utf-8") as file:
        file.write('\nmsgid "Gone."\nmsgstr "没了"\n')
    write(made)
    text = made.read_text("utf-8")
    assert "没有索引：{path}" in text
    assert "没了" not in text


def test_commands_are_translated_by_their_docstrings() -> None:
    source = '@command(epilog="x")\ndef run() -> int:\n    """Run it."""\n'
    source += 'def other():\n    """Not shown."""\n'
    assert [*catalogues.command_docstrings(ast.parse(source))] == ["Run it."]
