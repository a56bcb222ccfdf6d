"""The reader's language: what the browser asks for, of those that the catalogues have."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from index.i18n import is_chinese, preferred_language, speaking

CHINESE: Final = "zh-CN"
ENGLISH: Final = "en"
_LONGEST: Final = 500


def language_of(request: Request) -> str:
    """zh-CN or en; without a wish, or with none that can be met, what the server itself speaks."""
    return choose(request.headers.get("accept-language", "")) or (
        CHINESE if is_chinese(preferred_language()) else ENGLISH
    )


def choose(accepted: str) -> str | None:
    """The best of an Accept-Language header that is there. Source: RFC 9110, 12.5.4."""
    best, most = None, 0.0
    for wish in accepted[:_LONGEST].split(","):
        tag, _semicolon, parameters = wish.strip().partition(";")
        quality = _quality(parameters)
        if quality > most and (known := _known(tag.strip())):
            best, most = known, quality
    return best


def _known(tag: str) -> str | None:
    if is_chinese(tag):
        return CHINESE
    return ENGLISH if tag.lower().split("-")[0] == "en" else None


def _quality(parameters: str) -> float:
    name, _equals, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


class Language:
    """Has every request answered in its language, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        with speaking(language_of(Request(scope))):
            await self.app(scope, receive, send)
