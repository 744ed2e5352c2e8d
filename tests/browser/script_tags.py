"""What a site's own pages have of the script, and what the service has read of them."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.browser.conftest import Counted
from tests.browser.pages import PageServer

Event = dict[str, Any]


def tag(counted: Counted, attributes: str = "", name: str = "ezee.js") -> str:
    """The script's tag, as the documentation shows it, with more attributes."""
    source = f"{counted.url}/{name}"
    return f'<script defer src="{source}" data-site="{counted.site_id}" {attributes}></script>'


def document(head: str, title: str = "", body: str = "") -> str:
    """A page."""
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def change(counted: Counted, **settings: Any) -> None:
    """Change the tracker, and wait until the service goes by it."""
    path = f"/api/v1/trackers/{counted.tracker['id']}"
    answer = counted.owner.client.patch(path, json=settings)
    assert answer.status_code == 200, answer.text
    time.sleep(1.2)


def events(counted: Counted, *, engagement: bool = False) -> list[Event]:
    """What was counted, in the order in which it came."""
    path = f"/api/v1/trackers/{counted.tracker['id']}/export?format=ndjson"
    answer = counted.owner.client.get(path)
    assert answer.status_code == 200, answer.text
    read = [json.loads(line) for line in answer.text.splitlines()]
    return [each for each in read if engagement or each["name"] != "engagement"]


def arrived(counted: Counted, number: int, *, engagement: bool = False) -> None:
    """Wait until so many events are there: what is sent from now on comes after them."""
    until = time.monotonic() + 30
    while len(events(counted, engagement=engagement)) < number and time.monotonic() < until:
        time.sleep(0.05)


def settled(counted: Counted, number: int, *, engagement: bool = False) -> list[Event]:
    """What was counted once so many events are there; there must be no more a moment later.

    Events that were sent together come in any order: each goes by a connection of its own.
    """
    arrived(counted, number, engagement=engagement)
    time.sleep(0.5)
    read = events(counted, engagement=engagement)
    told = [(each["name"], each["path"], each["title"], each["props"]) for each in read]
    assert len(read) == number, told
    return read


def paths(read: list[Event]) -> list[str]:
    """The pages of the pageviews."""
    return [each["path"] for each in read if each["name"] == "pageview"]


def names(read: list[Event]) -> list[str]:
    """The custom events."""
    return [each["name"] for each in read if each["name"] not in {"pageview", "engagement"}]


def props(event: Event) -> dict[str, str]:
    """An event's properties."""
    read: dict[str, str] = json.loads(event["props"] or "{}")
    return read


def asked(pages: PageServer, path: str) -> str:
    """The first request for a path, once it has come."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for request in pages.requests:
            if request.partition("?")[0] == path:
                return request
        time.sleep(0.05)
    raise AssertionError(pages.requests)
