"""What is tried again, how often, and after which pauses. Nothing sleeps here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import partial

import httpx
import pytest

from ezee_client import (
    AsyncClient,
    Client,
    Event,
    EzeeError,
    RateLimited,
    Retries,
    Unavailable,
    Unreachable,
)

URL = "https://stats.example.com"
GOOD = httpx.Response(202, json={"data": {"accepted": 1, "dropped": []}})
AWAY = httpx.Response(503, json={"error": "unavailable", "message": "Later."})
BUSY = httpx.Response(429, json={"error": "rate_limited"}, headers={"retry-after": "7"})
NEXT_MINUTE = httpx.Response(429, json={"error": "rate_limited"}, headers={"retry-after": "61"})
WRONG = httpx.Response(400, json={"error": "invalid_request", "message": "No."})
BROKEN = httpx.Response(500, json={"error": "server_error"})
GATEWAY = httpx.Response(502, text="<h1>Bad gateway</h1>")
OTHER = httpx.Response(200, text="<h1>Parked</h1>")
CUT = httpx.ReadError("cut")
STEADY = Retries(attempts=4, first=1, longest=3, patience=60, chance=lambda: 0)
Answer = httpx.Response | Exception


class Script:
    """A service that answers as it is told, and what it was sent; pauses are written down."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.pauses: list[float] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.content)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        # The same answer may come several times; httpx reads one once.
        headers = {**answer.headers, "content-length": str(len(answer.content))}
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def collect(self, kind: str, *events: Event) -> None:
        transport = httpx.MockTransport(self.handle)
        if kind == "sync":
            Client(URL, retries=STEADY, transport=transport, sleep=self.pauses.append).collect(
                *events
            )
        else:
            client = AsyncClient(URL, retries=STEADY, transport=transport, sleep=self.pause)
            asyncio.run(_collect(client, events))


async def _collect(client: AsyncClient, events: Sequence[Event]) -> None:
    await client.collect(*events)


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_may_pass_is_tried_again_with_the_same_ids(kind: str) -> None:
    script = Script(AWAY, CUT, GATEWAY, GOOD)
    script.collect(kind, Event("ezi_000000000001", "/"))
    assert script.pauses == [1, 2, 3]
    assert len(set(script.bodies)) == 1
    assert len(json.loads(script.bodies[0])["events"][0]["id"]) == 32


def test_the_service_says_how_long_to_wait(kind: str) -> None:
    script = Script(BUSY, BROKEN, GOOD)
    script.collect(kind, Event("ezi_000000000001", "/"))
    assert script.pauses == [7, 2]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([AWAY] * 4, Unavailable),
        ([CUT] * 4, Unreachable),
        ([NEXT_MINUTE], RateLimited),
        ([WRONG], EzeeError),
        ([OTHER], Unreachable),
    ],
)
def test_it_gives_up_in_the_end(kind: str, answers: list[Answer], error: type[EzeeError]) -> None:
    script = Script(*answers)
    with pytest.raises(error):
        script.collect(kind, Event("ezi_000000000001", "/"))
    assert script.answers == []


def test_what_might_be_done_twice_is_tried_again_only_when_nothing_was_done() -> None:
    for answers, tries in (([CUT], 1), ([BROKEN], 1), ([AWAY, BUSY, BROKEN], 3)):
        script = Script(*answers)
        transport = httpx.MockTransport(script.handle)
        client = Client(URL, retries=STEADY, transport=transport, sleep=script.pauses.append)
        with pytest.raises(EzeeError):
            client.add_tracker("A", "a.example")
        assert len(script.bodies) == tries


def test_a_pause_is_cut_by_chance_by_up_to_half() -> None:
    error = EzeeError("x", status=500)
    for chance, expected in ((0.0, 8), (1.0, 4)):
        retries = Retries(first=1, longest=100, chance=partial(float, chance))
        assert retries.pause(4, error, repeatable=True) == expected
