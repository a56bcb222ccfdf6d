"""How much one client may ask: a bucket of requests that fills up again (token bucket)."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from index.i18n import gettext as _
from web.errors import make_error
from web.metrics import Metrics
from web.working import seconds_worked

BURST: Final = 5
"""Seconds' worth of requests that may come at once: a page comes with its files."""
MOST_CLIENTS: Final = 10_000
"""Clients that are remembered; of more those that have been quiet longest are forgotten."""
MOST_OWED: Final = 30
"""Seconds that a client waits at most for what it has had."""
_LONGEST_NAME: Final = 64
FREE: Final = ("/healthz", "/static/")


class Buckets:
    """For each client how many requests it has left."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._full = max(rate * BURST, 1.0)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests, as of when

    def take(self, client: str, now: float) -> bool:
        """Whether the client has a request left; it is taken then. now is in seconds."""
        left, since = self._left.pop(client, (self._full, now))
        left = min(self._full, left + (now - since) * self._rate)
        granted = left >= 1
        self._left[client] = (left - 1 if granted else left, now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return granted

    def charge(self, client: str, seconds: float) -> None:
        """Take what a lane has worked for the client: at most half of one is for the same."""
        left, since = self._left.pop(client, (self._full, time.monotonic()))
        self._left[client] = (max(left - seconds * 2 * self._rate, -MOST_OWED * self._rate), since)


class RateLimit:
    """Answers 429 to a client that asks more than its share, of requests or of work."""

    def __init__(self, app: ASGIApp, rate: float, metrics: Metrics) -> None:
        self.app = app
        self._buckets = Buckets(rate)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say that it was too much."""
        if scope["type"] != "http" or scope["path"].startswith(FREE):
            return await self.app(scope, receive, send)
        client = client_of(Request(scope))
        if self._buckets.take(client, time.monotonic()):
            try:
                return await self.app(scope, receive, send)
            finally:
                self._buckets.charge(client, seconds_worked(scope))
        self._metrics.limited.inc()
        said, hint = _("Too many requests at once."), _("Try again in some seconds.")
        answer = make_error(Request(scope), HTTPStatus.TOO_MANY_REQUESTS, said, hint)
        await answer(scope, receive, send)


def client_of(request: Request) -> str:
    """Who asks: an address, of IPv6 the network that one client has for itself."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a proxy on this machine may tell anything
        return host[:_LONGEST_NAME]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return host
