"""A link is the view."""

from __future__ import annotations

from ezee.model.query import Filter, Operator
from ezee.stats.filters import read_filter
from ezee.web.html.report.filtering import chips, chosen, excluded, write_filter
from ezee.web.html.report.view import View

PATH = "/trackers/1"


def test_names_without_a_meaning_are_left_out() -> None:
    view = View.of(PATH, [("period", "7d"), ("utm_source", "mail"), ("filter", "")])
    assert view.link == "/trackers/1?period=7d"


def test_the_order_of_names_is_one_and_that_of_filters_stays() -> None:
    given = [("show", "visits"), ("filter", "b"), ("period", "7d"), ("filter", "a")]
    assert View.of(PATH, given).link == "/trackers/1?period=7d&filter=b&filter=a&show=visits"


def test_what_is_usual_is_not_said() -> None:
    assert View(PATH).with_(period="30d", show="visitors", compare="previous").link == PATH


def test_a_period_takes_the_place_of_dates_and_they_of_it() -> None:
    dates = View(PATH, (("from", "2026-01-01"), ("to", "2026-01-02"), ("interval", "hour")))
    assert dates.period == ""
    assert dates.with_(period="7d").link == "/trackers/1?period=7d"
    assert View(PATH, (("period", "7d"),)).with_(from_="2026-01-01", to="2026-01-02").pairs == (
        ("from", "2026-01-01"),
        ("to", "2026-01-02"),
    )


def test_the_period_before_is_compared_with_unless_asked_otherwise() -> None:
    assert ("compare", "previous") in View(PATH).asked()
    assert View(PATH, (("compare", "none"),)).asked() == []
    assert View(PATH, (("period", "all"),)).asked() == [("period", "all")]


def test_a_tab_that_is_not_there_is_the_first() -> None:
    view = View(PATH, (("pages", "exit_page"), ("sources", "country"), ("events", "prop:plan")))
    assert [view.tab(name) for name in ("pages", "sources", "events")] == [
        *("exit_page", "source", "prop:plan"),
    ]


def test_a_filter_is_written_as_it_is_read() -> None:
    text = write_filter("page", "is", ("/a|b", "/c:d"))
    assert read_filter(text) == Filter("page", Operator.IS, ("/a|b", "/c:d"))


def test_a_row_adds_its_filter_once_and_excluding_gathers_values() -> None:
    view = View(PATH, (("filter", "page:is:/a"), ("filter", "country:is_not:DE")))
    assert chosen(view, "page", "/a") == view.link
    assert "filter=country%3Ais_not%3ADE%7CFR" in excluded(view, "country", "FR")


def test_each_chip_leads_to_the_view_without_it() -> None:
    view = View(PATH, (("filter", "page:is:/a"), ("filter", "nonsense"), ("show", "visits")))
    assert [(chip.dimension, chip.values) for chip in chips(view)] == [("page", ("/a",))]
    assert chips(view)[0].link == "/trackers/1?show=visits&filter=nonsense"
