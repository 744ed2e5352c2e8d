"""Row-level security in PostgreSQL itself, beside what ``policy`` does.

Every owned table has a policy, forced, that compares its owner with the viewer of the transaction.
``policy`` names the viewer when a transaction begins. A role that owns no table and may not go
around policies sees nothing without one, whatever SQL it sends.
https://www.postgresql.org/docs/15/ddl-rowsecurity.html
"""

from __future__ import annotations

import sqlalchemy as sa

from ezee.accounts.tables import Table, User
from ezee.errors import SetupError

EVERYONE = "*"
CHANNEL = "ezee_changed"
_VIEWER = "current_setting('ezee.viewer', true)"
# What the event side keeps in memory, and has to be told of when it changes.
_WATCHED = ("users", "trackers", "self_tests")


def protected() -> dict[str, str]:
    """The tables that belong to somebody, each with the column that says to whom."""
    tables = Table.metadata.tables.values()
    owned = {table.name: "user_id" for table in tables if "user_id" in table.columns}
    return owned | {User.__tablename__: "id"}


def apply(connection: sa.Connection, service: str) -> None:
    """Put the policies on the tables, and let the role ``service`` use them. Safe to repeat.

    The connection is that of the tables' owner.
    """
    for statement in (*_policies(), *_grants(connection, service), *_triggers()):
        connection.exec_driver_sql(statement)


def name_viewer(connection: sa.Connection, viewer: str) -> None:
    """Say whose rows the transaction may see, ``EVERYONE`` for all."""
    connection.execute(sa.select(sa.func.set_config("ezee.viewer", viewer, True)))


def check(connection: sa.Connection) -> None:
    """Refuse a role, or tables, that policies would not hold for.

    Raises:
        SetupError: it is so.
    """
    beyond = connection.scalar(
        sa.text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
    )
    if beyond:
        raise SetupError(
            "The service's role in the account database is a superuser or may bypass row-level "
            "security. Give the service a role of its own."
        )
    found = connection.execute(
        sa.text(
            "select relname, relrowsecurity and relforcerowsecurity as held, "
            "pg_has_role(relowner, 'usage') as owned from pg_class "
            "where relkind = 'r' and relnamespace = current_schema()::regnamespace"
        )
    )
    rows = {name: (held, owned) for name, held, owned in found}
    if any(owned for _, owned in rows.values()):
        raise SetupError(
            "The service's role owns tables of the account database, and could turn row-level "
            "security off. Name their owner with EZEE_ACCOUNTS_OWNER, the service's role apart."
        )
    if not all(rows.get(name, (False, False))[0] for name in protected()):
        raise SetupError(
            "Row-level security is not on in the account database. Name the role that owns its "
            "tables, once, with EZEE_ACCOUNTS_OWNER."
        )


def _policies() -> list[str]:
    statements = []
    for table, column in protected().items():
        may = f"{_VIEWER} in ('{EVERYONE}', {column})"
        statements += [
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            f"drop policy if exists viewer on {table}",
            f"create policy viewer on {table} using ({may}) with check ({may})",
        ]
    return statements


def _grants(connection: sa.Connection, service: str) -> list[str]:
    role = connection.dialect.identifier_preparer.quote_identifier(service)
    tables = ", ".join(Table.metadata.tables)
    return [
        f"grant select, insert, update, delete on {tables} to {role}",
        f"grant select on alembic_version to {role}",
    ]


def _triggers() -> list[str]:
    """Every node listens, and is told at the commit."""
    statements = [
        f"create or replace function {CHANNEL}() returns trigger language plpgsql as "
        f"$$ begin notify {CHANNEL}; return null; end $$"
    ]
    for table in _WATCHED:
        statements += [
            f"drop trigger if exists changed on {table}",
            f"create trigger changed after insert or update or delete on {table} "
            f"for each statement execute function {CHANNEL}()",
        ]
    return statements
