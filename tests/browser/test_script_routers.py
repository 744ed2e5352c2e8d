"""The script on pages of real applications: React with React Router, Vue with its router."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import pages as served
from tests.browser.conftest import Counted, browsing
from tests.browser.pages import PageServer
from tests.browser.script_tags import arrived, asked, change, paths, settled, tag
from tests.support.npm import install

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.usefixtures("nothing_else_is_asked_for"),
]

LIBRARIES = ["react", "vue"]
BUILDS = ["ezee.js", "ezee.core.js"]
_ICON = '<link rel="icon" href="data:,">'
_SOURCES = Path(__file__).with_name("routers")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the applications, ``react.js`` and ``vue.js``."""
    folder = tmp_path_factory.mktemp("routers")
    install(_SOURCES, folder)
    subprocess.run(["node", "build.mjs"], cwd=folder, check=True, timeout=120)
    return folder / "built"


class Shop:
    """An application whose every path is answered with the same document."""

    def __init__(self, page: Page, pages: PageServer, script: Path) -> None:
        self.page = page
        self.pages = pages
        self.script = script

    def document(self, head: str, history: str = "paths") -> str:
        """The document; its application is loaded after what is in ``head``."""
        # Its own title is that of the document before the application has spoken.
        head = f'{_ICON}{head}<script defer src="/assets/app.js"></script>'
        body = f'<body data-history="{history}"><div id="root"></div></body>'
        return f"<!doctype html><html><head>{head}</head>{body}</html>"

    def serve(self, head: str, history: str = "paths") -> None:
        """Answer every path with it."""
        text = self.script.read_text()
        self.pages.put("/assets/app.js", text, content_type="text/javascript")
        self.pages.missing = served.Page(self.document(head, history))

    def open(self, path: str = "/", title: str = "Home") -> None:
        """Open the application, and see it."""
        self.page.goto(self.pages.url + path)
        self.see(title)

    def go(self, link: str, title: str) -> None:
        """Click, see the page and stay for a moment."""
        self.page.click(f"#{link}")
        self.see(title)

    def see(self, title: str) -> None:
        self.page.wait_for_function("title => document.title === title", arg=title)
        self.page.wait_for_timeout(200)


@pytest.fixture(params=LIBRARIES)
def shop(request: pytest.FixtureRequest, page: Page, pages: PageServer, built: Path) -> Shop:
    return Shop(page, pages, built / f"{request.param}.js")


def walk(shop: Shop) -> None:
    """Everything that a visitor does in an application."""
    shop.open()
    shop.go("list", "Items")
    shop.go("first", "Item 1")
    shop.go("second", "Item 2")
    shop.go("tab", "Item 2")
    shop.go("section", "Item 2")
    shop.go("moved", "Item 1")
    shop.go("slow", "Slow")
    shop.go("kept", "Item 2")
    shop.page.fill("input", "tea")
    shop.page.press("input", "Enter")
    shop.see("Found tea")
    shop.page.go_back()
    shop.see("Item 2")
    shop.page.go_forward()
    shop.see("Found tea")


def walked(shop: Shop, build: str) -> list[tuple[str, str]]:
    """The pages of that walk, and their titles."""
    # React shows a page to be led on by it, which the core counts: it does not wait and see.
    kept = [("/kept", "")] if build == "ezee.core.js" and shop.script.stem == "react" else []
    return [
        ("/", "Home"),
        ("/items", "Items"),
        ("/items/1", "Item 1"),
        ("/items/2", "Item 2"),
        ("/items/1", "Item 1"),
        ("/slow", "Slow"),
        *kept,
        ("/items/2", "Item 2"),
        ("/found", "Found tea"),
        ("/items/2", "Item 2"),
        ("/found", "Found tea"),
    ]


@pytest.mark.parametrize("build", BUILDS)
def test_every_page_of_an_application_is_counted_once(
    build: str, shop: Shop, counted_site: Counted
) -> None:
    shop.serve(tag(counted_site, name=build))
    walk(shop)
    expected = walked(shop, build)
    read = settled(counted_site, len(expected))
    assert sorted(paths(read)) == sorted(path for path, _ in expected)
    if build == "ezee.js":
        titles = [(each["path"], each["title"]) for each in read if each["path"] != "/"]
        assert sorted(titles) == sorted(expected[1:])


@pytest.mark.parametrize("build", BUILDS)
def test_every_page_of_an_application_with_hash_routes_is_counted_once(
    build: str, shop: Shop, counted_site: Counted
) -> None:
    change(counted_site, page_rules={"hash_routing": True})
    shop.serve(tag(counted_site, "data-hash", name=build), "hash")
    walk(shop)
    expected = walked(shop, build)
    read = settled(counted_site, len(expected))
    assert sorted(paths(read)) == sorted(["/", *(f"/#{path}" for path, _ in expected[1:])])


