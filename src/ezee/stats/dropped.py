"""What was not counted, and why: the store's tallies, dressed as the answer people read."""

from __future__ import annotations

from collections import Counter

import msgspec

from ezee.errors import FieldError, InvalidRequest
from ezee.model.calendar import date_of, local_hour
from ezee.model.event import DropReason
from ezee.model.query import Range
from ezee.model.site import ReadableSite
from ezee.stats import periods
from ezee.stats.parse import Now, Parameters, parse
from ezee.store.base import EventStore
from ezee.store.looks import NotCounted

PARAMETERS = ("period", "from", "to")
# Drops are tallied by the day, and 24 hours cut two.
PERIODS = tuple(name for name in periods.NAMES if name != "24h")

# An event for a tracker that does not exist is counted for none.
REASONS = tuple(reason for reason in DropReason if reason is not DropReason.UNKNOWN_SITE)


class DroppedPeriod(msgspec.Struct, frozen=True):
    """Local dates of the tracker's zone, both included."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    timezone: str


class DroppedRule(msgspec.Struct, frozen=True):
    """How many events a rule has told to be programs'."""

    rule: str
    category: str
    count: int


class DroppedFor(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many events were not counted for a reason; by rule, the largest first, for bots."""

    reason: DropReason
    count: int
    rules: list[DroppedRule] | None = None


class DroppedReport(msgspec.Struct, frozen=True):
    """What was not counted of a tracker.

    ``reasons`` has each of ``REASONS``, the largest first. ``days`` has the days on which something
    was not counted, each with its date as ``day`` and the number of each reason.
    """

    period: DroppedPeriod
    total: int
    reasons: list[DroppedFor]
    days: list[dict[str, str | int]]


def report_dropped(
    store: EventStore, site: ReadableSite, parameters: Parameters, now: int
) -> DroppedReport:
    """What was not counted in a period, the last 30 days unless asked. ``now`` is ms UTC. Blocks.

    Raises:
        InvalidRequest: a parameter is wrong. Unavailable: the store cannot answer for now.
    """
    asked = Now(now, site.timezone, None)
    if ("period", "all") in parameters:
        today = local_hour(now, site.timezone).day
        first_day = next((int(row[0]) for row in store.look(NotCounted(site.key, 0, today))), None)
        asked = Now(now, site.timezone, first_day)
    span = read_period(parameters, asked)
    rules: Counter[tuple[str, str]] = Counter()
    days: dict[int, Counter[str]] = {}
    for day, reason, rule, category, count in store.look(
        NotCounted(site.key, span.first_day, span.last_day)
    ):
        days.setdefault(int(day), Counter())[str(reason)] += int(count)
        if reason == DropReason.BOT:
            rules[str(rule), str(category)] += int(count)
    return _report(site, span, days, rules)


def read_period(parameters: Parameters, now: Now) -> Range:
    """The days that are asked for: whole ones, unlike those of stats.

    Raises:
        InvalidRequest: a parameter is wrong.
    """
    unknown = dict.fromkeys(name for name, _ in parameters if name not in PARAMETERS)
    if unknown:
        expected = f"is not a parameter here; there are {', '.join(PARAMETERS)}"
        sentence = "; ".join(f"{name}: {expected}" for name in unknown)
        raise InvalidRequest(sentence, [FieldError(name, expected) for name in unknown])
    span = parse(parameters, now).range
    if span.start is not None:
        raise InvalidRequest.field("period", "24h cuts days; what was not counted is told by day")
    return span


def _report(
    site: ReadableSite,
    span: Range,
    days: dict[int, Counter[str]],
    rules: Counter[tuple[str, str]],
) -> DroppedReport:
    totals = sum(days.values(), Counter[str]())
    reasons = [
        DroppedFor(reason, totals[reason], _rules(rules) if reason is DropReason.BOT else None)
        for reason in sorted(REASONS, key=lambda reason: -totals[reason])
    ]
    return DroppedReport(
        DroppedPeriod(str(date_of(span.first_day)), str(date_of(span.last_day)), site.timezone),
        totals.total(),
        reasons,
        [
            {"day": str(date_of(day)), **{reason: counts[reason] for reason in REASONS}}
            for day, counts in sorted(days.items())
        ],
    )


def _rules(rules: Counter[tuple[str, str]]) -> list[DroppedRule]:
    ordered = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    return [DroppedRule(rule, category, count) for (rule, category), count in ordered]
