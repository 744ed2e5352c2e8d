"""Receipts of what was removed: how much it was, and how far that is."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ezee.store.clickhouse.servers import Servers


class Removal(IntEnum):
    """Of a receipt: it is being carried out, is done, and its bytes are gone."""

    BEGUN = 0
    DONE = 1
    GONE = 2


class Receipt(NamedTuple):
    """What is said of a removal at ``removed_at`` (ms UTC); ``number`` is of when it is said."""

    receipt: str
    events: int
    bots: int
    drops: int
    visits: int
    days: int
    removed_at: int
    stage: int
    number: int


COLUMNS = list(Receipt._fields)


def remember(servers: Servers, receipt: Receipt) -> None:
    """Put it down."""
    servers.insert(0, "erased", COLUMNS, [receipt])
