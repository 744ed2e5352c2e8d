"""Collecting events: the use case, from what was sent to what the sender is told."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

import msgspec

from ezee.clock import Clock
from ezee.errors import EzeeError, InvalidRequest, NotFound
from ezee.events import wording
from ezee.events.committer import GroupCommit, settle
from ezee.events.draft import Draft
from ezee.events.explanation import Explanation, explain
from ezee.events.payload import Judged, Payload
from ezee.events.pipeline import Drop, in_place, read_event
from ezee.events.signals import NO_SIGNALS, Signals
from ezee.events.surroundings import Surroundings
from ezee.model.calendar import local_hour
from ezee.model.event import Bot, Dropped, DropReason, Event
from ezee.model.site import SiteConfig, site_id_of
from ezee.store.base import EventStore
from ezee.store.looks import Sighting


class Sender(NamedTuple):
    """Who sent a request. ``address`` is a ``plain_address``, ``owner`` the user whose token came
    with it, None without one.
    """

    address: str
    user_agent: str
    owner: str | None
    signals: Signals = NO_SIGNALS


class Outcome(msgspec.Struct, frozen=True):
    """How many events are on disk now, and which were not counted, and why."""

    accepted: int
    dropped: list[Dropped]


Tell = Callable[[Outcome | EzeeError], None]
"""Is told what came of an event, or why it could not be stored."""

ACCEPTED_ONE = Outcome(1, [])
_DUPLICATE = Dropped(0, DropReason.DUPLICATE)
_EXPIRED = Dropped(0, DropReason.BEYOND_RETENTION)
_UNKNOWN_SITE = Dropped(0, DropReason.UNKNOWN_SITE)


class _Drop(NamedTuple):
    """What the sender is told, and where it is counted; no site: nowhere."""

    told: Dropped
    site: int = 0
    day: int = 0


class Sites(Protocol):
    """Where trackers are looked up."""

    def find(self, site_id: str) -> SiteConfig | None:
        """The tracker of that id, None when there is none."""
        ...


class Collector:
    """Judges events and has the good ones stored, all in one durable append."""

    def __init__(
        self,
        sites: Sites,
        surroundings: Surroundings,
        store: EventStore,
        commit: GroupCommit,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._surroundings = surroundings
        self._store = store
        self._commit = commit
        self._clock = clock

    async def collect(self, payload: Payload, sender: Sender) -> Outcome:
        """Collect one event.

        Raises:
            InvalidRequest: it is wrong. NotFound: there is no such tracker. Unavailable: it
            could not be stored.
        """
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.take(payload, sender, partial(settle, answer))
        return await answer

    def take(self, payload: Payload, sender: Sender, tell: Tell) -> None:
        """The same for whoever does not wait: they are told, once it is on disk.

        Raises what ``collect`` does, but for what becomes of it later.
        """
        now = self._clock.now()
        try:
            read = self._read(payload, self._site(payload, sender), sender, now)
        except InvalidRequest:
            self._note_unread(payload, DropReason.INVALID, now)
            raise
        if isinstance(read, _Drop):
            self._note(read)
            tell(Outcome(0, [read.told]))
        elif isinstance(read, Bot):
            self._commit.add((), (read,), partial(self._tell, read, tell))
        else:
            self._commit.add((read,), (), partial(self._tell, read, tell))

    def _tell(self, read: Event | Bot, tell: Tell, stored: frozenset[int] | EzeeError) -> None:
        """Tell the sender of one event what the store has said."""
        if isinstance(stored, EzeeError):
            tell(stored)
        elif isinstance(read, Bot):
            tell(Outcome(0, [Dropped(0, DropReason.BOT)]))
        elif stored:
            drop = self._refused(read)
            self._note(drop)
            tell(Outcome(0, [drop.told]))
        else:
            tell(ACCEPTED_ONE)

    async def collect_batch(self, batch: Sequence[Judged], sender: Sender) -> Outcome:
        """Collect a batch: each event is judged by itself, the good ones stored together.

        Raises:
            Unavailable: none could be stored.
        """
        now = self._clock.now()
        reads = [self._judge(judged, sender, now) for judged in batch]
        places = [place for place, read in enumerate(reads) if isinstance(read, Event)]
        events = [read for read in reads if isinstance(read, Event)]
        bots = in_place(reads)
        if events or bots:
            for index in await self._commit.append(events, bots):
                reads[places[index]] = self._refused(events[index])
        dropped: list[Dropped] = []
        for place, read in enumerate(reads):
            if isinstance(read, Bot):
                dropped.append(Dropped(place, DropReason.BOT))
            elif isinstance(read, _Drop):
                self._note(read)
                dropped.append(msgspec.structs.replace(read.told, index=place))
        return Outcome(len(reads) - len(dropped), dropped)

    def note_limited(self, payloads: Iterable[Payload]) -> None:
        """The sender was over the limit, so none of these was read."""
        now = self._clock.now()
        for payload in payloads:
            self._note_unread(payload, DropReason.RATE_LIMITED, now)

    def note_invalid(self, site_id: str) -> None:
        """What was sent for that tracker in another's words is no event in ours."""
        self._note_unread(Payload(site_id=site_id), DropReason.INVALID, self._clock.now())

    async def explain(self, payload: Payload, sender: Sender) -> Explanation:
        """How an event would be read if it were collected now. Nothing is stored.

        Raises:
            InvalidRequest, NotFound: as ``collect``. Unavailable: the store does not answer.
        """
        site = self._site(payload, sender)
        draft = self._draft(payload, site, sender, self._clock.now())
        # Asking is not a visit.
        draft = msgspec.structs.replace(draft, surroundings=replace(draft.surroundings, rates=None))
        told, read = read_event(draft), read_event(draft, anyway=True)
        assert not isinstance(read, Drop)
        dropped = told.reason if isinstance(told, Drop) else None
        if dropped is None and isinstance(read, Bot):
            dropped = DropReason.BOT
        visit = None
        if isinstance(read, Event) and dropped is None and payload.client_ip is None:
            sighting = Sighting(site.key, read.day, read.visitor, read.happened_at)
            loop = asyncio.get_running_loop()
            [(visits,)] = await loop.run_in_executor(None, self._store.look, sighting)
            visit = "continued" if visits else "new"
        return explain(read, dropped, visit)

    def _site(self, payload: Payload, sender: Sender) -> SiteConfig:
        _check_statement(payload, sender)
        site = self._sites.find(payload.site_id or "")
        if site is None:
            raise NotFound("There is no tracker with this site_id.")
        return site

    def _judge(self, judged: Judged, sender: Sender, now: int) -> Event | Bot | _Drop:
        if isinstance(judged, InvalidRequest):
            return _Drop(Dropped(0, DropReason.INVALID, judged.message))
        site = self._sites.find(judged.site_id or "")
        if site is None:
            return _Drop(_UNKNOWN_SITE)
        try:
            return self._read(judged, site, sender, now)
        except InvalidRequest as error:
            told = Dropped(0, DropReason.INVALID, error.message)
            return _Drop(told, site.key, _today(site, now))

    def _read(
        self, payload: Payload, site: SiteConfig, sender: Sender, now: int
    ) -> Event | Bot | _Drop:
        read = read_event(self._draft(payload, site, sender, now))
        return (
            _Drop(Dropped(0, read.reason), site.key, read.day) if isinstance(read, Drop) else read
        )

    def _note_unread(self, payload: Payload, reason: DropReason, now: int) -> None:
        """Count, by today's date, an event of which no more was read than its tracker."""
        site = self._sites.find(payload.site_id or "")
        if site is not None:
            self._commit.ledger.note(site.key, _today(site, now), reason)

    def _note(self, drop: _Drop) -> None:
        """Count a drop, where there is a tracker to count it for."""
        if drop.site:
            self._commit.ledger.note(drop.site, drop.day, drop.told.reason)

    def _refused(self, event: Event) -> _Drop:
        """Why the store has not stored an event: it is there, or its day has just expired."""
        site = self._sites.find(site_id_of(event.site))
        expired = site is not None and event.day < site.rules.kept_from
        return _Drop(_EXPIRED if expired else _DUPLICATE, event.site, event.day)

    def _draft(self, payload: Payload, site: SiteConfig, sender: Sender, now: int) -> Draft:
        trusted = sender.owner is not None and sender.owner == site.owner
        address, user_agent, signals = sender.address, sender.user_agent, sender.signals
        if payload.client_ip is not None or payload.user_agent is not None:
            address, user_agent = _stated(payload, sender, trusted)
            signals = NO_SIGNALS
        return Draft(
            payload,
            site,
            address,
            user_agent,
            now,
            self._surroundings,
            signals,
            trusted,
        )


