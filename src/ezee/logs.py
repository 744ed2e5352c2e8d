"""What a process of the service says on standard error: structured lines, and nobody's address."""

from __future__ import annotations

import logging
import sys

import structlog


def quiet_logs() -> None:
    """Structured lines on standard error; nothing of a library's that could name an address."""
    logging.basicConfig(level=logging.CRITICAL, format="%(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
