"""``ezee tracker show``, ``set``, ``sign`` and ``unsign``, beside a running service."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ezee.cli.trackers import tracker_set, tracker_show, tracker_sign, tracker_unsign
from ezee.errors import InvalidRequest, NotFound
from tests.support.service import EZEE, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


@pytest.mark.parametrize("name", ["id", "site_id"])
def test_show_says_what_the_api_says(service: Service, alice: Account, name: str) -> None:
    tracker = new_tracker(alice, exclusions={"paths": ["/admin/**"]}, respect_dnt=True)
    assert service.json("tracker", "show", tracker[name]) == tracker
    shown = service.command("tracker", "show", tracker[name])
    for line in (
        rf"site_id +{tracker['site_id']}",
        r'exclusions\.paths +\["/admin/\*\*"\]',
        "respect_dnt +true",
        f"opt_out_url +{re.escape(tracker['opt_out_url'])}",
    ):
        assert re.search(f"(?m)^{line}$", shown), line


def test_set_changes_what_is_named(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    shown = service.json(
        *("tracker", "set", tracker["site_id"]),
        *("respect_dnt=true", "places=city", "timezone=Europe/Berlin", "name=Shop = Laden"),
        *('hostnames=["Shop.example"]', 'page_rules={"strip_slash":true}'),
        *('exclusions.networks=["192.0.2.1/24"]', 'exclusions.countries=["de"]'),
    )
    assert shown == {
        **tracker,
        "name": "Shop = Laden",
        "timezone": "Europe/Berlin",
        "hostnames": ["shop.example"],
        "page_rules": {**tracker["page_rules"], "strip_slash": True},
        "exclusions": {
            **tracker["exclusions"], "networks": ["192.0.2.0/24"], "countries": ["DE"],
        },
        "respect_dnt": True,
        "places": "city",
    }  # fmt: skip
    assert alice.client.get(f"/api/v1/trackers/{tracker['id']}").json()["data"] == shown
    named = service.json("tracker", "set", tracker["id"], "name=null")
    assert named == {**shown, "name": "null"}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ([], "Say what to change"),
        (["respect_dnt"], "respect_dnt: must be NAME=VALUE"),
        (["respect=true"], "respect: is no setting; there are name, domain"),
        (["site_id=ezi_000000000000"], "site_id: is no setting"),
        (["respect_dnt=yes"], "respect_dnt: must be true or false"),
        (["name=7"], "name: must be text"),
        (["name.x=7"], "name: must be text"),
        (["exclusions.network=[]"], "exclusions.network: is no setting; there are networks, paths"),
        (["page_rules.networks=[]"], "page_rules.networks: is no setting; there are keep_param"),
        (["exclusions.=[]"], "exclusions.: is no setting"),
        (["exclusions.networks=192.0.2.0/24"], "exclusions.networks: must be a list"),
        (["places=city", "places=region"], "places: is given twice"),
        (["exclusions=x", "exclusions.paths=[]"], "exclusions.paths: is given twice"),
        (["places=street", "respect_gpc=1"], "respect_gpc: must be true or false; places: must"),
    ],
)
def test_set_says_what_is_wrong(tmp_path: Path, settings: list[str], says: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        tracker_set("ezi_000000000000", *settings, data=tmp_path)
    assert says in refused.value.message


def test_the_time_zone_stays_once_there_are_events(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    service.collect({"site_id": tracker["site_id"], "url": "/"})
    done = _run(service, "tracker", "set", tracker["id"], "timezone=Asia/Tokyo")
    assert (done.returncode, "cannot change" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", [tracker_show, tracker_set, tracker_sign, tracker_unsign])
def test_a_tracker_that_is_none(tmp_path: Path, command: Callable[..., None]) -> None:
    settings = ["respect_dnt=true"] if command is tracker_set else []
    with pytest.raises(NotFound, match=r"There is no tracker ezi_0\. `ezee tracker list`"):
        command("ezi_0", *settings, data=tmp_path)


def test_a_change_holds_for_the_running_service(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    event = {"site_id": tracker["site_id"], "url": "/admin/users"}

    def is_counted() -> bool:
        return bool(service.collect(event).json()["data"]["accepted"])

    assert is_counted()
    service.command("tracker", "set", tracker["site_id"], 'exclusions.paths=["/admin/**"]')
    _wait(lambda: not is_counted())


def test_a_secret_is_made_shown_once_and_turned_off(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    made = service.json("tracker", "sign", tracker["site_id"])
    assert re.fullmatch("ezs_[0-9a-f]{64}", made["secret"])
    assert made["site_id"] == tracker["site_id"]
    again = service.command("tracker", "sign", tracker["id"])
    assert "cannot be shown again" in again
    assert made["secret"] not in again
    assert service.json("tracker", "show", tracker["id"])["signing"] is True
    off = service.json("tracker", "unsign", tracker["id"])
    assert off == {"unsigned": tracker["site_id"]}
    assert service.json("tracker", "show", tracker["id"]) == tracker


def _wait(reached: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.05)


def _run(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*EZEE, *arguments, "--data", str(service.data)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**service.environ, "COLUMNS": "200"},
    )
