"""Retention: events are kept for as many months as a tracker's rule says, day roll-ups for ever.

What is to go is decided once a day, at midnight UTC, or soon after the rule was changed. First the
tracker's account says from which day on events are kept: from then on older ones are not counted,
and questions that need them are refused. Then the store removes them, and remembers under a
receipt how many those were; its file is written anew soon after. An interruption at any point
leaves what the next run finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from ezee.accounts.database import Database
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import every_tracker, keep_from, rules_of
from ezee.model.calendar import DAY, date_of, day_of, local_hour, utc_text
from ezee.model.site import site_key
from ezee.stats.periods import months_before
from ezee.store.base import EventStore
from ezee.store.changes import Expire, RollUpFirst
from ezee.store.looks import Expirable, KeptFrom, LatestErased

_SHOWN = 30


class Due(msgspec.Struct, frozen=True):
    """What goes by a rule now. ``kept_from`` is the first day whose events stay, None for all."""

    kept_from: date | None
    events: int = 0
    bots: int = 0
    visits: int = 0
    days: int = 0


class Expired(msgspec.Struct, frozen=True):
    """What has gone at one time: all before the day ``kept_from`` that was there then."""

    kept_from: str
    expired_at: str
    bytes_gone: bool
    events: int
    bots: int
    visits: int
    days: int


def first_kept(keep_months: int, zone: str, now: int) -> int:
    """The first day whose events are kept by a rule, 0 where that is every one.

    It is the local day at the last midnight UTC, that many months before. ``now`` is ms UTC.
    """
    if not keep_months:
        return 0
    today = date_of(local_hour(now - now % DAY, zone).day)
    return day_of(months_before(today, keep_months))


def preview(store: EventStore, tracker: Tracker, keep_months: int, now: int) -> Due:
    """How much would go if the tracker had that rule. Blocks.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    day = max(first_kept(keep_months, tracker.timezone, now), rules_of(tracker).kept_from)
    if not day:
        return Due(None)
    for events, bots, _, visits, days in store.look(Expirable(site_key(tracker.site_id), day)):
        return Due(date_of(day), *map(int, (events, bots, visits, days)))
    return Due(None)


def expired(store: EventStore, site_id: str) -> list[Expired]:
    """What has gone of a tracker, the latest first. Blocks."""
    prefix = _receipt(site_id, "")
    return [
        Expired(
            str(receipt).removeprefix(prefix),
            utc_text(int(at)),
            bool(gone),
            *map(int, (events, bots, visits, days)),
        )
        for receipt, events, bots, _, visits, days, at, gone in store.look(
            LatestErased(prefix, _SHOWN)
        )
    ]


def expire_due(
    database: Database,
    store: EventStore,
    now: int,
    *,
    moved: Callable[[], object] = bool,
    site_id: str | None = None,
) -> int:
    """Have go what is to go, of every tracker or of one; returns how many events that were. Blocks.

    ``moved`` is called when an account says that fewer days are kept. ``now`` is ms UTC.

    Raises:
        Unavailable: the store cannot do it for now; what is left is done by the next call.
    """
    kept = {int(site): int(day) for site, day in store.look(KeptFrom())}
    due = []
    for tracker in every_tracker(database):
        if site_id not in {None, tracker.site_id}:
            continue
        site, rules = site_key(tracker.site_id), rules_of(tracker)
        by_rule = first_kept(rules.keep_months, tracker.timezone, now)
        # One of the two may be from a backup: what has gone is gone.
        day = max(by_rule, rules.kept_from, kept.get(site, 0))
        if day > rules.kept_from:
            keep_from(database, tracker.site_id, day, rules.keep_months)
            moved()
        if day > kept.get(site, 0):
            receipt = _receipt(tracker.site_id, str(date_of(day)))
            due.append(Expire(site, day, receipt, now))
    if len(due) > 1:
        store.change(RollUpFirst([(each.site, each.kept_from) for each in due]))
    return sum(store.change(each) for each in due)


def _receipt(site_id: str, kept_from: str) -> str:
    return f"{site_id}/kept-from-{kept_from}"
