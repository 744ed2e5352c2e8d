"""``docs/clients.md``: its examples run, and it names every method."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys

import pytest

from ezee_client import Client
from ezee_client.asgi import EzeeMiddleware
from tests.docs.pages import ROOT, examples, first_column, page
from tests.support.service import Account, Service
from tests.support.stats import counted, new_tracker

PAGE = "docs/clients.md"
EXAMPLES = [block for block, _ in examples(PAGE)]
RUNNERS = {"python": (sys.executable, "-c"), "js": ("node", "--input-type=module", "-e")}


@pytest.mark.service
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_example_runs(number: int, service: Service, alice: Account) -> None:
    example = EXAMPLES[number]
    command, *options = RUNNERS[example.language]
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not installed")
    tracker = new_tracker(alice)
    script = example.text.replace("https://stats.example.com", service.url)
    environ = {"TOKEN": alice.token, "PYTHONPATH": str(ROOT / "clients/python/src")}
    done = subprocess.run(
        [command, *options, script.replace("ezi_64a31d92b70f", tracker["site_id"])],
        cwd=ROOT / "clients/javascript" if example.language == "js" else ROOT,
        env={**service.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert sum(counted(alice, tracker)) == 1


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
