"""What a process of the service says on standard error: structured lines, and nobody's address."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from typing import Any, Final, TextIO, cast

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
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
    )


class _StandardError(io.TextIOBase):
    """Standard error, which may be a file on a full disk: a line is lost there, and no more."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def _renderer(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(sort_keys=False)
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
