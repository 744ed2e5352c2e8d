"""Who has the event file open: this process, a child of it, or the running service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ezee.errors import SetupError
from ezee.store.base import Batch
from ezee.store.duckdb import DuckDBStore
from ezee.store.folder import FolderLock, prepare_folder
from ezee.store.listener import StoreListener
from ezee.store.open import OpenStore
from tests.support.events import event


@pytest.mark.parametrize("apart", [False, True])
def test_a_command_opens_a_store_of_its_own_and_leaves_it_in_order(
    tmp_path: Path, apart: bool
) -> None:
    opened = OpenStore(tmp_path, apart=apart)
    with opened as store:
        assert store.append(Batch([event(), event()])) == []
        assert not opened.remote
    with OpenStore(tmp_path) as store:
        assert store.describe().events == 2


@pytest.mark.parametrize("apart", [False, True])
def test_a_running_services_store_is_borrowed(tmp_path: Path, apart: bool) -> None:
    store = DuckDBStore(tmp_path)
    listener = StoreListener(tmp_path, store)
    opened = OpenStore(tmp_path, apart=apart)
    with opened as borrowed:
        assert opened.remote
        borrowed.append(Batch([event()]))
    assert store.describe().events == 1
    listener.stop()
    store.close()


@pytest.mark.parametrize("apart", [False, True])
def test_a_folder_that_another_process_holds_is_refused(tmp_path: Path, apart: bool) -> None:
    lock = FolderLock(tmp_path)
    with (
        pytest.raises(SetupError, match="Another ezee is at work"),
        OpenStore(tmp_path, apart=apart),
    ):
        pass
    lock.release()


def test_the_store_apart_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from ezee.store.open import OpenStore\n"
        "with OpenStore(Path(sys.argv[1]), apart=True): print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"open\n"
        os.kill(parent.pid, signal.SIGKILL)
    _await_lock(tmp_path).release()
    assert not (tmp_path / "ezee.sock").exists()
    with OpenStore(tmp_path) as store:
        assert store.describe().events == 0


def _await_lock(folder: Path) -> FolderLock:
    until = time.monotonic() + 20
    while True:
        try:
            return FolderLock(folder)
        except SetupError:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="cannot be made: Not a directory"):
        prepare_folder(tmp_path / "file" / "data")


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    assert prepare_folder(tmp_path / "data").stat().st_mode & 0o777 == 0o700
