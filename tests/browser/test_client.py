"""The JavaScript client in a browser: a page imports it and counts itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Counted
from tests.browser.pages import PageServer
from tests.browser.script_tags import document, names, paths, props, settled
from tests.docs.pages import ROOT, blocks

pytestmark = pytest.mark.service


def put(pages: PageServer, counted: Counted, script: str) -> str:
    """A page whose module runs the script."""
    module = (ROOT / "clients/javascript/ezee.mjs").read_text()
    pages.put("/ezee.mjs", module, content_type="text/javascript")
    head = f"""<script type="module">
import {{ Ezee, pageview }} from "/ezee.mjs";
const site = "{counted.site_id}";
const ezee = new Ezee("{counted.url}");
{script}
window.done = true;
</script>"""
    return pages.put("/shop", document(head, "Shop"))


def test_a_page_counts_itself(page: Page, pages: PageServer, counted_site: Counted) -> None:
    script = "window.told = await ezee.collect(pageview(site, { props: { a: 1 } }));"
    page.goto(put(pages, counted_site, script))
    page.wait_for_function("window.done")
    assert page.evaluate("told") == {"accepted": 1, "dropped": []}
    (read,) = settled(counted_site, 1)
    assert (read["path"], read["title"], read["screen"]) == ("/shop", "Shop", "xl")
    assert page.evaluate("isSecureContext") is False


def test_the_example_for_pages_runs(page: Page, pages: PageServer, counted_site: Counted) -> None:
    (example,) = (block.text for block in blocks("docs/clients.md") if block.mark == "page")
    script = example.replace("https://stats.example.com", counted_site.url)
    script = script.replace("ezi_64a31d92b70f", counted_site.site_id)
    module = (ROOT / "clients/javascript/ezee.mjs").read_text()
    pages.put("/ezee.mjs", module, content_type="text/javascript")
    # What a bundler does for an application.
    named = '<script type="importmap">{ "imports": { "ezee-client": "/ezee.mjs" } }</script>'
    head = f'{named}<script type="module">{script}</script>'
    page.goto(pages.put("/shop", document(head, "Shop")))
    (read,) = settled(counted_site, 1)
    assert (read["path"], read["title"]) == ("/shop", "Shop")


def test_what_waits_is_sent_when_the_page_is_left(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    script = """
    const events = ezee.batcher({ seconds: 600 });
    events.add(pageview(site), { site_id: site, url: "/shop", name: "Signup", props: { n: 2 } });"""
    page.goto(put(pages, counted_site, script))
    page.wait_for_function("window.done")
    settled(counted_site, 0)
    pages.put("/next", document(""))
    page.goto(pages.url + "/next")
    read = settled(counted_site, 2)
    assert (paths(read), names(read)) == (["/shop"], ["Signup"])
    assert props(next(each for each in read if each["name"] == "Signup")) == {"n": "2"}
