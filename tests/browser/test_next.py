"""The script on a site of Next.js, through the site's own address, as its recipe says."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Counted
from tests.browser.pages import HOST
from tests.browser.script_tags import arrived, paths, settled
from tests.support.nginx import free_port
from tests.support.npm import install
from tests.support.own_address import Site, check, open_site, recipe
from tests.support.running import need, running

pytestmark = [pytest.mark.service, pytest.mark.slow]

_SITE = Path(__file__).with_name("next")
_PAGE = """\
import Link from "next/link";
import Script from "next/script";

export default function Page() {
  return (
    <main>
      <Script src="/count/ezee.js" data-site="SITE" />
      <Link href="/about" id="about">About</Link>
    </main>
  );
}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = open_site(tmp_path_factory.mktemp("site"))
    yield opened
    opened.service.stop()


@pytest.fixture(scope="module")
def served(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site of two pages answers, built and started by Next itself."""
    need("node")
    folder = tmp_path_factory.mktemp("next")
    install(_SITE, folder)
    (folder / "next.config.mjs").write_text(recipe("rewrites()", site))
    (folder / "public").mkdir()
    # Chromium itself complains where it cannot have a page's icon.
    (folder / "public/favicon.ico").touch()
    (folder / "pages").mkdir()
    for name in ("index", "about"):
        page = _PAGE.replace("SITE", site.tracker["site_id"])
        (folder / "pages" / f"{name}.js").write_text(page)
    program = ["node", str(folder / "node_modules/next/dist/bin/next")]
    environ = {**os.environ, "NEXT_TELEMETRY_DISABLED": "1"}
    done = subprocess.run(
        [*program, "build"], cwd=folder, env=environ, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    port = free_port()
    command = [*program, "start", "--port", str(port), "--hostname", "127.0.0.1"]
    with running(command, folder, f"http://127.0.0.1:{port}", environ) as url:
        yield url
    shutil.rmtree(folder)


def test_a_server_of_next_hands_the_script_and_its_events_on(served: str, site: Site) -> None:
    check(served, site)


def test_its_pages_are_counted_as_they_are_seen(page: Page, served: str, site: Site) -> None:
    hosts = {"hostnames": [HOST]}
    path = f"/api/v1/trackers/{site.tracker['id']}"
    assert site.owner.client.patch(path, json=hosts).status_code == 200
    before = len(settled(Counted(*site), 3))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = served.replace("127.0.0.1", HOST)
    page.goto(address)
    arrived(Counted(*site), before + 1)
    page.click("#about")
    page.wait_for_url("**/about")
    read = settled(Counted(*site), before + 2)
    assert paths(read)[before:] == ["/", "/about"]
    assert {url for url in asked if not url.startswith(f"{address}/")} == set()
