"""``ezee check``: are events being recorded?"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.markup import escape

from ezee.accounts.database import Database
from ezee.accounts.migrations import NEWEST
from ezee.accounts.policy import readable_by_operator
from ezee.accounts.selftest import self_test_site
from ezee.cli.output import console, print_json
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.clock import SystemClock
from ezee.errors import EzeeError, Unavailable
from ezee.garbage import imports_spared
from ezee.model.calendar import local_hour
from ezee.model.query import Interval, Range, StatsQuery
from ezee.model.site import SiteConfig
from ezee.room import LOW, free_bytes
from ezee.salting import open_salts
from ezee.settings import ADDRESS_NAME, Settings
from ezee.store.base import EventStore
from ezee.store.changes import Erase
from ezee.store.open import OpenStore
from ezee.store.salts import Salts

_LEAST_YEAR = 2026
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Finding(NamedTuple):
    """One thing looked at."""

    name: str
    good: bool
    says: str


@root.command
def check(*, data: Data = DATA, json: Json = False) -> None:
    """Are events being recorded? Send one through the real path and read it back.

    The event goes to a hidden tracker of its own, through the running service where there is one,
    and is erased afterwards. Disk, databases, migrations, clock and salts are looked at as well.
    The exit status is 1 when anything is wrong.
    """
    findings = _findings(data)
    good = all(finding.good for finding in findings)
    if json:
        print_json({"good": good, "findings": [finding._asdict() for finding in findings]})
    else:
        _print(findings, good=good)
    if not good:
        raise SystemExit(1)


def _findings(data: Path) -> list[Finding]:
    opened = open_store(data)
    with open_accounts(data) as database, opened as store:
        # Beside a service that fails to destroy them, those that are overdue are to be told.
        salts = open_salts(database, data, 0 if opened.remote else SystemClock().now())
        looks: tuple[tuple[str, Callable[[], Finding]], ...] = (
            ("disk", lambda: _disk(data)),
            ("accounts", lambda: _accounts(database)),
            ("events", lambda: _events(store)),
            ("clock", _clock),
            ("salts", lambda: _salts(salts)),
            ("recording", lambda: _recording(data, database, store, salts, opened)),
        )
        return [_looked(name, look) for name, look in looks]


def _looked(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except EzeeError as error:
        return Finding(name, good=False, says=error.message)


def _disk(data: Path) -> Finding:
    free = free_bytes(data)
    says = f"{free / 1e9:.1f} GB free for {data.resolve()}"
    return Finding("disk", free >= LOW, says)


def _accounts(database: Database) -> Finding:
    revision = database.revision()
    engine = "SQLite" if database.is_embedded else "PostgreSQL"
    says = f"{engine}, revision {revision}, newest {NEWEST}"
    return Finding("accounts", revision == NEWEST, says)


def _events(store: EventStore) -> Finding:
    from ezee.store.duckdb import schema  # noqa: PLC0415 - as in store.open

    about = store.describe()
    says = (
        f"{about.engine} {about.version}, schema {about.schema}, newest {schema.VERSION}, "
        f"{about.events:,} events"
    )
    return Finding("events", about.schema == schema.VERSION, says)


def _clock() -> Finding:
    now = datetime.now(UTC)
    return Finding("clock", now.year >= _LEAST_YEAR, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _salts(salts: Salts) -> Finding:
    overdue = salts.overdue(SystemClock().now())
    says = "none is kept beyond its time" if not overdue else f"{overdue} should be destroyed"
    return Finding("salts", good=not overdue, says=says)


def _recording(
    data: Path, database: Database, store: EventStore, salts: Salts, opened: OpenStore
) -> Finding:
    """Erase what an earlier check may have left, send one event, read it, erase it."""
    site = self_test_site(database)
    store.change(Erase(site.key))
    body = {"site_id": site.site_id, "url": f"/{secrets.token_hex(8)}"}
    if opened.remote:
        answer = _send_to_service(data, body)
        path = "through the running service"
    else:
        answer = asyncio.run(_send_in_process(data, database, store, salts, body))
        path = "through collect; no service runs on this folder"
    if answer.status_code != 202:
        return Finding("recording", good=False, says=f"collect answered {answer.status_code}")
    counted = _pageviews(store, site)
    store.change(Erase(site.key))
    if counted != 1:
        return Finding("recording", good=False, says="the event was accepted, but is not there")
    return Finding("recording", good=True, says=f"an event went {path}, and was read back")


def _send_to_service(data: Path, body: object) -> httpx.Response:
    try:
        url = (data / ADDRESS_NAME).read_text()
        # The certificate names the public host; this goes to the same machine.
        with httpx.Client(verify=False, timeout=30) as client:  # noqa: S501
            return client.post(
                f"{url}/api/public/collect", json=body, headers={"user-agent": _BROWSER}
            )
    except (OSError, httpx.HTTPError) as error:
        raise Unavailable("The service runs, but does not answer requests.") from error


async def _send_in_process(
    data: Path, database: Database, store: EventStore, salts: Salts, body: object
) -> httpx.Response:
    with imports_spared():
        from ezee import app  # noqa: PLC0415 - as in serve

    application = app.build(Settings(data=data), SystemClock(), database, store, salts)
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.post("/api/public/collect", json=body, headers={"user-agent": _BROWSER})


def _pageviews(store: EventStore, site: SiteConfig) -> int:
    today = local_hour(SystemClock().now(), site.timezone).day
    query = StatsQuery(Range(today - 1, today), Interval.DAY, ("pageviews",), ())
    return store.query(readable_by_operator(site), query).totals.pageviews


def _print(findings: list[Finding], *, good: bool) -> None:
    for finding in findings:
        mark = "[green]ok[/green]  " if finding.good else "[red]bad[/red] "
        console.print(f"{mark} {finding.name:<10} {escape(finding.says)}", soft_wrap=True)
    console.print("Events are being recorded." if good else "[red]Something needs your attention.")
