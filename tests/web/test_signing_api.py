"""A tracker's signing secret: shown once, replaced, turned off, each at once."""

from __future__ import annotations

import re
import runpy
import time
from typing import Any

import pytest

from ezee.model.stamps import is_genuine
from tests.docs.pages import ROOT
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

stamp = runpy.run_path(str(ROOT / "helpers/stamp.py"))["stamp"]
URL = "https://example.com/about"


def path(tracker: Any) -> str:
    return f"/api/v1/trackers/{tracker['id']}"


def test_it_is_made_replaced_and_turned_off(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    assert tracker["signing"] is False
    secrets = []
    for _ in range(2):
        made = alice.client.post(f"{path(tracker)}/signing-secret")
        assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
        assert list(made.json()) == ["data"]
        assert list(made.json()["data"]) == ["secret"]
        secrets.append(made.json()["data"]["secret"])
        assert re.fullmatch("ezs_[0-9a-f]{64}", secrets[-1])
        shown = alice.client.get(path(tracker))
        assert shown.json()["data"] == {**tracker, "signing": True}
    assert len(set(secrets)) == 2
    now = round(time.time() * 1000)
    sent = stamp(secrets[1], tracker["site_id"], URL)
    assert is_genuine(sent, secrets[1], tracker["site_id"], URL, now)
    assert not is_genuine(sent, secrets[0], tracker["site_id"], URL, now)
    for _ in range(2):
        off = alice.client.delete(f"{path(tracker)}/signing-secret")
        assert (off.status_code, off.content) == (204, b"")
        assert alice.client.get(path(tracker)).json()["data"] == tracker
    log = service.log.read_text()
    assert not any(secret in log for secret in secrets)


def test_the_secret_is_in_no_file(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    secret = alice.client.post(f"{path(tracker)}/signing-secret").json()["data"]["secret"]
    files = [each.read_bytes() for each in service.data.rglob("*") if each.is_file()]
    assert files
    for told in (secret.encode(), bytes.fromhex(secret[4:])):
        assert not any(told in content for content in files)


def test_it_takes_the_write_scope(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    read = service.json(
        "token", "new", "--user", alice.email, "--name", "x", "--scope", "read"
    )["token"]  # fmt: skip
    for method in ("POST", "DELETE"):
        answer = alice.client.request(
            method,
            f"{path(tracker)}/signing-secret",
            headers={"authorization": f"Bearer {read}"},
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
