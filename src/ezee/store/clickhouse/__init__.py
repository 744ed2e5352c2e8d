"""The event store of a cluster: ClickHouse."""

from ezee.store.clickhouse.address import parse_address
from ezee.store.clickhouse.engine import ClickHouseStore

__all__ = ["ClickHouseStore", "parse_address"]
