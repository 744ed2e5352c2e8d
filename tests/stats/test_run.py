"""A whole report on a real store: what the answer looks like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.errors import NotFound
from ezee.model.event import Kind
from ezee.model.site import ReadableSite
from ezee.stats.run import report
from ezee.store.base import Batch
from tests.support.clock import instant
from tests.support.events import SITE_ID, PatientStore, event, readable

ZONE = "Europe/Berlin"
NOW = instant("2026-10-25T12:00:00+00:00")
MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    yield opened
    opened.close()


def test_an_empty_report_has_its_whole_shape(store: PatientStore) -> None:
    assert report(store, readable(ZONE), [("period", "7d")], NOW) == {
        "site_id": SITE_ID,
        "period": {
            "from": "2026-10-19",
            "to": "2026-10-25",
            "interval": "day",
            "timezone": ZONE,
        },
        "totals": {
            "visitors": 0,
            "visits": 0,
            "pageviews": 0,
            "events": 0,
            "views_per_visit": 0.0,
            "bounce_rate": 0.0,
            "visit_duration": 0.0,
        },
        "timeseries": [
            {"time": f"2026-10-{day}", "visitors": 0, "visits": 0, "pageviews": 0}
            for day in range(19, 26)
        ],
        "breakdowns": {
            name: [] for name in ("page", "source", "country", "browser", "os", "device", "event")
        },
        "rows": dict.fromkeys(("page", "source", "country", "browser", "os", "device", "event"), 0),
    }


def test_rows_carry_what_their_dimension_counts(store: PatientStore) -> None:
    store.append(
        Batch(
            [
                event(NOW, ZONE, page="/a", country="DE"),
                event(NOW + 1, ZONE, kind=Kind.CUSTOM, name="buy", country="DE"),
            ]
        )
    )
    asked = [("dimension", name) for name in ("page", "event", "country", "entry_page")]
    got = report(store, readable(ZONE), asked, NOW)
    assert got["breakdowns"] == {
        "page": [{"value": "/a", "visitors": 1, "pageviews": 1}],
        "event": [{"value": "buy", "visitors": 1, "events": 1}],
        "country": [{"value": "DE", "visitors": 1, "visits": 1}],
        "entry_page": [{"value": "/a", "visitors": 1, "visits": 1}],
    }
    assert got["rows"] == {"page": 1, "event": 1, "country": 1, "entry_page": 1}


def test_only_the_metrics_that_were_asked_for(store: PatientStore) -> None:
    store.append(Batch([event(NOW, ZONE)]))
    asked = [("period", "today"), ("interval", "day"), ("metrics", "bounce_rate,events")]
    got = report(store, readable(ZONE), asked, NOW)
    assert got["totals"] == {"bounce_rate": 1.0, "events": 0}
    assert got["timeseries"] == [{"time": "2026-10-25", "bounce_rate": 1.0, "events": 0}]


def test_all_begins_with_the_first_event(store: PatientStore) -> None:
    store.append(Batch([event(instant("2025-02-03T10:00:00+00:00"), ZONE), event(NOW, ZONE)]))
    got = report(store, readable(ZONE), [("period", "all")], NOW)
    assert got["period"] == {
        "from": "2025-02-03",
        "to": "2026-10-25",
        "interval": "month",
        "timezone": ZONE,
    }
    assert got["timeseries"][0] == {"time": "2025-02", "visitors": 1, "visits": 1, "pageviews": 1}
    assert got["totals"]["visitors"] == 2


def test_the_hour_that_comes_twice_is_counted_twice(store: PatientStore) -> None:
    first = instant("2026-10-25T00:30:00+00:00")
    store.append(Batch([event(first, ZONE), event(first + HOUR, ZONE)]))
    got = report(store, readable(ZONE), [("period", "today")], NOW)
    rows = {row["time"]: row["pageviews"] for row in got["timeseries"]}
    assert (rows["2026-10-25T02:00+02:00"], rows["2026-10-25T02:00+01:00"]) == (1, 1)
    assert got["totals"]["visitors"] == 1
    assert got["totals"]["visits"] == 2


def test_24h_is_labelled_by_its_hours(store: PatientStore) -> None:
    got = report(store, readable(ZONE), [("period", "24h")], NOW)
    assert got["period"]["from"] == got["timeseries"][0]["time"] == "2026-10-24T15:00+02:00"
    assert got["period"]["to"] == got["timeseries"][-1]["time"] == "2026-10-25T13:00+01:00"
    assert len(got["timeseries"]) == 24


def test_clocks_that_are_ahead_make_buckets_of_their_own_in_order(store: PatientStore) -> None:
    ahead = [event(NOW + minutes * MINUTE, ZONE, visitor=minutes) for minutes in (5, 2, 3)]
    store.append(Batch(ahead))
    got = report(store, readable(ZONE), [("period", "today"), ("interval", "minute")], NOW)
    assert [row["time"][11:16] for row in got["timeseries"][-4:]] == [
        *("13:00", "13:02", "13:03", "13:05"),
    ]
    assert sum(row["pageviews"] for row in got["timeseries"]) == got["totals"]["pageviews"] == 3


def test_another_trackers_events_are_not_counted(store: PatientStore) -> None:
    store.append(Batch([event(NOW, ZONE), event(NOW, ZONE, site=11)]))
    got = report(store, readable(ZONE), [("period", "today")], NOW)
    assert got["totals"]["pageviews"] == 1


def test_limit_offset_and_ties(store: PatientStore) -> None:
    pages = ["/b", "/a", "/c", "/B", "/ä", "/c"]
    store.append(Batch([event(NOW, ZONE, visitor=at, page=page) for at, page in enumerate(pages)]))
    every = [("dimension", "page"), ("period", "today")]
    got = report(store, readable(ZONE), every, NOW)
    assert [row["value"] for row in got["breakdowns"]["page"]] == ["/c", "/B", "/a", "/b", "/ä"]
    part = report(store, readable(ZONE), [*every, ("limit", "2"), ("offset", "1")], NOW)
    assert [row["value"] for row in part["breakdowns"]["page"]] == ["/B", "/a"]
    assert part["rows"] == {"page": 5}
    beyond = report(store, readable(ZONE), [*every, ("offset", "5")], NOW)
    assert (beyond["breakdowns"], beyond["rows"]) == ({"page": []}, {"page": 5})


def test_rows_by_several_together_carry_values(store: PatientStore) -> None:
    store.append(Batch([event(NOW, ZONE, page="/a", country="DE")]))
    got = report(store, readable(ZONE), [("dimension", "page,country")], NOW)
    assert got["breakdowns"] == {
        "page,country": [{"values": ("/a", "DE"), "visitors": 1, "pageviews": 1}]
    }
    assert got["rows"] == {"page,country": 1}


def test_revenue_is_written_as_people_write_it(store: PatientStore) -> None:
    sums = [(1250, "EUR"), (1, "EUR"), (300, "JPY"), (1, "KWD")]
    store.append(Batch([event(NOW, ZONE, amount=sum_, currency=name) for sum_, name in sums]))
    asked = [("period", "today"), ("interval", "day"), ("metrics", "revenue,visits")]
    got = report(store, readable(ZONE), asked, NOW)
    revenue = {"EUR": 12.51, "JPY": 300.0, "KWD": 0.001}
    assert got["totals"] == {"revenue": revenue, "visits": 1}
    assert got["timeseries"] == [{"time": "2026-10-25", "revenue": revenue, "visits": 1}]


def test_a_comparison_has_a_period_totals_and_a_series_of_its_own(store: PatientStore) -> None:
    store.append(Batch([event(NOW - 26 * HOUR, ZONE), event(NOW - 23 * HOUR, ZONE, visitor=2)]))
    asked = [("period", "today"), ("compare", "previous"), ("metrics", "visits")]
    got = report(store, readable(ZONE), asked, NOW)
    assert got["totals"] == {"visits": 0}
    assert list(got["comparison"]) == ["period", "totals", "timeseries"]
    assert got["comparison"]["period"] == {
        "from": "2026-10-24T00:00+02:00",
        "to": "2026-10-24T12:00+02:00",
        "interval": "hour",
        "timezone": ZONE,
    }
    # It is 13:00; the visit at 14:00 the day before is not yet to be compared with.
    assert got["comparison"]["totals"] == {"visits": 1}
    assert len(got["comparison"]["timeseries"]) == 13


def test_at_midnight_there_is_nothing_to_compare_with_yet(store: PatientStore) -> None:
    midnight = instant("2026-10-26T00:00:00+01:00")
    store.append(Batch([event(midnight - HOUR, ZONE)]))
    asked = [("period", "today"), ("compare", "previous")]
    compared = report(store, readable(ZONE), asked, midnight)["comparison"]
    assert (compared["totals"]["visits"], compared["timeseries"]) == (0, [])
    assert compared["period"]["from"] == compared["period"]["to"] == "2026-10-25T00:00+02:00"


@pytest.mark.parametrize(
    "asked",
    [("metrics", "revenue"), ("dimension", "os,prop:plan"), ("filter", "prop:plan:is:pro")],
)
def test_what_is_the_owners_is_missing_to_others(
    store: PatientStore, asked: tuple[str, str]
) -> None:
    with pytest.raises(NotFound):
        report(store, ReadableSite(SITE_ID, ZONE, private=False), [asked], NOW)
    assert report(store, readable(ZONE), [asked], NOW)["site_id"] == SITE_ID
