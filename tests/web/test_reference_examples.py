"""The original reference's three examples, verbatim but for base URL and token."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.support.service import Account, Service

pytestmark = pytest.mark.service

CURL = """\
curl {url}/api/v1/trackers \\
  -H "Authorization: Bearer {token}" \\
  -H "Accept: application/json"
"""
JAVASCRIPT = """\
const res = await fetch("{url}/api/v1/trackers", {{
  headers: {{
    Authorization: "Bearer {token}",
    Accept: "application/json",
  }},
}});
const {{ data }} = await res.json();
console.log(JSON.stringify(data));
"""
PYTHON = """\
import requests

res = requests.get(
    "{url}/api/v1/trackers",
    headers={{
        "Authorization": "Bearer {token}",
        "Accept": "application/json",
    }},
)
data = res.json()["data"]
import json
print(json.dumps(data))
"""


@pytest.fixture(scope="module")
def client(service: Service) -> Account:
    """An account with one tracker."""
    account = service.account("reference@example.com")
    service.tracker(account.email, "reference.example")
    return account


def test_curl(service: Service, client: Account) -> None:
    _need("curl")
    answer = json.loads(_run(["sh", "-c", CURL.format(url=service.url, token=client.token)]))
    assert list(answer) == ["data"]
    _assert_listed(answer["data"])


def test_javascript(service: Service, client: Account) -> None:
    _need("node")
    script = JAVASCRIPT.format(url=service.url, token=client.token)
    _assert_listed(json.loads(_run(["node", "--input-type=module", "-e", script])))


def test_python(service: Service, client: Account) -> None:
    script = PYTHON.format(url=service.url, token=client.token)
    _assert_listed(json.loads(_run([sys.executable, "-c", script])))


def _assert_listed(data: list[dict[str, Any]]) -> None:
    assert [list(each) for each in data] == [["id", "name", "domain", "site_id", "created_at"]]
    assert data[0]["domain"] == "reference.example"


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
