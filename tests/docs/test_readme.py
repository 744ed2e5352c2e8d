"""The README names every page, command and setting, and what it shows can be done.

Of every page: its links lead somewhere, and the commands it names are there.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
from cyclopts import App

from ezee.cli import load_commands
from ezee.cli.root import root
from ezee.settings import Settings
from tests.docs.pages import ROOT, blocks, examples, first_column, page
from tests.support.accesslog import made_up_log, real_log
from tests.support.service import Service

README = "README.md"
PAGES = sorted(
    str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
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
        shown = ",".join(default) if isinstance(default, tuple) else default
        assert f"| `{shown}` |" in row[0]


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements-witness.lock"]
)
def test_the_number_of_packages_is_the_lock_files(lock: str) -> None:
    pinned = re.findall(r"^[a-z].*==", (ROOT / lock).read_text(), re.MULTILINE)
    assert f"Installing {len(pinned)} packages from {lock}." in page(README)


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
            real = _site_id(printed, real)
            assert _lines(printed) == _lines(after.text)
        walked += 1
    assert walked == 6


@pytest.mark.service
def test_the_access_log_is_counted_as_shown(own_service: Service, tmp_path: Path) -> None:
    """Where there is no real log a made-up one shows that the commands are right."""
    real = real_log()
    made = gzip.compress("\n".join(made_up_log()).encode())
    (tmp_path / "apache_logs.gz").write_bytes(real.read_bytes() if real else made)
    shown = [block.text for block in blocks(README) if " access-log " in block.text]
    visitors = []
    for text in shown:
        add, count = re.findall(r"^\$ (ezee .*)$", text, re.MULTILINE)
        site_id = _site_id(_run(f".venv/bin/{add}", own_service))
        count = re.sub(r"ezi_\w+", site_id, count)
        printed = _run(f"cd {tmp_path}\n.venv/bin/{count}", own_service).splitlines()
        expected = [line for line in text.splitlines() if not line.startswith("$")]
        assert [line[:13] for line in printed] == [line[:13] for line in expected]
        assert real is None or printed == expected
        visitors.append(_visitors(own_service, site_id))
    people, everything = visitors
    table = re.findall(
        r"^\| (2015-\d\d-\d\d) \| (\d+) \| (\d+) \| (\d+) \|$", page(README), re.MULTILINE
    )
    assert len(table) == 4
    for day, goaccess, every, person in table:
        assert goaccess == every
        assert real is None or (everything[day], people[day]) == (int(every), int(person))


def _visitors(service: Service, site_id: str) -> dict[str, int]:
    """The visitors of the four days of the log."""
    answer = httpx.get(
        f"{service.url}/api/public/stats",
        params={"site_id": site_id, "from": "2015-05-17", "to": "2015-05-20"},
        timeout=30,
    ).json()
    return {bucket["time"]: bucket["visitors"] for bucket in answer["data"]["timeseries"]}


def test_every_page_is_in_the_table() -> None:
    section = page(README).split("\n## Documentation\n", 1)[1].split("\n## ", 1)[0]
    linked = re.findall(r"^\| \[[^]]+\]\(([^)]+)\) \|", section, re.MULTILINE)
    assert sorted(linked) == [name for name in PAGES if name.startswith("docs/")]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page(name)):
        path = folder / target if target else ROOT / name
        assert path.exists(), target
        assert not anchor or anchor in _anchors(path.read_text()), f"{target}#{anchor}"


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_is_named_is_there(name: str) -> None:
    commands = set(_commands(root))
    for words in _named(name):
        whole = f"ezee {words} "
        assert any(
            whole.startswith(f"{command} ") or command.startswith(whole) for command in commands
        ), whole


def _named(name: str) -> Iterator[str]:
    """What a page says after ``ezee``, in a line or in an example, options aside."""
    prompts = {"sh": "", "console": r"\$ "}
    said = re.findall(r"`ezee ([^`]*)`", page(name))
    for block in blocks(name):
        prompt = prompts.get(block.language)
        if prompt is not None:
            said += re.findall(rf"^{prompt}(?:\.venv/bin/)?ezee (.*)", block.text, re.MULTILINE)
    yield from (" ".join(words.split()) for words in said if not words.startswith("-"))


def _commands(app: App, prefix: str = "ezee") -> Iterator[str]:
    load_commands()
    for name in app:
        if name.startswith("-"):
            continue
        command = app[name]
        if command.default_command is not None:
            yield f"{prefix} {name}"
        yield from _commands(command, f"{prefix} {name}")


def _anchors(text: str) -> set[str]:
    """What the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _site_id(text: str, before: str = "") -> str:
    found = re.search(r"ezi_[0-9a-f]{12}", text)
    assert found is not None or before
    return found[0] if found else before


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


_CHANGING = re.compile(
    r"ezi_[0-9a-f]{12}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?"
)


def _lines(text: str) -> list[str]:
    """What is printed, but for ids and times, which are others each time."""
    lines = (_CHANGING.sub("…", line).rstrip() for line in text.splitlines())
    return [line for line in lines if line]


def _shape(value: object) -> object:
    """Names and types, and whatever a program is likely to read: counts stay as they are."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return "text" if isinstance(value, str) else value
