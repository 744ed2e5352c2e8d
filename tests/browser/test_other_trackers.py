"""Other trackers' real browser clients, from npm, on a page in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Counted
from tests.browser.pages import PageServer
from tests.browser.script_tags import change, names, paths, props, settled
from tests.docs.pages import ROOT
from tests.support.npm import install, unpack

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

UMAMI = "umami@2.10.0"
UMAMI_SHA512 = (
    "+lmrnV0751R6U2rkIgVAlE1nWI7yZawlMlJDguW9tlFacCKhnGeCyc7tCMIhNNYIiGIQy4DEX5IzJhm4b3+dPA=="
)
# GoatCounter's own script is in no package. This does what it does, by what they publish of it.
COUNT = """
const endpoint = document.querySelector("script[data-goatcounter]").dataset.goatcounter;
const count = (vars = {}) => {
  const all = {
    p: location.pathname + location.search, r: document.referrer, t: document.title,
    s: [screen.width, screen.height, devicePixelRatio], b: 0, q: location.search,
    rnd: Math.random().toString(36).slice(2, 7), ...vars,
  };
  navigator.sendBeacon(endpoint + "?" + new URLSearchParams(all));
};
count();
addEventListener("click", ({ target }) => {
  if (target.dataset.goatcounterClick)
    count({ e: true, p: target.dataset.goatcounterClick, t: target.title, r: "" });
});
"""


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages, and ``browser.js`` with those that a page bundles."""
    folder = tmp_path_factory.mktemp("clients")
    install(ROOT / "tests/web/compat/clients", folder)
    bundler = folder / "node_modules/.bin/esbuild"
    options = ["--bundle", "--minify", "--outfile=browser.js", "--log-level=error"]
    subprocess.run([bundler, "browser.mjs", *options], cwd=folder, check=True, timeout=120)
    return folder


@pytest.fixture(autouse=True)
def nothing_is_kept(visitor: BrowserContext, counted_site: Counted) -> Iterator[None]:
    """We set no cookie, whoever's script it is that asks."""
    yield
    assert visitor.cookies(counted_site.url) == []


def put(pages: PageServer, head: str, body: str = "", path: str = "/shop") -> str:
    """A page; returns its address."""
    return pages.put(path, f"<!doctype html><title>Tea & cakes</title>{head}<body>{body}")


def put_bundle(pages: PageServer, clients: Path, script: str, body: str = "") -> str:
    """A page with the clients and a script that uses them."""
    pages.put("/app.js", (clients / "browser.js").read_text(), content_type="text/javascript")
    return put(pages, f'<script src="/app.js"></script><script>{script}</script>', body)


def test_plausibles_tracker(
    page: Page, pages: PageServer, counted_site: Counted, clients: Path
) -> None:
    domain = counted_site.tracker["domain"]
    script = f"""
      clients.init({{
        domain: "{domain}", endpoint: "{counted_site.url}/api/event",
        outboundLinks: true, fileDownloads: true, formSubmissions: true,
      }});"""
    stay = "<script>addEventListener('click', (event) => event.preventDefault())</script>"
    links = '<a id="out" href="https://other.example/a">out</a> <a id="file" href="/a.pdf">pdf</a>'
    address = put_bundle(pages, clients, script, links + stay)
    page.goto(f"{address}?utm_source=letter", referer="https://news.ycombinator.com/")
    settled(counted_site, 1)
    page.click("#out")
    page.click("#file")
    settled(counted_site, 3)
    page.evaluate(
        """clients.track("Order", {
          props: { plan: "pro" }, revenue: { amount: 12.5, currency: "EUR" },
        })"""
    )
    page.evaluate("history.pushState({}, '', '/thanks')")
    read = settled(counted_site, 5)
    assert paths(read) == ["/shop", "/thanks"]
    assert sorted(names(read)) == ["File Download", "Order", "Outbound Link: Click"]
    (order,) = (each for each in read if each["name"] == "Order")
    assert (props(order), order["amount"], order["currency"]) == ({"plan": "pro"}, 12.5, "EUR")
    assert (read[0]["utm_source"], read[0]["referrer"]) == ("letter", "news.ycombinator.com")
    assert len({each["visitor"] for each in read}) == 1


