"""Every error that lawsearch raises on purpose.

LawsearchError
├── UserError            the request is wrong; nothing is broken
│   ├── BadFilter        a flag's value is not one of the known ones
│   ├── ReportError      one file could not be read as a report
│   ├── TooCostly        a query would take longer than it may
│   ├── NotFound         no report, section or measure has this id
│   └── NoMeasure        what was named is no measure and has none of its own
└── StoreError           the index or its machine is in the way
    ├── IndexMissing     there is no index in the folder
    ├── IndexOutdated    it was built by another version
    ├── IndexLocked      another process is writing
    ├── IndexDamaged     a file is missing or does not match its checksum
    ├── IndexFull        the disk is full or refuses to write
    └── EngineUnavailable  the engine does not answer, or refuses

An error keeps what happened in fields and makes its own message: what, which value, what to do.
`cli.py` shows them; nothing else prints.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

from index.i18n import gettext as _
from index.i18n import marked

_SYSTEMS_REASONS = (
    marked("File name too long"),
    marked("Input/output error"),
    marked("Is a directory"),
    marked("No such file or directory"),
    marked("No space left on device"),
    marked("Not a directory"),
    marked("Permission denied"),
    marked("Read-only file system"),
)
"""What the system says, in English even where it speaks another language otherwise."""


def system_reason(error: OSError) -> str:
    """Why the system refused, in the user's language where it is a common reason."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("the disk is full")
    return _(error.strerror) if error.strerror else str(error)


class LawsearchError(Exception):
    """Base of all errors meant for people. `hint` says what to do; it may be empty."""

    hint: str = ""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by fields, so that an error crosses a process boundary as it is."""
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _rebuild(
    cls: type[LawsearchError], args: tuple[object, ...], fields: dict[str, object]
) -> LawsearchError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(fields)
    return error


class UserError(LawsearchError):
    """The request is wrong; nothing is broken."""


class BadFilter(UserError):
    """A flag's value is not one of the known ones."""

    def __init__(self, flag: str, value: str, known: Iterable[str] = ()) -> None:
        self.flag, self.value, self.known = flag, value, tuple(known)
        said = _("{flag}: {value!r} is not a value that it takes.")
        super().__init__(said.format(flag=flag, value=value))
        if self.known:
            self.hint = _("One of: {known}").format(known=_(", ").join(self.known))


class ReportError(UserError):
    """One file could not be read as a report; the batch goes on without it."""

    def __init__(self, path: str | Path, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = str(path), reason, hint
        super().__init__(_("{path}: {reason}").format(path=self.path, reason=reason))


class NotFound(UserError):
    """No report, section or measure has this id."""

    def __init__(self, id: str, close: Iterable[str] = ()) -> None:
        self.id, self.close = id, tuple(close)
        super().__init__(_("Nothing in the index is called {id!r}.").format(id=id))
        if self.close:
            self.hint = _("Did you mean: {close}").format(close=_(", ").join(self.close))


class NoMeasure(UserError):
    """What was named is a report, or a section without measures of its own."""

    def __init__(self, id: str, inside: Iterable[str] = ()) -> None:
        self.id, self.inside = id, tuple(inside)
        super().__init__(_("{id!r} is no measure and has none of its own.").format(id=id))
        if self.inside:
            self.hint = _("Inside it are: {ids}").format(ids=_(", ").join(self.inside))


class TooCostly(UserError):
    """A query would take longer than it may; it was not begun. Times are in milliseconds."""

    def __init__(self, estimated_ms: float, most_ms: float) -> None:
        self.estimated_ms, self.most_ms = estimated_ms, most_ms
        said = _("This would take about {n} s; {most} s are the limit here.")
        super().__init__(said.format(n=f"{estimated_ms / 1000:.1f}", most=f"{most_ms / 1000:g}"))
        self.hint = _(
            "Ask for fewer or rarer words, put a phrase in quotes, or choose a year or a place. "
            "The command line has no limit."
        )


class StoreError(LawsearchError):
    """The index or its machine is in the way."""


class IndexMissing(StoreError):
    """There is no index in the folder."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        super().__init__(_("No index at {path}.").format(path=self.path))
        how = _('Build it: lawsearch index REPORTS --index-dir "{path}"')
        self.hint = how.format(path=self.path)


class IndexOutdated(StoreError):
    """The index was built by another version of what makes its terms."""

    def __init__(self, path: str | Path, found: str, wanted: str) -> None:
        self.path, self.found, self.wanted = str(path), found, wanted
        said = _(
            "The index at {path} is of another version: "
            "it has {found}, this program needs {wanted}."
        )
        super().__init__(said.format(path=self.path, found=found, wanted=wanted))
        how = _('Rebuild it: lawsearch index REPORTS --rebuild --index-dir "{path}"')
        self.hint = how.format(path=self.path)


class IndexLocked(StoreError):
    """Another process is writing to the index."""

    def __init__(self, path: str | Path, holder: str) -> None:
        self.path, self.holder = str(path), holder
        said = _("Another process is writing to the index at {path}: {holder}.")
        super().__init__(said.format(path=self.path, holder=holder))
        self.hint = _("Wait until it has ended, or stop it; searching goes on meanwhile.")


class IndexDamaged(StoreError):
    """A file of the index is missing or is not what was committed."""

    def __init__(self, path: str | Path, file: str, reason: str) -> None:
        self.path, self.file, self.reason = str(path), file, reason
        said = _("The index at {path} is damaged: {file} {reason}.")
        super().__init__(said.format(path=self.path, file=file, reason=reason))
        how = _(
            "Nothing was deleted. Rebuild from the reports: "
            'lawsearch index REPORTS --rebuild --index-dir "{path}"'
        )
        self.hint = how.format(path=self.path)


class IndexFull(StoreError):
    """The disk is full, or the folder refuses to be written to."""

    def __init__(self, path: str | Path, reason: str) -> None:
        self.path, self.reason = str(path), reason
        said = _("Could not write to the index at {path}: {reason}.")
        super().__init__(said.format(path=self.path, reason=reason))
        self.hint = _(
            "The last commit is whole. Make room (or permission) and run the same command again."
        )


class EngineUnavailable(StoreError):
    """The engine does not answer, or refuses."""

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        said = _("The engine at {url} cannot be used: {reason}.")
        super().__init__(said.format(url=url, reason=reason))
