"""``ezee counter freeze``: the same answers at the same paths, from any web host."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from ezee.counters.drawing.counter import draw_png
from ezee.counters.drawing.face import Face
from ezee.counters.freezing import write_files
from tests.support.service import BROWSER, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


@contextmanager
def web_host(folder: Path) -> Iterator[str]:
    """The folder, served as files are everywhere."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("running", [True, False])
def test_frozen_counters_answer_as_the_live_ones_did(tmp_path: Path, running: bool) -> None:
    service = Service(tmp_path / "data", "--countapi-keys", "5").start()
    owner = service.account("owner@example.com")
    tracker = new_tracker(owner, counter=True, counter_start=10)
    off = new_tracker(owner)
    site_id = tracker["site_id"]
    urls = ("/", "/a/b", "/a/b", "/f%C3%BCr", "/../etc", "/x.svg/y", "/" + "l" * 300)
    for url in urls:
        service.collect({"site_id": site_id, "url": url})
    service.collect({"site_id": off["site_id"], "url": "/"})
    httpx.get(f"{service.url}/hit/example.com/visits")
    httpx.get(f"{service.url}/hit/visits")
    claim = ("counter", "claim", "7", "--site", off["site_id"], "--start", "5")
    service.command(*claim)
    paths = [
        *(f"/counter/{site_id}{page}.{form}" for page in ("", "/", "/a/b", "/f%C3%BCr")
          for form in ("svg", "png", "gif", "json", "html")),
        *("/get/example.com/visits", "/get/visits", "/get/default/visits"),
    ]  # fmt: skip
    live = {path: httpx.get(f"{service.url}{path}").content for path in paths}
    if not running:
        service.stop()
    frozen = service.json("counter", "freeze", str(tmp_path / "public"))
    assert frozen["left_out"] > 0
    if not running:
        service.start()
    old = [
        httpx.get(
            f"{service.url}/count.php?page=7{query}", headers={"user-agent": "Googlebot/2.1"}
        ).content
        for query in ("", "&reloads=1")
    ]
    service.stop()
    with web_host(tmp_path / "public") as host:
        assert {path: httpx.get(f"{host}{path}").content for path in paths} == live
        assert httpx.get(f"{host}/counter/{off['site_id']}.svg").status_code == 404
        assert [httpx.get(f"{host}/count/7{end}.png").content for end in ("", "-reloads")] == old
        looks = httpx.get(f"{host}/counter/{site_id}.svg?count=1", headers={"user-agent": BROWSER})
        assert ">17<" in looks.text
    assert "count.php" in (tmp_path / "public" / ".htaccess").read_text()
    assert not (tmp_path / "etc.svg").exists()


def test_one_tracker_with_a_look(service: Service, tmp_path: Path) -> None:
    owner = service.account("freezer@example.com")
    tracker, other = new_tracker(owner, counter=True), new_tracker(owner, counter=True)
    service.command("counter", "claim", "8", "--site", tracker["site_id"], "--start", "5")
    arguments = ("--site", tracker["site_id"], "--look", "style=flat&label=views")
    service.command("counter", "freeze", str(tmp_path), *arguments)
    assert "views: 0" in (tmp_path / "counter" / f"{tracker['site_id']}.svg").read_text()
    assert not (tmp_path / "counter" / f"{other['site_id']}.svg").exists()
    old = draw_png(Face(5, "flat", label="views"))
    assert (tmp_path / "count" / "8.png").read_bytes() == old


def test_no_path_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "public"
    paths = ["../a", "a/../../b", "/etc/x", "a//b", "a/./b", "a\0b", "x" * 256, "a", "a/b", "c/d"]
    written, left_out = write_files(folder, [(path, b"") for path in paths])
    assert (written, left_out) == (2, [*paths[:7], "a/b"])
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"a", "d"}
