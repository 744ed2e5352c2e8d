"""Middleware: pages are counted and stamped as visitors asked for them, and no answer waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import httpx
import pytest

from ezee.model.stamps import is_genuine
from ezee_client import Batcher, Client, Collected, Event, asgi, wsgi
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker, report

SITE = "ezi_64a31d92b70f"
SECRET = "ezs_" + "7".zfill(64)
HEADERS = {
    "user-agent": BROWSER,
    "accept-language": "de-AT,de;q=0.9",
    "referer": "https://news.ycombinator.com/",
    "host": "shop.example.com",
}
Ask = Callable[..., httpx.Response]


async def asgi_page(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    status, kind = answer_of(scope["path"])
    stamp = scope.get("state", {}).get("ezee_stamp", "")
    headers = [(b"content-type", kind.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": stamp.encode()})


def wsgi_page(environ: Any, start_response: Any) -> Iterable[bytes]:
    status, kind = answer_of(environ["PATH_INFO"])
    start_response(f"{status} Told", [("Content-Type", kind)])
    return [environ.get("ezee.stamp", "").encode()]


def answer_of(path: str) -> tuple[int, str]:
    kinds = {"/missing": (404, "text/html"), "/data": (200, "application/json")}
    return kinds.get(path, (200, "text/html; charset=utf-8"))


def ask_asgi(url: str, headers: dict[str, str], method: str = "GET", **options: Any) -> Any:
    transport = httpx.ASGITransport(
        asgi.EzeeMiddleware(asgi_page, **options), client=("203.0.113.7", 4000)
    )

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, headers=headers)

    return asyncio.run(ask())


def ask_wsgi(
    url: str, headers: dict[str, str], method: str = "GET", uri: str = "", **options: Any
) -> Any:
    middleware = wsgi.EzeeMiddleware(wsgi_page, **options)

    def as_servers_do(environ: Any, start_response: Any) -> Iterable[bytes]:
        # Bytes as Latin-1, and the address as it was asked for where the server keeps that.
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
        if uri:
            environ[uri] = httpx.URL(url).raw_path.decode()
        return middleware(environ, start_response)

    transport = httpx.WSGITransport(as_servers_do, remote_addr="203.0.113.7")
    with httpx.Client(transport=transport) as client:
        return client.request(method, url, headers=headers)


@pytest.fixture(
    params=[
        ask_asgi,
        ask_wsgi,
        partial(ask_wsgi, uri="REQUEST_URI"),
        partial(ask_wsgi, uri="RAW_URI"),
    ],
    ids=["asgi", "wsgi", "uwsgi", "gunicorn"],
)
def ask(request: pytest.FixtureRequest) -> Ask:
    found: Ask = request.param
    return found


def test_a_page_is_counted_as_its_visitor_asked_for_it(ask: Ask) -> None:
    events: list[Event] = []
    ask("https://shop.example.com/caf%C3%A9?utm_source=x", HEADERS, site_id=SITE, add=events.append)
    (event,) = events
    assert event.url == "https://shop.example.com/caf%C3%A9?utm_source=x"
    assert (event.client_ip, event.user_agent) == ("203.0.113.7", BROWSER)
    assert (event.referrer, event.language) == ("https://news.ycombinator.com/", "de-AT")
    assert event.stamp is None
    assert event.id


def test_a_page_knows_its_stamp_and_so_does_its_event(ask: Ask) -> None:
    events: list[Event] = []
    url = "https://shop.example.com/caf%C3%A9"
    answer = ask(url, HEADERS, site_id=SITE, secret=SECRET, add=events.append)
    assert answer.text == events[0].stamp
    at = int(answer.text.partition(".")[0]) * 60_000
    assert is_genuine(answer.text, SECRET, SITE, url, at)


def test_stamps_need_no_sender(ask: Ask) -> None:
    assert ask("https://shop.example.com/", HEADERS, site_id=SITE, secret=SECRET).text


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/missing", "GET", {}),
        ("/data", "GET", {}),
        ("/", "POST", {}),
        ("/", "HEAD", {}),
        ("/", "GET", {"sec-gpc": "1"}),
        ("/", "GET", {"sec-purpose": "prefetch;prerender"}),
        ("/", "GET", {"sec-fetch-dest": "empty"}),
    ],
)
def test_what_is_no_page_that_somebody_opened_is_not_counted(
    ask: Ask, path: str, method: str, headers: dict[str, str]
) -> None:
    events: list[Event] = []
    url = f"https://shop.example.com{path}"
    ask(url, {**HEADERS, **headers}, method, site_id=SITE, add=events.append)
    assert events == []


def test_what_counts_and_whose_address_it_is_can_be_told(ask: Ask) -> None:
    events: list[Event] = []
    options = {"counts": lambda served: served.status == 404, "address": lambda _: "2001:db8::7"}
    ask("https://x.example/missing", HEADERS, site_id=SITE, add=events.append, **options)
    ask("https://x.example/", HEADERS, site_id=SITE, add=events.append, **options)
    assert [(each.url, each.client_ip) for each in events] == [
        ("https://shop.example.com/missing", "2001:db8::7")
    ]


def test_what_an_application_does_after_its_answer_changes_nothing() -> None:
    events: list[Event] = []
    counted: list[int] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for more in (True, True, False):
            counted.append(len(events))
            await send({"type": "http.response.body", "body": b"x", "more_body": more})
        counted.append(len(events))
        scope["path"], scope["raw_path"] = "/changed", b"/changed"

    async def ask() -> None:
        app = asgi.EzeeMiddleware(page, site_id=SITE, add=events.append)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            await client.get("https://shop.example.com/a", headers=HEADERS)

    asyncio.run(ask())
    assert counted == [0, 0, 0, 1]
    assert [each.url for each in events] == ["https://shop.example.com/a"]


def test_a_batcher_that_is_closed_breaks_no_page(ask: Ask) -> None:
    def closed(_: Event) -> None:
        raise RuntimeError("closed")

    assert ask("https://x.example/", HEADERS, site_id=SITE, add=closed).status_code == 200


def test_no_answer_waits_for_a_service_that_hangs(ask: Ask) -> None:
    hanging, sent = threading.Event(), threading.Event()

    def send(*_: Event) -> Collected:
        sent.set()
        hanging.wait(60)
        return Collected(accepted=1, dropped=[])

    batcher = Batcher(send, seconds=0)
    for _ in range(3):
        answer = ask("https://x.example/", HEADERS, site_id=SITE, add=batcher.add)
        assert answer.status_code == 200
    assert sent.wait(60)
    assert not batcher.flush(0)
    hanging.set()
    assert batcher.close(60)


@pytest.mark.service
def test_pages_arrive_verified(ask: Ask, service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    with Client(service.url, alice.token) as client:
        secret = client.new_signing_secret(tracker["id"])
        batcher = client.batcher()
        for path in ("/a", "/b"):
            ask(
                f"https://shop.example.com{path}",
                HEADERS,
                site_id=tracker["site_id"],
                secret=secret,
                add=batcher.add,
            )
        assert batcher.close(30)
    totals = report(alice, tracker, verified=1, metrics="visitors,pageviews")["totals"]
    assert totals == {"visitors": 1, "pageviews": 2}
