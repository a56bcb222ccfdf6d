"""The commands that compare reports: similar, copies, diff and spread."""

from __future__ import annotations

from typing import Annotated

import typer

from index.i18n import gettext as _
from terminal.command import HITS, NO_HITS, command, given, print_json, print_styled, read_filters
from terminal.opening import opened
from terminal.options import (
    AsJson,
    Cities,
    Counties,
    IndexDir,
    Levels,
    Limit,
    Parts,
    Provinces,
    Topics,
    Townships,
    Years,
)
