"""The number that a counter shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from ezee.errors import FieldError
from ezee.model.query import Filter, Interval, Operator, StatsQuery
from ezee.model.site import ReadableSite
from ezee.stats import periods
from ezee.stats.parse import Now, parse
from ezee.store.base import EventStore
from ezee.store.looks import BotViews

METRICS = ("pageviews", "visitors")
ALL_TIME = "all"
IMAGE_PROXIES = ("GoogleImageProxy", "Slack-ImgProxy", "YahooMailProxy", "github-camo")
"""The rules by which programs are told that fetch a page's pictures because somebody reads it."""


class Wanted(msgspec.Struct, frozen=True, cache_hash=True):
    """Which number: of what, of which period, and of which page unless it is empty."""

    metric: str = METRICS[0]
    period: str = ALL_TIME
    page: str = ""


def read_wanted(parameters: Mapping[str, str]) -> tuple[Wanted, list[FieldError]]:
    """The number that texts ask for, of every page; what is wrong is named and left out."""
    errors = [
        FieldError(name, EXPECTED[name])
        for name, is_right in _CHECKS.items()
        if name in parameters and not is_right(parameters[name])
    ]
    wrong = {error.field for error in errors}
    values = {name: parameters[name] for name in _CHECKS if name in parameters}
    return Wanted(**{name: text for name, text in values.items() if name not in wrong}), errors


def count(store: EventStore, site: ReadableSite, wanted: Wanted, now: int) -> int:
    """Ask the store for a number, as it is at ``now`` (ms UTC). Blocks.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    first_day = store.describe(site.key).first_day if wanted.period == ALL_TIME else None
    return count_from(store, site, wanted, Now(now, site.timezone, first_day, site.kept_from))


def count_from(store: EventStore, site: ReadableSite, wanted: Wanted, now: Now) -> int:
    """The same for who knows already on which day the tracker's events begin.

    Pageviews are people's, and those of image proxies, behind each of which somebody looks; these
    have no visitors that could be told apart.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    query = _query(wanted, now)
    totals = store.query(site, query).totals
    if wanted.metric == "visitors":
        return totals.visitors
    # Its first day is that of the first event that was counted; proxies may have come before.
    first_day = 0 if wanted.period == ALL_TIME else query.range.first_day
    look = BotViews(site.key, first_day, query.range.last_day, wanted.page, IMAGE_PROXIES)
    ((views,),) = store.look(look)
    return totals.pageviews + int(views)


def _query(wanted: Wanted, now: Now) -> StatsQuery:
    asked = [("period", wanted.period), ("metrics", wanted.metric)]
    filters = (Filter("page", Operator.IS, (wanted.page,)),) if wanted.page else ()
    query = parse(asked, now)
    # A number has no buckets. Those of hours would be counted beside the days that it adds up.
    return replace(query, breakdowns=(), filters=filters, interval=Interval.DAY)


# 24 hours cut days, and what programs fetched is counted by the day.
PERIODS = tuple(name for name in periods.NAMES if name != "24h")
_CHECKS: dict[str, Callable[[Any], bool]] = {
    "metric": METRICS.__contains__,
    "period": PERIODS.__contains__,
}
EXPECTED = {
    "metric": f"must be {' or '.join(METRICS)}",
    "period": f"must be one of {', '.join(PERIODS)}",
}