def test_an_application_that_the_browser_kept_is_counted_again_where_it_was(
    shop: Shop, pages: PageServer, counted_site: Counted
) -> None:
    shop.serve(tag(counted_site))
    pages.put("/elsewhere", f"<!doctype html>{_ICON}<title>Elsewhere</title>{tag(counted_site)}")
    shop.open("/items", "Items")
    shop.go("first", "Item 1")
    shop.page.evaluate("window.kept = true")
    arrived(counted_site, 2)
    shop.page.goto(pages.url + "/elsewhere")
    arrived(counted_site, 3)
    shop.page.go_back(wait_until="commit")
    shop.see("Item 1")
    arrived(counted_site, 4)
    assert shop.page.evaluate("window.kept") is True
    shop.go("second", "Item 2")
    read = settled(counted_site, 5)
    assert sorted(paths(read)[:2]) == ["/items", "/items/1"]
    assert paths(read)[2:] == ["/elsewhere", "/items/1", "/items/2"]


def test_an_application_that_is_loaded_anew_is_counted_where_it_is(
    shop: Shop, counted_site: Counted
) -> None:
    shop.serve(tag(counted_site))
    shop.open()
    shop.go("first", "Item 1")
    shop.page.reload()
    shop.see("Item 1")
    assert sorted(paths(settled(counted_site, 3))) == ["/", "/items/1", "/items/1"]


def test_an_application_on_a_slow_network_is_counted_whole(
    shop: Shop, visitor: BrowserContext, counted_site: Counted
) -> None:
    session = visitor.new_cdp_session(shop.page)
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 700,
            "downloadThroughput": 100_000,
            "uploadThroughput": 20_000,
        },
    )
    shop.page.set_default_timeout(60_000)
    shop.serve(tag(counted_site))
    shop.open()
    shop.go("list", "Items")
    # Left while the last one is still on its way.
    shop.page.click("#first")
    shop.page.goto("about:blank")
    assert sorted(paths(settled(counted_site, 3))) == ["/", "/items", "/items/1"]


def test_pages_of_an_application_without_a_network_are_counted_once_there_is_one(
    shop: Shop, visitor: BrowserContext, counted_site: Counted
) -> None:
    shop.serve(tag(counted_site))
    shop.open()
    settled(counted_site, 1)
    visitor.set_offline(True)
    shop.go("list", "Items")
    shop.go("first", "Item 1")
    assert paths(settled(counted_site, 1)) == ["/"]
    visitor.set_offline(False)
    shop.go("second", "Item 2")
    read = settled(counted_site, 4)
    assert sorted((each["path"], each["title"]) for each in read[1:]) == [
        ("/items", "Items"),
        ("/items/1", "Item 1"),
        ("/items/2", "Item 2"),
    ]


def test_an_application_on_a_disk_is_not_counted(
    shop: Shop, counted_site: Counted, tmp_path: Path
) -> None:
    text = shop.document(tag(counted_site, "data-hash data-local"), "hash")
    (tmp_path / "app.js").write_text(shop.script.read_text())
    path = tmp_path / "shop.html"
    path.write_text(text.replace("/assets/app.js", "app.js"))
    shop.page.goto(path.as_uri())
    shop.see("Home")
    shop.go("list", "Items")
    assert settled(counted_site, 0, engagement=True) == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_application_made_ready_in_advance_is_counted_when_it_is_shown(
    library: str, page: Page, pages: PageServer, counted_site: Counted, built: Path, tmp_path: Path
) -> None:
    """Chromium by itself: it makes nothing ready while somebody looks on."""
    shop = Shop(page, pages, built / f"{library}.js")
    tell = "fetch('/shown?' + performance.getEntriesByType('navigation')[0].activationStart)"
    on = "setTimeout(() => second.click(), 500)"
    shown = f"document.addEventListener('prerenderingchange', () => {{ {tell}; {on} }})"
    shop.serve(f"<script>{shown}</script>{tag(counted_site)}")
    rules = '{"prerender": [{"urls": ["/items/1"], "eagerness": "immediate"}]}'
    go = "const go = async () => (await fetch('/go')).status == 200 ? location.assign('/items/1')"
    head = f'<script type="speculationrules">{rules}</script>{tag(counted_site)}'
    pages.put("/start", f"{_ICON}{head}<script>{go} : setTimeout(go, 200); go()</script>")
    pages.put("/go", "", status=204)
    with browsing(pages.url + "/start", tmp_path):
        asked(pages, "/assets/app.js")
        assert paths(settled(counted_site, 1)) == ["/start"]
        pages.put("/go", "")
        assert float(asked(pages, "/shown").partition("?")[2]) > 0
        read = settled(counted_site, 3)
    assert sorted(paths(read)) == ["/items/1", "/items/2", "/start"]
    assert pages.requests.count("/items/1") == 1
