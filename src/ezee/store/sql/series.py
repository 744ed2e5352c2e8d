"""What is counted in each bucket of a time series. Each statement's rows begin with the bucket."""

from __future__ import annotations

from ezee.model.query import Interval
from ezee.store.sql import Asked, Statement, write
from ezee.store.sql.matching import events, visits

DAYS = ("day",)
BUCKET_COLUMNS = {
    Interval.MINUTE: ("day", "hour", "utc_offset", "minute_start"),
    Interval.HOUR: ("day", "hour", "utc_offset"),
    Interval.DAY: DAYS,
    Interval.WEEK: DAYS,
    Interval.MONTH: DAYS,
}


def event_buckets(asked: Asked, columns: tuple[str, ...]) -> Statement:
    """Per bucket: visitors, pageviews, events."""
    return write(
        """
        select {keys}, count(distinct visitor) as visitors,
               sum(case when kind = 0 then 1 else 0 end) as pageviews,
               sum(case when kind = 1 then 1 else 0 end) as events
        from ({source}) as matching group by {keys}
        """,
        keys=", ".join(columns),
        source=_with_minute(events(asked), "happened_at", columns),
    )


def visit_buckets(asked: Asked, columns: tuple[str, ...]) -> Statement:
    """Per bucket of their first events: visits, bounces, duration."""
    read = (*(name for name in columns if name != "minute_start"), "bounce", "duration")
    return write(
        """
        select {keys}, count(*) as visits, sum(bounce) as bounces, sum(duration) as duration
        from ({source}) as matching group by {keys}
        """,
        keys=", ".join(columns),
        source=_with_minute(visits(asked, read), "started_at", columns),
    )


def revenue_buckets(asked: Asked, columns: tuple[str, ...]) -> Statement:
    """Per bucket and currency: the sum, in minor units, and of how many events it is."""
    return write(
        """
        select {keys}, currency, sum(amount) as amount, count(*) as sales
        from ({source}) as matching where currency <> '' group by {keys}, currency
        """,
        keys=", ".join(columns),
        source=_with_minute(events(asked), "happened_at", columns),
    )


def _with_minute(source: Statement, instant: str, columns: tuple[str, ...]) -> Statement:
    if "minute_start" not in columns:
        return source
    return write(
        "select *, {instant} - {instant} % 60000 as minute_start from ({source}) as matching",
        instant=instant,
        source=source,
    )
