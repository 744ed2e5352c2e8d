"""From a look to SQL, in the subset of ``store.sql``."""

from __future__ import annotations

from ezee.store.looks import KeptFeatures, KeptPaths, Look, NotCounted, Sighting
from ezee.store.sql import VISIT_GAP, Statement


def statement_of(look: Look) -> Statement:
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
        select day, 'bot' as reason, rule, category, count(*) as number
        from bots where {where} group by day, rule, category
        union all
        select day, reason, '' as rule, '' as category, sum(count) as number
        from drops where {where} group by day, reason
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
        select day, '' as rule, '' as category, '' as token, {features}, count(*) as number
        from events where site = ? and judged group by day, {features}
        union all
        select day, rule, category, token, {features}, count(*) as number
        from bots where site = ? group by day, rule, category, token, {features}
        order by day, rule, token, {features}
        """,
        (look.site, look.site),
    )
