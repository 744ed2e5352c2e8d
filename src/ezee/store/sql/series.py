"""What is counted in each bucket of a time series. Each statement's rows begin with the bucket."""

from __future__ import annotations

from ezee.model.query import Interval
from ezee.store.sql import Asked, Plan, Statement, join, not_rolled, write
from ezee.store.sql.filters import on_events
from ezee.store.sql.matching import events, known_visits, owners, visitors, visits
from ezee.store.sql.rolled import counted_days, revenue_days

DAYS = ("day",)
BUCKET_COLUMNS = {
    Interval.MINUTE: ("day", "hour", "utc_offset", "minute_start"),
    Interval.HOUR: ("day", "hour", "utc_offset"),
    Interval.DAY: DAYS,
    Interval.WEEK: DAYS,
    Interval.MONTH: DAYS,
}


def counted_buckets(asked: Asked, columns: tuple[str, ...], chosen: Plan) -> Statement:
    """Per bucket: visitors, visits, pageviews, events, bounces, duration."""
    parts = [counted_days(asked)] if chosen.rolled else []
    there = not_rolled(asked, chosen)
    if there is not None and columns == DAYS and _are_visits_enough(there):
        parts.append(_counted_days(there))
    elif there is not None and columns == DAYS and _are_numbers_enough(there):
        parts.append(_counted_owned(there))
    elif there is not None:
        parts += [_counted_events(there, columns), _counted_visits(there, columns)]
    return write(
        """
        select {keys}, sum(visitors) as visitors, sum(visits) as visits,
               sum(pageviews) as pageviews, sum(events) as events, sum(bounces) as bounces,
               sum(duration) as duration
        from ({parts}) as parts group by {keys}
        """,
        keys=", ".join(columns),
        parts=join(" union all ", parts),
    )


def revenue_buckets(asked: Asked, columns: tuple[str, ...], chosen: Plan) -> Statement:
    """Per bucket and currency: the sum, in minor units."""
    parts = [revenue_days(asked)] if chosen.rolled else []
    there = not_rolled(asked, chosen)
    if there is not None:
        parts.append(_earned(there, columns))
    return write(
        """
        select {keys}, currency, sum(amount) as amount
        from ({parts}) as parts group by {keys}, currency having sum(sales) > 0
        """,
        keys=", ".join(columns),
        parts=join(" union all ", parts),
    )


def _are_visits_enough(asked: Asked) -> bool:
    """Whether what matches are whole visits with all their events."""
    query, source = asked.query, asked.source
    if query.verified or query.range.start is not None or not source.whole:
        return False
    # Without a filter, events whose visits are not derived count as well.
    known = query.filters or source.numbered
    return bool(known) and not on_events(asked.dialect, query.filters)


def _are_numbers_enough(asked: Asked) -> bool:
    """Whether each event that matches has its visit in the range."""
    return asked.source.numbered and asked.query.range.start is None


def _counted_days(asked: Asked) -> Statement:
    """Everything, where visits are enough."""
    return write(
        """
        select day, {sign}{visitors} as visitors, {sign}count(*) as visits,
               {sign}sum(pageviews) as pageviews, {sign}sum(events) as events,
               {sign}sum(bounce) as bounces, {sign}sum(duration) as duration
        from ({visits}) as matching group by {groups}
        """,
        sign=_sign(asked),
        visitors=f"({visitors(asked)})",
        visits=known_visits(asked),
        groups=_groups(asked, DAYS),
    )


def _counted_owned(asked: Asked) -> Statement:
    """Everything, where each event names its visit: what matches is looked for once, and visitors
    are those of its visits.
    """
    return write(
        """
        with matched as materialized (select day, kind, visit from ({events}) as e)
        select day, 0 as visitors, 0 as visits, sum(case when kind = 0 then 1 else 0 end)
               as pageviews, sum(case when kind = 1 then 1 else 0 end) as events,
               0 as bounces, 0 as duration
        from matched group by day
        union all
        select day, {visitors} as visitors, count(*) as visits, 0 as pageviews, 0 as events,
               sum(bounce) as bounces, sum(duration) as duration
        from ({owners}) as owners group by day
        """,
        events=events(asked, ("day", "kind", "visit")),
        visitors=visitors(asked),
        owners=owners(asked, Statement("select * from matched"), ()),
    )


def _counted_events(asked: Asked, columns: tuple[str, ...]) -> Statement:
    return write(
        """
        select {keys}, {sign}count(distinct visitor) as visitors, 0 as visits,
               {sign}sum(case when kind = 0 then 1 else 0 end) as pageviews,
               {sign}sum(case when kind = 1 then 1 else 0 end) as events,
               0 as bounces, 0 as duration
        from ({source}) as matching group by {groups}
        """,
        keys=", ".join(columns),
        groups=_groups(asked, columns),
        sign=_sign(asked),
        source=_events(asked, columns, ("visitor", "kind")),
    )


def _counted_visits(asked: Asked, columns: tuple[str, ...]) -> Statement:
    """In the bucket of their first events."""
    read = (*_stored(columns), "bounce", "duration")
    return write(
        """
        select {keys}, 0 as visitors, {sign}count(*) as visits, 0 as pageviews, 0 as events,
               {sign}sum(bounce) as bounces, {sign}sum(duration) as duration
        from ({source}) as matching group by {groups}
        """,
        keys=", ".join(columns),
        groups=_groups(asked, columns),
        sign=_sign(asked),
        source=_with_minute(visits(asked, read), "started_at", columns),
    )


def _earned(asked: Asked, columns: tuple[str, ...]) -> Statement:
    return write(
        """
        select {keys}, currency, {sign}sum({amount}) as amount, {sign}count(*) as sales
        from ({source}) as matching where currency <> '' group by {groups}, currency
        """,
        keys=", ".join(columns),
        groups=_groups(asked, columns),
        sign=_sign(asked),
        amount=asked.dialect.exact("amount"),
        source=_events(asked, columns, ("amount", "currency")),
    )


def _events(asked: Asked, columns: tuple[str, ...], others: tuple[str, ...]) -> Statement:
    """What matches of events, with what tells its bucket, and these columns."""
    instant = ["happened_at"] if "minute_start" in columns else []
    signed = ["sign"] if asked.source.signed else []
    read = events(asked, (*_stored(columns), *instant, *others, *signed))
    return _with_minute(read, "happened_at", columns)


def _stored(columns: tuple[str, ...]) -> list[str]:
    return [name for name in columns if name != "minute_start"]


def _groups(asked: Asked, columns: tuple[str, ...]) -> str:
    return ", ".join([*columns, *(["sign"] if asked.source.signed else [])])


def _sign(asked: Asked) -> str:
    return "sign * " if asked.source.signed else ""


def _with_minute(source: Statement, instant: str, columns: tuple[str, ...]) -> Statement:
    if "minute_start" not in columns:
        return source
    # An old engine gives a remainder no more bits than the divisor has, and a sign among them.
    minute = "cast(60000 as bigint)"
    return write(
        "select *, {instant} - {instant} % {minute} as minute_start from ({source}) as matching",
        minute=minute,
        instant=instant,
        source=source,
    )
