"""Tallies: numbers under names. Each function works within the caller's transaction."""

from __future__ import annotations

from ezee.store.changes import TALLY_LIMIT, Count, Forget, Furnish, Keep, TallyChange
from ezee.store.duckdb.file import Connection


def carry_out(connection: Connection, change: TallyChange) -> int:
    """Carry out a change; returns how many tallies it was about."""
    match change:
        case Count():
            return _count(connection, change)
        case Keep():
            return _keep(connection, change)
        case Forget():
            return _forget(connection, change)


_ADDED = """(
    select name, sum(amount) as amount
    from (select unnest($names::varchar[]) as name, unnest($amounts::bigint[]) as amount)
    group by name
) as added"""
# A number that grew beyond its limit stays there; the sum itself is wide enough.
_WITHIN = f"greatest(least({{}}, {TALLY_LIMIT}), -{TALLY_LIMIT})::bigint"
_COUNT = (
    f"""
    update tallies set
        value = {_WITHIN.format("tallies.value + added.amount")},
        today = {
        _WITHIN.format("case when tallies.day = $day then tallies.today else 0 end + added.amount")
    },
        day = $day,
        changed_at = $at
    from {_ADDED} where tallies.name = added.name
    """,
    f"""
    insert into tallies
    select name, {_WITHIN.format("amount")}, $day, {_WITHIN.format("amount")}, $at, $at, ''
    from {_ADDED} anti join tallies using (name)
    """,
)


def _count(connection: Connection, change: Count) -> int:
    parameters = {
        "names": [name for name, _ in change.additions],
        "amounts": [amount for _, amount in change.additions],
        "day": change.day,
        "at": change.at,
    }
    return sum(_changed(connection, statement, parameters) for statement in _COUNT)


_KEEP = (
    "update tallies set value = $value, terms = $terms, changed_at = $at where name = $name",
    """
    insert into tallies
    select $name, $value, 0, 0, $at, $at, $terms
    where not exists (select 1 from tallies where name = $name)
    """,
)


def _keep(connection: Connection, change: Keep) -> int:
    parameters = {
        "name": change.name,
        "value": max(min(change.value, TALLY_LIMIT), -TALLY_LIMIT),
        "terms": change.terms,
        "at": change.at,
    }
    return sum(_changed(connection, statement, parameters) for statement in _KEEP)


def _forget(connection: Connection, change: Forget) -> int:
    return _changed(
        connection,
        "delete from tallies where position($prefix in name) = 1 and changed_at < $before",
        {"prefix": change.prefix, "before": change.before},
    )


def furnish(connection: Connection, change: Furnish) -> int:
    """Have rows as they are told; returns how many."""
    for table, rows in (("tallies", change.tallies), ("erased", change.erased)):
        if rows:
            places = ", ".join("?" * len(rows[0]))
            name = "name" if table == "tallies" else "receipt"
            gone = [(row[0],) for row in rows]
            connection.executemany(f"delete from {table} where {name} = ?", gone)
            connection.executemany(f"insert into {table} values ({places})", rows)
    return len(change.tallies) + len(change.erased)


def _changed(connection: Connection, statement: str, parameters: dict[str, object]) -> int:
    row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0
