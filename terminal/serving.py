"""The command that serves pages: it checks who may come before anything listens."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from index.errors import BadFilter, UserError
from index.i18n import gettext as _
from terminal.command import HITS, command
from terminal.opening import HERE, Where, opened

if TYPE_CHECKING:
    from web.settings import Settings

SHORTEST_TOKEN: Final = 16
"""Characters of a token; a shorter one can be guessed."""
TOKEN_VARIABLE: Final = "LAWSEARCH_TOKEN"


@command(epilog=_("Example: lawsearch serve --port 8080"))
def serve(
    where: Where = HERE,
    host: Annotated[
        str,
        typer.Option(metavar=_("ADDRESS"), help=_("Where to listen; 0.0.0.0 is everywhere.")),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, metavar=_("N"), help=_("The port; 0 is any free one.")),
    ] = 8000,
    token: Annotated[
        str | None,
        typer.Option(
            metavar=_("TOKEN"),
            help=_("What readers must give; better in the variable LAWSEARCH_TOKEN."),
            show_default=False,
        ),
    ] = None,
    allow_anonymous: Annotated[
        bool, typer.Option("--allow-anonymous", help=_("Others may read without a token."))
    ] = False,
    rate: Annotated[
        float,
        typer.Option(
            min=0, metavar=_("N"), help=_("Requests a second for one client; 0 is any number.")
        ),
    ] = 20,
    workers: Annotated[
        int,
        typer.Option(
            min=1,
            max=64,
            metavar=_("N"),
            help=_("Processes that answer searches; 1 is enough for some dozens of readers."),
        ),
    ] = 1,
    log_queries: Annotated[
        bool, typer.Option("--log-queries", help=_("Write into the log what was looked for."))
    ] = False,
) -> int:
    """Serve the search as web pages, and as an API for programs.

    Only this machine can open them unless --host says otherwise. Nothing is ever written.
    """
    from lawsearch import __version__
    from web.settings import Settings

    location = where.location()
    settings = Settings(
        location,
        host=host,
        port=port,
        token=_checked(token or os.environ.get(TOKEN_VARIABLE)),
        rate=rate or None,
        log_queries=log_queries,
        workers=workers,
        version=__version__,
    )
    if not allow_anonymous:
        _check_who_comes(settings)
    with opened(where):  # what is wrong with the index is told before anybody asks
        pass
    from web.serve import serve

    serve(settings, _tell)
    print(_("Stopped."), file=sys.stderr)
    return HITS


def _check_who_comes(settings: Settings) -> None:
    if not settings.is_local and settings.token is None:
        failed = UserError(_("Others could read here: --host needs --token or --allow-anonymous."))
        failed.hint = _("A token: python -c 'import secrets; print(secrets.token_urlsafe())'")
        raise failed


def _checked(token: str | None) -> str | None:
    if token is not None and not re.fullmatch(rf"[!-~]{{{SHORTEST_TOKEN},}}", token):
        failed = BadFilter("--token", "…")
        failed.hint = _("{n} letters and figures at least.").format(n=SHORTEST_TOKEN)
        raise failed
    return token


def _tell(address: str) -> None:
    said = _("lawsearch is open at {address} (Ctrl+C stops it)")
    print(said.format(address=address), file=sys.stderr, flush=True)
