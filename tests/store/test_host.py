"""A store in a process of its own: it ends with its parent, and only then."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from ezee.errors import Unavailable
from ezee.store.base import Batch
from ezee.store.host import StoreHost
from ezee.store.remote import RemoteStore
from tests.support.events import event


def test_a_store_that_is_killed_is_replaced_and_has_what_it_acknowledged(tmp_path: Path) -> None:
    host = StoreHost(tmp_path)
    store = RemoteStore(tmp_path)
    assert store.append(Batch([event(), event()])) == []
    os.kill(host.pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while True:
        try:
            store.append(Batch([event()]))
            break
        except Unavailable:
            assert time.monotonic() < until
            time.sleep(0.05)
    assert store.describe().events == 3
    store.close()
    host.stop()
    assert not (tmp_path / "ezee.sock").exists()


def test_calls_of_many_threads_do_not_wait_for_each_other(tmp_path: Path) -> None:
    host = StoreHost(tmp_path)
    store = RemoteStore(tmp_path)
    borrowed = [store._borrow() for _ in range(3)]
    assert store.describe().events == 0
    for connection in borrowed:
        connection.close()
    store.close()
    host.stop()