def _today(site: SiteConfig, now: int) -> int:
    return local_hour(now, site.timezone)[0]


def _check_statement(payload: Payload, sender: Sender) -> None:
    """What is wrong with a named visitor whoever the owner is: told before a tracker is missed."""
    if payload.client_ip is None and payload.user_agent is None:
        return
    if sender.owner is None:
        raise _not_the_owners(payload)
    if payload.client_ip is not None and not plain_address(payload.client_ip):
        raise InvalidRequest.field("client_ip", wording.EXPECTED["client_ip"])


def _not_the_owners(payload: Payload) -> InvalidRequest:
    field = "client_ip" if payload.client_ip is not None else "user_agent"
    return InvalidRequest.field(field, wording.OWNER_ONLY)


def _stated(payload: Payload, sender: Sender, trusted: bool) -> tuple[str, str]:
    """The visitor that a server-side sender names, which the owner alone may do."""
    _check_statement(payload, sender)
    if not trusted:
        raise _not_the_owners(payload)
    address = sender.address
    if payload.client_ip is not None:
        address = plain_address(payload.client_ip)
    user_agent = sender.user_agent if payload.user_agent is None else payload.user_agent
    return address, user_agent


def plain_address(text: str) -> str:
    """One spelling for each address, IPv4 within IPv6 unwrapped; empty when it is none."""
    # IPv4 has one spelling alone, which is told ten times as fast as an address is read.
    if _IPV4.fullmatch(text):
        return text
    return _plain(text) if len(text) <= _LONGEST_ADDRESS else ""


_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
# An IPv6 address with IPv4 within has 45 characters, its zone some more.
_LONGEST_ADDRESS = 64


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
