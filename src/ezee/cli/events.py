"""``ezee events``: what became of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from cyclopts import App, Parameter
from rich import box
from rich.bar import Bar
from rich.markup import escape
from rich.table import Table

from ezee.accounts.policy import readable_by_operator
from ezee.cli.output import console, print_json
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.clock import SystemClock
from ezee.model.calendar import date_of, local_hour
from ezee.model.event import DropReason
from ezee.stats.dropped import DroppedFor, DroppedReport, report_dropped

events = root.command(App(name="events", help="What became of the events that were sent."))

_DAYS = 30
_RULES_SHOWN = 20
_BAR_WIDTH = 24


@events.command(name="dropped")
def dropped(
    *,
    site: Annotated[
        str | None,
        Parameter(help="The tracker's site_id. It may be left out where there is one only."),
    ] = None,
    first: Annotated[
        date | None,
        Parameter(name="--from", help="The first day, such as 2026-10-25; else 30 days in all."),
    ] = None,
    last: Annotated[
        date | None,
        Parameter(name="--to", help="The last day, included; else today."),
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Why is this hit not counted? Every event that was not, by reason, rule and day.

    Days are those of the tracker's time zone. Programs (bot) are told apart by the rule that
    recognised them; every other reason is a number alone. What each reason means and what to do
    about it is in docs/dropped.md. How a single event would be judged, and by which rule, tells
    collect?explain=1.

    What a running service has dropped is here a second later. An event that names no tracker
    there is, or that is no event at all, is told to its sender and is not among these.
    """
    with open_accounts(data) as database, open_store(data) as store:
        tracker = find_site(database, site)
        now = SystemClock().now()
        today = date_of(local_hour(now, tracker.timezone).day)
        asked = readable_by_operator(tracker)
        report = report_dropped(store, asked, _period(first, last, today), now)
    if json:
        print_json(report)
    else:
        _print(report)


def _period(first: date | None, last: date | None, today: date) -> list[tuple[str, str]]:
    if last is None:
        last = today if first is None else max(first, today)
    if first is None:
        first = last - timedelta(days=_DAYS - 1)
    return [("from", str(first)), ("to", str(last))]


def _print(report: DroppedReport) -> None:
    period = report.period
    span = f"from {period.first} to {period.last}, {period.timezone}"
    if not report.total:
        console.print(f"Every event was counted {span}.")
        return
    noun = "event was" if report.total == 1 else "events were"
    console.print(f"{report.total:,} {noun} not counted {span}.")
    told = [each for each in report.reasons if each.count]
    console.print(_by_reason(told, report.total))
    hidden = sum(len(each.rules or ()) - _RULES_SHOWN for each in told if each.rules)
    if hidden > 0:
        console.print(f"and {hidden:,} rules more; --json lists all.")
    console.print(_by_day(report, [each.reason for each in told]))


def _by_reason(told: list[DroppedFor], total: int) -> Table:
    table = _table("reason", "rule", "category", "events", "")
    for each in told:
        table.add_row(each.reason, "", "", f"{each.count:,}", _bar(each.count, total))
        for rule in (each.rules or ())[:_RULES_SHOWN]:
            count = f"{rule.count:,}"
            table.add_row("", escape(rule.rule), rule.category, count, _bar(rule.count, total))
    return table


def _by_day(report: DroppedReport, reasons: list[DropReason]) -> Table:
    table = _table("day", *reasons, "")
    totals = [sum(int(day[reason]) for reason in reasons) for day in report.days]
    for day, total in zip(report.days, totals, strict=True):
        counts = [f"{day[reason]:,}" for reason in reasons]
        table.add_row(str(day["day"]), *counts, _bar(total, max(totals)))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        text = name in {"reason", "rule", "category", "day", ""}
        table.add_column(name, justify="left" if text else "right")
    return table


def _bar(count: int, most: int) -> Bar:
    return Bar(most, 0, count, width=_BAR_WIDTH)
