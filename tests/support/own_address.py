"""A site that hands the script and its events on from an address of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.docs.pages import blocks
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import report

PAGE = "docs/script.md"


class Site(NamedTuple):
    """A service that believes whoever hands on from this machine, and the site's tracker."""

    service: Service
    owner: Account
    tracker: dict[str, Any]


def open_site(folder: Path) -> Site:
    """Start the service. Its proxies are 127.0.0.1; visitors are the rest of the loopback range."""
    service = Service(folder / "data", "--trusted-proxies", "127.0.0.1").start()
    owner = service.account("owner@example.com")
    sent = {"name": "Shop", "domain": "example.com"}
    return Site(service, owner, owner.client.post("/api/v1/trackers", json=sent).json()["data"])


def recipe(has: str, site: Site) -> str:
    """The page's one example that has that in it, for this service, which speaks no TLS."""
    (found,) = (block.text for block in blocks(PAGE) if has in block.text)
    return found.replace("https://stats.example.com", site.service.url)


def send(url: str, site: Site, address: str = "127.0.0.1", **headers: str) -> None:
    """Send a pageview from an address of this machine; it is counted."""
    event = {"site_id": site.tracker["site_id"], "url": "https://example.com/"}
    sent = {"user-agent": BROWSER, **{name.replace("_", "-"): to for name, to in headers.items()}}
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=60) as client:
        answer = client.post(f"{url}/count/api/public/collect", json=event, headers=sent)
    assert (answer.status_code, answer.json()["data"]) == (202, {"accepted": 1, "dropped": []})


def check(url: str, site: Site) -> None:
    """The script comes whole, and visitors are told apart by what their addresses are, not by
    what they say they are.
    """
    script = httpx.get(f"{url}/count/ezee.js", timeout=60)
    assert script.text == httpx.get(f"{site.service.url}/ezee.js").text
    assert script.headers["content-type"].startswith("text/javascript")
    send(url, site, "127.0.0.2", cookie="session=secret")
    send(url, site, "127.0.0.2", x_forwarded_for="203.0.113.7")
    send(url, site, "127.0.0.3")
    assert seen(site) == (2, 3)


def seen(site: Site) -> tuple[int, int]:
    """Visitors and pageviews."""
    totals = report(site.owner, site.tracker)["totals"]
    return totals["visitors"], totals["pageviews"]
