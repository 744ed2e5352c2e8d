"""Clients that send events until the service is gone, and remember what they were told."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.support.service import BROWSER

_HOURS = 6


class Sent(NamedTuple):
    """One request: its events, each with a page of its own, and whether each carries an id."""

    events: list[dict[str, Any]]
    identified: bool
    user_agent: str

    @property
    def pages(self) -> list[str]:
        return [event["url"] for event in self.events]


class Client(threading.Thread):
    """One connection. After ``join``: what was acknowledged, and the one request that was lost."""

    def __init__(self, url: str, site_id: str, name: str, seed: str, again: list[Sent]) -> None:
        super().__init__(daemon=True)
        self._random = random.Random(seed)
        self._address = urlsplit(url).netloc
        self._site_id = site_id
        self._mark = name
        self._again = again
        self._number = 0
        self.acknowledged: list[Sent] = []
        self.lost: list[Sent] = []
        self.surprises: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=20)
        waiting = list(self._again)
        try:
            while True:
                sent = waiting.pop() if waiting else self._next()
                self.lost.append(sent)
                answer = self._exchange(connection, sent)
                self.lost.pop()
                self._judge(sent, *answer)
        except (OSError, http.client.HTTPException):
            self.lost += waiting
        finally:
            connection.close()

    def _exchange(self, connection: http.client.HTTPConnection, sent: Sent) -> tuple[int, bytes]:
        content = sent.events[0] if len(sent.events) == 1 else {"events": sent.events}
        headers = {"content-type": "application/json", "user-agent": sent.user_agent}
        connection.request("POST", "/api/public/collect", json.dumps(content), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _judge(self, sent: Sent, status: int, body: bytes) -> None:
        if status != 202:
            self.surprises.append(f"{status} {body.decode()}")
            self.lost.append(sent)
            return
        told = json.loads(body)["data"]
        reasons = {each["reason"] for each in told["dropped"]}
        if told["accepted"] + len(told["dropped"]) != len(sent.events):
            self.surprises.append(f"{len(sent.events)} sent, told {told}")
        if reasons - ({"duplicate"} if sent.identified else set()):
            self.surprises.append(f"dropped: {told}")
        self.acknowledged.append(sent)

    def _next(self) -> Sent:
        """A new request; or one with ids that was answered, once more."""
        chance = self._random
        if chance.random() < 0.05:
            for old in self.acknowledged[-5:]:
                if old.identified:
                    return old
        count = 1 if chance.random() < 0.7 else chance.randrange(2, 80)
        identified = chance.random() < 0.4
        return Sent([self._event(identified) for _ in range(count)], identified, self._agent())

    def _agent(self) -> str:
        return f"{BROWSER} {self._mark} {self._random.randrange(12)}"

    def _event(self, identified: bool) -> dict[str, Any]:
        self._number += 1
        page = f"/{self._mark}/{self._number}"
        event: dict[str, Any] = {"site_id": self._site_id, "url": page}
        chance = self._random
        if chance.random() < 0.2:
            event |= {"name": "Click", "interactive": chance.random() < 0.5}
        if chance.random() < 0.6:
            at = time.time() - chance.randrange(_HOURS * 3600)
            event["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
        if identified:
            event["id"] = page
        return event
