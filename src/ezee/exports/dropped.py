"""What was not counted as a table: a row for each reason and, for bots, for each rule."""

from __future__ import annotations

from collections.abc import Iterator

from ezee.exports.tables import Row, Table
from ezee.stats.dropped import DroppedFor, DroppedReport

_COLUMNS = {"reason": "varchar", "rule": "varchar", "category": "varchar", "count": "bigint"}


def table_of_dropped(report: DroppedReport) -> Table:
    """The reasons that there were, the largest first; rule and category are empty but for bots."""
    rows = [row for each in report.reasons if each.count for row in _rows(each)]
    return Table(_COLUMNS, iter([rows]))


def _rows(each: DroppedFor) -> Iterator[Row]:
    if each.rules is None:
        yield (each.reason.value, "", "", each.count)
        return
    for rule in each.rules:
        yield (each.reason.value, rule.rule, rule.category, rule.count)
