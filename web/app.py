"""The server's application: routes, and what every request passes on its way to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from index.i18n import gettext as _
from web import metrics, security, staticfiles
from web.access import AccessLog
from web.api import routes as api
from web.crew import Crew
from web.errors import Told, add_error_handlers
from web.headers import SecureHeaders
from web.keeping import keep_up, warm_up
from web.lanes import Lane
from web.language import Language
from web.limits import RateLimit
from web.live import Held, Latest, Live
from web.pages import api as api_page
from web.pages import browse, compare, home, report, search, status, suggest
from web.settings import Settings

ROUTERS = (
    home.router, search.router, suggest.router, report.router, compare.router, browse.router,
    status.router, api_page.router, api.router, security.router, metrics.router, staticfiles.router,
)  # fmt: skip


def create_app(settings: Settings) -> FastAPI:
    """The application over the settings' index. It opens the index when it is first asked."""
    latest = Latest()
    slow = _lane("slow", settings, lambda held: None, latest)
    crew = Crew(settings, latest) if settings.workers > 1 else None
    quick = slow if crew else _lane("quick", settings, warm_up, latest)
    counted = metrics.Metrics(crew or quick, slow)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        if crew is not None:
            crew.start()
        with keep_up(*{quick.live, slow.live}) as app.state.keeper:
            yield
        for lane in {quick, slow}:
            lane.close()
        if crew is not None:
            crew.close()

    app = _assemble(settings, quick, slow, living, _middleware(settings, counted))
    app.state.metrics, app.state.crew = counted, crew
    return app


def create_member(settings: Settings) -> FastAPI:
    """The same for a member of a crew: for the quick lane, and without what comes before it."""
    latest = Latest()
    quick = _lane("quick", settings, warm_up, latest)
    slow = _lane("slow", settings, lambda held: None, latest)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        with keep_up(quick.live):
            yield
        quick.close()
        slow.close()

    app = _assemble(settings, quick, slow, living, [Middleware(Language)])
    app.state.crew = None
    return app


def _lane(name: str, settings: Settings, warm: Callable[[Held], None], latest: Latest) -> Lane:
    return Lane(name, Live(settings.location, settings.version, warm, latest))


def _assemble(
    settings: Settings,
    quick: Lane,
    slow: Lane,
    living: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    middleware: list[Middleware],
) -> FastAPI:
    app = FastAPI(
        title="lawsearch",
        version=settings.version or "0",
        summary="Search over Chinese township rule-of-law annual reports (法治政府建设年度报告)",
        docs_url=None,  # these pages load scripts from elsewhere; /api is our own
        redoc_url=None,
        openapi_url=None,  # web.api.openapi makes it
        lifespan=living,
        middleware=middleware,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.quick, app.state.slow = quick, slow
    for router in ROUTERS:
        app.include_router(router)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    add_error_handlers(app)
    return app


def _middleware(settings: Settings, counted: metrics.Metrics) -> list[Middleware]:
    """From the outside in."""
    found = [
        Middleware(AccessLog, metrics=counted, with_queries=settings.log_queries),
        Middleware(SecureHeaders),
        Middleware(Language),
    ]
    if settings.rate is not None:
        found.append(Middleware(RateLimit, rate=settings.rate, metrics=counted))
    found.append(Middleware(security.Gate, settings=settings))
    return [*found, Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)]


async def healthz(request: Request) -> Response:
    """That the server lives, can open its index, and keeps up with it."""
    lane: Lane = request.app.state.quick
    if not request.app.state.keeper.is_alive():
        said = _("New commits are not seen any more.")
        raise Told(HTTPStatus.SERVICE_UNAVAILABLE, said, _("Start the server again."))
    commit = lane.commit or await lane.run(lambda held: held.commit)
    return PlainTextResponse(f"ok {commit}\n", headers={"Cache-Control": "no-store"})
