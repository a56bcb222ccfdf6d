"""What the server counts, for Prometheus."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from web.crew import Crew
from web.lanes import Lane

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

router = APIRouter(include_in_schema=False)


class Metrics:
    """Counters of one server."""

    def __init__(self, quick: Lane | Crew, slow: Lane) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "lawsearch_requests", "Answers by route and status.", ["route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "lawsearch_request_seconds", "From request to the end of the answer.", ["route"],
            buckets=_BOUNDS, registry=self._registry,
        )  # fmt: skip
        self.limited = Counter(
            "lawsearch_rate_limited", "Requests over a client's rate.", registry=self._registry
        )
        waiting = Gauge(
            "lawsearch_waiting", "Requests in a lane, the one at work included.", ["lane"],
            registry=self._registry,
        )  # fmt: skip
        commit = Gauge("lawsearch_index_commit", "The open commit.", registry=self._registry)
        for name, lane in (("quick", quick), ("slow", slow)):
            waiting.labels(name).set_function(partial(getattr, lane, "waiting"))
        commit.set_function(lambda: quick.commit)

    def text(self) -> bytes:
        """Everything that is counted, as Prometheus reads it."""
        return generate_latest(self._registry)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """What is counted."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), headers={"Cache-Control": "no-store", "Content-Type": TYPE})
