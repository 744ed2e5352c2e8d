"""Tables for tests of exports, and texts that are awkward in any format."""

from __future__ import annotations

from ezee.exports.tables import Row, Table

COLUMNS = {
    "text": "varchar",
    "number": "integer",
    "flag": "boolean",
    "amount": "decimal(22, 3)",
}
AWKWARD = (
    "<script>alert(\"1\")</script> & 'more'",
    'a "quoted", comma',
    "line\nline\r\nline",
    "\r",
    '=HYPERLINK("https://example.com")',
    "+1-1@x",
    "@",
    "-",
    "\ttab",
    "'",
    "''=",
    "żółć 中文 عربى 🏳️‍🌈 \u2028 \ufeff",
    "\\N",
    "null",
    " padded ",
)


def table(*pages: list[Row]) -> Table:
    return Table(COLUMNS, iter(pages))


def disarmed(cell: str) -> str:
    """A cell of CSV as it was before it was disarmed, as ``docs/export.md`` says."""
    return cell.removeprefix("'")
