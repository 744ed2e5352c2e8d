"""What the log holds gets into the file, whoever reads meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ezee.store.base import Batch
from ezee.store.changes import RollUp
from ezee.store.duckdb.checkpoints import Checkpointer, StillReadError
from ezee.store.duckdb.file import snapshot
from ezee.store.duckdb.lives import FILE_NAME
from tests.store.engines import SITE
from tests.support.events import PatientStore, event
from tests.support.polling import until


def roll_up_while_somebody_reads(store: PatientStore) -> None:
    """It updates rows that a snapshot from before still shows as they were."""
    store.append(Batch([event()]))
    with store._engine() as file, file.lend() as connection, snapshot(connection):
        connection.execute("select count(*) from rolled").fetchall()
        store.change(RollUp(SITE))
        with pytest.raises(StillReadError):
            store._checkpoint()


def test_it_is_put_off_while_somebody_reads_what_was_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = PatientStore(tmp_path)
    before = store._file
    roll_up_while_somebody_reads(store)
    store._checkpoint()
    assert not (tmp_path / f"{FILE_NAME}.wal").exists()
    assert store._file is before
    assert store.describe().events == 1
    store.close()
    assert "failed" not in capsys.readouterr().out


def test_it_is_tried_again_soon_and_nothing_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Checkpointer, "_LONG", 1)
    monkeypatch.setattr(Checkpointer, "_EVERY", 0.01)
    monkeypatch.setattr(Checkpointer, "_REST_AFTER_FAILURE", 3600.0)
    tries: list[float] = []
    log = tmp_path / f"{FILE_NAME}.wal"
    log.write_bytes(b"log")

    def checkpoint() -> None:
        tries.append(time.monotonic())
        if len(tries) < 4:
            raise StillReadError
        log.unlink()

    checkpointer = Checkpointer(tmp_path / FILE_NAME, checkpoint)
    until(lambda: not log.exists())
    checkpointer.stop()
    assert len(tries) == 4
    assert capsys.readouterr().out == ""
