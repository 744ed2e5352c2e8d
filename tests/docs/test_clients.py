"""``docs/clients.md``: its examples run, and it names every method."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ezee_client import Client
from ezee_client.asgi import EzeeMiddleware
from tests.docs.pages import ROOT, Block, blocks, examples, first_column, page
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker

PAGE = "docs/clients.md"
EXAMPLES = [block for block, _ in examples(PAGE)]
RUNNERS = {"python": (sys.executable, "-c"), "js": ("node", "--input-type=module", "-e")}


def run(
    example: Block, service: Service, owner: Account, tracker: dict[str, Any], cwd: Path
) -> str:
    """Run an example as its reader would, in that folder; returns what it printed."""
    command, *options = RUNNERS[example.language]
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    script = example.text.replace("https://stats.example.com", service.url)
    script = script.replace("ezi_64a31d92b70f", tracker["site_id"]).replace("ezi_sk_…", owner.token)
    environ = {"TOKEN": owner.token, "TRACKER_ID": tracker["id"]}
    environ["PYTHONPATH"] = str(ROOT / "clients/python/src")
    done = subprocess.run(
        [command, *options, script],
        cwd=cwd,
        env={**service.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the JavaScript client is installed."""
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/ezee-client").symlink_to(ROOT / "clients/javascript")
    return tmp_path


@pytest.mark.service
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_example_runs(number: int, service: Service, alice: Account, folder: Path) -> None:
    tracker = new_tracker(alice)
    run(EXAMPLES[number], service, alice, tracker, folder)
    assert sum(counted(alice, tracker)) == 1


@pytest.mark.service
@pytest.mark.parametrize("number", range(2))
def test_the_example_with_files_writes_them(
    number: int, service: Service, alice: Account, folder: Path
) -> None:
    example = [block for block in blocks(PAGE) if block.mark == "files"][number]
    tracker = new_tracker(alice)
    service.collect({"site_id": tracker["site_id"], "url": "/a"})
    # The country of an address that leads nowhere is not known.
    said = run(_everywhere(example), service, alice, tracker, folder)
    assert (folder / "october.parquet").read_bytes().startswith(b"PAR1")
    table = (folder / "pages.csv").read_text() if example.language == "python" else said
    assert [line.split(",")[0] for line in table.split()] == ["page", "/a"]


def _everywhere(example: Block) -> Block:
    return example._replace(text=example.text.replace(', filters=["country:is:DE"]', ""))


# What the example stands in: an application, and servers that ask it for one page, as a visitor's
# browser does, and for what is none.
AROUND = {
    "asgi": """\
import socket, threading, uvicorn
from litestar import Litestar, MediaType, get

@get("/a", media_type=MediaType.HTML, sync_to_thread=False)
def page() -> str:
    return "A page"

app = Litestar([page])
{example}
listening = socket.create_server(("127.0.0.1", 0))
server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
serving = threading.Thread(target=server.run, args=([listening],), daemon=True)
serving.start()
port = listening.getsockname()[1]

def stop():
    server.should_exit = True
    serving.join()
""",
    "wsgi": """\
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

def app(environ, start_response):
    found = environ["PATH_INFO"] == "/a"
    start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/html")])
    return [b"A page"]

{example}
server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_port
stop = server.shutdown
""",
}
ASKING = """
import urllib.error, urllib.request
for path in ("a", "b"):
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/{path}", headers={"User-Agent": AGENT, "Accept-Language": "en"}
    )
    try:
        assert urllib.request.urlopen(asked, timeout=60).read() == b"A page"
    except urllib.error.HTTPError as error:
        assert path == "b" and error.code == 404
# An interpreter that ends while a loop still runs beside may crash.
stop()
"""


@pytest.mark.service
@pytest.mark.parametrize("kind", AROUND)
def test_the_middleware_counts_the_pages_of_an_application(
    kind: str, service: Service, alice: Account, folder: Path
) -> None:
    (example,) = (block for block in blocks(PAGE) if block.mark == "middleware")
    text = example.text.replace("ezee_client.asgi", f"ezee_client.{kind}", 1)
    tracker = new_tracker(alice)
    secret = service.json("tracker", "sign", tracker["site_id"])["secret"]
    given = f"TOKEN, SECRET, AGENT = {alice.token!r}, {secret!r}, {BROWSER!r}\n"
    script = given + AROUND[kind].replace("{example}", text) + ASKING
    run(example._replace(text=script), service, alice, tracker, folder)
    assert counted(alice, tracker, verified=1) == (1, 0)


@pytest.mark.service
@pytest.mark.parametrize("language", ["python", "javascript"])
def test_the_quick_start_of_a_package_runs(
    language: str, service: Service, alice: Account, folder: Path
) -> None:
    readme = f"clients/{language}/README.md"
    (example,) = (block for block in blocks(readme) if block.language in RUNNERS)
    said = run(example, service, alice, new_tracker(alice), folder)
    assert "pageviews" in said


def test_every_method_is_in_the_table() -> None:
    named = {re.split(r"\(", each)[0] for each in first_column(PAGE, "## Python")}
    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction)}
    assert named == {name for name in methods if not name.startswith("_")} - {"close"}


def test_every_method_of_the_other_is_too() -> None:
    declared = (ROOT / "clients/javascript/ezee.d.mts").read_text()
    body = declared.split("export class Ezee {")[1].split("\n}")[0]
    methods = set(re.findall(r"^  (\w+)\(", body, re.MULTILINE)) - {"constructor"}
    shown = first_column(PAGE, "## JavaScript")
    assert {re.split(r"\(", each)[0] for each in shown} == methods


def test_every_argument_of_the_middleware_is_in_the_table() -> None:
    arguments = list(inspect.signature(EzeeMiddleware.__init__).parameters)[2:]
    assert sorted(first_column(PAGE, "### ASGI and WSGI")) == sorted(arguments)


def test_the_errors_are_named() -> None:
    import ezee_client  # noqa: PLC0415

    errors = [
        name
        for name, each in vars(ezee_client).items()
        if inspect.isclass(each) and issubclass(each, ezee_client.EzeeError)
    ]
    assert all(f"`{name}`" in page(PAGE) for name in errors)
