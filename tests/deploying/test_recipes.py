"""What the pages on the script and on old counters show for nginx, run by nginx."""

from __future__ import annotations

import getpass
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.docs.pages import blocks
from tests.support.nginx import HEAD, free_port, run_nginx
from tests.support.service import BROWSER, Service
from tests.support.stats import counted

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
]


def recipe(page: str) -> str:
    """The page's one block for nginx."""
    (block,) = (block for block in blocks(page) if block.language == "nginx")
    return block.text


@contextmanager
def serving(folder: Path, site: str) -> Iterator[str]:
    """nginx with that site; where it answers."""
    port = free_port()
    path = folder / "nginx.conf"
    server = f"server {{\nlisten 127.0.0.1:{port};\n{site}\n}}\n}}\n"
    # Its workers are others than who runs the tests, whose folders are theirs alone.
    user = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
    path.write_text(user + HEAD.format(folder) + server)
    run_nginx(path)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        run_nginx(path, "-s", "stop")


def test_the_script_and_its_events_come_through_a_sites_own_address(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--trusted-proxies", "127.0.0.1").start()
    owner = service.account("owner@example.com")
    sent = {"name": "Shop", "domain": "example.com"}
    tracker = owner.client.post("/api/v1/trackers", json=sent).json()["data"]
    site = recipe("docs/script.md").replace("https://stats.example.com", service.url)
    # The test's service speaks no TLS.
    with serving(tmp_path, site) as url:
        script = httpx.get(f"{url}/count/ezee.js")
        assert script.text == httpx.get(f"{service.url}/ezee.js").text
        event = {"site_id": tracker["site_id"], "url": "https://example.com/"}
        headers = {"user-agent": BROWSER, "cookie": "session=secret"}
        answer = httpx.post(f"{url}/count/api/public/collect", json=event, headers=headers)
        assert answer.status_code == 202
        assert answer.json()["data"] == {"accepted": 1, "dropped": []}
    assert counted(owner, tracker) == (1, 0)
    service.stop()


def test_frozen_counters_answer_at_the_same_addresses(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--countapi-keys", "10").start()
    owner = service.account("owner@example.com")
    sent = {"name": "Shop", "domain": "example.com", "counter": True, "counter_start": 41}
    tracker = owner.client.post("/api/v1/trackers", json=sent).json()["data"]
    service.command("counter", "claim", "777", "--site", tracker["site_id"], "--start", "9")
    service.collect({"site_id": tracker["site_id"], "url": "https://example.com/shoes"})
    httpx.get(f"{service.url}/hit/example.com/visits")
    service.stop()
    folder = tmp_path / "public_html"
    service.command("counter", "freeze", str(folder))
    site = f"root {folder};\ntypes {{ image/svg+xml svg; image/png png; application/json json; }}\n"
    site += f"default_type application/json;\n{recipe('docs/old-counters.md')}"
    with serving(tmp_path, site) as url:
        base = f"{url}/counter/{tracker['site_id']}"
        assert httpx.get(f"{base}.json?style=flat").json()["data"]["value"] == 42
        assert httpx.get(f"{base}/shoes.json").json()["data"]["value"] == 1
        picture = httpx.get(f"{base}.svg?style=flat")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert "<title>42</title>" in picture.text
        old = httpx.get(f"{url}/count.php?page=777&style=LED&nbdigits=6")
        assert (old.status_code, old.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")
        assert httpx.get(f"{url}/get/example.com/visits").json() == {"value": 1}
