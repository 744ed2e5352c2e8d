"""The tables as they are now. Older files are brought here by ``MIGRATIONS``, one step each."""

from __future__ import annotations

import duckdb

from ezee.errors import OutOfDate, SetupError

VERSION = 7

_FIRST = """
create table events (
    site ubigint not null,
    day integer not null,
    hour utinyint not null,
    utc_offset smallint not null,
    happened_at bigint not null,
    received_at bigint not null,
    visitor ubigint not null,
    event_id ubigint not null,
    kind utinyint not null,
    name varchar not null,
    page varchar not null,
    title varchar not null,
    referrer varchar not null,
    source varchar not null,
    channel varchar not null,
    utm_source varchar not null,
    utm_medium varchar not null,
    utm_campaign varchar not null,
    utm_term varchar not null,
    utm_content varchar not null,
    country varchar not null,
    browser varchar not null,
    os varchar not null,
    device varchar not null,
    screen varchar not null,
    language varchar not null,
    props varchar not null,
    amount bigint not null,
    currency varchar not null,
    interactive boolean not null,
    population utinyint not null,
    judged boolean not null,
    seq bigint not null
);
create table visits (
    site ubigint not null,
    day integer not null,
    hour utinyint not null,
    utc_offset smallint not null,
    visitor ubigint not null,
    started_at bigint not null,
    ended_at bigint not null,
    pageviews integer not null,
    events integer not null,
    bounce utinyint not null,
    duration bigint not null,
    entry_page varchar not null,
    exit_page varchar not null,
    referrer varchar not null,
    source varchar not null,
    channel varchar not null,
    utm_source varchar not null,
    utm_medium varchar not null,
    utm_campaign varchar not null,
    utm_term varchar not null,
    utm_content varchar not null,
    country varchar not null,
    browser varchar not null,
    os varchar not null,
    device varchar not null,
    screen varchar not null,
    language varchar not null
);
create table imports (
    site ubigint not null,
    head varchar not null,
    head_size bigint not null,
    lines bigint not null,
    bytes bigint not null,
    tail varchar not null,
    salts bigint not null,
    finished boolean not null,
    unjudged boolean not null
);
create table state (name varchar not null, value bigint not null);
insert into state values ('visits_up_to', 0);
"""

# The columns of ``events`` stand in the order of ``model.event.Event``; ``seq`` and ``visit`` come
# last. In ``bots`` those of ``model.event.Bot`` stand before ``seq``.
_EVENT_COLUMNS = """
    site ubigint not null,
    day integer not null,
    hour utinyint not null,
    utc_offset smallint not null,
    happened_at bigint not null,
    received_at bigint not null,
    visitor ubigint not null,
    event_id ubigint not null,
    kind utinyint not null,
    name varchar not null,
    path varchar not null,
    page varchar not null,
    title varchar not null,
    referrer varchar not null,
    source varchar not null,
    channel varchar not null,
    utm_source varchar not null,
    utm_medium varchar not null,
    utm_campaign varchar not null,
    utm_term varchar not null,
    utm_content varchar not null,
    country varchar not null,
    region varchar not null,
    city varchar not null,
    browser varchar not null,
    version smallint not null,
    os varchar not null,
    device varchar not null,
    hints smallint not null,
    screen varchar not null,
    language varchar not null,
    props varchar not null,
    amount bigint not null,
    currency varchar not null,
    interactive boolean not null,
    population utinyint not null,
    judged boolean not null,
    verified boolean not null,
"""
_SECOND = f"""
alter table events rename to events_1;
create table events ({_EVENT_COLUMNS} seq bigint not null);
insert into events by name
    select *, page as path, '' as region, '' as city, 0 as version, 0 as hints, false as verified
    from events_1 order by seq;
drop table events_1;
create table bots ({_EVENT_COLUMNS}
    rule varchar not null,
    category varchar not null,
    token varchar not null,
    seq bigint not null
);
create table drops (
    site ubigint not null,
    day integer not null,
    reason varchar not null,
    count bigint not null
);
alter table visits add column region varchar default '';
alter table visits add column city varchar default '';
alter table visits add column verified boolean default false;
"""

