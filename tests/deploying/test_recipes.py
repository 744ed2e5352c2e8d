"""What the pages on the script and on old counters show for other programs, run by them.

Next.js, which needs a browser as well, is in ``tests/browser/test_next.py``.
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ezee.counters.drawing.counter import draw_png
from ezee.counters.drawing.face import Face
from tests.docs.pages import ROOT, blocks
from tests.support.nginx import HEAD, free_port, run_nginx
from tests.support.npm import install
from tests.support.own_address import Site, check, open_site, recipe, seen, send
from tests.support.running import need, running
from tests.support.service import BROWSER, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

_WORKER = Path(__file__).with_name("worker")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    opened = open_site(tmp_path)
    yield opened
    opened.service.stop()


@contextmanager
def nginx(folder: Path, site: str) -> Iterator[str]:
    """nginx with that site; where it answers."""
    need("nginx")
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


@contextmanager
def caddy(folder: Path, site: str) -> Iterator[str]:
    """Caddy with that site; where it answers."""
    need("caddy")
    port = free_port()
    head = "{\nadmin off\nauto_https off\n}\n"
    (folder / "Caddyfile").write_text(f"{head}:{port} {{\nbind 127.0.0.1\n{site}\n}}\n")
    command = ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    environ = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with running(command, folder, f"http://127.0.0.1:{port}", environ) as url:
        yield url


@contextmanager
def apache(folder: Path, root: Path) -> Iterator[str]:
    """Apache with a folder of files, whose ``.htaccess`` it heeds; where it answers."""
    need("apache2")
    port = free_port()
    modules = ("mpm_event", "authz_core", "mime", "rewrite", "dir")
    loaded = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules
    )
    (folder / "mime.types").write_text("image/svg+xml svg\nimage/png png\n")
    (folder / "apache.conf").write_text(
        f"{loaded}\nListen 127.0.0.1:{port}\nServerName localhost\nServerRoot {folder}\n"
        f"PidFile {folder}/apache.pid\nErrorLog {folder}/apache.log\nTypesConfig mime.types\n"
        f"DocumentRoot {root}\n<Directory {root}>\nRequire all granted\nAllowOverride All\n"
        "</Directory>\n"
    )
    command = ["apache2", "-X", "-f", str(folder / "apache.conf")]
    with running(command, folder, f"http://127.0.0.1:{port}") as url:
        yield url


def test_nginx_hands_the_script_and_its_events_on(tmp_path: Path, site: Site) -> None:
    with nginx(tmp_path, recipe("proxy_pass", site)) as url:
        check(url, site)


def test_caddy_hands_the_script_and_its_events_on(tmp_path: Path, site: Site) -> None:
    with caddy(tmp_path, recipe("reverse_proxy", site)) as url:
        check(url, site)
        assert httpx.get(f"{url}/api/public/collect").text == ""


@pytest.mark.slow
def test_cloudflares_worker_hands_them_on_and_all_else_to_the_site(
    tmp_path: Path, site: Site
) -> None:
    """By workerd, which is what Cloudflare runs."""
    need("node")
    install(_WORKER, tmp_path)
    (program,) = tmp_path.glob("node_modules/@cloudflare/workerd-*/bin/workerd")
    shutil.copy(ROOT / "helpers/forward.mjs", tmp_path)
    (tmp_path / "worker.mjs").write_text(recipe("CF-Connecting-IP", site))
    port = free_port()
    path = tmp_path / "config.capnp"
    config = path.read_text().replace("PORT", str(port))
    path.write_text(config.replace('text = "TOKEN"', f'text = "{site.owner.token}"'))
    command, url = [str(program), "serve", str(path)], f"http://127.0.0.1:{port}"
    with running(command, tmp_path, url, ready="/count/ezee.js"):
        script = httpx.get(f"{url}/count/ezee.js", timeout=60)
        assert script.text == httpx.get(f"{site.service.url}/ezee.js").text
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
            send(url, site, cf_connecting_ip=address)
        assert seen(site) == (2, 3)
        # By the name that was asked for a Worker finds the site behind it.
        behind = site.service.url.removeprefix("http://")
        assert httpx.get(f"{url}/ezee.js", headers={"host": behind}).text == script.text


def test_a_route_of_next_on_vercel_hands_events_on(tmp_path: Path, site: Site) -> None:
    """Vercel calls a route with a Request, and sends the Response."""
    need("node")
    shutil.copy(ROOT / "helpers/forward.mjs", tmp_path)
    (tmp_path / "route.mjs").write_text(recipe("x-real-ip", site))
    event = json.dumps({"site_id": site.tracker["site_id"], "url": "https://example.com/"})
    script = f"""\
import {{ POST }} from "./route.mjs";
for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {{
  const headers = {{ "x-real-ip": address, "user-agent": "{BROWSER}" }};
  const sent = {{ method: "POST", body: '{event}', headers }};
  console.log((await POST(new Request("https://example.com/", sent))).status);
}}
"""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=tmp_path, timeout=60,
        env={**os.environ, "EZEE_TOKEN": site.owner.token}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (["202"] * 3, "")
    assert seen(site) == (2, 3)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a service's counters, as they were when it stopped, and its tracker."""
    folder = tmp_path_factory.mktemp("frozen")
    service = Service(folder / "data", "--countapi-keys", "10").start()
    owner = service.account("owner@example.com")
    site_id = new_tracker(owner, counter=True, counter_start=41)["site_id"]
    service.command("counter", "claim", "777", "--site", site_id, "--start", "9")
    for _ in range(2):
        service.collect({"site_id": site_id, "url": "https://example.com/shoes"})
    httpx.get(f"{service.url}/hit/example.com/visits")
    service.stop()
    service.command("counter", "freeze", str(folder / "public_html"))
    return folder / "public_html", site_id


def check_frozen(url: str, site_id: str) -> None:
    """The counters answer at their addresses, an old one's query included, as what they are."""
    base = f"{url}/counter/{site_id}"
    assert httpx.get(f"{base}.json?style=flat").json()["data"]["value"] == 43
    assert httpx.get(f"{base}/shoes.json").json()["data"]["value"] == 2
    picture = httpx.get(f"{base}.svg?style=flat")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "<title>43</title>" in picture.text
    old = httpx.get(f"{url}/count.php?page=777&style=LED&nbdigits=6")
    assert (old.status_code, old.headers["content-type"]) == (200, "image/png")
    assert old.content == draw_png(Face(10))
    key = httpx.get(f"{url}/get/example.com/visits")
    assert (key.json(), key.headers["content-type"]) == ({"value": 1}, "application/json")


def test_nginx_serves_frozen_counters(tmp_path: Path, frozen: tuple[Path, str]) -> None:
    folder, site_id = frozen
    (block,) = (each.text for each in blocks("docs/old-counters.md") if each.language == "nginx")
    site = f"root {folder};\ntypes {{ image/svg+xml svg; image/png png; application/json json; }}\n"
    site += f"default_type application/json;\n{block}"
    with nginx(tmp_path, site) as url:
        check_frozen(url, site_id)


def test_apache_serves_frozen_counters(tmp_path: Path, frozen: tuple[Path, str]) -> None:
    folder, site_id = frozen
    with apache(tmp_path, folder) as url:
        check_frozen(url, site_id)
        with_reloads = httpx.get(f"{url}/count.php?page=777&style=LED&nbdigits=6&reloads=1")
        assert with_reloads.content == draw_png(Face(11))
        assert httpx.get(f"{url}/count.php?page=778").status_code == 404
