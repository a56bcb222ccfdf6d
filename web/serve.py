"""Runs the server until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

import uvicorn

from index.errors import UserError, system_reason
from index.i18n import gettext as _
from web.app import create_app
from web.logs import set_up_logs
from web.settings import Settings

GRACE_SECONDS: Final = 10
"""What is under way when the server is told to stop has so long to be done."""
_WAITING: Final = 512  # connections that nobody has looked at yet


def serve(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Answer until Ctrl+C or SIGTERM; on_ready is given the address once it can be asked.

    Raises UserError where the address cannot be listened to.
    """
    listening = _listen(settings)
    set_up_logs()
    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        http="h11",  # httptools is a fifth faster, and takes headers without end
        ws="none",
        # A proxy on this machine tells whom it asks for; nobody else is believed.
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1,::1",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        on_ready(_address(listening))
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn passes it on when all is done
        pass
    finally:
        listening.close()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server(
            (settings.host, settings.port), family=family, backlog=_WAITING
        )
        # Connections have it from here: asyncio sets it only where the socket's protocol is told.
        # Without it a page's body waits for the reader's word that its head has come: 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, UnicodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else str(error)
        said = _("Cannot listen at {host}, port {port}: {reason}.")
        failed = UserError(said.format(host=settings.host, port=settings.port, reason=reason))
        failed.hint = _("Choose another port with --port, or stop what uses this one.")
        raise failed from None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
