"""What the server writes on standard error."""

from __future__ import annotations

import logging
import sys


def set_up_logs() -> None:
    """Requests as they are, what goes wrong with its time; all on standard error."""
    for name, form, level in (
        ("lawsearch.access", "%(message)s", logging.INFO),
        ("lawsearch.web", "%(asctime)s %(levelname)s %(message)s", logging.INFO),
        ("uvicorn.error", "%(asctime)s %(levelname)s %(message)s", logging.WARNING),
    ):
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(form))
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [handler], False
        logger.setLevel(level)
