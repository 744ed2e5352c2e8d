"""The README names every command and setting, and what it shows can be done."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields

import pytest
from cyclopts import App

import ezee.cli  # noqa: F401 - so that every command is there
from ezee.cli.root import root
from ezee.settings import Settings
from tests.docs.pages import ROOT, examples, first_column, page
from tests.support.service import Service

README = "README.md"
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/api.md",
    "docs/numbers.md",
    "docs/operating.md",
)


def test_every_command_is_in_the_table() -> None:
    documented = first_column(README, "## The command line")
    assert sorted(documented) == sorted(_commands(root))


def test_every_setting_is_in_the_table() -> None:
    documented = first_column(README, "## Settings")
    assert documented == [f"--{field.name.replace('_', '-')}" for field in fields(Settings)]


@pytest.mark.parametrize(
    ("name", "default"), [(field.name, field.default) for field in fields(Settings)]
)
def test_the_variable_and_the_default_of_a_setting_are_told(name: str, default: object) -> None:
    row = re.search(rf"^\| `--{name.replace('_', '-')}` \|(.*)$", page(README), re.MULTILINE)
    assert row is not None
    assert f"| `EZEE_{name.upper()}` |" in row[0]
    if default not in {None, "", ()}:
        assert f"| `{default}` |" in row[0]


@pytest.mark.service
def test_the_tour_can_be_walked(own_service: Service) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    shown = _site_id("\n".join(block.text for block, _ in examples(README)))
    real = shown
    walked = 0
    for block, after in examples(README):
        printed = _run(block.text.replace(shown, real), own_service)
        assert after is not None
        if after.language == "json":
            assert _shape(json.loads(printed)) == _shape(json.loads(after.text))
        else:
            real = _site_id(printed)
            assert _labels(printed) == _labels(after.text)
        walked += 1
    assert walked == 3


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page(name)):
        assert (folder / target).exists(), target


def _commands(app: App, prefix: str = "ezee") -> Iterator[str]:
    for name in app:
        if name.startswith("-"):
            continue
        command = app[name]
        if command.default_command is not None:
            yield f"{prefix} {name}"
        yield from _commands(command, f"{prefix} {name}")


def _site_id(text: str) -> str:
    found = re.search(r"ezi_[0-9a-f]{12}", text)
    assert found is not None
    return found[0]


def _run(script: str, service: Service) -> str:
    script = script.replace(".venv/bin/ezee", f"{sys.executable} -m ezee")
    script = script.replace("http://127.0.0.1:8000", service.url)
    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        env={**service.environ, "EZEE_DATA": str(service.data)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _labels(text: str) -> list[str]:
    return [line.split("  ", 1)[0] for line in text.strip().splitlines()]


def _shape(value: object) -> object:
    """Names and types, and whatever a program is likely to read: counts stay as they are."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return "text" if isinstance(value, str) else value
