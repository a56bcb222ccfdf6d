"""The templates: filled in the reader's language, with everything escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from index.i18n import gettext, ngettext
from index.labels import (
    described_label,
    field_label,
    kind_label,
    level_label,
    part_label,
    thousands,
)
from web.language import language_of

DATA: Final = Path(__file__).with_name("data")
STATIC: Final = DATA / "static"
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def render(template: str, request: Request, context: Mapping[str, Any]) -> bytes:
    """The page in UTF-8."""
    filled = (
        _environment()
        .get_template(template)
        .render({"request": request, "language": language_of(request), "held": None, **context})
    )
    return filled.encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(DATA / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "_": gettext,
        "ngettext": ngettext,
        "static": static,
        "report_url": report_url,
        "field_label": field_label,
        "part_label": part_label,
        "level_label": level_label,
        "kind_label": kind_label,
        "described_label": described_label,
    }
    made.filters |= {"shown": shown, "thousands": thousands}
    return made


@cache
def static(name: str) -> str:
    """The address of a file of static/, another one when its content is."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def report_url(id: str, query: str = "", flags: Sequence[str] = ()) -> str:
    """The address of a report, a section (…#1.4) or a measure in its report's page.

    query marks its hits there; flags are options of the search that are on.
    """
    report, _hash, key = id.partition("#")
    pairs = [("q", query), *((name, "1") for name in flags)] if query else []
    asked = f"?{urlencode(pairs, quote_via=quote, safe='')}" if pairs else ""
    return f"/reports/{quote(report, safe='')}{asked}" + (f"#{quote(key)}" if key else "")


def shown(text: str | None) -> str:
    """The text without what could not be seen or would turn it around; white space stays."""
    if text is None:
        return ""
    if text.isprintable():  # what cannot be seen is not
        return text
    seen = text.translate(_UNSEEN)
    if seen.isprintable():
        return seen
    return "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in seen)
