"""``helpers/forward.mjs``: events that a site's own server takes and hands on, visitor included."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.docs.pages import ROOT
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service

SCRIPT = """\
import { forward } from %s;
const { options, requests } = JSON.parse(process.argv[1]);
const told = [];
for (const { body, headers } of requests) {
  const request = new Request("https://example.com/count", { method: "POST", body, headers });
  const answer = await forward(request, options);
  told.push([answer.status, await answer.text()]);
}
console.log(JSON.stringify(told));
"""


def forwarded(service: Service, owner: Account, *requests: Any, **options: Any) -> list[Any]:
    """What each request was answered."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    script = SCRIPT % json.dumps((ROOT / "helpers/forward.mjs").as_uri())
    asked = {
        "options": {
            "service": service.url,
            "token": owner.token,
            "address": "203.0.113.9",
            **options,
        },
        "requests": [{"body": body, "headers": headers} for body, headers in requests],
    }
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, json.dumps(asked)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told: list[Any] = json.loads(done.stdout)
    return told


def test_visitors_are_told_apart_and_wishes_heard(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    event = json.dumps({"site_id": tracker["site_id"], "url": "https://example.com/"})
    agent = {"user-agent": BROWSER}
    told = forwarded(
        service,
        alice,
        (event, agent),
        (event, {**agent, "sec-gpc": "1"}),
        ("{", agent),
        (event, {**agent, "user-agent": BROWSER.replace("Windows", "Linux")}),
    )
    assert [status for status, _ in told] == [202, 204, 400, 202]
    assert json.loads(told[0][1]) == {"data": {"accepted": 1, "dropped": []}}
    told = forwarded(service, alice, (event, {**agent, "sec-gpc": "1"}), gpc=False)
    assert told[0][0] == 202
    totals = report(alice, tracker)["totals"]
    assert (totals["visitors"], totals["pageviews"]) == (2, 3)
