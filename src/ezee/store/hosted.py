"""The child of ``host``: the process that has the events open."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from ezee.errors import EzeeError
from ezee.garbage import collector_spared
from ezee.logs import set_up_logs
from ezee.store.folder import FolderLock
from ezee.store.host import READY
from ezee.store.housed import HousedStore
from ezee.store.listener import StoreListener

# The store of a service that was killed takes a moment to close the file.
_PATIENCE = 10.0
_NOT_WRITABLE = "The data folder cannot be written to. Its disk may be full."


def main() -> None:
    """The child's whole life: ``python -m ezee.store FOLDER LOG_FORMAT SPOOL_BYTES``."""
    # A signal to all processes of the service is for the parent, which ends this one in order.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Standard output is what the parent reads, and once the store is open it hangs up.
    set_up_logs(sys.argv[2])
    folder = Path(sys.argv[1])
    events = sys.stdin.readline().strip()
    try:
        lock = FolderLock(folder, patience=_PATIENCE)
        store = HousedStore(folder, events, int(sys.argv[3]))
        listener = StoreListener(folder, store)
    except EzeeError as error:
        print(error.message)  # noqa: T201 - it is what the parent reads
        return
    except OSError:
        print(_NOT_WRITABLE)  # noqa: T201 - likewise
        return
    print(READY, flush=True)  # noqa: T201
    with collector_spared():
        sys.stdin.read()
        listener.stop()
        store.close()
    lock.release()
