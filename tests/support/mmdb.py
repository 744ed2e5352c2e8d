"""Databases of places, written for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet  # type: ignore[import-untyped]


def write_mmdb(
    path: Path, records: Mapping[str, Any], kind: str = "Test", version: int = 6
) -> Path:
    """Write an MMDB file of that kind with a record for each network."""
    writer = MMDBWriter(version, kind, ipv4_compatible=version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path
