"""What people have corrected: a table that wins over everything the program found out.

One row a file: file, year, township, county, city, province, level, kind, title, issued, issuer,
document_number, in any order and as many as there are. An empty cell leaves the value as found,
`-` or null makes it unknown. `file` is a path or the end of one (西坪镇/2023.docx); of several rows
that fit a file the longest counts.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from index.errors import UserError, system_reason
from index.i18n import gettext as _
from index.model import Kind, Level, Place, Reason
from index.numerals import read_year
from indexer.describe import Description
from indexer.locate import complete_place

CORRECTIONS_NAME = "corrections.csv"
"""A table's name in a folder; it holds for all files below."""

Value = str | int | None

_CHINESE_NAMES = {
    "文件": "file", "年度": "year", "年份": "year", "乡镇": "township", "县区": "county",
    "地市": "city", "省": "province", "层级": "level", "类别": "kind", "标题": "title",
    "发布日期": "issued", "发布机构": "issuer", "文号": "document_number",
}  # fmt: skip
_PLACE_FIELDS = ("township", "county", "city", "province")


def _read_text(cell: str) -> str:
    return cell


def _read_sane_year(cell: str) -> int:
    if (year := read_year(cell)) is None:
        raise ValueError(_("a year from 2000 to 2035"))
    return year


