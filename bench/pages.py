"""``python -m bench.pages``: what the report page of a month costs whoever looks at it.

A service is given events of one tracker. Its owner signs in with Chromium; printed is what comes
over the wire at the first visit and afterwards, how long the server took, beside a browser that
draws on the same processors and asked by a program that does not, how much of that processors
worked, and what a person would feel: when the largest thing is there (LCP), how much moves (CLS),
how long nothing reacts (TBT).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from bench.running import Running
from bench.traffic import make, settle
from ezee.model.calendar import DAY
from ezee.model.site import site_key

_EMAIL, _PASSWORD = "bench@example.com", "correct horse battery"
_WATCH = """
window.felt = {lcp: 0, cls: 0, tbt: 0};
const watch = (type, each) => new PerformanceObserver(
  (list) => list.getEntries().forEach(each)).observe({type, buffered: true});
watch("largest-contentful-paint", (entry) => { felt.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) felt.cls += entry.value; });
watch("longtask", (entry) => { felt.tbt += Math.max(0, entry.duration - 50); });
"""
_WEIGHED = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const parts = performance.getEntriesByType("resource");
  return {...felt, server: page.responseStart - page.requestStart, parts: parts.length,
    bytes: parts.reduce((sum, each) => sum + each.transferSize, page.transferSize)};
}"""


class Visit(NamedTuple):
    """A page, once: bytes over the wire with all its parts, milliseconds, and how much moved."""

    bytes: float
    parts: float
    server: float
    lcp: float
    cls: float
    tbt: float


class Cost(NamedTuple):
    """The page by itself: how long (ms) it is waited for, and how long processors work for it."""

    waited: float
    worked: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[1])
    parser.add_argument("--millions", type=float, default=10, help="events of the tracker")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--data", type=Path, help="where the events are written for a while")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as made:
        folder = Path(made) / "pages"
        with Running("ezee", folder):
            tracker = _add_reader(folder)
        last_day = int(time.time() * 1000) // DAY - 1
        big = site_key(tracker["site_id"])
        make(folder, round(options.millions * 1e6), big=big, last_day=last_day)
        settle(folder, big)
        with Running("ezee", folder) as service:
            path = f"/trackers/{tracker['id']}"
            seen, page = _visit(service, path, options.rounds)
    _print(seen, page)


def _add_reader(folder: Path) -> dict[str, Any]:
    """A user whose password is known, and a tracker of theirs."""

    def command(*arguments: str, stdin: str = "") -> str:
        return subprocess.run(
            [sys.executable, "-m", "ezee", *arguments, "--data", str(folder)],
            check=True, capture_output=True, text=True, input=stdin,
        ).stdout  # fmt: skip

    command("user", "add", _EMAIL, "--password-stdin", stdin=f"{_PASSWORD}\n")
    told: dict[str, Any] = json.loads(
        command("tracker", "add", "--user", _EMAIL, "--name", "Bench",
                "--domain", "bench.example.com", "--json")
    )  # fmt: skip
    return told


def _visit(service: Running, path: str, rounds: int) -> tuple[list[Visit], Cost]:
    """What each visit was, and what the page by itself costs."""
    address = f"http://127.0.0.1:{service.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("E-mail").fill(_EMAIL)
        page.get_by_label("Password").fill(_PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{address}/")
        told = visits(page, address + path, rounds + 1)
        # A page that is watched asks for more, which is no part of this.
        page.goto("about:blank")
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())
        browser.close()
    return told, _cost(service, address + path, cookies, rounds)


def _cost(service: Running, address: str, cookie: str, rounds: int) -> Cost:
    request = Request(address, headers={"cookie": cookie, "accept-encoding": "gzip"})
    before, waited = service.cpu_seconds(), []
    for _ in range(rounds):
        began = time.perf_counter()
        with urlopen(request) as answer:
            answer.read()
        waited.append((time.perf_counter() - began) * 1000)
        assert answer.url == address
    return Cost(median(waited), (service.cpu_seconds() - before) / rounds * 1000)


def visits(page: Page, address: str, times: int) -> list[Visit]:
    """Go there so often, for the first time with nothing kept of earlier."""
    page.add_init_script(_WATCH)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    return [_look(page, address) for _ in range(times)]


def _look(page: Page, address: str) -> Visit:
    page.goto(address)
    # A stream stays open, so that the network is never idle.
    page.wait_for_selector(".uplot")
    page.wait_for_timeout(500)
    return Visit(**page.evaluate(_WEIGHED))


def _print(seen: list[Visit], page: Cost) -> None:
    console, first, later = Console(width=100), seen[0], seen[1:]
    console.print(f"first visit: {first.bytes / 1000:.1f} kB over the wire")
    console.print(f"afterwards:  {median(visit.bytes for visit in later) / 1000:.1f} kB")
    console.print(f"server, the page by itself: {page.waited:.3g} ms")
    console.print(f"processors worked for that: {page.worked:.3g} ms")
    console.print("in a browser:")
    for name, unit in (("server", "ms"), ("lcp", "ms"), ("cls", ""), ("tbt", "ms")):
        middle = median(getattr(visit, name) for visit in later)
        console.print(f"{name}: {middle:.3g} {unit}".rstrip())


if __name__ == "__main__":
    main()
