"""From paths that a person names to the files that are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import ReportError
from index.i18n import gettext as _
from indexer.read.opening import odd_kind, os_reason

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".docx", ".pdf", ".doc", ".wps", ".ofd"})
"""What is read of a folder; other files in it are passed over in silence."""


def find_files(paths: Sequence[Path]) -> Iterator[Path | ReportError]:
    """Every file to read, once, in a stable order; what cannot be read comes as its error.

    A folder gives its files of a known suffix, sorted by name, deep ones after its own. Hidden
    files, Word's lock files (~$) and README files are passed over. A link to a file is read; a
    link to a folder is followed only when it was named itself, so that loops cannot form. What
    was named itself is never passed over: it is read or it is an error.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _named(path):
            key = os.path.abspath(found.path if isinstance(found, ReportError) else found)  # noqa: PTH100 - resolve() would follow links
            if key not in seen:
                seen.add(key)
                yield found


def _named(path: Path) -> Iterator[Path | ReportError]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        yield _error(path, error)
        return
    if stat.S_ISDIR(mode):
        yield from _walk(path)
    elif path.suffix.lower() not in SUFFIXES and odd_kind(mode) is None:
        yield _unknown_suffix(path)
    else:
        yield _checked(path, mode)


def _walk(top: Path) -> Iterator[Path | ReportError]:
    """Files below a folder. The stack is ours: folders may nest deeper than Python recurses."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield _error(folder, error)
            continue
        visible = [entry for entry in entries if not _is_passed_over(entry.name)]
        waiting.extend(Path(entry.path) for entry in reversed(visible) if _is_own_folder(entry))
        for entry in visible:
            yield from _entry(entry)


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "~$")) or name.upper().startswith("README")


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder and not a link or a Windows junction to one (told since 3.12)."""
    is_junction = getattr(entry, "is_junction", None)
    return entry.is_dir(follow_symlinks=False) and not (is_junction and is_junction())


def _entry(entry: os.DirEntry[str]) -> Iterator[Path | ReportError]:
    path = Path(entry.path)
    if path.suffix.lower() not in SUFFIXES or entry.is_dir(follow_symlinks=False):
        return
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield _error(path, error)
        return
    if not stat.S_ISDIR(mode):  # a link to a folder with a name like a file's
        yield _checked(path, mode)


def _checked(path: Path, mode: int) -> Path | ReportError:
    if (reason := odd_kind(mode)) is not None:
        return ReportError(path, reason)
    return _checked_name(path)


def _checked_name(path: Path) -> Path | ReportError:
    """The path, unless its name is not Unicode: it could be opened but not stored or shown."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "replace")
        hint = _("Rename it, for example with: convmv -f gbk -t utf8 --notest FILE")
        return ReportError(shown, _("its name is not valid Unicode"), hint)
    return path


def _error(path: Path, error: OSError | ValueError) -> ReportError:
    named = _checked_name(path)
    if isinstance(named, ReportError):
        return named
    if isinstance(error, ValueError):  # a NUL in the name
        return ReportError(path, _("it is not a path"))
    return ReportError(path, os_reason(error, path))


def _unknown_suffix(path: Path) -> ReportError:
    known = " ".join(sorted(SUFFIXES))
    reason = _("files of this kind ({suffix}) are not read").format(
        suffix=path.suffix or _("no suffix")
    )
    return ReportError(path, reason, _("Known kinds: {known}").format(known=known))
