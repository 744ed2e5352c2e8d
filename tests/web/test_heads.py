"""HEAD: what GET would answer, without its body."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ezee.web.heads import with_head
from tests.support.service import BROWSER, Account, Service

# What differs from one answer to the next.
VARYING = {"date", "ratelimit", "etag"}


@pytest.fixture(scope="module")
def owner(service: Service) -> Account:
    return service.account("heads@example.com")


@pytest.fixture(scope="module")
def tracker(service: Service, owner: Account) -> dict[str, Any]:
    made: dict[str, Any] = service.tracker(owner.email, "heads.example")
    service.collect({"site_id": made["site_id"], "url": "/"}).raise_for_status()
    return made


@pytest.mark.parametrize(
    ("methods", "answered"),
    [(["POST"], ["POST"]), (["POST", "GET"], ["GET", "HEAD", "POST"]), ([], [])],
)
def test_head_is_answered_where_get_is(methods: list[str], answered: list[str]) -> None:
    assert with_head(methods) == answered


@pytest.mark.service
@pytest.mark.parametrize(
    "path",
    [
        "/", "/openapi.json", "/nope", "/api/nope", "/api/v1/me", "/api/v1/trackers",
        "/api/v1/trackers/{id}", "/api/v1/trackers/{id}/stats", "/api/v1/trackers/{id}/dropped",
        "/api/v1/trackers/{id}/nope", "/api/public/stats?site_id={site_id}",
        "/api/public/stats?site_id={site_id}&period=soon", "/api/public/stats?site_id=x",
        "/api/public/live?site_id={site_id}", "/api/public/collect?site_id={site_id}&url=/",
    ],
)  # fmt: skip
def test_the_head_of_an_answer(owner: Account, tracker: dict[str, Any], path: str) -> None:
    path = path.format(**tracker)
    whole = owner.client.get(path, headers={"user-agent": BROWSER})
    head = owner.client.head(path, headers={"user-agent": BROWSER})
    assert head.status_code == whole.status_code
    assert head.content == b""
    assert _headers(head) == _headers(whole)


@pytest.mark.service
def test_the_head_of_an_export_ends(owner: Account, tracker: dict[str, Any]) -> None:
    path = f"/api/v1/trackers/{tracker['id']}/export"
    head = owner.client.head(path)
    assert head.status_code == 200
    assert head.headers["content-type"] == owner.client.get(path).headers["content-type"]


@pytest.mark.service
def test_the_head_of_a_stream_ends(owner: Account, tracker: dict[str, Any]) -> None:
    head = owner.client.head(
        f"/api/public/live?site_id={tracker['site_id']}", headers={"accept": "text/event-stream"}
    )
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")


@pytest.mark.service
def test_a_connection_is_used_again_after_heads(service: Service, tracker: dict[str, Any]) -> None:
    live = f"/api/public/live?site_id={tracker['site_id']}"
    with httpx.Client(base_url=service.url) as client:
        for _ in range(3):
            for path in ("/", "/api/nope", live, "/api/public/collect"):
                assert client.head(path).content == b""
            assert client.get("/api/nope").json()["error"] == "not_found"


@pytest.mark.service
def test_the_head_of_the_pixel_counts_nobody(
    service: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    stats = f"/api/v1/trackers/{tracker['id']}/stats"
    before = owner.client.get(stats).json()["data"]["totals"]
    head = httpx.head(
        f"{service.url}/api/public/collect?site_id={tracker['site_id']}&url=/unseen",
        headers={"user-agent": BROWSER},
    )
    assert (head.status_code, head.headers["content-type"]) == (200, "image/gif")
    assert owner.client.get(stats).json()["data"]["totals"] == before


@pytest.mark.service
def test_head_needs_the_token_that_get_needs(service: Service) -> None:
    answer = httpx.head(f"{service.url}/api/v1/trackers")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in VARYING}
