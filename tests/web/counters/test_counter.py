"""``/counter/…``: what it shows, in which form, whom it counts, and that it shows no error."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.support.polling import until
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker, report

pytestmark = pytest.mark.service

PROXY = "github-camo (876de43e)"
FORMS = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "gif": "image/gif",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}


@pytest.fixture
def tracker(alice: Account) -> dict[str, Any]:
    return new_tracker(alice, counter=True)


def get(service: Service, path: str, agent: str = BROWSER, **headers: str) -> httpx.Response:
    sent = {"user-agent": agent, **{name.replace("_", "-"): text for name, text in headers.items()}}
    return httpx.get(f"{service.url}/counter/{path}", headers=sent, timeout=30)


def value(service: Service, path: str) -> int | None:
    """The number that a counter shows now, by its address without the form."""
    target, sign, query = path.partition("?")
    data = get(service, f"{target}.json{sign}{query}").json()["data"]
    number: int | None = data["value"]
    return number


@pytest.mark.parametrize("form", FORMS)
def test_it_comes_in_every_form_with_its_number(
    service: Service, tracker: dict[str, Any], form: str
) -> None:
    service.collect({"site_id": tracker["site_id"], "url": "/"})
    answer = get(service, f"{tracker['site_id']}.{form}?label=views")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FORMS[form])
    assert answer.headers["cache-control"] == "public, max-age=30, stale-while-revalidate=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    if form in {"svg", "html"}:
        assert "views: 1" in answer.text
    elif form == "json":
        site_id = tracker["site_id"]
        assert answer.json()["data"] == {
            "site_id": site_id, "page": None, "metric": "pageviews", "period": "all", "value": 1,
        }  # fmt: skip
    else:
        assert Image.open(BytesIO(answer.content)).height == 36


def test_it_may_be_of_a_page_of_a_period_and_of_visitors(
    service: Service, tracker: dict[str, Any]
) -> None:
    site_id = tracker["site_id"]
    for url in ("/", "/", "/a/b", "/f%C3%BCr"):
        service.collect({"site_id": site_id, "url": url})
    assert value(service, site_id) == 4
    assert value(service, f"{site_id}?metric=visitors&period=today") == 1
    assert value(service, f"{site_id}/") == 2
    assert value(service, f"{site_id}/a/b") == 1
    assert value(service, f"{site_id}/f%C3%BCr?period=30d") == 1
    assert value(service, f"{site_id}/nowhere") == 0
    assert value(service, f"{site_id}?period=yesterday") == 0


def test_the_start_belongs_to_the_number_of_everything(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice, counter=True, counter_start=41)
    site_id = tracker["site_id"]
    service.collect({"site_id": site_id, "url": "/"})
    assert value(service, site_id) == 42
    assert value(service, f"{site_id}/") == value(service, f"{site_id}?period=today") == 1


def test_looking_counts_where_the_address_says_so(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    site_id = tracker["site_id"]
    for _ in range(2):
        assert get(service, f"{site_id}.svg").status_code == 200
    assert counted(alice, tracker) == (0, 0)
    answer = get(service, f"{site_id}/shop/shoes.svg?count=1", referer="https://example.com/x")
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("no-cache, no-store")
    assert "etag" not in answer.headers
    get(service, f"{site_id}.png?count=1", referer=f"https://{tracker['domain']}/about?a=b")
    get(service, f"{site_id}.png?count=1")
    assert counted(alice, tracker) == (3, 0)
    pages = report(alice, tracker)["breakdowns"]["page"]
    assert {row["value"] for row in pages} == {"/shop/shoes", "/about", "/"}


def test_a_head_is_no_view(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    answer = httpx.head(f"{service.url}/counter/{tracker['site_id']}.svg?count=1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0
    assert counted(alice, tracker) == (0, 0)


def test_behind_a_proxy_without_cookies_and_with_one_address_views_count_and_visitors_do_not(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    path = f"{tracker['site_id']}.svg?count=1"
    for _ in range(150):
        assert get(service, path, agent=PROXY).status_code == 200
    until(lambda: value(service, f"{tracker['site_id']}?fresh=1") == 150)
    assert value(service, f"{tracker['site_id']}?metric=visitors") == 0
    totals = report(alice, tracker)["totals"]
    assert (totals["visitors"], totals["pageviews"]) == (0, 0)


def test_other_programs_do_not_count(service: Service, tracker: dict[str, Any]) -> None:
    get(service, f"{tracker['site_id']}.svg?count=1", agent="Googlebot/2.1")
    get(service, f"{tracker['site_id']}.svg?count=1", agent="curl/8.0")
    assert value(service, f"{tracker['site_id']}?fresh=1") == 0


def test_wishes_are_heard(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    answer = get(service, f"{tracker['site_id']}.svg?count=1", sec_gpc="1")
    assert answer.status_code == 200
    assert counted(alice, tracker) == (0, 0)


@pytest.mark.parametrize("form", FORMS)
def test_unknown_and_disabled_counters_show_dashes(
    service: Service, alice: Account, form: str
) -> None:
    off = new_tracker(alice)["site_id"]
    for name in (off, "ezi_000000000000", "nonsense", "ezi_00", ""):
        answer = get(service, f"{name}.{form}?count=1")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == FORMS[form]
        if form == "json":
            assert answer.json()["data"]["value"] is None
        if form in {"svg", "html"}:
            assert "unknown" in answer.text


def test_what_is_wrong_with_an_address_is_left_out_and_told_in_json(
    service: Service, tracker: dict[str, Any]
) -> None:
    wrong = "style=nice&digits=x&color=zz&background=%00&label=%F0%9F%98%80&height=9&count=2"
    query = f"{wrong}&fresh=&metric=x&period=24h&other=1"
    for form in ("svg", "png", "gif", "html"):
        assert get(service, f"{tracker['site_id']}.{form}?{query}").status_code == 200
    data = get(service, f"{tracker['site_id']}.json?{query}").json()["data"]
    assert data["value"] == 0
    assert [error["field"] for error in data["ignored"]] == [
        *("style", "digits", "color", "background", "label", "height"),
        *("metric", "period", "count", "fresh"),
    ]


@pytest.mark.parametrize(
    "query", ["%", "%FF=%FE", "a" * 5000, "&" * 200, "digits=" + "9" * 1000, "=", "label=%00%ff"]
)
def test_no_query_breaks_a_picture(service: Service, tracker: dict[str, Any], query: str) -> None:
    for form in FORMS:
        assert get(service, f"{tracker['site_id']}.{form}?{query}").status_code == 200


@pytest.mark.parametrize("path", ["%FF", "..%2f..", "%00", "a" * 3000, "%", "a.b.c"])
def test_no_path_breaks_a_picture(service: Service, tracker: dict[str, Any], path: str) -> None:
    for form in FORMS:
        answer = get(service, f"{tracker['site_id']}/{path}.{form}?count=1")
        assert answer.status_code == 200


def test_a_known_picture_is_not_sent_again(service: Service, tracker: dict[str, Any]) -> None:
    path = f"{tracker['site_id']}.svg"
    first = get(service, path)
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}'):
        again = get(service, path, if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
    assert get(service, path, if_none_match='"x"').status_code == 200
    fresh = get(service, f"{path}?fresh=1", if_none_match=etag)
    assert fresh.headers["cache-control"] == "no-cache, must-revalidate, max-age=0"
    assert fresh.status_code == 304


def test_a_number_is_fresh_within_a_second(service: Service, tracker: dict[str, Any]) -> None:
    site_id = tracker["site_id"]
    service.collect({"site_id": site_id, "url": "/"})
    until(lambda: value(service, f"{site_id}?fresh=1") == 1)
    service.collect({"site_id": site_id, "url": "/"})
    until(lambda: value(service, f"{site_id}?fresh=1") == 2)


@pytest.mark.parametrize("path", ["/counter/ezi_000000000000", "/counter/x.bmp", "/counter/"])
def test_what_is_no_counters_address_is_not_found(service: Service, path: str) -> None:
    page = httpx.get(f"{service.url}{path}")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    told = httpx.get(f"{service.url}{path}", headers={"accept": "application/json"})
    assert told.json()["error"] == "not_found"


def test_counters_are_read_only(service: Service, tracker: dict[str, Any]) -> None:
    answer = httpx.post(f"{service.url}/counter/{tracker['site_id']}.svg")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_private_trackers_counter_is_shown_where_its_owner_wants_one(
    service: Service, alice: Account
) -> None:
    tracker = new_tracker(alice, counter=True, public_stats=False)
    assert value(service, tracker["site_id"]) == 0
