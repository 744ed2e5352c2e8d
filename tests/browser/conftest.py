"""Debian's Chromium, a web site, and the real service that counts it.

The browser calls itself what a person's does. It reaches this machine alone: ``shop.example.com``
is the web site, every other name leads nowhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.pages import HOST, PageServer
from tests.support.service import PASSWORD, Account, Service, kill_tree
from tests.support.stats import new_tracker

_CHROMIUM = "chromium"
_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/{}.0.0.0 Safari/537.36"
)
_OPTIONS = (
    # Under automation navigator.webdriver is true otherwise, and such visits are not counted.
    "--disable-blink-features=AutomationControlled",
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP localhost 127.0.0.1, "
    "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Counted(NamedTuple):
    """A running service, the owner of a tracker there, and the tracker as its API shows it."""

    service: Service
    owner: Account
    tracker: dict[str, Any]

    @property
    def url(self) -> str:
        return self.service.url

    @property
    def token(self) -> str:
        return self.owner.token

    @property
    def site_id(self) -> str:
        return str(self.tracker["site_id"])


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for the browser tests; not longer, as Playwright occupies the event loop."""
    path = shutil.which(_CHROMIUM)
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[*_OPTIONS, f"--user-agent={_AGENT.format(_major(path))}", "--no-sandbox"],
            # Playwright turns the cache off, people's browsers have it.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


def _major(path: str) -> str:
    """The number that Chromium's version begins with."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", said)
    assert found is not None, said
    return found[0]


@contextmanager
def browsing(url: str, profile: Path) -> Iterator[None]:
    """A Chromium that nobody drives, on a page that finds its own way."""
    path = shutil.which(_CHROMIUM)
    if path is None:
        pytest.skip("chromium is not installed")
    agent = f"--user-agent={_AGENT.format(_major(path))}"
    options = ["--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-port=0"]
    # Ready pages are given up on a machine that is short of memory.
    roomy = "--disable-features=Prerender2MemoryControls"
    command = [path, *options, *_OPTIONS, agent, roomy, f"--user-data-dir={profile}", url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            kill_tree(process.pid)


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """A person's browser, with nothing in it yet. No page of theirs may say anything on the
    console, an error that nobody caught included.
    """
    said: list[str] = []
    context = chromium.new_context()
    context.set_default_timeout(10_000)
    context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    context.on("weberror", lambda error: said.append(f"error: {error.error}"))
    yield context
    context.close()
    assert said == []


@pytest.fixture
def page(visitor: BrowserContext) -> Page:
    """An empty tab."""
    return visitor.new_page()


@pytest.fixture
def counted_site(service: Service, alice: Account) -> Counted:
    """A tracker of its own for one test, of the host that the pages are on."""
    return Counted(service, alice, new_tracker(alice, hostnames=[HOST]))


@pytest.fixture
def pages() -> Iterator[PageServer]:
    """A web site without pages yet, on another origin than the service."""
    server = PageServer()
    yield server
    server.close()


@pytest.fixture
def nothing_else_is_asked_for(
    visitor: BrowserContext, pages: PageServer, counted_site: Counted
) -> Iterator[None]:
    """Pages ask for nothing but what is theirs, the script, and to be counted."""
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    yield
    ours = (
        rf"{re.escape(counted_site.url)}/(ezee(\.core)?(\.[0-9a-f]{{12}})?\.js|api/public/collect)"
    )
    theirs = rf"http://[\w.]+:{pages.url.rpartition(':')[2]}/.*"
    others = [url for url in asked if url.startswith("http")]
    assert [url for url in others if not re.fullmatch(f"{ours}|{theirs}", url)] == []
    assert visitor.cookies() == []


@pytest.fixture
def signed_in(page: Page, service: Service, alice: Account) -> Page:
    """A tab in which Alice is signed in, on the page with her trackers."""
    sign_in(page, service.url, alice.email)
    return page


@pytest.fixture
def without_scripts(chromium: Browser, service: Service) -> Iterator[Page]:
    """A tab of a browser that runs no scripts."""
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def sign_in(page: Page, url: str, email: str, password: str = PASSWORD) -> None:
    """Sign in as a person would."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{url}/")
