"""The helpers that other people's servers copy, run as they would be, against the service."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from ezee.model.stamps import is_genuine
from tests.docs.pages import ROOT

SITE = "ezi_64a31d92b70f"
SECRET = "ezs_" + "7".zfill(64)
SECONDS = 1_783_987_259
URLS = [
    "/",
    "",
    "/about?x=/y#z",
    "https://example.com",
    "https://example.com?x=/y",
    "HTTPS://Example.com:8443/A/b/?c#d",
    "http://user@example.com/caf%C3%A9/%2e%2E;x=1/#/route?y",
    "https://example.com/café/日本/😀",
    "//example.com/a",
    "/https://example.com/a",
    "/line\nbreak",
]

# Isolated and without site packages: what it needs is the standard library.
PYTHON = (sys.executable, "-I", "-S", "-c")
PYTHON_SCRIPT = f"""\
import json, runpy, sys
stamp = runpy.run_path({str(ROOT / "helpers/stamp.py")!r})["stamp"]
print(json.dumps([stamp(*arguments) for arguments in json.load(sys.stdin)]))
"""
NODE = ("node", "--input-type=module", "-e")
NODE_SCRIPT = """\
import {{ readFileSync }} from "node:fs";
import {{ {name} as stamp }} from {path};
{before}
const calls = JSON.parse(readFileSync(0));
const stamps = await Promise.all(calls.map((each) => stamp(...each)));
console.log(JSON.stringify(stamps));
"""
# An edge worker has neither Node's modules nor its process.
ON_THE_EDGE = "delete globalThis.process;"


class Helper(NamedTuple):
    """A helper, the command that runs it, and how many of its time units are a second."""

    command: Sequence[str]
    script: str
    per_second: int

    def stamps(self, *calls: Sequence[Any]) -> list[str]:
        """What ``stamp`` returns for each call's arguments."""
        program = self.command[0]
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        done = subprocess.run(
            [*self.command, self.script],
            input=json.dumps(calls),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        stamps: list[str] = json.loads(done.stdout)
        return stamps


def in_node(name: str, before: str = "") -> Helper:
    path = json.dumps((ROOT / "helpers/stamp.mjs").as_uri())
    return Helper(NODE, NODE_SCRIPT.format(name=name, path=path, before=before), 1000)


HELPERS = {
    "python": Helper(PYTHON, PYTHON_SCRIPT, 1),
    "node": in_node("stamp"),
    "webcrypto": in_node("stampAsync", ON_THE_EDGE),
}


@pytest.fixture(params=HELPERS)
def helper(request: pytest.FixtureRequest) -> Helper:
    return HELPERS[request.param]


def test_its_stamps_are_genuine(helper: Helper) -> None:
    at = SECONDS * helper.per_second
    stamps = helper.stamps(*([SECRET, SITE, url, at] for url in URLS))
    assert len(stamps) == len(URLS)
    for url, stamp in zip(URLS, stamps, strict=True):
        assert stamp.startswith(f"{SECONDS // 60}.")
        assert is_genuine(stamp, SECRET, SITE, url, SECONDS * 1000), url


def test_its_clock_is_now(helper: Helper) -> None:
    (stamp,) = helper.stamps([SECRET, SITE, "/about"])
    assert is_genuine(stamp, SECRET, SITE, "/about", round(time.time() * 1000))


def test_a_minute_is_cut_not_rounded(helper: Helper) -> None:
    (stamp,) = helper.stamps([SECRET, SITE, "/", 119.999 * helper.per_second])
    assert stamp.startswith("1.")
