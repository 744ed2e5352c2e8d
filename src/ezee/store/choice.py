"""Which engine: the embedded one in the data folder, or a cluster with a spool in that folder."""

from __future__ import annotations

from pathlib import Path

from ezee.errors import SetupError
from ezee.store.base import EventStore
from ezee.store.spooled import SpooledStore

_SPOOL_LIMIT = 1 << 30
"""How many bytes of events may wait in a data folder for a cluster that is away."""


def open_engine(folder: Path, events: str) -> EventStore:
    """The store of a folder, or of the cluster that ``events`` is the address of.

    Raises:
        SetupError: the address is none, or the driver is not installed.
    """
    # Loading an engine takes as long as most commands, which need none.
    if not events:
        from ezee.store.duckdb import DuckDBStore  # noqa: PLC0415

        return DuckDBStore(folder)
    try:
        from ezee.store.clickhouse import ClickHouseStore, parse_address  # noqa: PLC0415
    except ImportError:
        raise SetupError(
            "Events in ClickHouse need a driver that is not installed: pip install 'ezee[cluster]'."
        ) from None
    return SpooledStore(ClickHouseStore(parse_address(events)), folder, _SPOOL_LIMIT)
