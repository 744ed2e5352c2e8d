"""The client for programs that wait."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any, Self, Unpack

import httpx

from ezee_client import calls
from ezee_client.answers import Collected, Live, Me, Stats, Tracker
from ezee_client.batching import Batcher, Options
from ezee_client.calls import Asked, Call, Days, Table
from ezee_client.errors import EzeeError
from ezee_client.events import Event
from ezee_client.retrying import Retries
from ezee_client.sending import (
    LASTING,
    Writable,
    arguments_of,
    broken_off,
    data_of,
    headers_of,
    no_answer,
)


class Client:
    """One service, asked over connections that are kept open. Threads may share it.

    ``token`` is an API token (``ezi_sk_…``); without one it can send events and read public stats.
    What fails for a moment is tried again as ``retries`` says. Every method raises an
    ``EzeeError`` when the service refuses, or does not answer in the end. ``timeout`` is in
    seconds, ``transport`` and ``sleep`` are for tests.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        timeout: float = 10.0,
        retries: Retries = Retries(),  # noqa: B008 - it cannot change
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url, headers=headers_of(token), timeout=timeout, transport=transport
        )
        self._retries = retries
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def collect(self, *events: Event) -> Collected:
        """Record events; what comes back is on disk. More than 500 go as several requests."""
        told = Collected(accepted=0, dropped=[])
        for number, batch in enumerate(calls.batches(events)):
            one: Collected = self._run(calls.collect(batch))
            told["accepted"] += one["accepted"]
            for each in one["dropped"]:
                each["index"] += number * calls.BATCH
                told["dropped"].append(each)
        return told

    def batcher(self, **options: Unpack[Options]) -> Batcher:
        """What gathers events and sends them in the background; see ``Batcher``."""
        return Batcher(self.collect, **options)

    def stats(self, site_id: str, **asked: Unpack[Asked]) -> Stats:
        """The numbers of a tracker whose stats are public, or yours, by its ``site_id``."""
        stats: Stats = self._run(calls.public_stats(site_id, asked))
        return stats

    def tracker_stats(self, tracker_id: str, **asked: Unpack[Asked]) -> Stats:
        """The numbers of one of your trackers, public or not."""
        stats: Stats = self._run(calls.tracker_stats(tracker_id, asked))
        return stats

    def export_events(self, tracker_id: str, file: Writable, **asked: Unpack[Days]) -> int:
        """Write the events of one of your trackers to a file, as they come; how many bytes."""
        return self._save(calls.export_events(tracker_id, asked), file)

    def export_stats(self, site_id: str, file: Writable, table: str, **asked: Unpack[Table]) -> int:
        """Write a table of a report to a file, as it comes, by ``site_id``; how many bytes."""
        return self._save(calls.table(calls.public_stats(site_id, {}), table, asked), file)

    def export_tracker_stats(
        self, tracker_id: str, file: Writable, table: str, **asked: Unpack[Table]
    ) -> int:
        """The same of one of your trackers, public or not."""
        return self._save(calls.table(calls.tracker_stats(tracker_id, {}), table, asked), file)

    def live(self, site_id: str) -> Live:
        """Who is on a site now."""
        live: Live = self._run(calls.live(site_id))
        return live

    def me(self) -> Me:
        """Whose token this is, and what it may do."""
        me: Me = self._run(calls.me())
        return me

    def trackers(self) -> list[Tracker]:
        """The account's trackers, oldest first."""
        trackers: list[Tracker] = self._run(calls.trackers())
        return trackers

    def tracker(self, tracker_id: str) -> Tracker:
        """One tracker with its settings."""
        tracker: Tracker = self._run(calls.tracker(tracker_id))
        return tracker

    def add_tracker(self, name: str, domain: str, **settings: Any) -> Tracker:
        """Add a tracker."""
        whole = {"name": name, "domain": domain, **settings}
        tracker: Tracker = self._run(calls.add_tracker(whole))
        return tracker

    def change_tracker(self, tracker_id: str, **settings: Any) -> Tracker:
        """Change settings of a tracker; the others stay as they are."""
        tracker: Tracker = self._run(calls.change_tracker(tracker_id, settings))
        return tracker

    def remove_tracker(self, tracker_id: str) -> None:
        """Delete a tracker and every event of it, for good."""
        self._run(calls.remove_tracker(tracker_id))

    def new_signing_secret(self, tracker_id: str) -> str:
        """Make a tracker's signing secret. It cannot be read again; an earlier one is void."""
        made: dict[str, str] = self._run(calls.new_secret(tracker_id))
        return made["secret"]

    def remove_signing_secret(self, tracker_id: str) -> None:
        """Turn signing off."""
        self._run(calls.remove_secret(tracker_id))

    def _run(self, call: Call) -> Any:
        return self._repeat(call, lambda: self._once(call))

    def _save(self, call: Call, file: Writable) -> int:
        written: int = self._repeat(call, lambda: self._copy(call, file))
        return written

    def _repeat(self, call: Call, once: Callable[[], Any]) -> Any:
        for attempt in itertools.count(1):
            try:
                return once()
            except EzeeError as error:
                pause = self._retries.pause(attempt, error, repeatable=call.repeatable)
                if pause is None:
                    raise
            self._sleep(pause)
        return None

    def _once(self, call: Call) -> Any:
        try:
            return data_of(self._http.request(**arguments_of(call)))
        except httpx.RequestError as failure:
            raise no_answer(failure) from failure

    def _copy(self, call: Call, file: Writable) -> int:
        written = 0
        try:
            with self._http.stream(**arguments_of(call), timeout=LASTING) as answer:
                if not answer.is_success:
                    answer.read()
                    data_of(answer)
                for piece in answer.iter_bytes():
                    file.write(piece)
                    written += len(piece)
        except httpx.RequestError as failure:
            # What is written cannot be taken back, so it is not tried again.
            raise (broken_off() if written else no_answer(failure)) from failure
        return written
