"""``kill -9`` under load, round after round on one data folder.

A round: start the service (some starts are killed as well, and must not harm the next), send from
several connections, kill it at a random moment, read the file back. Then every event that was
acknowledged is there once, no event is there twice, and visits and day roll-ups are what the events
say, those that were left and those that are made of it. Where
events carry an id the answer of which was lost, they are sent again in the next round.
"""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.crash.reading import Found, read_back
from tests.crash.sending import Client, Sent
from tests.support.service import EZEE, Service, kill_tree

_CONNECTIONS = 8
_LONGEST_LOAD = 1.2
_START = 1.5


class Tally(NamedTuple):
    """What one round saw."""

    requests: int
    acknowledged: int
    lost: int
    lost_but_stored: int
    torn_starts: int


class Rounds:
    """The rounds on one folder. ``seed`` decides all that chance may decide here."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._service = Service(folder / "data", "--public-stats-limit", "0")
        self._scratch = folder / "copy"
        self._seed = seed
        self._random = random.Random(seed)
        self.number = 0
        self._site_id = ""
        self._total = 0
        self._last = 0
        # What is to be sent again, and which of its events were stored for all that.
        self._again: list[Sent] = []
        self._there: set[str] = set()

    def run_one(self) -> Tally:
        """One round; raises ``AssertionError`` when anything is lost or doubled."""
        self.number += 1
        torn = self._tear_some_starts()
        self._service.start()
        if not self._site_id:
            self._site_id = self._service.tracker("owner@localhost")["site_id"]
        clients = self._send_until_killed()
        found, self._last = read_back(self._service.data, self._scratch, self._last)
        return self._check(clients, found, torn)

    def finish(self) -> None:
        """Start once more: the service says what the file says, and stops as it should."""
        self._service.start()
        address = f"{self._service.url}/api/public/stats"
        query = {"site_id": self._site_id, "period": "7d"}
        totals = httpx.get(address, params=query, timeout=60).json()["data"]["totals"]
        assert totals["pageviews"] + totals["events"] == self._total
        verified = self._service.json("rollup", "verify")
        assert verified["wrong"] == []
        assert self._service.stop() == 0

    def close(self) -> None:
        """Leave no process behind."""
        if self._service.process is not None:
            self._service.kill()

    def _tear_some_starts(self) -> int:
        """Kill some starts half-way: the very first, on an empty folder, for certain."""
        torn = 0
        while (self.number == 1 and torn == 0) or self._random.random() < 0.25:
            self._tear_a_start(self._random.uniform(0.2, _START))
            torn += 1
        return torn

    def _tear_a_start(self, seconds: float) -> None:
        process = subprocess.Popen(
            [*EZEE, "serve", "--data", str(self._service.data), "--port", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        time.sleep(seconds)
        kill_tree(process.pid)
        process.wait(30)

    def _send_until_killed(self) -> list[Client]:
        again, self._again = self._again, []
        clients = [
            Client(
                self._service.url,
                self._site_id,
                f"{self.number}-{place}",
                f"{self._seed}/{self.number}/{place}",
                again[place::_CONNECTIONS],
            )
            for place in range(_CONNECTIONS)
        ]
        for client in clients:
            client.start()
        time.sleep(self._random.uniform(0.02, _LONGEST_LOAD))
        self._service.kill()
        for client in clients:
            client.join(30)
            assert not client.is_alive()
        return clients

    def _check(self, clients: list[Client], found: Found, torn: int) -> Tally:
        surprises = [each for client in clients for each in client.surprises]
        assert not surprises, surprises[:5]
        lost = [sent for client in clients for sent in client.lost]
        told = [sent for client in clients for sent in client.acknowledged]
        there, self._total = self._total, found.total
        assert found.total == there + found.pages.total(), "an older event has gone"
        twice = {page for page, count in found.pages.items() if count > 1}
        twice |= found.pages.keys() & self._there
        assert not twice, f"counted twice: {sorted(twice)[:5]}"
        pages = {page for sent in told for page in sent.pages}
        gone = pages - found.pages.keys() - self._there
        assert not gone, f"acknowledged and lost: {sorted(gone)[:5]}"
        asked = pages | {page for sent in lost for page in sent.pages}
        assert not found.pages.keys() - asked, "stored, but never sent"
        assert found.visits == found.expected_visits, "the visits do not agree with the events"
        assert not found.wrong_rollups, f"roll-ups do not agree: {found.wrong_rollups[:5]}"
        stored = asked & (found.pages.keys() | self._there)
        self._again = [sent for sent in lost if sent.identified]
        self._there = stored & {page for sent in self._again for page in sent.pages}
        unanswered = len(stored) - len(pages)
        return Tally(len(told) + len(lost), len(pages), len(lost), unanswered, torn)
