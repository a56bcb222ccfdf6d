"""Where the server says that it is, it can be reached."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from index.errors import UserError
from index.location import Folder
from web.serve import _address, _listen
from web.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::"])
def test_the_address_that_is_told_leads_to_it(host: str) -> None:
    settings = Settings(Folder(Path()), host=host, port=0)
    try:
        listening = _listen(settings)
    except UserError:
        assert ":" in host
        pytest.skip("no IPv6 here")
    with listening:
        told = urlsplit(_address(listening))
        assert told.hostname is not None
        with socket.create_connection((told.hostname, told.port or 0), 5):
            pass