# ``upto`` is the number of the last event that was known. Of a day in ``rolled``, ``amended`` are
# the visitors who have events since, and ``former_visits`` what visits were until ``replaced``.
_THIRD = """
alter table visits add column upto bigint default 0;
create table rolled (
    site ubigint not null,
    day integer not null,
    upto bigint not null,
    events bigint not null
);
create table rollups (
    site ubigint not null,
    dimension varchar not null,
    day integer not null,
    value varchar not null,
    visitors bigint not null,
    viewers bigint not null,
    visits bigint not null,
    pageviews bigint not null,
    events bigint not null,
    bounces bigint not null,
    duration bigint not null
);
create table rollups_revenue (
    site ubigint not null,
    dimension varchar not null,
    day integer not null,
    value varchar not null,
    currency varchar not null,
    amount hugeint not null,
    sales bigint not null
);
create table amended (
    site ubigint not null,
    day integer not null,
    visitor ubigint not null,
    seq bigint not null
);
create table former_visits as select *, upto as replaced from visits limit 0;
"""

# What was removed under a receipt. It is ``gone`` when a compaction has left the bytes behind.
_FOURTH = """
create table erased (
    receipt varchar not null,
    events bigint not null,
    bots bigint not null,
    drops bigint not null,
    visits bigint not null,
    days bigint not null,
    removed_at bigint not null,
    gone boolean not null
);
"""

# Numbers that are no tracker's, each under a name.
_FIFTH = """
create table tallies (
    name varchar not null,
    value bigint not null,
    day integer not null,
    today bigint not null,
    made_at bigint not null,
    changed_at bigint not null,
    terms varchar not null
);
"""

# The first day of a tracker whose events were kept: those before have expired, and what is left of
# them are their roll-ups, and what their bots add up to.
_SIXTH = """
create table expired (site ubigint not null, kept_from integer not null);
create table rollups_bots (
    site ubigint not null,
    day integer not null,
    rule varchar not null,
    category varchar not null,
    page varchar not null,
    events bigint not null,
    pageviews bigint not null
);
"""

# A visit's number is that of its first event, and stands with each of its events as ``visit``, 0
# until the visits are derived; with engagement that is in no visit stands its own. A visit is
# ``alone`` where its visitor has no other that day. What older files have is numbered later, by
# ``numbers``. A day's own numbers stand with it, where every question finds them at once.
_SEVENTH = """
alter table events add column visit bigint default 0;
alter table visits add column number bigint default 0;
alter table visits add column alone boolean default false;
alter table former_visits add column number bigint default 0;
alter table former_visits add column alone boolean default false;
alter table rolled rename to rolled_6;
create table rolled (
    site ubigint not null,
    day integer not null,
    upto bigint not null,
    events bigint not null,
    visitors bigint not null,
    visits bigint not null,
    pageviews bigint not null,
    custom bigint not null,
    bounces bigint not null,
    duration bigint not null
);
insert into rolled
    select r.site, r.day, r.upto, r.events, coalesce(d.visitors, 0), coalesce(d.visits, 0),
           coalesce(d.pageviews, 0), coalesce(d.events, 0), coalesce(d.bounces, 0),
           coalesce(d.duration, 0)
    from rolled_6 as r
    left join (from rollups where dimension = '') as d on r.site = d.site and r.day = d.day;
drop table rolled_6;
"""

MIGRATIONS = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH)


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of a new file; one that is there is this version's.

    Raises:
        OutOfDate: the file was written by an older version. SetupError: by a newer one.
    """
    connection.execute("create table if not exists schema_version (version integer not null)")
    if 0 < version(connection) < VERSION:
        raise OutOfDate
    migrate(connection)


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the last step that a file was brought to, 0 for none."""
    row = connection.execute("select max(version) from schema_version").fetchone()
    return (row and row[0]) or 0


def migrate(connection: duckdb.DuckDBPyConnection, upto: int = VERSION) -> None:
    """Bring a file to a version, the newest unless told, each step in a transaction of its own.

    Raises:
        SetupError: the file was written by a newer version.
    """
    connection.execute("create table if not exists schema_version (version integer not null)")
    done = version(connection)
    if done > VERSION:
        raise SetupError("The event file was written by a newer ezee. Start that version instead.")
    for number, script in enumerate(MIGRATIONS[done:upto], start=done + 1):
        connection.execute("begin")
        connection.execute(script)
        connection.execute("insert into schema_version values (?)", [number])
        connection.execute("commit")
