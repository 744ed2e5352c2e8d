"""Collecting events: the use case, from what was sent to what the sender is told."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import msgspec

from ezee.clock import Clock
from ezee.errors import InvalidRequest, NotFound
from ezee.events import wording
from ezee.events.committer import GroupCommit
from ezee.events.draft import Draft, VisitorSalts
from ezee.events.explanation import Explanation, explain
from ezee.events.payload import Judged, Payload
from ezee.events.pipeline import read_anyway, read_event
from ezee.model.event import Dropped, DropReason, Event, Sighting
from ezee.model.site import SiteConfig
from ezee.store.base import EventStore


class Sender(NamedTuple):
    """Who sent a request. ``owner`` is the user whose token came with it, None without one."""

    address: str
    user_agent: str
    owner: str | None


class Outcome(msgspec.Struct, frozen=True):
    """How many events are on disk now, and which were not counted, and why."""

    accepted: int
    dropped: list[Dropped]


ACCEPTED_ONE = Outcome(1, [])


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
        salts: VisitorSalts,
        store: EventStore,
        commit: GroupCommit,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._salts = salts
        self._store = store
        self._commit = commit
        self._clock = clock

    async def collect(self, payload: Payload, sender: Sender) -> Outcome:
        """Collect one event.

        Raises:
            InvalidRequest: it is wrong. NotFound: there is no such tracker. Unavailable: it
            could not be stored.
        """
        site = self._site(payload, sender)
        read = read_event(self._draft(payload, site, sender, self._clock.now()))
        if isinstance(read, DropReason):
            return Outcome(0, [Dropped(0, read)])
        if await self._commit.append((read,)):
            return Outcome(0, [Dropped(0, DropReason.DUPLICATE)])
        return ACCEPTED_ONE

    async def collect_batch(self, batch: Sequence[Judged], sender: Sender) -> Outcome:
        """Collect a batch: each event is judged by itself, the good ones stored together.

        Raises:
            Unavailable: none could be stored.
        """
        now = self._clock.now()
        dropped: list[Dropped] = []
        events: list[Event] = []
        places: list[int] = []
        for index, judged in enumerate(batch):
            read = self._judge(judged, sender, now)
            if isinstance(read, Event):
                events.append(read)
                places.append(index)
            else:
                dropped.append(msgspec.structs.replace(read, index=index))
        duplicates = await self._commit.append(events) if events else frozenset()
        dropped += [Dropped(places[place], DropReason.DUPLICATE) for place in duplicates]
        dropped.sort(key=lambda each: each.index)
        return Outcome(len(events) - len(duplicates), dropped)

    async def explain(self, payload: Payload, sender: Sender) -> Explanation:
        """How an event would be read if it were collected now. Nothing is stored.

        Raises:
            InvalidRequest, NotFound: as ``collect``. Unavailable: the store does not answer.
        """
        site = self._site(payload, sender)
        draft = self._draft(payload, site, sender, self._clock.now())
        dropped = read_anyway(draft)
        visit = None
        if dropped is None and payload.client_ip is None:
            sighting = Sighting(site.key, draft.day, draft.visitor, draft.happened_at)
            loop = asyncio.get_running_loop()
            visiting = await loop.run_in_executor(None, self._store.is_visiting, sighting)
            visit = "continued" if visiting else "new"
        return explain(draft, dropped, visit)

    def _site(self, payload: Payload, sender: Sender) -> SiteConfig:
        _check_statement(payload, sender)
        site = self._sites.find(payload.site_id or "")
        if site is None:
            raise NotFound("There is no tracker with this site_id.")
        return site

    def _judge(self, judged: Judged, sender: Sender, now: int) -> Event | Dropped:
        if isinstance(judged, InvalidRequest):
            return Dropped(0, DropReason.INVALID, judged.message)
        site = self._sites.find(judged.site_id or "")
        if site is None:
            return Dropped(0, DropReason.UNKNOWN_SITE)
        try:
            read = read_event(self._draft(judged, site, sender, now))
        except InvalidRequest as error:
            return Dropped(0, DropReason.INVALID, error.message)
        return Dropped(0, read) if isinstance(read, DropReason) else read

    def _draft(self, payload: Payload, site: SiteConfig, sender: Sender, now: int) -> Draft:
        trusted = sender.owner is not None and sender.owner == site.owner
        address, user_agent = sender.address, sender.user_agent
        if payload.client_ip is not None or payload.user_agent is not None:
            address, user_agent = _stated(payload, sender, trusted)
        return Draft(payload, site, plain_address(address), user_agent, now, self._salts, trusted)


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


@lru_cache(maxsize=20_000)
def plain_address(text: str) -> str:
    """One spelling for each address, IPv4 within IPv6 unwrapped; empty when it is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
