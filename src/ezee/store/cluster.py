"""The database of a cluster, apart from its store: which version it is of, to a newer one and back.

Each function is told the cluster's address, as an operator writes it, and raises ``SetupError``
where it is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ezee.errors import SetupError

if TYPE_CHECKING:
    from ezee.store.clickhouse.servers import Servers

NO_DRIVER = "Events in ClickHouse need a driver that is not installed: pip install 'ezee[cluster]'."
NO_UPGRADE = "There is no upgrade to go back from."

Said = Callable[[str], None]


class RowsOf(NamedTuple):
    """How many rows a table has before and after; None: it is not there."""

    table: str
    before: int | None
    after: int | None


class Last(NamedTuple):
    """The last upgrade: to which version of ezee, and when that was told last (µs UTC)."""

    ezee: str
    at: int


class GoneBack(NamedTuple):
    """To which version of the schema; how many events had come since, and in which database."""

    version: int
    later_events: int
    aside: str


def schema_of(events: str) -> int:
    """The version of its schema, 0 where there is none."""
    from ezee.store.clickhouse import schema  # noqa: PLC0415 - as in store.choice

    with _reached(events) as servers:
        return schema.version(servers)


def newest_schema() -> int:
    """The newest version of a cluster's schema."""
    from ezee.store.clickhouse import schema  # noqa: PLC0415 - as in store.choice

    return schema.VERSION


def try_upgrade(events: str, said: Said) -> list[RowsOf]:
    """Upgrade a copy; returns how many rows each table has before and after."""
    from ezee.store.clickhouse import upgrading  # noqa: PLC0415 - as in store.choice

    with _reached(events) as servers:
        return upgrading.try_it(servers, said)


def upgrade(events: str, said: Said) -> list[RowsOf]:
    """Bring it to this version; returns how many rows each table has before and after."""
    from ezee.store.clickhouse import upgrading  # noqa: PLC0415 - as in store.choice

    with _reached(events) as servers:
        return upgrading.bring(servers, said)


def last_upgrade(events: str) -> Last | None:
    """The upgrade that can be gone back from; None: there is none."""
    from ezee.store.clickhouse import upgrading  # noqa: PLC0415 - as in store.choice

    with _reached(events) as servers:
        return upgrading.last_upgrade(servers)


def roll_back(events: str, said: Said) -> GoneBack:
    """Go back to what there was before the last upgrade."""
    from ezee.store.clickhouse import upgrading  # noqa: PLC0415 - as in store.choice

    with _reached(events) as servers:
        return upgrading.go_back(servers, said)


@contextmanager
def _reached(events: str) -> Iterator[Servers]:
    try:
        from ezee.store.clickhouse.address import parse_address  # noqa: PLC0415
        from ezee.store.clickhouse.servers import Servers  # noqa: PLC0415
    except ImportError:
        raise SetupError(NO_DRIVER) from None
    servers = Servers(parse_address(events))
    try:
        yield servers
    finally:
        servers.close()
