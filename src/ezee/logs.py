"""What a process of the service says on standard error: structured lines, and nobody's address."""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

import structlog

FORMATS: Final = ("text", "json")


def set_up_logs(form: str = "text") -> None:
    """Structured lines on standard error; nothing of a library's that could name an address.

    ``json`` is a JSON object a line. ``text`` is in colours on a terminal, else ``name=value``.
    """
    # Libraries are not heard: uvicorn's and the engines' own lines may quote what came in.
    logging.basicConfig(level=logging.CRITICAL, format="%(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _renderer(form),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _renderer(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(sort_keys=False)
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
