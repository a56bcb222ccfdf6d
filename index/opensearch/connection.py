"""Where a cluster is and who asks it: addresses, credentials, whom to trust.

Credentials come from the environment or a file: what is typed on a command line stands in the list
of processes and in the shell's history.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from index.errors import UserError, system_reason
from index.i18n import gettext as _

USERNAME: Final = "LAWSEARCH_USER"
PASSWORD: Final = "LAWSEARCH_PASSWORD"
CREDENTIALS: Final = "LAWSEARCH_CREDENTIALS"
CA_FILE: Final = "LAWSEARCH_CA_FILE"
TIMEOUT_S: Final = 60.0
_LONGEST_FILE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a cluster. A password never shows: neither here nor in any message."""

    urls: tuple[str, ...]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    verify: bool = True  # TLS; without it anybody on the way may read and answer
    timeout_s: float = TIMEOUT_S

    @property
    def where(self) -> str:
        """The addresses, as messages name them."""
        return ",".join(self.urls)

    def index(self, name: str) -> str:
        """An index of the cluster, as messages name it."""
        return f"{self.urls[0]}/{name}"


def connection_to(
    url: str,
    *,
    credentials: Path | None = None,
    ca_file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Connection:
    """The connection to a URL, or to several nodes of one cluster with commas between.

    The files, where they are None, are those that the environment names; without a file of
    credentials these are the environment's. Raises UserError.
    """
    urls = tuple(_address(each) for each in url.split(",") if each.strip())
    if not urls:
        raise UserError(_("The address of the cluster is empty."))
    ca_file = ca_file or _path_of(environ.get(CA_FILE))
    if ca_file is not None and not ca_file.is_file():
        raise UserError(_("No file of certificates at {path}.").format(path=ca_file))
    if file := credentials or _path_of(environ.get(CREDENTIALS)):
        user, password = _read_credentials(file)
        return Connection(urls, user, password, ca_file)
    return Connection(urls, environ.get(USERNAME) or None, environ.get(PASSWORD) or None, ca_file)


def _path_of(named: str | None) -> Path | None:
    return Path(named) if named else None


def _address(url: str) -> str:
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if "@" in url:  # whatever it is then, it is not repeated
        error = UserError(_("An address may hold no user and no password."))
        error.hint = _credentials_hint()
        raise error
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        said = _("{url!r} is no address of a cluster, such as https://search.example:9200.")
        raise UserError(said.format(url=url))
    if port:
        return url
    return f"{parts.scheme}://{parts.netloc}:{_usual_port(parts.scheme)}{parts.path}"


def _usual_port(scheme: str) -> int:
    return 443 if scheme == "https" else 9200


def _read_credentials(file: Path) -> tuple[str, str]:
    """(user, password): the two lines of the file."""
    try:
        with file.open("rb") as opened:
            # On Windows the folder's rights are what counts; the mode tells nothing of them.
            is_open = sys.platform != "win32" and os.fstat(opened.fileno()).st_mode & stat.S_IRWXO
            text = opened.read(_LONGEST_FILE).decode("utf-8-sig")
    except OSError as error:
        raise _no_credentials(file, system_reason(error)) from None
    except UnicodeDecodeError:
        raise _no_credentials(file, _("it is not UTF-8 text")) from None
    if is_open:
        failed = _no_credentials(file, _("everybody on this machine can read it"))
        failed.hint = _('Take that away: chmod 600 "{file}"').format(file=file)
        raise failed
    lines = text.splitlines()
    if len(lines) != 2 or not all(lines):
        raise _no_credentials(file, _("two lines are needed, the user and the password"))
    return lines[0], lines[1]


def _no_credentials(file: Path, reason: str) -> UserError:
    said = _("No credentials from {file}: {reason}.")
    return UserError(said.format(file=file, reason=reason))


def _credentials_hint() -> str:
    said = _("Set {user} and {password}, or {file} to a file of two lines, user and password.")
    return said.format(user=USERNAME, password=PASSWORD, file=CREDENTIALS)
