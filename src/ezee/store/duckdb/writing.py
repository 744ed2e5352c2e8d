"""Writing to the tables, within the caller's transaction."""

from __future__ import annotations

from ezee.store.base import Batch
from ezee.store.duckdb.batches import (
    Sifted,
    write_drops,
    write_number,
    write_progress,
    write_settled,
)
from ezee.store.duckdb.file import OpenFile
from ezee.store.duckdb.journal import Waiting


def write_batch(file: OpenFile, sifted: Sifted, batch: Batch) -> None:
    """What is new of a batch, and what else it brings."""
    if sifted.events:
        file.append("events", sifted.events)
    if sifted.bots:
        file.append("bots", sifted.bots)
    if batch.drops:
        write_drops(file.writer, batch)
    if batch.progress is not None:
        write_progress(file.writer, batch.site, batch.progress)
    if batch.number:
        write_number(file.writer, batch.number)


def write_waiting(file: OpenFile, waiting: Waiting) -> None:
    """What waits in the journal, and that it is settled with this transaction."""
    if waiting.events:
        file.append("events", waiting.events)
    if waiting.bots:
        file.append("bots", waiting.bots)
    for batch in waiting.tallies:
        write_drops(file.writer, batch)
    if waiting.batch:
        write_number(file.writer, waiting.batch)
    write_settled(file.writer, waiting.number)
