"""``ezee export --table``: a table of a report, with and without a service."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ezee.accounts.policy import readable_by_operator
from ezee.cli.reporting import Asked
from ezee.cli.root import open_accounts, root
from ezee.cli.sites import find_site
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest
from ezee.exports.formats import FORMATS
from ezee.model.event import Kind
from ezee.model.site import site_key
from ezee.stats import parse
from ezee.stats.run import report
from ezee.store.base import Batch
from ezee.store.open import OpenStore
from tests.exports.reading import Rows, as_text, read_back
from tests.store.engines import DAY
from tests.support.events import PatientStore, event
from tests.support.service import PASSWORD, Service

pytestmark = pytest.mark.service

PAGES = ["/", "=1+1", "/b"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Service]:
    """A data folder that no service runs on, with some events of the last days."""
    idle = Service(tmp_path / "idle")
    idle.command("user", "add", "owner@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    site = site_key(idle.tracker("owner@example.com")["site_id"])
    now = SystemClock().now()
    store = PatientStore(idle.data)
    bought: dict[str, Any] = {"kind": Kind.CUSTOM, "name": "buy", "amount": 1250, "currency": "EUR"}
    store.append(
        Batch(
            [
                *(
                    event(now - day * DAY, site=site, page=page, visitor=day + 1)
                    for day, page in enumerate(PAGES)
                ),
                event(now - DAY, site=site, visitor=2, props='{"plan":"gold"}', **bought),
            ]
        )
    )
    store.close()
    yield idle
    if idle.process is not None:
        idle.stop()


def export(folder: Service, output: Path, *options: str) -> Rows:
    root(["export", "--data", str(folder.data), "--output", str(output), "--force", *options])
    return read_back(output.suffix[1:], output.read_bytes(), output.parent)


def told(folder: Service, **asked: str) -> dict[str, Any]:
    with open_accounts(folder.data) as database, OpenStore(folder.data) as store:
        site = readable_by_operator(find_site(database, None))
        return report(store, site, list(asked.items()), SystemClock().now())


def test_every_parameter_of_stats_has_its_option() -> None:
    options = {field.name for field in dataclasses.fields(Asked)}
    # Days are options that events have too; a table is what its dimensions say.
    assert options | {"period", "from", "to", "dimension"} == {*parse.KNOWN, "table"}


@pytest.mark.parametrize("name", FORMATS)
def test_the_tables_of_a_report_with_and_without_a_service(
    folder: Service, tmp_path: Path, name: str
) -> None:
    for serving in (False, True):
        if serving:
            folder.start()
        output = tmp_path / f"report.{name}"
        whole = told(folder, period="7d", dimension="page")
        rows = export(folder, output, "--format", name, "--table", "page", "--period", "7d")
        expected = [
            {"page": row["value"], "visitors": row["visitors"], "pageviews": row["pageviews"]}
            for row in whole["breakdowns"]["page"]
        ]
        assert as_text(rows) == as_text(expected)
        rows = export(folder, output, "--format", name, "--table", "timeseries", "--period", "7d")
        assert as_text(rows) == as_text(whole["timeseries"])


def test_everything_that_stats_take_may_be_asked(folder: Service, tmp_path: Path) -> None:
    output = tmp_path / "report.ndjson"
    ndjson = ("--format", "ndjson", "--table")
    chosen = ("--order", "-value", "--limit", "1", "--offset", "1", "--metrics", "pageviews")
    assert export(folder, output, *ndjson, "page", *chosen) == [{"page": "/b", "pageviews": 1}]
    (row,) = export(folder, output, *ndjson, "totals", "--metrics", "revenue", "--period", "7d")
    assert str(row["revenue_EUR"]) == "12.50"
    filters = ("--filter", "page:is:/|/b", "--filter", "page:is_not:/")
    (row,) = export(folder, output, *ndjson, "totals", *filters, "--metrics", "pageviews")
    assert row["pageviews"] == 1
    rows = export(
        folder, output, *ndjson, "timeseries", "--interval", "week", "--compare", "previous"
    )
    assert {"time_before", "visitors_before"} <= set(rows[0])
    assert export(folder, output, *ndjson, "prop:plan")[0]["prop:plan"] == "gold"
    assert export(folder, output, *ndjson, "page", "--verified") == []


def test_days_of_events_may_be_a_period(folder: Service, tmp_path: Path) -> None:
    rows = export(folder, tmp_path / "events.ndjson", "--format", "ndjson", "--period", "today")
    assert [row["page"] for row in rows] == ["/"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--table", "luck"], '"luck" is none of totals, timeseries, page'),
        (["--table", "totals", "--limit", "3"], "limit: is not a parameter here"),
        (["--table", "page", "--from", "2026-10-01"], "to: is needed too"),
        (["--table", "page", "--period", "soon"], 'period: "soon" is none of'),
        (["--metrics", "visitors"], "--metrics is of a report: say with --table"),
        (["--filter", "page:is:/"], "--filter is of a report: say with --table"),
        (["--verified"], "--verified is of a report: say with --table"),
        (["--period", "24h"], "24h cuts days"),
        (["--period", "7d", "--to", "2026-10-01"], "cannot be combined"),
    ],
)
def test_what_is_wrong_is_told_and_leaves_no_file(
    folder: Service, tmp_path: Path, options: list[str], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        export(folder, tmp_path / "report.csv", *options)
    assert not (tmp_path / "report.csv").exists()
