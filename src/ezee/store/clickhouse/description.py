"""What the engine of a cluster says of itself."""

from __future__ import annotations

from ezee.store.base import Description, Progress
from ezee.store.clickhouse import expired, rollups, schema, visible
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.sources import Reach


def describe(servers: Servers, site: int | None) -> Description:
    """See ``EventStore.describe``."""
    where = Reach(visible.look(servers), site).where("site")
    counted = None if site is None else expired.kept(servers, site).counted
    there = where if counted is None else f"{where} and day >= {counted}"
    ((events, *days),) = servers.ask(
        f"select count(*), min(day), max(day) from events where {there}"
    )
    ((bots,),) = servers.ask(f"select count(*) from bots where {there}")
    ((version,),) = servers.ask("select version()")
    known = [*(days if events else []), *_expired(servers, site)]
    return Description(
        engine="clickhouse",
        version=version,
        schema=schema.VERSION,
        events=events,
        bots=bots,
        first_day=min(known, default=None),
        last_day=max(known, default=None),
        imports=_imports(servers, where),
    )


def _expired(servers: Servers, site: int | None) -> list[int]:
    """The first and the last day whose events have expired, of those that had any."""
    of = "" if site is None else f" and site = {site}"
    ((days, first, last),) = servers.ask(
        "select count(*), min(day), max(day) from rolled "
        f"where upto = {rollups.FOR_GOOD} and events > 0{of}"
    )
    return [first, last] if days else []


def _imports(servers: Servers, where: str) -> list[Progress]:
    rows = servers.ask(
        f"""
        select head_size, head, argMax(lines, seq), argMax(bytes, seq), argMax(tail, seq), salts,
               argMax(finished, seq), argMax(unjudged, seq)
        from imports where {where} group by site, head_size, head, salts order by salts
        """
    )
    return [
        Progress(*told, bool(finished), bool(unjudged))  # type: ignore[call-arg]
        for *told, finished, unjudged in rows
    ]
