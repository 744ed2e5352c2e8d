"""Views are pageviews: of which page, and no more a minute than one tracker may have."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from ezee.counters.viewing import VIEWS, Views
from ezee.errors import InvalidRequest, Unavailable
from ezee.events.collector import ACCEPTED_ONE, Outcome, Sender
from ezee.events.payload import Payload
from ezee.model.event import Dropped, DropReason
from tests.support.clock import FakeClock
from tests.support.events import SITE_ID, site

SENDER = Sender("192.0.2.1", "Agent", None)
BOT = Outcome(0, [Dropped(0, DropReason.BOT)])


class Told:
    """A collector that keeps what it was told."""

    def __init__(self, answer: Outcome | Exception = ACCEPTED_ONE) -> None:
        self.answer = answer
        self.collected: list[Payload] = []
        self.limited: list[Payload] = []

    async def collect(self, payload: Payload, _: Sender) -> Outcome:
        self.collected.append(payload)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def note_limited(self, payloads: Iterable[Payload]) -> None:
        self.limited += payloads


def count(told: Told, url: str = "", referer: str = "", times: int = 1) -> list[bool]:
    async def views() -> list[bool]:
        counting = Views(told, FakeClock())  # type: ignore[arg-type]
        return [await counting.count(site(), url, referer, lambda: SENDER) for _ in range(times)]

    return asyncio.run(views())


@pytest.mark.parametrize(
    ("url", "referer", "counted"),
    [
        ("", "", "/"),
        ("", "https://example.com/shop?a=b", "https://example.com/shop?a=b"),
        ("", "about:blank", "/"),
        ("", "https://example.com/\xff\x00", "https://example.com/%C3%BF%00"),
        ("/a%20b", "", "/a%20b"),
        ("/a", "https://www.example.com/b", "https://www.example.com/a"),
        ("/", "android-app://x/", "/"),
    ],
)
def test_the_page_is_that_of_the_address_or_else_of_the_referer(
    url: str, referer: str, counted: str
) -> None:
    told = Told()
    assert count(told, url, referer) == [True]
    assert told.collected == [Payload(site_id=SITE_ID, url=counted)]


@pytest.mark.parametrize("answer", [BOT, Unavailable(), InvalidRequest()])
def test_what_is_not_counted_is_no_error(answer: Outcome | Exception) -> None:
    assert count(Told(answer)) == [False]


def test_a_tracker_has_so_many_views_a_minute_and_the_rest_is_on_the_ledger() -> None:
    told = Told()
    assert count(told, times=VIEWS + 2) == [True] * VIEWS + [False] * 2
    assert (len(told.collected), len(told.limited)) == (VIEWS, 2)
