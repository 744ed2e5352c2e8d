"""Pageviews of the script: every page that is seen is counted, once, and nothing else happens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Counted, browsing
from tests.browser.pages import PageServer
from tests.browser.script_tags import arrived, asked, change, document, events, paths, settled, tag

pytestmark = [pytest.mark.service, pytest.mark.usefixtures("nothing_else_is_asked_for")]

BUILDS = ["ezee.js", "ezee.core.js"]
# As documented.
STUB = "window.ezee = window.ezee || function () { (ezee.q = ezee.q || []).push(arguments) }"
# As React Router and its like do: the first entry is replaced by itself, with a state.
ROUTER = """
<script>
  history.replaceState({ idx: 0 }, "");
  let number = 0;
  const show = () => setTimeout(() => (document.title = "Page " + location.pathname), 5);
  const go = (to) => (history.pushState({ idx: ++number }, "", to), show());
  const redirect = (to) => (history.replaceState({ idx: number }, "", to), show());
  addEventListener("popstate", show);
</script>
"""


@pytest.mark.parametrize("build", BUILDS)
def test_every_page_of_a_site_is_counted_once(
    build: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    head = tag(counted_site, name=build)
    for name in ("a", "b"):
        pages.put(f"/{name}", document(head, name.upper(), '<a href="/b?utm_source=mail#x">on</a>'))
    page.goto(pages.url + "/a", referer="https://news.ycombinator.com/item?id=1")
    arrived(counted_site, 1)
    page.click("a")
    page.wait_for_url("**/b?*")
    arrived(counted_site, 2)
    page.reload()
    read = settled(counted_site, 3)
    assert paths(read) == ["/a", "/b", "/b"]
    assert [each["title"] for each in read] == ["A", "B", "B"]
    assert [each["referrer"] for each in read] == ["news.ycombinator.com", "", ""]
    assert [each["utm_source"] for each in read] == ["", "mail", "mail"]
    assert {each["screen"] for each in read} == {"xl"}
    assert {each["language"] for each in read} == {"en-US"}
    assert len({each["visitor"] for each in read}) == 1
    kept = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(kept) == [0, 0, ""]


@pytest.mark.parametrize("build", BUILDS)
def test_an_application_with_a_router_is_counted_by_path(
    build: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(tag(counted_site, name=build) + ROUTER, "Home")))
    steps = ("go('/a')", "go('/b?tab=1')", "go('/b?tab=2#deep')", "redirect('/c')")
    for step, seen in zip(steps, (2, 3, 3, 4), strict=True):
        page.evaluate(step)
        page.wait_for_timeout(150)
        arrived(counted_site, seen)
    page.go_back()
    arrived(counted_site, 5)
    page.go_forward()
    read = settled(counted_site, 6)
    assert paths(read) == ["/", "/a", "/b", "/c", "/b", "/c"]
    titles = [each["title"] for each in read]
    if build == "ezee.js":
        assert titles == ["Home", *(f"Page {path}" for path in paths(read)[1:])]
    else:
        assert titles == ["Home", *[""] * 5]


def test_paths_that_follow_at_once_are_each_counted(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(tag(counted_site) + ROUTER)))
    page.evaluate("go('/a'); go('/b'); go('/c')")
    assert sorted(paths(settled(counted_site, 4))) == ["/", "/a", "/b", "/c"]


def test_a_page_that_redirects_at_once_is_not_counted(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    # On a machine that is busy the redirect could come later than the script waits for a title.
    page.clock.install()
    page.goto(pages.put("/", document(tag(counted_site) + ROUTER)))
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    page.evaluate("go('/old'); setTimeout(() => redirect('/new'), 10)")
    page.clock.run_for(1000)
    (_, read) = settled(counted_site, 2)
    assert (read["path"], read["title"]) == ("/new", "Page /new")


def test_a_page_that_comes_while_another_waits_for_its_title_waits_for_its_own(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.clock.install()
    page.goto(pages.put("/", document(tag(counted_site) + ROUTER, "Home")))
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    page.evaluate("go('/a')")
    page.clock.run_for(97)
    page.evaluate("go('/b')")
    page.clock.run_for(1000)
    titles = {each["path"]: each["title"] for each in settled(counted_site, 3)}
    assert titles == {"/": "Home", "/a": "Page /a", "/b": "Page /b"}


def test_an_application_that_begins_by_redirecting_is_counted_where_it_leads(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    redirect = "<script defer src='/redirect.js'></script>"
    pages.put("/redirect.js", "redirect('/en')", content_type="text/javascript")
    pages.put("/", document(tag(counted_site) + ROUTER + redirect))
    # On a machine that is busy it could come later than the script waits for a title.
    page.add_init_script(
        "const later = setTimeout; setTimeout = (call, ms) => later(call, 20 * ms)"
    )
    page.goto(f"{pages.url}/?utm_source=mail", referer="https://news.ycombinator.com/")
    (read,) = settled(counted_site, 1)
    assert (read["path"], read["title"]) == ("/en", "Page /en")
    assert (read["referrer"], read["utm_source"]) == ("news.ycombinator.com", "mail")


def test_an_application_that_is_left_at_once_is_counted_whole(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(tag(counted_site) + ROUTER)))
    pages.put("/elsewhere", document(""))
    page.evaluate("go('/a'); location.href = '/elsewhere'")
    assert sorted(paths(settled(counted_site, 2))) == ["/", "/a"]


@pytest.mark.parametrize(
    ("attribute", "expected"), [("", ["/"]), ("data-hash", ["/", "/#/a", "/#/b"])]
)
def test_a_hash_router_is_counted_where_it_is_asked_for(
    attribute: str, expected: list[str], page: Page, pages: PageServer, counted_site: Counted
) -> None:
    change(counted_site, page_rules={"hash_routing": True})
    body = '<a href="#/a">a</a>'
    page.goto(pages.put("/", document(tag(counted_site, attribute), body=body)))
    page.click("a")
    page.evaluate("location.hash = '#/b'")
    assert sorted(paths(settled(counted_site, len(expected)))) == expected


def test_of_a_fragment_only_a_route_is_a_page(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    change(counted_site, page_rules={"hash_routing": True})
    page.goto(pages.put("/", document(tag(counted_site, "data-hash"))))
    for fragment in ("top", "/", "/?tab=1", "/a", "/a?tab=2", "/a#top", "!/b", "top"):
        page.evaluate("fragment => (location.hash = fragment)", fragment)
        page.wait_for_timeout(150)
    assert sorted(paths(settled(counted_site, 4))) == ["/", "/", "/#!/b", "/#/a"]


@pytest.mark.parametrize(
    ("attribute", "expected"), [("", ["/"]), ("data-query", ["/", "/?page=2"])]
)
def test_queries_make_pages_where_it_is_asked_for(
    attribute: str, expected: list[str], page: Page, pages: PageServer, counted_site: Counted
) -> None:
    change(counted_site, page_rules={"keep_parameters": ["page"]})
    page.goto(pages.put("/", document(tag(counted_site, attribute) + ROUTER)))
    page.evaluate("go('/?page=2'); go('/?page=2#x')")
    assert sorted(paths(settled(counted_site, len(expected)))) == expected


@pytest.mark.parametrize("build", BUILDS)
def test_a_page_that_comes_back_from_the_cache_is_counted_again(
    build: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    shown = "<script>addEventListener('pageshow', (e) => (window.cached = e.persisted))</script>"
    pages.put("/b", document(tag(counted_site, name=build), "B"))
    page.goto(pages.put("/a", document(shown + tag(counted_site, name=build), "A")))
    arrived(counted_site, 1)
    page.goto(pages.url + "/b")
    arrived(counted_site, 2)
    page.go_back(wait_until="commit")
    assert page.evaluate("window.cached") is True
    assert pages.requests == ["/a", "/b"]
    assert paths(settled(counted_site, 3)) == ["/a", "/b", "/a"]


def test_a_page_made_ready_in_advance_is_counted_when_it_is_shown(
    pages: PageServer, counted_site: Counted, tmp_path: Path
) -> None:
    """Chromium by itself: it makes nothing ready while somebody looks on."""
    rules = '{"prerender": [{"urls": ["/next"], "eagerness": "immediate"}]}'
    go = "const go = async () => (await fetch('/go')).ok ? location.assign('/next') : later();"
    later = "const later = () => setTimeout(go, 200); later()"
    head = f'<script type="speculationrules">{rules}</script>{tag(counted_site)}'
    pages.put("/", document(f"{head}<script>{go}{later}</script>", "Home"))
    tell = "fetch('/shown?' + performance.getEntriesByType('navigation')[0].activationStart)"
    early = (
        "<script>window.ezee = (...a) => (ezee.q = ezee.q || []).push(a); ezee('early')</script>"
    )
    shown = f"<script>document.addEventListener('prerenderingchange', () => {tell})</script>"
    pages.put("/next", document(early + tag(counted_site) + shown, "Next"))
    with browsing(pages.url, tmp_path):
        asked(pages, "/next")
        assert paths(settled(counted_site, 1)) == ["/"]
        pages.put("/go", "")
        assert float(asked(pages, "/shown").partition("?")[2]) > 0
        read = settled(counted_site, 3)
    assert paths(read) == ["/", "/next"]
    assert sorted(each["name"] for each in read) == ["early", "pageview", "pageview"]
    assert pages.requests.count("/next") == 1


def test_a_slow_script_loses_nothing_and_holds_nothing_up(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    script = page.request.get(f"{counted_site.url}/ezee.js").text()
    pages.put("/t.js", script, content_type="text/javascript", seconds=1.5)
    endpoint = f'data-endpoint="{counted_site.url}/api/public/collect"'
    head = f"""
