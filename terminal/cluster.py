"""Which cluster a command works on, and what its index is called there."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from index.errors import BadFilter, UserError
from index.i18n import gettext as _
from index.location import Cluster, Folder, Location
from index.opensearch.connection import connection_to
from terminal.opening import Engines

URL: Final = "LAWSEARCH_URL"
INDEX: Final = "LAWSEARCH_INDEX"
SHARDS: Final = "LAWSEARCH_SHARDS"
MOST_SHARDS: Final = 1024
"""A cluster's own limit."""
DEFAULT_NAME: Final = "lawsearch"
LONGEST_NAME: Final = 200
"""Bytes; a cluster takes 255, with what is put behind the name."""
_NAME: Final = r"[^\W_][\w.-]*"


def checked_engine(named: str, typed: str | None) -> Engines:
    """The engine of this name; typed is an option that only a cluster has. Raises UserError."""
    if named not in [*Engines]:
        raise BadFilter("--engine", named, [*Engines])
    if named == Engines.EMBEDDED and typed is not None:
        said = _("{option} is for --engine opensearch; the embedded engine has --index-dir.")
        raise UserError(said.format(option=typed))
    return Engines(named)


def cluster_at(
    url: str | None, name: str | None, credentials: Path | None, ca_file: Path | None
) -> Cluster:
    """The index of this name on the cluster; what is None is the environment's.

    Raises UserError.
    """
    url = url or os.environ.get(URL)
    if not url:
        raise UserError(_("A cluster needs its address: --url or the variable LAWSEARCH_URL."))
    name = name or os.environ.get(INDEX) or DEFAULT_NAME
    connection = connection_to(url, credentials=credentials, ca_file=ca_file)
    return Cluster(connection, checked_name(name), _shards(os.environ.get(SHARDS)))


def place_named(
    option: str, named: str, credentials: Path | None, ca_file: Path | None
) -> Location:
    """The index of a place that was typed: a folder, or a cluster's address with a name behind it.

    Raises UserError.
    """
    if "://" not in named:
        return Folder(Path(named))
    url, _slash, name = named.rpartition("/")
    if not name or url.endswith("/"):
        said = _("{option} names no index on the cluster: write https://HOST:9200/NAME.")
        raise UserError(said.format(option=option))
    return cluster_at(url, name, credentials, ca_file)


def _shards(named: str | None) -> int | None:
    """The number of parts that a new index is to have."""
    if not named:
        return None
    if named.isascii() and named.isdigit() and 1 <= int(named[:5]) <= MOST_SHARDS:
        return int(named)
    said = _("{variable} is the number of an index's parts, from 1 to {most}, not {value!r}.")
    raise UserError(said.format(variable=SHARDS, most=MOST_SHARDS, value=named))


def checked_name(name: str) -> str:
    """A name that an index of a cluster may have. Raises UserError."""
    is_short = len(name.encode("utf-8", "replace")) <= LONGEST_NAME
    if is_short and name == name.lower() and re.fullmatch(_NAME, name):
        return name
    error = UserError(_("{name!r} is no name for an index on a cluster.").format(name=name))
    error.hint = _("Small letters, figures, - and _; it begins with a letter or a figure.")
    raise error