def _read_day(cell: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError as error:
        raise ValueError(_("a day like 2024-03-26")) from error


def _read_level(cell: str) -> Level:
    if cell not in set(Level):
        raise ValueError(_one_of(Level))
    return Level(cell)


def _read_kind(cell: str) -> Kind:
    if cell not in set(Kind):
        raise ValueError(_one_of(Kind))
    return Kind(cell)


def _one_of(values: Iterable[str]) -> str:
    return _("one of {known}").format(known=_(", ").join(values))


_READERS: Mapping[str, Callable[[str], Value]] = {
    "year": _read_sane_year,
    **dict.fromkeys((*_PLACE_FIELDS, "title", "issuer", "document_number"), _read_text),
    "level": _read_level,
    "kind": _read_kind,
    "issued": _read_day,
}
_NEVER_UNKNOWN = ("level", "kind")


@dataclass(frozen=True, slots=True)
class Correction:
    """The corrected fields of one file and the line of the table that holds them."""

    file: str
    line: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of a table, by the reversed parts of their file."""

    rows: Mapping[tuple[str, ...], Correction]

    def for_file(self, path: str | Path) -> Correction | None:
        """The correction whose file is the path or the longest end of it, or None."""
        parts = _reversed_parts(str(path))
        for length in range(len(parts), 0, -1):
            if (row := self.rows.get(parts[:length])) is not None:
                return row
        return None


@dataclass(frozen=True, slots=True)
class FolderCorrections:
    """The tables of several folders; each holds for the files below its own."""

    tables: Mapping[Path, Corrections]

    def for_file(self, path: str | Path) -> Correction | None:
        """The correction in the nearest folder's table that has one for the file, or None."""
        for folder in Path(path).parents:
            table = self.tables.get(folder)
            if table is not None and (row := table.for_file(path)) is not None:
                return row
        return None


def find_corrections(paths: Iterable[Path]) -> FolderCorrections:
    """The tables of all folders that the files lie in, up to the root. Raises UserError.

    What holds for a file does not depend on which of its folders was named for indexing.
    """
    folders = {folder for path in paths for folder in path.parents}
    files = {folder: folder / CORRECTIONS_NAME for folder in sorted(folders)}
    found = {folder: file for folder, file in files.items() if os.path.isfile(file)}  # noqa: PTH113 - is_file() may raise
    return FolderCorrections({folder: load_corrections(file) for folder, file in found.items()})


def load_corrections(path: Path) -> Corrections:
    """The corrections in a CSV file in UTF-8 or GB18030 (as Excel saves it).

    Raises UserError with the line and the column of the first cell that cannot be.
    """
    reader = csv.reader(_decode(path).splitlines())
    header = [_column(name) for name in next(reader, [])]
    _check_header(path, header)
    rows: dict[tuple[str, ...], Correction] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        correction = _read_row(path, reader.line_num, dict(zip(header, cells, strict=False)))
        key = _reversed_parts(correction.file)
        if key in rows:
            what = _("also on line {line}").format(line=rows[key].line)
            raise _bad_cell(path, reader.line_num, "file", what)
        rows[key] = correction
    return Corrections(rows)


def correct(description: Description, correction: Correction) -> Description:
    """The description with the corrected fields, each with a reason that names the line.

    Of a corrected place the tiers that the row leaves open follow from the gazetteer.
    """
    values = dict(correction.values)
    place = _correct_place(description.place, values)
    why = _("corrections, line {line}").format(line=correction.line)
    reasons = [reason for reason in description.reasons if reason.field not in values]
    reasons += [Reason(name, value, why) for name, value in values.items()]
    changed = {name: value for name, value in values.items() if name not in _PLACE_FIELDS}
    return replace(description, place=place, reasons=tuple(reasons), **changed)  # type: ignore[arg-type]


def _correct_place(place: Place, values: Mapping[str, Value]) -> Place:
    told = {name: values[name] for name in _PLACE_FIELDS if name in values}
    if not told:
        return place
    wanted = replace(place, **told)  # type: ignore[arg-type]
    if all(value is None for value in told.values()):
        return wanted
    # what stood above a corrected tier may be another place's: it is found out anew
    highest = min(_PLACE_FIELDS.index(name) for name in told)
    open_tiers = [name for name in _PLACE_FIELDS[highest + 1 :] if name not in told]
    if "county" in open_tiers and place.county and "township" in told:
        open_tiers = []  # a township's name is put right within its county
    completed = complete_place(replace(wanted, **dict.fromkeys(open_tiers)))
    return replace(completed, **told)  # type: ignore[arg-type]


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        said = _("Could not read {path}: {reason}.")
        raise UserError(said.format(path=path, reason=system_reason(error))) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(_("{path} is neither UTF-8 nor GB18030.").format(path=path))


def _column(name: str) -> str:
    return _CHINESE_NAMES.get(name.strip(), name.strip().lower())


def _check_header(path: Path, header: list[str]) -> None:
    known = {"file", *_READERS}
    for name in header:
        if name not in known:
            what = _("is no column; known are {known}")
            raise _bad_cell(path, 1, name, what.format(known=_(", ").join(sorted(known))))
    if "file" not in header:
        raise _bad_cell(path, 1, "file", _("is missing"))


def _read_row(path: Path, line: int, cells: Mapping[str, str]) -> Correction:
    values: dict[str, Value] = {}
    for name, raw in cells.items():
        cell = raw.strip()
        if name == "file" or not cell:
            continue
        if cell == "-" or cell.lower() == "null":
            if name in _NEVER_UNKNOWN:
                raise _bad_cell(path, line, name, _("cannot be unknown"))
            values[name] = None
            continue
        try:
            values[name] = _READERS[name](cell)
        except ValueError as error:
            what = _("{cell!r} is not {wanted}").format(cell=cell, wanted=error)
            raise _bad_cell(path, line, name, what) from error
    if not _reversed_parts(cells.get("file", "")):
        raise _bad_cell(path, line, "file", _("is empty"))
    return Correction(cells["file"].strip(), line, values)


def _bad_cell(path: Path, line: int, column: str, what: str) -> UserError:
    said = _("{path}, line {line}, column {column}: {what}.")
    return UserError(said.format(path=path, line=line, column=column, what=what))


def _reversed_parts(file: str) -> tuple[str, ...]:
    parts = file.strip().replace("\\", "/").split("/")
    return tuple(part for part in reversed(parts) if part not in ("", "."))
