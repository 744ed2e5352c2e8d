"""A store in a process of its own: it ends with its parent, and only then."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import msgspec
import pytest

from ezee.errors import Unavailable
from ezee.store.base import Batch
from ezee.store.host import StoreHost
from ezee.store.remote import RemoteStore
from ezee.store.wire import send
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


def test_a_failure_is_answered_and_only_its_kind_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    host = StoreHost(tmp_path)
    store = RemoteStore(tmp_path)
    for method in ("203.0.113.7", "append"):
        answer = store._exchange(msgspec.msgpack.encode([method, "Mozilla/5.0"]))
        ok, failure = msgspec.msgpack.decode(answer)
        assert (ok, failure["message"], failure["wrong"]) == (False, Unavailable.default, False)
    # One who hangs up before the answers, as a service does that is killed.
    leaving = store._borrow()
    for _ in range(50):
        send(leaving, msgspec.msgpack.encode(["describe", None]))
    leaving.close()
    assert store.describe().events == 0
    store.close()
    host.stop()
    told = capfd.readouterr().err
    assert "kind='KeyError'" in told
    assert "kind='ValidationError'" in told
    assert "Traceback" not in told
    assert "203.0.113.7" not in told
