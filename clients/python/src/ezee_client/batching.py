"""Events that are gathered and sent in the background, so that nobody waits for them."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypedDict, Unpack

from ezee_client.answers import Collected
from ezee_client.calls import BATCH
from ezee_client.errors import EzeeError
from ezee_client.events import Event
from ezee_client.retrying import is_passing

_PAUSE_AFTER_FAILURE = 5.0


class Options(TypedDict, total=False):
    """How events are gathered.

    They are sent when ``size`` of them are there (at most 500), or ``seconds`` after the first.
    Of ``waiting`` that wait, at most, the oldest give way while the service is away.
    ``on_error`` is told of each failure, with the events that it cost; none, where they are kept.
    """

    size: int
    seconds: float
    waiting: int
    on_error: Callable[[EzeeError, Sequence[Event]], None]


class Gathered:
    """The events that wait, and how many were lost."""

    def __init__(self, options: Options) -> None:
        self.size = min(options.get("size", 100), BATCH)
        self.seconds = options.get("seconds", 1.0)
        self.lost = 0
        self._tell = options.get("on_error")
        self._limit = options.get("waiting", 10_000)
        self._events: deque[Event] = deque()

    def __len__(self) -> int:
        return len(self._events)

    @property
    def is_full(self) -> bool:
        """Whether there are enough for a request."""
        return len(self._events) >= self.size

    def add(self, event: Event) -> None:
        """One more; the oldest gives way when there are too many."""
        self._events.append(event)
        if len(self._events) > self._limit:
            self._events.popleft()
            self.lost += 1

    def take(self) -> list[Event]:
        """As many as one request is to hold."""
        return [self._events.popleft() for _ in range(min(self.size, len(self._events)))]

    def put_back(self, events: Sequence[Event], error: EzeeError) -> bool:
        """After a failure: keep them for another time, where there is hope; returns if there is."""
        hope = is_passing(error, repeatable=True)
        room = self._limit - len(self._events) if hope else 0
        kept = list(events[max(0, len(events) - room) :]) if room > 0 else []
        self._events.extendleft(reversed(kept))
        gone = events[: len(events) - len(kept)]
        self.lost += len(gone)
        if self._tell is not None:
            self._tell(error, gone)
        return hope


class Batcher:
    """Gathers events and sends them from a thread of its own. ``add`` never waits.

    A failure that may pass keeps the events for later; ``lost`` counts those that are gone. The
    thread starts with the first event, in each process that adds one. ``close`` sends what waits.
    """

    def __init__(self, send: Callable[..., Collected], /, **options: Unpack[Options]) -> None:
        self._send = send
        self._gathered = Gathered(options)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._process = 0
        self._hurry = self._closing = self._busy = False

    @property
    def lost(self) -> int:
        """How many events were given up."""
        return self._gathered.lost

    def add(self, *events: Event) -> None:
        """Have events sent soon."""
        with self._changed:
            if self._closing:
                raise RuntimeError("the batcher is closed")
            self._start()
            for event in events:
                self._gathered.add(event)
            self._changed.notify_all()

    def flush(self, seconds: float = 10.0) -> bool:
        """Send what waits, now; whether all of it was sent before time was up."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            done = self._changed.wait_for(lambda: not self._gathered and not self._busy, seconds)
            self._hurry = False
            return done

    def close(self, seconds: float = 10.0) -> bool:
        """Send what waits and take no more; whether all of it was sent before time was up."""
        done = self.flush(seconds) if self._thread is not None else True
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        atexit.unregister(self.close)
        return done

    def _start(self) -> None:
        if self._process == os.getpid():
            return
        # The first event here; a forked process has no threads of its parent's.
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name="ezee", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def _run(self) -> None:
        while True:
            events = self._await_events()
            if not events:
                return
            hope = self._try(events)
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                if hope:
                    self._changed.wait_for(lambda: self._closing, _PAUSE_AFTER_FAILURE)
                if hope and self._closing:
                    return

    def _try(self, events: Sequence[Event]) -> bool:
        """Send them; whether that failed, and may do better another time."""
        try:
            self._send(*events)
        except EzeeError as error:
            with self._changed:
                return self._gathered.put_back(events, error)
        return False

    def _await_events(self) -> list[Event]:
        with self._changed:
            self._changed.wait_for(lambda: self._gathered or self._closing)
            until = time.monotonic() + self._gathered.seconds
            self._changed.wait_for(
                lambda: self._gathered.is_full or self._hurry or self._closing,
                until - time.monotonic(),
            )
            events = self._gathered.take()
            self._busy = bool(events)
            return events
