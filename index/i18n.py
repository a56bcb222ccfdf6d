"""Messages for people, in their language: Simplified Chinese where the locale is Chinese.

The source holds the English messages; `index/data/locale` the catalogues, made by
tools/catalogues.py. English needs no catalogue, and then nothing is loaded.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

DOMAIN = "lawsearch"
FOLDER = Path(__file__).resolve().parent / "data" / "locale"


def preferred_language() -> str:
    """The user's language tag: of LANGUAGE, LC_ALL, LC_MESSAGES, LANG, or Windows."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.split(":")[0]
    return _windows_language() if sys.platform == "win32" else ""


def _windows_language() -> str:
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    else:
        return ""


_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Messages are in this language meanwhile, in this thread or task: a server has many users."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def is_chinese(language: str) -> bool:
    """Whether a language tag (zh-Hans-CN, zh_CN.UTF-8) is of Chinese."""
    return re.match("zh(?![a-z])", language.lower()) is not None


def _catalogue() -> NullTranslations | None:
    language = _spoken.get()
    return _users_catalogue() if language is None else _catalogue_in(language)


@cache
def _users_catalogue() -> NullTranslations | None:
    return _catalogue_of(is_chinese(preferred_language()))


@lru_cache(8)
def _catalogue_in(language: str) -> NullTranslations | None:
    return _catalogue_of(is_chinese(language))


@cache
def _catalogue_of(chinese: bool) -> NullTranslations | None:
    if not chinese:
        return None
    from gettext import translation

    return translation(DOMAIN, FOLDER, languages=["zh_CN"], fallback=True)


def gettext(message: str) -> str:
    """The message in the user's language."""
    catalogue = _catalogue()
    return catalogue.gettext(message) if catalogue else message


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message for n things in the user's language."""
    catalogue = _catalogue()
    if catalogue:
        return catalogue.ngettext(singular, plural, n)
    return singular if n == 1 else plural


def marked(message: str) -> str:
    """The message itself, marked for the catalogues; whoever shows it asks for its translation."""
    return message
