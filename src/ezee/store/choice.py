"""Which engine: the embedded one in the data folder, or a cluster with a spool in that folder."""

from __future__ import annotations

from pathlib import Path

from ezee.errors import SetupError
from ezee.store.base import EventStore
from ezee.store.cluster import NO_DRIVER
from ezee.store.spooled import SpooledStore

SPOOL_LIMIT = 1 << 30
"""How many bytes of events may wait in a data folder, unless told."""


def open_engine(folder: Path, events: str, spool: int = SPOOL_LIMIT) -> EventStore:
    """The store of a folder, or of the cluster that ``events`` is the address of, for which so many
    bytes may wait in the folder.

    Raises:
        SetupError: the address is none, or the driver is not installed.
    """
    # Loading an engine takes as long as most commands, which need none.
    if not events:
        from ezee.store.duckdb import DuckDBStore  # noqa: PLC0415

        return DuckDBStore(folder)
    return SpooledStore(open_cluster(events), folder, spool)


def open_cluster(events: str) -> EventStore:
    """The store of a cluster alone, for which nothing waits. Raises what ``open_engine`` does."""
    try:
        from ezee.store.clickhouse import ClickHouseStore, parse_address  # noqa: PLC0415
    except ImportError:
        raise SetupError(NO_DRIVER) from None
    return ClickHouseStore(parse_address(events))