def test_plausibles_older_tracker(
    page: Page, pages: PageServer, counted_site: Counted, clients: Path
) -> None:
    domain = counted_site.tracker["domain"]
    script = f"""
      const {{ enableAutoPageviews, trackEvent }} =
        clients.Plausible({{ domain: "{domain}", apiHost: "{counted_site.url}" }});
      enableAutoPageviews();"""
    page.goto(put_bundle(pages, clients, script))
    settled(counted_site, 1)
    page.evaluate("trackEvent('Signup', { props: { plan: 'pro' } })")
    settled(counted_site, 2)
    page.evaluate("history.pushState({}, '', '/thanks')")
    read = settled(counted_site, 3)
    assert (paths(read), names(read)) == (["/shop", "/thanks"], ["Signup"])
    assert props(read[1]) == {"plan": "pro"}


def test_umamis_script(
    page: Page, pages: PageServer, counted_site: Counted, tmp_path: Path
) -> None:
    script = (unpack(UMAMI, UMAMI_SHA512, tmp_path) / "src/tracker/index.js").read_text()
    pages.put("/script.js", script, content_type="text/javascript")
    named = f'data-website-id="{counted_site.tracker["id"]}" data-host-url="{counted_site.url}"'
    button = '<button data-umami-event="Add" data-umami-event-article="4711">Add</button>'
    put(pages, f'<script defer src="/script.js" {named}></script>', button, "/café")
    pages.pages["/caf%C3%A9"] = pages.pages.pop("/café")
    page.goto(f"{pages.url}/café?utm_source=letter", referer="https://news.ycombinator.com/")
    settled(counted_site, 1)
    page.click("button")
    settled(counted_site, 2)
    page.evaluate("history.pushState({}, '', '/thanks')")
    read = settled(counted_site, 3)
    assert (paths(read), names(read)) == (["/café", "/thanks"], ["Add"])
    assert (read[0]["title"], props(read[1])) == ("Tea & cakes", {"article": "4711"})
    assert (read[0]["utm_source"], read[0]["referrer"]) == ("letter", "news.ycombinator.com")
    assert read[0]["screen"] == "xl"


def test_goatcounters_plugin_for_docusaurus(
    page: Page, pages: PageServer, counted_site: Counted, clients: Path
) -> None:
    change(counted_site, page_rules={"keep_parameters": ["id"]})
    said = subprocess.run(
        ["node", "goatcounter.cjs"], cwd=clients, input=json.dumps({"code": "blog"}),
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    preconnect, script = json.loads(said)
    assert preconnect["tagName"] == "link"
    endpoint = script["attributes"].pop("data-goatcounter")
    assert endpoint == "https://blog.goatcounter.com/count"
    assert script["attributes"] == {"async": True, "src": "//gc.zgo.at/count.js"}
    pages.put("/count.js", COUNT, content_type="text/javascript")
    ours = f"{counted_site.url}/goatcounter/{counted_site.site_id}/count"
    head = f'<script async src="/count.js" data-goatcounter="{ours}"></script>'
    body = '<button data-goatcounter-click="basket" title="Basket">x</button>'
    page.goto(f"{put(pages, head, body)}?id=7&utm_source=letter")
    settled(counted_site, 1)
    page.click("button")
    read = settled(counted_site, 2)
    assert (paths(read), names(read)) == (["/shop?id=7"], ["basket"])
    assert (read[0]["title"], read[0]["utm_source"]) == ("Tea & cakes", "letter")
    assert read[0]["screen"] == "xl"


def test_matomos_client_for_applications(
    page: Page, pages: PageServer, counted_site: Counted, clients: Path
) -> None:
    number = int(counted_site.site_id[-6:], 16)
    change(counted_site, aliases=[f"matomo:{number}"])
    script = f"""
      const matomo = new clients.Matomo({{ urlBase: "{counted_site.url}", siteId: {number} }});
      const statuses = [];
      const told = async (answer) => statuses.push((await answer).status);"""
    page.goto(put_bundle(pages, clients, script))
    page.evaluate(
        """(async () => {
          await told(matomo.trackScreenView({ name: "Basket", url: "https://a.example/basket" }));
          await told(matomo.trackScreenView({ name: "Check out" }));
          await told(matomo.trackEvent({ category: "Video", action: "Play" }));
          await told(matomo.trackSiteSearch({ keyword: "tea", count: 3 }));
        })()"""
    )
    assert page.evaluate("statuses") == [204] * 4
    read = settled(counted_site, 4)
    # Of the page that asks only the origin is told, as of every page to another's host.
    assert (paths(read), names(read)) == (["/basket", "/"], ["Play", "Search"])
    assert [each["title"] for each in read][:2] == ["Screen / Basket", "Screen / Check out"]
    assert [props(each) for each in read][2:] == [
        {"category": "Video"},
        {"query": "tea", "results": "3"},
    ]
