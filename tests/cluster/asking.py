"""Asks a node in the cluster's own words, with nothing of ours between."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def ask(url: str, method: str = "GET", body: Any = None) -> Any:
    """The JSON of a node's answer."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(asked, timeout=30) as answer:
        return json.load(answer)
