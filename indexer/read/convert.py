"""Word 97-2003 and WPS documents, through a program that is installed here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from index.i18n import gettext as _
from indexer.read.limits import Limits, Refused
from indexer.read.lines import clean_line, join_lines, row_lines

_OFFICE = ("soffice", "libreoffice")
_WINDOWS_FOLDERS = ("ProgramFiles", "ProgramFiles(x86)")  # its installer leaves PATH alone


class Converted(NamedTuple):
    """What a converter made: a docx, or text in UTF-8 when `is_docx` is False."""

    data: bytes
    is_docx: bool


def convert(data: bytes, suffix: str, limits: Limits) -> Converted:
    """The document as docx (LibreOffice) or as text (antiword). Raises Refused.

    LibreOffice goes first: it alone reads WPS files and keeps the numbers of numbered lists.
    """
    office, antiword = _find_office(), shutil.which("antiword")
    if office is None and antiword is None:
        raise Refused(
            _("this kind of document needs a converter, and none is installed"),
            _("Install LibreOffice (or antiword), or save the document as docx."),
        )
    with tempfile.TemporaryDirectory(prefix="lawsearch-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / f"source{suffix if suffix == '.wps' else '.doc'}"
        source.write_bytes(data)
        if office is not None:
            return Converted(_with_office(office, source, limits), is_docx=True)
        assert antiword is not None
        command = [antiword, "-m", "UTF-8.txt", "-w", "0", str(source)]
        return Converted(_run(command, folder, limits), is_docx=False)


def tidy(output: bytes) -> str:
    """The lines of antiword's output; it draws a table's rows with bars and pads the cells."""
    lines: list[str] = []
    for line in output.decode("utf-8", "replace").splitlines():
        line = clean_line(line)
        if line.startswith("|") and line.endswith("|"):
            lines += row_lines([[cell.strip()] for cell in line.split("|")])
        else:
            lines.append(line)
    return join_lines(lines)


def _find_office() -> str | None:
    for name in _OFFICE:
        if (found := shutil.which(name)) is not None:
            return found
    for variable in _WINDOWS_FOLDERS:
        program = Path(os.environ.get(variable, "")) / "LibreOffice" / "program" / "soffice.exe"
        if program.is_absolute() and program.is_file():
            return str(program)
    return None


def _with_office(office: str, source: Path, limits: Limits) -> bytes:
    """A profile of its own: with the user's, a LibreOffice that is open would take the work."""
    folder = source.parent
    profile = (folder / "profile").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    command += ["--convert-to", "docx", "--outdir", str(folder / "out"), str(source)]
    _run(command, folder, limits)
    made = folder / "out" / "source.docx"
    if not made.is_file():
        raise Refused(_("the converter could not read it: it is damaged or encrypted"))
    if made.stat().st_size > limits.file_bytes:
        raise Refused(_("it is too large once converted"))
    return made.read_bytes()


def _run(command: Sequence[str], folder: Path, limits: Limits) -> bytes:
    """What the program wrote to its standard output, within the time it may take."""
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that all that it starts can be ended with it
        )
        try:
            status = process.wait(limits.convert_seconds)
        except subprocess.TimeoutExpired:
            n = f"{limits.convert_seconds:g}"
            raise Refused(_("converting it took longer than {n} s").format(n=n)) from None
        finally:
            _end(process)
    if status != 0:
        raise Refused(_("the converter could not read it: it is damaged or encrypted"))
    with output.open("rb") as file:
        return file.read(limits.text_bytes)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started: soffice is a launcher, the work is in its child."""
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
