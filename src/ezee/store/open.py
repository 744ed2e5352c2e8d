"""Which engine, and whose: the one place that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ezee.store.base import EventStore
from ezee.store.folder import FolderLock, prepare_folder
from ezee.store.host import StoreHost
from ezee.store.housed import HousedStore
from ezee.store.remote import RemoteStore


class OpenStore:
    """A store for one command: the running service's, or else one of its own.

    A context manager; ``remote`` tells whether it is the service's. With ``apart`` a store of its
    own runs in a process of its own, behind the same socket, so that a command with much to store
    has a core for that and another for the rest. ``events`` is the address of a cluster, if they
    are in one.
    """

    def __init__(self, folder: Path, *, apart: bool = False, events: str = "") -> None:
        self._folder = prepare_folder(folder)
        self._apart = apart
        self._events = events
        self._closing: list[Callable[[], None]] = []
        self.remote = False

    def __enter__(self) -> EventStore:
        try:
            store: EventStore = RemoteStore(self._folder)
        except OSError:
            store = self._open_apart() if self._apart else self._open_here()
        else:
            self.remote = True
        self._closing.insert(0, store.close)
        return store

    def __exit__(self, *exc: object) -> None:
        for close in self._closing:
            close()

    def _open_here(self) -> EventStore:
        lock = FolderLock(self._folder)
        self._closing.append(lock.release)
        return HousedStore(self._folder, self._events)

    def _open_apart(self) -> EventStore:
        host = StoreHost(self._folder, events=self._events)
        self._closing.append(host.stop)
        return RemoteStore(self._folder)
