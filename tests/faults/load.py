"""Senders and readers that never pause, and what they were told."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx

from tests.faults.whole import Whole
from tests.support.service import BROWSER

_PAUSE = 0.03
# Of whoever asks for reports, within what the plan lets pass.
_READER_PAUSE = 0.25


# Each event has a page of its own, whichever load it is of.
_NUMBERS = itertools.count(1)


class Told(NamedTuple):
    """What became of one event, which has a page of its own: its status, 0 for no answer."""

    page: str
    status: int


class Load:
    """So many senders, and a reader, by way of the balancer, until ``end``."""

    def __init__(self, service: Whole, senders: int) -> None:
        self._service = service
        self._ends = threading.Event()
        self.told: list[Told] = []
        self.reports: list[int] = []
        works = [*[self._send] * senders, self._read]
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self._threads:
            thread.start()

    def go_on(self, seconds: float) -> None:
        """Return after so long."""
        self._ends.wait(seconds)

    def end(self) -> None:
        """Return when nobody sends or reads any more."""
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def acknowledged(self) -> int:
        return sum(each.status == 202 for each in self.told)

    def _send(self) -> None:
        url = f"{self._service.balancer.url}/api/public/collect"
        while not self._ends.wait(_PAUSE):
            page = f"/{next(_NUMBERS)}"
            event = {"site_id": self._service.tracker["site_id"], "url": page}
            self.told.append(Told(page, _status("POST", url, event, {"user-agent": BROWSER})))

    def _read(self) -> None:
        path = f"/api/v1/trackers/{self._service.tracker['id']}/stats?period=7d"
        headers = {"authorization": f"Bearer {self._service.owner.token}"}
        while not self._ends.wait(_READER_PAUSE):
            url = f"{self._service.balancer.url}{path}"
            self.reports.append(_status("GET", url, None, headers))


def _status(method: str, url: str, content: Any, headers: dict[str, str]) -> int:
    try:
        return httpx.request(method, url, json=content, headers=headers, timeout=60).status_code
    except httpx.HTTPError:
        return 0


def wrong(service: Whole, told: list[Told]) -> list[str]:
    """What is counted otherwise than it was told; empty where every number is right."""
    found = Counter(dict(_counted(service)))
    sent = {each.page for each in told}
    problems = [f"{page} was never sent" for page in found if page not in sent]
    for page, status in told:
        number = found[page]
        if status == 202 and number != 1:
            problems.append(f"{page} was acknowledged, and counts {number} times")
        elif status == 503 and number:
            problems.append(f"{page} was refused, and counts {number} times")
        elif number > 1:
            problems.append(f"{page} had no answer, and counts {number} times")
    return problems


def _counted(service: Whole) -> Iterator[tuple[str, int]]:
    path = f"/api/v1/trackers/{service.tracker['id']}/stats?dimension=page&limit=1000"
    headers = {"authorization": f"Bearer {service.owner.token}"}
    for offset in itertools.count(0, 1000):
        while True:
            url = f"{service.nodes[0].url}{path}&offset={offset}"
            answer = httpx.get(url, headers=headers, timeout=120)
            if answer.status_code != 429:
                break
            time.sleep(float(answer.headers["retry-after"]))
        assert answer.status_code == 200, answer.text
        rows = answer.json()["data"]["breakdowns"]["page"]
        yield from ((row["value"], row["pageviews"]) for row in rows)
        if len(rows) < 1000:
            return