<script>{STUB}</script>
<script async src="/t.js" data-site="{counted_site.site_id}" {endpoint}></script>
<script>
  ezee("early", {{ props: {{ n: 1 }} }});
  addEventListener("DOMContentLoaded", () => (window.read = performance.now()));
</script>"""
    page.goto(pages.put("/", document(head, "Slow")))
    assert page.evaluate(
        "read < performance.getEntriesByName(location.origin + '/t.js')[0].responseEnd"
    )
    page.evaluate("ezee('late')")
    read = settled(counted_site, 3)
    assert sorted(each["name"] for each in read) == ["early", "late", "pageview"]


def test_pages_seen_without_a_network_are_counted_once_there_is_one(
    page: Page, visitor: BrowserContext, pages: PageServer, counted_site: Counted
) -> None:
    # Chromium itself complains where it cannot have another page's icon.
    icon = '<link rel="icon" href="data:,">'
    page.goto(pages.put("/", document(icon + tag(counted_site) + ROUTER, "Home")))
    settled(counted_site, 1)
    visitor.set_offline(True)
    page.evaluate("go('/a')")
    page.wait_for_timeout(200)
    page.evaluate("ezee('offline')")
    page.wait_for_timeout(200)
    assert paths(settled(counted_site, 1)) == ["/"]
    visitor.set_offline(False)
    read = settled(counted_site, 3)
    assert sorted((each["name"], each["path"]) for each in read) == [
        ("offline", "/a"),
        ("pageview", "/"),
        ("pageview", "/a"),
    ]
    (offline,) = (each for each in read if each["name"] == "offline")
    assert offline["time"] < offline["received_at"]


def test_the_core_says_nothing_of_a_network_that_is_away(
    page: Page, visitor: BrowserContext, pages: PageServer, counted_site: Counted
) -> None:
    icon = '<link rel="icon" href="data:,">'
    core = tag(counted_site, name="ezee.core.js")
    page.goto(pages.put("/", document(icon + core + ROUTER, "Home")))
    settled(counted_site, 1)
    visitor.set_offline(True)
    page.evaluate("go('/a'); ezee('offline')")
    page.wait_for_timeout(300)
    visitor.set_offline(False)
    page.evaluate("go('/b')")
    assert paths(settled(counted_site, 2)) == ["/", "/b"]


@pytest.mark.parametrize("build", BUILDS)
def test_a_page_on_a_disk_is_not_counted(
    build: str, page: Page, counted_site: Counted, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(document(tag(counted_site, "data-local", name=build), "Disk"))
    page.goto(path.as_uri())
    page.evaluate("ezee('click')")
    assert settled(counted_site, 0) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("attribute", ["", "data-local"])
def test_a_page_of_this_machine_is_counted_where_it_is_asked_for(
    host: str, attribute: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    address = pages.put("/", document(tag(counted_site, attribute)))
    page.goto(address.replace("shop.example.com", "127.0.0.1"))
    settled(counted_site, 1 if attribute else 0)


def test_a_page_that_has_the_script_twice_is_counted_once(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(tag(counted_site) * 2, body=tag(counted_site))))
    page.evaluate("ezee('click')")
    assert sorted(each["name"] for each in settled(counted_site, 2)) == ["click", "pageview"]


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize(
    "unwanted",
    [
        "Object.defineProperty(navigator, 'webdriver', { get: () => true })",
        "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })",
        "localStorage.ezee_opt_out = 1",
    ],
)
def test_the_script_is_silent_where_it_is_not_wanted(
    build: str, unwanted: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    head = f"<script>{unwanted}</script>" + tag(counted_site, "data-404=page", name=build)
    page.goto(pages.put("/", document(head)))
    page.evaluate("ezee('click')")
    page.goto("about:blank")
    assert settled(counted_site, 0, engagement=True) == []
    assert not [url for url in sent if "collect" in url]


def test_a_wish_that_the_tracker_does_not_heed_is_not_heeded(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    gpc = (
        "<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })</script>"
    )
    page.goto(pages.put("/", document(gpc + tag(counted_site, 'data-gpc="off"'))))
    settled(counted_site, 1)


def test_pages_can_be_counted_by_hand(page: Page, pages: PageServer, counted_site: Counted) -> None:
    page.goto(pages.put("/", document(tag(counted_site, "data-manual") + ROUTER)))
    page.evaluate("go('/a'); ezee('pageview', { url: '/my/own', title: 'Mine' })")
    (read,) = settled(counted_site, 1)
    assert (read["path"], read["title"]) == ("/my/own", "Mine")


def test_nothing_is_thrown_whatever_the_page_does(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    broken = """<script>
      navigator.sendBeacon = () => { throw new Error("no") };
      Object.defineProperty(window, "localStorage", { get() { throw new Error("no") } });
    </script>"""
    page.goto(pages.put("/", document(broken + tag(counted_site) + ROUTER, body="<p>x</p>")))
    page.evaluate("""() => {
      const circle = {}; circle.self = circle;
      ezee(); ezee(null, 5); ezee("a", circle); ezee("b", { value: 5n }); ezee(Symbol("c"));
      go("/a"); document.querySelector("p").click(); document.documentElement.remove();
    }""")
    page.goto("about:blank")
    assert events(counted_site, engagement=True) == []


@pytest.mark.parametrize(
    ("endpoint", "to"),
    [
        ("", "/count/api/public/collect"),
        ('data-endpoint="/in"', "/in"),
        ('data-endpoint="in"', "/count/in"),
    ],
)
def test_through_the_sites_own_address_events_go_beside_the_script_or_where_they_are_told(
    endpoint: str, to: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    script = page.request.get(f"{counted_site.url}/ezee.js").text()
    pages.put("/count/own.js", script, content_type="text/javascript")
    own = (
        f'<script defer src="/count/own.js" data-site="{counted_site.site_id}" {endpoint}></script>'
    )
    page.goto(pages.put("/shop", document(own, "Shop")))
    while not pages.posts:
        page.wait_for_timeout(50)
    ((path, body),) = pages.posts
    assert path == to
    assert json.loads(body) == {
        "site_id": counted_site.site_id,
        "url": page.url,
        "title": "Shop",
        "referrer": "",
        "screen_width": 1280,
        "language": "en-US",
    }


@pytest.mark.parametrize(
    "taken", ["delete Navigator.prototype.sendBeacon", "navigator.sendBeacon = () => false"]
)
def test_fetch_is_used_where_beacons_are_not_taken(
    taken: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(f"<script>{taken}</script>" + tag(counted_site), "F")))
    assert paths(settled(counted_site, 1)) == ["/"]


def test_a_version_by_its_hash_is_run_when_it_is_genuine(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    pinned = counted_site.service.command("tracker", "snippet", counted_site.site_id, "--pinned")
    assert 'integrity="sha384-' in pinned
    page.goto(pages.put("/", document(pinned, "Pinned")))
    assert paths(settled(counted_site, 1)) == ["/"]
