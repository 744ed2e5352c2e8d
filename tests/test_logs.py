"""The log: structured, of our own words alone, and found by a request's id."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.web.errors import answer_json, headers_of, log_failure
from tests.support.polling import until
from tests.support.service import BROWSER, Service
from tests.support.stores import store_of

ADDRESS = "203.0.113.81"
AGENT = f"{BROWSER} mark-7f31"
_PROGRAM = """
import logging, structlog
from ezee.logs import set_up_logs
from ezee.web.errors import log_failure
set_up_logs({form!r})
structlog.get_logger("ezee").warning("something happened", code="unavailable")
try:
    raise ValueError("who sent 203.0.113.81")
except ValueError as failure:
    log_failure(failure)
for name in ("uvicorn.access", "uvicorn.error", "asyncio", "sqlalchemy.engine"):
    logging.getLogger(name).error("203.0.113.81 asked for /")
"""


def written(form: str) -> list[str]:
    """What a process writes to a pipe."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(form=form)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("form", ["text", "json"])
def test_lines_are_ours_alone(form: str) -> None:
    first, second = written(form)
    assert "something happened" in first
    assert "request failed" in second
    assert "ValueError" in second
    assert ADDRESS not in first + second


def test_json_is_an_object_a_line() -> None:
    first, second = map(json.loads, written("json"))
    assert first.keys() == {"event", "level", "timestamp", "code"}
    assert second.keys() == {"event", "level", "timestamp", "kind", "where", "request_id"}


def test_who_was_told_of_a_failure_can_name_its_line() -> None:
    told = log_failure(ValueError("secret"))
    answer = answer_json(told)
    assert (answer.status, headers_of(told)) == (500, {"x-request-id": told.request_id})
    assert answer.headers["x-request-id"] == told.request_id
    assert b"secret" not in answer.body
    assert told.request_id != log_failure(ValueError()).request_id


@pytest.mark.service
def test_a_service_says_all_in_one_form_and_names_nobody(tmp_path: Path) -> None:
    service = Service(
        tmp_path / "data", "--log-format", "json", "--trusted-proxies", "127.0.0.1"
    ).start()
    service.account("owner@example.com")
    site_id = service.tracker("owner@example.com")["site_id"]
    visitor = {"user-agent": AGENT, "x-forwarded-for": ADDRESS}
    for _ in range(3):
        event = {"site_id": site_id, "url": "/private-page"}
        httpx.post(f"{service.url}/api/public/collect", json=event, headers=visitor)
        httpx.get(f"{service.url}/nowhere", headers=visitor)
    store = store_of(service)
    store.kill()
    httpx.post(f"{service.url}/api/public/collect", json=event, headers=visitor, timeout=30)
    until(lambda: httpx.get(f"{service.url}/readyz", timeout=30).status_code == 200)
    service.stop()
    text = service.log.read_text()
    lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    assert any(line["event"].startswith("ezee answers at") for line in lines)
    assert any("another is started" in line["event"] for line in lines)
    for told in (ADDRESS, "mark-7f31", "private-page", site_id, "owner@"):
        assert told not in text
