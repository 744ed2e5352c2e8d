"""From parameters to a query, and what is said of those that are wrong."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.errors import InvalidRequest
from ezee.model.calendar import day_of
from ezee.model.dimensions import DEFAULT_DIMENSIONS, DIMENSIONS
from ezee.model.metrics import DEFAULT_METRICS
from ezee.model.query import Filter, Interval, Operator, Order, Range, StatsQuery
from ezee.stats.parse import KNOWN, Now, parse
from tests.support.clock import instant
from tests.support.examples import examples

NOW = Now(instant("2026-11-23T12:00:00+00:00"), "Europe/Berlin", None)
TODAY = day_of(date(2026, 11, 23))


# As many as may be looked for.
TEXTS = [str(number) for number in range(20)]


def asked(query: str) -> StatsQuery:
    return parse(parse_qsl(query, keep_blank_values=True), NOW)


def refused(query: str) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        asked(query)
    details = dict(caught.value.details)
    assert caught.value.message == "; ".join(f"{name}: {text}" for name, text in details.items())
    return details


def test_nothing_asks_for_thirty_days_and_everything_usual() -> None:
    assert asked("") == StatsQuery(
        range=Range(TODAY - 29, TODAY),
        interval=Interval.DAY,
        metrics=DEFAULT_METRICS,
        breakdowns=DEFAULT_DIMENSIONS,
        order=Order("visitors", descending=True),
        limit=10,
        offset=0,
        verified=False,
        filters=(),
        comparison=None,
    )


BEYOND = "must be a date from 1970-01-01 to 9998-12-31"
NO_DATE = "must be a date such as 2026-10-25"


@pytest.mark.parametrize(
    ("first", "last", "details"),
    [
        ("0001-01-01", "9999-12-31", {"from": BEYOND, "to": BEYOND}),
        ("1969-12-31", "2026-10-25", {"from": BEYOND}),
        ("2026-02-30", "2026-10-25", {"from": NO_DATE}),
        ("20261025", "2026-W01-1", {"from": NO_DATE, "to": NO_DATE}),
    ],
)
def test_what_is_no_date_and_what_is_one_too_far_away_are_told_apart(
    first: str, last: str, details: dict[str, str]
) -> None:
    assert refused(f"from={first}&to={last}") == details


def test_so_are_dates_that_are_compared_with() -> None:
    assert refused("compare=0001-01-01..2026-10-25") == {"compare": BEYOND}
    assert "or dates such as" in refused("compare=0001-01-01..soon")["compare"]


def test_verified_asks_for_verified_events_alone() -> None:
    assert asked("verified=1").verified


def test_dates_include_both_ends() -> None:
    span = asked("from=2026-11-20&to=2026-11-23").range
    assert span == Range(TODAY - 3, TODAY)


@pytest.mark.parametrize(
    ("query", "interval"),
    [
        ("period=today", Interval.HOUR),
        ("period=24h", Interval.HOUR),
        ("period=90d", Interval.DAY),
        ("period=12mo", Interval.MONTH),
        ("period=today&interval=minute", Interval.MINUTE),
        ("period=24h&interval=minute", Interval.MINUTE),
        ("period=12mo&interval=week", Interval.WEEK),
        ("period=30d&interval=hour", Interval.HOUR),
    ],
)
def test_intervals(query: str, interval: Interval) -> None:
    assert asked(query).interval is interval


def test_metrics_and_dimensions_are_taken_in_the_order_they_are_named() -> None:
    query = asked("metrics=visits,visitors&metrics=visits&dimension=os&dimension=page&dimension=os")
    assert query.metrics == ("visits", "visitors")
    assert query.breakdowns == ("os", "page")


@pytest.mark.parametrize(
    ("query", "breakdowns"),
    [
        ("dimension=page,country", ("page,country",)),
        ("dimension=country,page&dimension=page", ("country,page", "page")),
        ("dimension=%20os%20,%20browser", ("os,browser",)),
        ("dimension=prop:plan&dimension=event,prop:a.b-C_1", ("prop:plan", "event,prop:a.b-C_1")),
        ("dimension=prop:*&dimension=event,prop:*", ("prop:*", "event,prop:*")),
        ("dimension=os,browser,device,screen", ("os,browser,device,screen",)),
    ],
)
def test_breakdowns_by_several_together_and_by_property(
    query: str, breakdowns: tuple[str, ...]
) -> None:
    assert asked(query).breakdowns == breakdowns


def test_filters_are_taken_in_their_order_and_each_once() -> None:
    query = asked("filter=page:is:/a&filter=country:is_not:DE&filter=page:is:/a")
    assert query.filters == (
        Filter("page", Operator.IS, ("/a",)),
        Filter("country", Operator.IS_NOT, ("DE",)),
    )


def test_texts_at_their_limit_beside_values_that_are_not_searched() -> None:
    query = asked(f"filter=page:contains:{'|'.join(TEXTS)}&filter=page:is_not:{'|'.join(TEXTS)}")
    assert [len(each.values) for each in query.filters] == [20, 20]


@pytest.mark.parametrize(
    ("query", "compared"),
    [
        ("period=7d&compare=previous", Range(TODAY - 13, TODAY - 7)),
        ("period=7d&compare=year", Range(TODAY - 371, TODAY - 365)),
        ("period=7d&compare=2026-11-01..2026-11-23", Range(TODAY - 22, TODAY)),
        ("period=month&compare=previous", Range(TODAY - 53, TODAY - 31)),
        ("from=2026-11-01&to=2026-11-02&compare=previous", Range(TODAY - 24, TODAY - 23)),
    ],
)
def test_comparisons(query: str, compared: Range) -> None:
    assert asked(query).comparison == compared


@pytest.mark.parametrize(
    ("query", "private"),
    [
        ("", False),
        ("metrics=visitors,revenue", True),
        ("dimension=prop:plan", True),
        ("dimension=page,prop:plan", True),
        ("dimension=prop:*", True),
        ("filter=prop:plan:is:pro", True),
        ("filter=page:contains:prop:plan&dimension=event&metrics=events", False),
    ],
)
def test_properties_and_revenue_are_private(query: str, private: bool) -> None:
    assert asked(query).private is private


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_dimension_may_be_asked_for(name: str) -> None:
    assert asked(f"dimension={name}").breakdowns == (name,)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("-visitors", Order("visitors", descending=True)),
        ("visitors", Order("visitors", descending=False)),
        ("value", Order("value", descending=False)),
        ("-value", Order("value", descending=True)),
        ("-pageviews", Order("pageviews", descending=True)),
    ],
)
def test_orders(text: str, order: Order) -> None:
    assert asked(f"order={text}").order == order


def test_limits_at_their_ends() -> None:
    query = asked("limit=1000&offset=1000000")
    assert (query.limit, query.offset) == (1000, 1_000_000)
    assert asked("limit=1").limit == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=fortnight", "period"),
        ("period=", "period"),
        ("period=7d&period=7d", "period"),
        ("period=7d&from=2026-11-01&to=2026-11-02", "period"),
        ("from=2026-11-01", "to"),
        ("to=2026-11-01", "from"),
        ("from=2026-11-31&to=2026-12-01", "from"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=yesterday&to=2026-11-01", "from"),
        ("from=9999-12-31&to=9999-12-31", "to"),
        ("interval=second", "interval"),
        ("period=7d&interval=minute", "interval"),
        ("from=2020-01-01&to=2026-11-01&interval=day", "interval"),
        ("period=90d&interval=hour", "interval"),
        ("metrics=", "metrics"),
        ("metrics=visitors,clicks", "metrics"),
        ("dimension=shoe_size", "dimension"),
        ("order=-luck", "order"),
        ("order=", "order"),
        ("order=--visitors", "order"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=1.5", "limit"),
        ("limit=-1", "limit"),
        ("limit=٣", "limit"),
        ("limit=10000000000", "limit"),
        ("offset=-1", "offset"),
        ("offset=1000001", "offset"),
        ("verified=", "verified"),
        ("verified=0", "verified"),
        ("verified=true", "verified"),
        ("verified=1&verified=1", "verified"),
        ("dimension=", "dimension"),
        ("dimension=page,", "dimension"),
        ("dimension=page,page", "dimension"),
        ("dimension=os,browser,device,screen,country", "dimension"),
        ("dimension=prop:", "dimension"),
        ("dimension=prop:a%20b", "dimension"),
        (f"dimension=prop:{'a' * 65}", "dimension"),
        ("&".join(["dimension=page"] * 21), "dimension"),
        ("filter=", "filter"),
        ("filter=page:is", "filter"),
        ("filter=page:matches:[", "filter"),
        ("&".join(["filter=page:is:/"] * 21), "filter"),
        (f"filter=page:contains:{'|'.join(TEXTS)}&filter=page:matches:a", "filter"),
        ("order=revenue", "order"),
        ("compare=", "compare"),
        ("compare=last", "compare"),
        ("compare=2026-11-01", "compare"),
        ("compare=2026-11-31..2026-12-01", "compare"),
        ("compare=2026-11-02..2026-11-01", "compare"),
        ("compare=previous&compare=year", "compare"),
        ("period=all&compare=previous", "compare"),
        ("period=all&compare=year", "compare"),
        ("period=all&compare=2026-11-01..2026-11-02", "compare"),
        ("compare=2010-01-01..2026-11-01", "compare"),
        ("period=today&interval=minute&compare=2026-11-01..2026-11-02", "compare"),
        ("perod=7d", "perod"),
        ("=7d", ""),
    ],
)
def test_what_is_wrong_is_named(query: str, field: str) -> None:
    assert field in refused(query)


def test_a_range_never_makes_more_than_1500_buckets_asked_for_or_not() -> None:
    details = refused("from=1970-01-01&to=9998-12-31")
    assert details == {"from": "would make more than 1,500 months up to that to"}
    assert asked("from=1970-01-01&to=2094-12-31").interval is Interval.MONTH


def test_all_that_is_wrong_is_told_at_once() -> None:
    query = "period=x&interval=y&limit=z&offset=-&colour=red&filter=a&compare=b&dimension=c&order=d"
    assert set(refused(query)) == {
        *("period", "interval", "limit", "offset", "colour"),
        *("filter", "compare", "dimension", "order"),
    }


def test_each_wrong_filter_and_dimension_is_told() -> None:
    with pytest.raises(InvalidRequest) as caught:
        asked("filter=a&filter=page:is:/&filter=b:is:c&dimension=x,y")
    assert [detail.field for detail in caught.value.details] == [
        *("dimension", "dimension", "filter", "filter"),
    ]


def test_what_was_sent_is_shown_short_and_printable() -> None:
    message = refused("period=" + "%00%1b" + "x" * 500)["period"]
    assert message.startswith(f'"{"x" * 40}" is none of today, yesterday')


@examples(150)
@given(st.lists(st.tuples(st.sampled_from(KNOWN) | st.text(), st.text(max_size=12)), max_size=5))
def test_no_parameters_raise_anything_else(parameters: list[tuple[str, str]]) -> None:
    try:
        query = parse(parameters, NOW)
    except InvalidRequest as error:
        details = error.details
    else:
        assert query.range.first_day <= query.range.last_day
        return
    assert details
