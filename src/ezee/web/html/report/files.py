"""``…/csv/{name}``: what a panel or the chart shows, as a file."""

from __future__ import annotations

from ezee.errors import NotFound
from ezee.exports.dropped import table_of_dropped
from ezee.exports.parts import TIMESERIES, ask_for_part, parameters_of
from ezee.exports.reports import table_of_report
from ezee.exports.tables import Table
from ezee.model.dimensions import EVERY_PROPERTY, find_dimension
from ezee.model.metrics import REVENUE
from ezee.model.site import ReadableSite
from ezee.stats.dropped import report_dropped
from ezee.stats.run import question
from ezee.store.base import EventStore
from ezee.web.html.report.answer import TOTALS, whole_days
from ezee.web.html.report.panels import DROPPED
from ezee.web.html.report.view import View

CSV = "csv"
# What is shown over time, by what a link calls it.
_OVER_TIME = {TIMESERIES: ",".join((*TOTALS, "events")), REVENUE: REVENUE}


def table_of(store: EventStore, site: ReadableSite, view: View, name: str, now: int) -> Table:
    """The table of that name: a dimension's, or one of those beside. ``now`` is ms UTC. Blocks.

    Raises:
        InvalidRequest: the view asks for what there is not. NotFound: nothing has that name.
        Unavailable: the store cannot answer for now.
    """
    if name not in {*_OVER_TIME, DROPPED} and find_dimension(name) is None:
        raise NotFound
    shown = view.asked()
    # What the page shows beside is no part of the file, but wrong all the same.
    span = question(store, site, shown, now).range
    if name == DROPPED:
        return table_of_dropped(report_dropped(store, site, whole_days(span), now))
    table = TIMESERIES if name in _OVER_TIME else name
    asked = [pair for pair in shown if pair[0] in parameters_of(table)]
    asked += [("format", CSV), ("table", table)]
    if name in _OVER_TIME:
        asked.append(("metrics", _OVER_TIME[name]))
    return table_of_report(store, site, ask_for_part(store, site, asked, now), now)


def file_name(domain: str, name: str) -> str:
    """``example.com-page.csv``."""
    called = "properties" if name == EVERY_PROPERTY else name.replace(":", "-")
    return f"{domain}-{called}.{CSV}"
