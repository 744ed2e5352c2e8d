"""The use case: from what was sent to what the sender is told, on real parts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ezee.errors import InvalidRequest, NotFound, Unavailable
from ezee.events import wording
from ezee.events.collector import Collector, Outcome, Sender, plain_address
from ezee.events.committer import GroupCommit
from ezee.events.explanation import Explanation
from ezee.events.payload import Judged, Payload
from ezee.events.signals import Signals
from ezee.events.surroundings import Surroundings
from ezee.model.calendar import local_hour
from ezee.model.event import Dropped, DropReason
from ezee.model.exclusions import Exclusions
from ezee.model.rules import SiteRules
from ezee.model.site import SiteConfig
from ezee.store.base import Batch
from ezee.store.looks import NotCounted
from ezee.store.salts import Salts
from tests.support.clock import FakeClock
from tests.support.events import SITE_ID, PatientStore, site
from tests.support.service import BROWSER

ANYONE = Sender("203.0.113.7", BROWSER, None)
ALICE = Sender("203.0.113.7", BROWSER, "alice")
BOB = Sender("203.0.113.7", BROWSER, "bob")
BOT = ANYONE._replace(user_agent="Googlebot/2.1")


class Trackers(dict[str, SiteConfig]):
    """The trackers there are."""

    def find(self, site_id: str) -> SiteConfig | None:
        return self.get(site_id)


class Line:
    """A collector with all that it needs."""

    def __init__(self, folder: Path) -> None:
        self.site = site()
        self.clock = FakeClock()
        self.store: PatientStore = PatientStore(folder)
        self.salts = Salts(folder)

    def send(self, *payloads: Judged, sender: Sender = ANYONE) -> Outcome:
        """One payload as one event, several as a batch."""
        return asyncio.run(self._send(payloads, sender))

    def explain(self, payload: Payload, sender: Sender = ANYONE) -> Explanation:
        """How the payload would be read."""
        return asyncio.run(self._explain(payload, sender))

    async def _explain(self, payload: Payload, sender: Sender) -> Explanation:
        commit = GroupCommit(self.store, self.salts)
        explanation = await self._collector(commit).explain(payload, sender)
        await commit.close()
        return explanation

    def refuse(self, *payloads: Payload) -> None:
        """The same, from somebody who is over the limit."""
        asyncio.run(self._refuse(payloads))

    async def _refuse(self, payloads: tuple[Payload, ...]) -> None:
        commit = GroupCommit(self.store, self.salts)
        self._collector(commit).note_limited(payloads)
        await commit.close()

    async def _send(self, payloads: tuple[Judged, ...], sender: Sender) -> Outcome:
        commit = GroupCommit(self.store, self.salts)
        collector = self._collector(commit)
        try:
            if len(payloads) == 1 and isinstance(payloads[0], Payload):
                return await collector.collect(payloads[0], sender)
            return await collector.collect_batch(payloads, sender)
        finally:
            await commit.close()

    def _collector(self, commit: GroupCommit) -> Collector:
        sites = Trackers({self.site.site_id: self.site})
        return Collector(sites, Surroundings(self.salts), self.store, commit, self.clock)

    @property
    def stored(self) -> int:
        return self.store.describe().events

    @property
    def not_counted(self) -> dict[str, int]:
        """By reason: how many events of today."""
        today = local_hour(self.clock.now(), self.site.timezone).day
        counts: Counter[str] = Counter()
        for _, reason, _, _, count in self.store.look(NotCounted(self.site.key, today, today)):
            counts[str(reason)] += int(count)
        return dict(counts)


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


def test_a_bot_is_told_and_kept_apart(line: Line) -> None:
    assert line.send(sent(), sender=BOT) == Outcome(0, [Dropped(0, DropReason.BOT)])
    described = line.store.describe()
    assert (described.events, described.bots) == (0, 1)
    day = local_hour(line.clock.now(), "UTC").day
    found = line.store.look(NotCounted(line.site.key, day, day))
    assert found == [(day, "bot", "Googlebot", "search", 1)]


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
        ("203.0.113.7\n", "203.0.113.7"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("203.0.113.256", ""),
        ("203.0.113.07", ""),
        ("203.0.113", ""),
        ("٢٠٣.0.113.7", ""),
        ("", ""),
        ("localhost", ""),
    ],
)
def test_one_spelling_for_each_address(text: str, plain: str) -> None:
    assert plain_address(text) == plain


RULES = SiteRules(
    exclusions=Exclusions(networks=("192.0.2.0/24",), paths=("/admin/*",), hostnames=("a.example",))
)
# A payload and its sender for each reason that an event by itself can be dropped for.
DROPPED = {
    "bot": (DropReason.BOT, {}, BOT),
    "excluded by address": (DropReason.EXCLUDED, {}, ANYONE._replace(address="192.0.2.7")),
    "excluded by path": (DropReason.EXCLUDED, {"url": "/admin/1"}, ANYONE),
    "another host": (DropReason.HOSTNAME, {"url": "https://b.example/"}, ANYONE),
    "a wish": (DropReason.OPTED_OUT, {}, ANYONE._replace(signals=Signals(gpc=True))),
    "the owner's link": (DropReason.OPTED_OUT, {"opt_out": "key"}, ANYONE),
}


@pytest.mark.parametrize(("reason", "fields", "sender"), DROPPED.values(), ids=list(DROPPED))
def test_a_drop_is_told_and_tallied(
    line: Line, reason: DropReason, fields: dict[str, str], sender: Sender
) -> None:
    line.site = site(rules=RULES, opt_out_key="key")
    assert line.send(sent(**fields), sender=sender) == Outcome(0, [Dropped(0, reason)])
    assert line.not_counted == {reason: 1}
    batch = line.send(sent(**fields), sent(**fields), sender=sender)
    assert batch == Outcome(0, [Dropped(0, reason), Dropped(1, reason)])
    assert line.not_counted == {reason: 3}
    assert line.stored == 0


def test_a_duplicate_is_tallied(line: Line) -> None:
    line.send(sent(id="a"))
    line.send(sent(id="a"))
    line.send(sent(id="a"), sent(id="b"), sent(id="b"))
    assert line.not_counted == {DropReason.DUPLICATE: 3}
    assert line.stored == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"timestamp": "1970-01-01T00:00:00Z"},
        {"timestamp": "2026-03-09T11:59:59Z"},
        {"client_ip": "203.0.113.8"},
        {"user_agent": BROWSER},
    ],
)
@pytest.mark.parametrize("sender", [ANYONE, BOB])
def test_what_is_invalid_is_tallied(line: Line, fields: dict[str, str], sender: Sender) -> None:
    with pytest.raises(InvalidRequest):
        line.send(sent(**fields), sender=sender)
    assert line.not_counted == {DropReason.INVALID: 1}
    outcome = line.send(sent(**fields), sent(), sender=sender)
    assert [each.reason for each in outcome.dropped] == [DropReason.INVALID]
    assert line.not_counted == {DropReason.INVALID: 2}


def test_what_was_not_read_for_the_limit_is_tallied(line: Line) -> None:
    line.refuse(sent(), sent(timestamp="1970-01-01T00:00:00Z"), sent(site_id="ezi_00000000000b"))
    assert line.not_counted == {DropReason.RATE_LIMITED: 2}


def test_trackers_that_do_not_exist_are_tallied_nowhere(line: Line) -> None:
    """A flood of forged ids costs no disk."""
    unknown = 11
    before = line.store.describe()
    for fields in ({}, {"client_ip": "203.0.113.8"}):
        with pytest.raises((NotFound, InvalidRequest)):
            line.send(sent(site_id="ezi_00000000000b", **fields))
    line.send(sent(site_id="ezi_00000000000b"), InvalidRequest("Not an event."))
    line.refuse(sent(site_id="ezi_00000000000b"), sent(site_id="nonsense"))
    assert line.store.describe() == before
    for key in (unknown, line.site.key):
        assert line.store.look(NotCounted(key, 0, 100_000)) == []


def test_a_drop_is_of_the_day_the_event_was_of(line: Line) -> None:
    """In the tracker's zone: at noon UTC, it is tomorrow in Kiritimati."""
    line.site = site("Pacific/Kiritimati", rules=RULES)
    line.send(sent(url="/admin/1"))
    line.send(sent(url="/admin/1", timestamp="2026-03-10T09:59:00Z"))
    line.refuse(sent())
    today = local_hour(line.clock.now(), "UTC").day
    assert line.store.look(NotCounted(line.site.key, today, today + 1)) == [
        (today, "excluded", "", "", 1),
        (today + 1, "excluded", "", "", 1),
        (today + 1, "rate_limited", "", "", 1),
    ]


