"""From a look to SQL, in the subset of ``store.sql``."""

from __future__ import annotations

from ezee.store.copied import EVENT_COLUMNS, copied
from ezee.store.erasable import erasable
from ezee.store.looks import (
    BotViews,
    Erasable,
    Erased,
    KeptEvents,
    KeptFeatures,
    KeptPaths,
    Live,
    NotCounted,
    PlainLook,
    Sighting,
)
from ezee.store.sql import VISIT_GAP, Statement, write


def statement_of(look: PlainLook) -> Statement:
    """The statement that answers a look; its columns are those the look names."""
    match look:
        case Sighting():
            return _visits_around(look)
        case NotCounted():
            return _not_counted(look)
        case KeptPaths():
            return _kept_paths(look)
        case KeptFeatures():
            return _kept_features(look)
        case KeptEvents():
            return _kept_events(look)
        case Live():
            return _live(look)
        case Erasable() | Erased():
            return _of_erasures(look)
        case BotViews():
            return _bot_views(look)
        case _:
            return copied(look)


def _of_erasures(look: Erasable | Erased) -> Statement:
    return erasable(look.erase) if isinstance(look, Erasable) else _erased(look)


def _visits_around(sighting: Sighting) -> Statement:
    return Statement(
        "select count(*) from visits where site = ? and day = ? and visitor = ? "
        "and started_at < ? and ended_at > ?",
        (
            sighting.site,
            sighting.day,
            sighting.visitor,
            sighting.at + VISIT_GAP,
            sighting.at - VISIT_GAP,
        ),
    )


def _not_counted(look: NotCounted) -> Statement:
    where = "site = ? and day >= ? and day <= ?"
    days = (look.site, look.first_day, look.last_day)
    return Statement(
        f"""
        select day, reason, rule, category, number
        from (
            select day, 'bot' as reason, rule, category, count(*) as number
            from bots where {where} group by day, rule, category
            union all
            select day, reason, '' as rule, '' as category, sum(count) as number
            from drops where {where} group by day, reason
        ) as not_counted
        order by day, reason, number desc, rule
        """,
        days + days,
    )


def _kept_paths(look: KeptPaths) -> Statement:
    return Statement(
        """
        select path, page, sum(pageviews) as pageviews
        from (
            select path, page, sum(case when kind = 0 then 1 else 0 end) as pageviews
            from events where site = ? group by path, page
            union all
            select path, page, 0 as pageviews from bots where site = ? group by path, page
        ) as kept
        group by path, page order by pageviews desc, path, page
        """,
        (look.site, look.site),
    )


def _kept_features(look: KeptFeatures) -> Statement:
    features = "browser, version, os, device, hints, referrer"
    return Statement(
        f"""
        select day, rule, category, token, {features}, number
        from (
            select day, '' as rule, '' as category, '' as token, {features}, count(*) as number
            from events where site = ? and judged group by day, {features}
            union all
            select day, rule, category, token, {features}, count(*) as number
            from bots where site = ? group by day, rule, category, token, {features}
        ) as kept
        order by day, rule, token, {features}
        """,
        (look.site, look.site),
    )


def _live(look: Live) -> Statement:
    span = (look.site, look.since, look.until)
    seen = Statement("site = ? and happened_at > ? and happened_at <= ? and kind <> 2", span)
    return write(
        """
        select part, value, visitors
        from (
            select 'visitors' as part, '' as value, count(*) as visitors
            from (select day, visitor from events where {seen} group by day, visitor) as here
            union all
            select part, value, visitors from ({pages}) as pages
            union all
            select part, value, visitors from ({sources}) as sources
        ) as parts
        order by part, visitors desc, value
        """,
        seen=seen,
        pages=_largest("page", _last_pages(seen), look.rows),
        sources=_largest("source", _latest_sources(look, seen), look.rows),
    )


def _last_pages(seen: Statement) -> Statement:
    return write(
        """
        select day, visitor, argMax(page, (happened_at, received_at, seq)) as value
        from events where {seen} and kind = 0 group by day, visitor
        """,
        seen=seen,
    )


def _latest_sources(look: Live, seen: Statement) -> Statement:
    # The latest visit of whoever was seen since then has not ended before.
    recent = Statement(
        "select * from visits where site = ? and ended_at > ? and started_at <= ?",
        (look.site, look.since, look.until),
    )
    return write(
        """
        select v.day as day, v.visitor as visitor, argMax(v.source, v.started_at) as value
        from ({recent}) as v
        join (select day, visitor from events where {seen} group by day, visitor) as e
        on e.day = v.day and e.visitor = v.visitor
        group by v.day, v.visitor
        """,
        recent=recent,
        seen=seen,
    )


def _largest(part: str, of_each: Statement, rows: int) -> Statement:
    """The values that most visitors have, where each visitor has one."""
    return write(
        """
        select '{part}' as part, value, count(*) as visitors
        from ({of_each}) as of_each group by value order by visitors desc, value {limit}
        """,
        part=part,
        of_each=of_each,
        limit=Statement("limit ?", (rows,)),
    )


def _bot_views(look: BotViews) -> Statement:
    rules = ", ".join("?" * len(look.rules))
    return Statement(
        f"""
        select count(*) from bots where site = ? and day >= ? and day <= ? and kind = 0
        and (page = ? or ? = '') and rule in ({rules})
        """,
        (look.site, look.first_day, look.last_day, look.page, look.page, *look.rules),
    )


def _kept_events(look: KeptEvents) -> Statement:
    happened_at, received_at, seq = look.after
    return Statement(
        f"""
        select {EVENT_COLUMNS}
        from events
        where site = ? and day >= ? and day <= ? and (day > ? or happened_at > ? or (
            happened_at = ? and (received_at > ? or (received_at = ? and seq > ?))
        ))
        order by day, happened_at, received_at, seq limit ?
        """,
        (
            *(look.site, look.first_day, look.last_day, look.first_day),
            *(happened_at, happened_at, received_at, received_at, seq),
            look.limit,
        ),
    )


def _erased(look: Erased) -> Statement:
    return Statement(
        "select events, bots, drops, visits, days, removed_at, "
        "case when gone then 1 else 0 end as gone from erased where receipt = ?",
        (look.receipt,),
    )
