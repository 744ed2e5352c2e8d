"""What a service tells Prometheus, read by Prometheus' own parsers, and whom it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import parser
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics

from tests.docs.pages import first_column
from tests.support.polling import until
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker
from tests.support.stores import kept_dead, store_of

pytestmark = pytest.mark.service

TOKEN = "a token for metrics alone"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that tells loopback, and believes it what others' addresses are."""
    running = Service(
        tmp_path_factory.mktemp("watched") / "data",
        *("--metrics-from", "127.0.0.0/8", "--trusted-proxies", "127.0.0.1"),
        *("--collect-limit", "3", "--public-stats-limit", "1"),
        environ={"EZEE_METRICS_TOKEN": TOKEN},
    ).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def owner(watched: Service) -> Account:
    return watched.account("owner@example.com", plan="free")


def scraped(service: Service) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample, by its name and labels."""
    answer = httpx.get(f"{service.url}/metrics", timeout=30)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(service: Service, name: str, **labels: str) -> float:
    return scraped(service).get((name, tuple(sorted(labels.items()))), 0.0)


def send(service: Service, tracker: dict[str, Any], address: str, agent: str = BROWSER) -> int:
    answer = httpx.post(
        f"{service.url}/api/public/collect",
        json={"site_id": tracker["site_id"], "url": "/secret-page"},
        headers={"user-agent": agent, "x-forwarded-for": address},
        timeout=30,
    )
    return answer.status_code


def test_events_are_counted_by_verdict_and_reason(watched: Service, owner: Account) -> None:
    tracker, name = new_tracker(owner), "ezee_events_total"
    before = scraped(watched)
    assert [send(watched, tracker, "203.0.113.9") for _ in range(4)] == [202, 202, 202, 429]
    assert send(watched, tracker, "203.0.113.10", "curl/8.0") == 202
    after = scraped(watched)
    for verdict, reason, number in (
        ("counted", "", 3),
        ("bot", "bot", 1),
        ("dropped", "rate_limited", 1),
    ):
        key = (name, (("reason", reason), ("verdict", verdict)))
        assert after[key] - before.get(key, 0) == number
    limit = ("ezee_limits_hit_total", (("limit", "collect"),))
    assert after[limit] - before.get(limit, 0) == 1
    commits = ("ezee_commit_seconds_count", ())
    assert after[commits] - before[commits] >= 4
    assert after["ezee_commit_events_sum", ()] - before["ezee_commit_events_sum", ()] == 4


def test_requests_are_counted_by_route_and_status(watched: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    asked = [
        ("GET", "/api/v1/trackers/{tracker_id}", 200, f"/api/v1/trackers/{tracker['id']}"),
        ("GET", "/healthz", 200, "/healthz"),
        ("GET", "none", 404, "/some/stranger's/path"),
        ("other", "none", 404, "/some/path"),
        ("GET", "/counter/{rest}", 200, f"/counter/{tracker['site_id']}.svg"),
        ("POST", "/api/public/collect", 400, "/api/public/collect"),
        ("other", "/api/public/collect", 405, "/api/public/collect"),
        ("POST", "/api/event", 400, "/api/event"),
    ]
    before = scraped(watched)
    for method, _, _, path in asked:
        verb = "PROPFIND" if method == "other" else method
        owner.client.request(verb, path, json={} if verb == "POST" else None)
    after = scraped(watched)
    for method, route, status, path in asked:
        labels = (("method", method), ("route", route), ("status", str(status)))
        key = ("ezee_http_requests_total", labels)
        assert after.get(key, 0) - before.get(key, 0) == 1, (path, after.keys() - before.keys())


def test_limits_on_questions_are_counted(watched: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    url = f"{watched.url}/api/public/stats?site_id={tracker['site_id']}"
    asked = value(watched, "ezee_store_seconds_count", kind="query")
    statuses = [
        httpx.get(url, headers={"x-forwarded-for": "203.0.113.77"}).status_code for _ in range(2)
    ]
    assert statuses == [200, 429]
    assert value(watched, "ezee_limits_hit_total", limit="public stats") >= 1
    assert value(watched, "ezee_store_seconds_count", kind="query") > asked


def test_a_name_and_label_tell_of_nobody(watched: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    send(watched, tracker, "198.51.100.23")
    text = httpx.get(f"{watched.url}/metrics").text
    for told in (
        tracker["site_id"],
        tracker["id"],
        "secret-page",
        "198.51.100",
        "Chrome",
        "owner@",
    ):
        assert told not in text


def test_every_family_is_documented_and_nothing_else(watched: Service, owner: Account) -> None:
    send(watched, new_tracker(owner), "198.51.100.24")
    text = httpx.get(f"{watched.url}/metrics").text
    families = set(re.findall(r"^# TYPE (ezee\S*) ", text, re.MULTILINE))
    assert families == set(first_column("docs/monitoring.md", "### Names"))


def test_open_metrics_are_told_who_wants_them(watched: Service) -> None:
    answer = httpx.get(f"{watched.url}/metrics", headers={"accept": OPEN_METRICS})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = {each.name for each in _read_open_metrics(answer.text)}
    assert {"ezee_events", "ezee_store_up", "process_resident_memory_bytes"} <= families


def _read_open_metrics(text: str) -> Iterable[Metric]:
    families: Iterable[Metric] = openmetrics.text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return families


def test_who_may_ask(watched: Service) -> None:
    url, stranger = f"{watched.url}/metrics", {"x-forwarded-for": "203.0.113.5"}
    assert httpx.get(url).status_code == 200
    head = httpx.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for authorization in (None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        headers = stranger | ({} if authorization is None else {"authorization": authorization})
        answer = httpx.get(url, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    good = httpx.get(url, headers=stranger | {"authorization": f"Bearer {TOKEN}"})
    assert good.status_code == 200
    assert httpx.post(url).status_code == 405


def test_nobody_is_told_while_no_setting_says_so(service: Service) -> None:
    assert httpx.get(f"{service.url}/metrics").status_code == 404


def test_a_store_that_is_away_is_told_and_the_rest_as_well(watched: Service) -> None:
    assert value(watched, "ezee_store_up") == 1
    assert value(watched, "ezee_store_resident_bytes") > 1e6
    with kept_dead(store_of(watched), watched.data):
        samples = scraped(watched)
        assert samples["ezee_store_up", ()] == 0
        assert ("ezee_store_resident_bytes", ()) not in samples
        assert samples["process_resident_memory_bytes", ()] > 1e6
    until(lambda: value(watched, "ezee_store_up") == 1)


@pytest.mark.parametrize("token", ["short", "fifteen letters", "tokenwithümlauts"])
def test_a_token_that_could_be_guessed_stops_the_start(tmp_path: Path, token: str) -> None:
    never = Service(tmp_path / "data", environ={"EZEE_METRICS_TOKEN": token})
    with pytest.raises(AssertionError, match="metrics_token"):
        never.start()
    assert token not in never.log.read_text()