def test_asking_why_tallies_nothing(line: Line) -> None:
    line.site = site(rules=RULES)
    assert line.explain(sent(url="/admin/1")).dropped == DropReason.EXCLUDED
    assert line.explain(sent(), BOT).dropped == DropReason.BOT
    assert (line.not_counted, line.store.describe().bots) == ({}, 0)


class Failing(PatientStore):
    """An engine without room on its disk."""

    full = True

    def append(self, batch: Batch) -> list[int]:
        if self.full:
            raise Unavailable
        return super().append(batch)


def test_what_is_answered_503_is_tallied_nowhere(tmp_path: Path) -> None:
    """The sender sends all of it again, and it is tallied then."""
    line = Line(tmp_path)
    line.store.close()
    line.store = store = Failing(tmp_path)
    line.site = site(rules=RULES)
    batch = [sent(id="a"), sent(url="/admin/1"), sent(id="a"), sent(timestamp="1970-01-01T00:00Z")]
    for payloads, sender in ((batch, ANYONE), ([sent()], BOT), ([sent(), sent()], BOT)):
        with pytest.raises(Unavailable):
            line.send(*payloads, sender=sender)
    store.full = False
    assert (line.not_counted, store.describe().bots) == ({}, 0)
    assert line.send(*batch).accepted == 1
    assert line.not_counted == {"excluded": 1, "duplicate": 1, "invalid": 1}
    store.close()
