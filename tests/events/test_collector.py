"""The use case: from what was sent to what the sender is told, on real parts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ezee.errors import InvalidRequest, NotFound, Unavailable
from ezee.events import wording
from ezee.events.collector import Collector, Outcome, Sender, plain_address
from ezee.events.committer import GroupCommit
from ezee.events.payload import Judged, Payload
from ezee.events.surroundings import Surroundings
from ezee.model.event import Dropped, DropReason
from ezee.model.site import SiteConfig
from ezee.store.salts import Salts
from tests.support.clock import FakeClock
from tests.support.events import SITE_ID, PatientStore, site
from tests.support.service import BROWSER

ANYONE = Sender("203.0.113.7", BROWSER, None)
ALICE = Sender("203.0.113.7", BROWSER, "alice")
BOB = Sender("203.0.113.7", BROWSER, "bob")


class Trackers(dict[str, SiteConfig]):
    """The trackers there are."""

    def find(self, site_id: str) -> SiteConfig | None:
        return self.get(site_id)


class Line:
    """A collector with all that it needs."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.store = PatientStore(folder)
        self.salts = Salts(folder)

    def send(self, *payloads: Judged, sender: Sender = ANYONE) -> Outcome:
        """One payload as one event, several as a batch."""
        return asyncio.run(self._send(payloads, sender))

    async def _send(self, payloads: tuple[Judged, ...], sender: Sender) -> Outcome:
        commit = GroupCommit(self.store, self.salts)
        sites = Trackers({SITE_ID: site()})
        collector = Collector(sites, Surroundings(self.salts), self.store, commit, self.clock)
        try:
            if len(payloads) == 1 and isinstance(payloads[0], Payload):
                return await collector.collect(payloads[0], sender)
            return await collector.collect_batch(payloads, sender)
        finally:
            await commit.close()

    @property
    def stored(self) -> int:
        return self.store.describe().events


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.store.close()


def sent(**fields: Any) -> Payload:
    return Payload(**{"site_id": SITE_ID, "url": "/", **fields})


def test_an_event_is_stored(line: Line) -> None:
    assert line.send(sent()) == Outcome(1, [])
    assert line.stored == 1


def test_a_bot_is_told_and_not_stored(line: Line) -> None:
    bot = ANYONE._replace(user_agent="Googlebot/2.1")
    assert line.send(sent(), sender=bot) == Outcome(0, [Dropped(0, DropReason.BOT)])
    assert line.stored == 0


def test_the_same_id_counts_once(line: Line) -> None:
    assert line.send(sent(id="a")).accepted == 1
    assert line.send(sent(id="a")) == Outcome(0, [Dropped(0, DropReason.DUPLICATE)])
    line.clock.advance(86_399)
    assert line.send(sent(id="a")).accepted == 0
    line.clock.advance(1)
    assert line.send(sent(id="a")).accepted == 1
    assert line.stored == 2


@pytest.mark.parametrize("site_id", ["ezi_00000000000b", "nonsense", ""])
def test_an_unknown_tracker(line: Line, site_id: str) -> None:
    with pytest.raises(NotFound):
        line.send(sent(site_id=site_id))


def test_a_batch_is_judged_event_by_event(line: Line) -> None:
    outcome = line.send(
        sent(id="a"),
        InvalidRequest("Not an event."),
        sent(site_id="ezi_00000000000b"),
        sent(id="a"),
        sent(timestamp="1970-01-01T00:00:00Z"),
        sent(client_ip="203.0.113.8"),
        sent(),
    )
    assert outcome == Outcome(
        2,
        [
            Dropped(1, DropReason.INVALID, "Not an event."),
            Dropped(2, DropReason.UNKNOWN_SITE),
            Dropped(3, DropReason.DUPLICATE),
            Dropped(4, DropReason.INVALID, f"timestamp: {wording.TOO_EARLY}"),
            Dropped(5, DropReason.INVALID, f"client_ip: {wording.OWNER_ONLY}"),
        ],
    )
    assert line.stored == 2


def test_a_batch_of_nothing_good_stores_nothing(line: Line) -> None:
    assert line.send(InvalidRequest("a"), InvalidRequest("b")).accepted == 0
    assert line.stored == 0


@pytest.mark.parametrize("sender", [ANYONE, BOB])
@pytest.mark.parametrize("fields", [{"client_ip": "203.0.113.8"}, {"user_agent": "Mozilla/5.0"}])
def test_only_the_owner_names_a_visitor(line: Line, sender: Sender, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        line.send(sent(**fields), sender=sender)
    assert dict(caught.value.details) == dict.fromkeys(fields, wording.OWNER_ONLY)
    assert line.stored == 0


def test_what_is_wrong_with_a_named_visitor_is_told_before_a_tracker_is_missed(line: Line) -> None:
    with pytest.raises(InvalidRequest):
        line.send(sent(site_id="ezi_00000000000b", client_ip="203.0.113.8"))
    with pytest.raises(InvalidRequest):
        line.send(sent(site_id="ezi_00000000000b", client_ip="nowhere"), sender=ALICE)
    with pytest.raises(NotFound):
        line.send(sent(site_id="ezi_00000000000b", client_ip="203.0.113.8"), sender=ALICE)


@pytest.mark.parametrize("address", ["nowhere", "256.1.1.1", "203.0.113.8:80", "[::1]", ""])
def test_an_address_must_be_one(line: Line, address: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        line.send(sent(client_ip=address), sender=ALICE)
    assert dict(caught.value.details) == {"client_ip": wording.EXPECTED["client_ip"]}


def test_the_owner_sends_for_others(line: Line) -> None:
    line.send(sent(client_ip="193.0.6.139", user_agent="Firefox/127.0"), sender=ALICE)
    line.send(sent(client_ip="193.0.6.139"), sender=ALICE)
    bot = ALICE._replace(user_agent="python-requests/2.32.3")
    assert line.send(sent(user_agent=BROWSER), sender=bot).accepted == 1
    assert line.send(sent(client_ip="193.0.6.139"), sender=bot).accepted == 0


def test_the_owner_sends_what_was_long_ago(line: Line) -> None:
    assert line.send(sent(timestamp="2020-02-29T12:00:00Z"), sender=ALICE).accepted == 1
    for sender in (ANYONE, BOB):
        with pytest.raises(InvalidRequest):
            line.send(sent(timestamp="2020-02-29T12:00:00Z"), sender=sender)


def test_what_cannot_be_stored_is_not_acknowledged(tmp_path: Path) -> None:
    line = Line(tmp_path)
    line.store.close()
    with pytest.raises(Unavailable):
        line.send(sent())
    with pytest.raises(Unavailable):
        line.send(sent(), sent())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("", ""),
        ("localhost", ""),
    ],
)
def test_one_spelling_for_each_address(text: str, plain: str) -> None:
    assert plain_address(text) == plain
