"""The sites in ``helpers/deploy`` for nginx and Caddy, each run with a service behind it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docs.pages import ROOT
from tests.support import caddy
from tests.support.nginx import HEAD, free_port, run_nginx
from tests.support.running import need
from tests.support.service import BROWSER, Account, Service

pytestmark = pytest.mark.service

DEPLOY = ROOT / "helpers" / "deploy"
NAME = "stats.example.com"
BY_NAME = {"sni_hostname": NAME}


class Proxied:
    """A service behind a proxy, as the page on deploying says, with an account and a tracker."""

    def __init__(self, service: Service, client: httpx.Client, owner: Account) -> None:
        self.service = service
        self.client = client
        self.bearer = {"authorization": f"Bearer {owner.token}"}
        self.tracker = service.tracker(owner.email)

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> httpx.Response:
        """Ask the proxy, by the name that stands in its configuration."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.request(
            method, path, json=content, headers=self.bearer | named, extensions=BY_NAME
        )

    def collect(self, **headers: str) -> Any:
        """Send a pageview; returns the answer's ``data``."""
        event = {"site_id": self.tracker["site_id"], "url": "/"}
        path = "/api/public/collect"
        answer = self.ask("POST", path, event, user_agent=BROWSER, **headers)
        assert answer.status_code == 202, answer.text
        return answer.json()["data"]


@pytest.fixture(params=["nginx", "caddy"])
def proxied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxied]:
    need(request.param)
    service = Service(
        tmp_path / "data", "--public-url", f"https://{NAME}",
        "--trusted-proxies", "127.0.0.1", "--metrics-from", "127.0.0.1",
    ).start()  # fmt: skip
    # It calls itself by its public name; this is where it listens.
    service.url = (service.data / "ezee.address").read_text()
    proxy = {"nginx": behind_nginx, "caddy": behind_caddy}[request.param]
    owner = service.account("owner@example.com")
    with (
        proxy(tmp_path, service.url.removeprefix("http://")) as url,
        httpx.Client(base_url=url, verify=False, timeout=60, headers={"host": NAME}) as client,
    ):
        yield Proxied(service, client, owner)
    service.stop()


def test_events_tokens_and_pages_come_through(proxied: Proxied) -> None:
    listed = proxied.ask("GET", "/api/v1/trackers")
    assert [each["site_id"] for each in listed.json()["data"]] == [proxied.tracker["site_id"]]
    assert proxied.collect() == {"accepted": 1, "dropped": []}
    assert proxied.ask("GET", "/readyz").json() == {"data": {"ready": True}}
    page = proxied.ask("GET", "/sign-in")
    assert page.status_code == 200
    # The cookie that guards its form is for HTTPS alone, as visitors see it.
    assert "secure" in page.headers["set-cookie"].lower()


def test_what_machines_are_told_stays_inside(proxied: Proxied) -> None:
    assert proxied.ask("GET", "/metrics").status_code == 404
    assert httpx.get(f"{proxied.service.url}/metrics").status_code == 200


def test_nobody_can_claim_another_address(proxied: Proxied) -> None:
    path = f"/api/v1/trackers/{proxied.tracker['id']}"
    change = {"exclusions": {"networks": ["127.0.0.1"]}}
    assert proxied.ask("PATCH", path, change).status_code == 200
    for claim in ({}, {"x_forwarded_for": "203.0.113.9"}, {"x_real_ip": "203.0.113.9"}):
        (dropped,) = proxied.collect(**claim)["dropped"]
        assert dropped["reason"] == "excluded", claim


def test_who_watches_is_told_at_once(proxied: Proxied) -> None:
    """Neither holds a stream of events back until it is long."""
    headers = proxied.bearer | {"accept": "text/event-stream"}
    path = f"/api/public/live?site_id={proxied.tracker['site_id']}"
    with proxied.client.stream("GET", path, headers=headers, extensions=BY_NAME) as answer:
        assert answer.status_code == 200
        first = next(line for line in answer.iter_lines() if line.startswith("data: "))
        assert '"visitors":0' in first.replace(" ", "")


def test_nginx_reads_its_site(tmp_path: Path) -> None:
    need("nginx")
    need("openssl")
    run_nginx(_site_of_nginx(tmp_path, listening=8443, upstream="127.0.0.1:8000"), "-t")


def test_caddy_reads_its_site_and_would_not_write_it_otherwise(tmp_path: Path) -> None:
    need("caddy")
    site = DEPLOY / "Caddyfile"
    here = tmp_path / "Caddyfile"
    shutil.copyfile(site, here)
    caddy.run_caddy(here, "validate", "--adapter", "caddyfile", "--config", str(here))
    assert caddy.run_caddy(here, "fmt", str(here)) == site.read_text()


@contextmanager
def behind_nginx(folder: Path, upstream: str) -> Iterator[str]:
    need("openssl")
    port = free_port()
    site = _site_of_nginx(folder, port, upstream)
    run_nginx(site)
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        run_nginx(site, "-s", "stop")


@contextmanager
def behind_caddy(folder: Path, upstream: str) -> Iterator[str]:
    port = free_port()
    site = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", upstream)
    opening = f"{NAME} {{\n"
    assert opening in site
    own = f"https://{NAME}:{port} {{\n\tbind 127.0.0.1\n\ttls internal\n"
    path = folder / "Caddyfile"
    path.write_text(caddy.HEAD + site.replace(opening, own))
    url = f"https://127.0.0.1:{port}"
    with caddy.serving(path, url, NAME):
        yield url


def _site_of_nginx(folder: Path, listening: int, upstream: str) -> Path:
    """The site, made one for this machine, within the least configuration there is."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", f"/CN={NAME}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"ssl_certificate /\S+;", f"ssl_certificate {folder}/cert.pem;", site)
    site = re.sub(r"ssl_certificate_key /\S+;", f"ssl_certificate_key {folder}/key.pem;", site)
    site = site.replace("127.0.0.1:8000", upstream)
    site = site.replace("listen 443 ", f"listen 127.0.0.1:{listening} ")
    site = re.sub(r"listen (80|\[::\]:80|\[::\]:443 ssl http2);\n", "", site)
    site = site.replace("server {\n    \n", "server {\n").replace(
        f"server_name {NAME};\n    return", "listen unix:plain.sock;\n    return"
    )
    path = folder / "nginx.conf"
    path.write_text(HEAD.format(folder) + f"{site}\n}}\n")
    return path
