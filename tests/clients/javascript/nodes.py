"""Programs that use the client's module, run by the real Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.docs.pages import ROOT

CLIENT = ROOT / "clients/javascript"
_BEFORE = """\
import { Batcher, Ezee, EzeeError } from "ezee-client";
const given = JSON.parse(process.argv[1]);
const failure = (error) => ({ name: error.name, status: error.status, code: error.code,
  fields: error.details.map((each) => each.field) });
"""


def run(script: str, **given: Any) -> Any:
    """What the program hands to ``tell``; it finds what it is given in ``given``."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    whole = f"{_BEFORE}const tell = (what) => console.log(JSON.stringify(what));\n{script}"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", whole, json.dumps(given)],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
