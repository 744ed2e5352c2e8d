"""Other people's real clients for servers, from npm and PyPI, run against the service as they are.

Those for browsers are in ``tests/browser/test_other_trackers.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.npm import install
from tests.support.polling import until
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker, report

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

_HERE = Path(__file__).with_name("clients")
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a script beside the packages that the lock file pins; its last line is JSON."""
    folder = tmp_path_factory.mktemp("clients")
    install(_HERE, folder)

    def run_script(name: str, **given: Any) -> Any:
        done = subprocess.run(
            ["node", f"{name}.mjs"], cwd=folder, input=json.dumps(given), timeout=120,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run_script


def values(owner: Account, tracker: dict[str, Any], dimension: str) -> dict[str, int]:
    """A breakdown's values, with their pageviews or events; not what has none."""
    rows = report(owner, tracker, dimension=dimension)["breakdowns"][dimension]
    return {row["value"]: row.get("pageviews", row.get("events")) for row in rows if row["value"]}


def test_umamis_client_for_node(service: Service, alice: Account, run: Run) -> None:
    tracker = new_tracker(alice)
    answers = run(
        "umami", url=service.url, website=tracker["id"], host=tracker["domain"], agent=BROWSER
    )
    assert [status for status, _ in answers] == [200, 200, 200]
    assert answers[0][1].keys() == {"cache", "sessionId", "visitId"}
    assert values(alice, tracker, "page") == {"/a": 1}
    assert values(alice, tracker, "event") == {"Signup": 1}
    assert values(alice, tracker, "prop:plan") == {"pro": 1}


def test_umamis_client_for_python(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    script = f"""\
import json, umami
umami.set_url_base({service.url!r})
umami.set_website_id({tracker["id"]!r})
umami.set_hostname({tracker["domain"]!r})
told = [
    umami.new_page_view("A", "/a"),
    umami.new_event("Signup", url="/a", custom_data={{"plan": "pro"}}),
]
print(json.dumps(told))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 2
    assert values(alice, tracker, "page") == {"/a": 1}
    assert values(alice, tracker, "event") == {"Signup": 1}
    assert values(alice, tracker, "prop:plan") == {"pro": 1}


def test_matomos_client_for_node(service: Service, alice: Account, run: Run) -> None:
    tracker = new_tracker(alice, aliases=["matomo:31"])
    told = run("matomo", url=service.url, number=31, host=tracker["domain"], agent=BROWSER)
    assert told == {"status": "success", "tracked": 2, "invalid": 0}
    until(lambda: counted(alice, tracker) == (2, 1))
    assert values(alice, tracker, "page") == {"/a": 1, "/b": 1}
    assert values(alice, tracker, "event") == {"Play": 1}
    assert values(alice, tracker, "prop:category") == {"Video": 1}
