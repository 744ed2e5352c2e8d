"""A tracker's rules through the API, and what they do to events on their way."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service

TRACKERS = "/api/v1/trackers"
PAGE_RULES = {"keep_parameters": [], "hash_routing": False, "strip_slash": False, "groups": []}
EXCLUSIONS: dict[str, Any] = {
    "networks": [], "paths": [], "countries": [], "agents": [], "hostnames": [],
}  # fmt: skip
DEFAULTS = {
    "page_rules": PAGE_RULES, "exclusions": EXCLUSIONS, "respect_gpc": True, "respect_dnt": False,
    "places": "country", "counter": False, "counter_start": 0,
    "aliases": [], "keep_months": 0,
}  # fmt: skip


def test_a_tracker_starts_with_the_defaults(alice: Account) -> None:
    tracker = new_tracker(alice, page_rules=None, exclusions={}, places=None)
    assert {name: tracker[name] for name in DEFAULTS} == DEFAULTS


def test_what_is_given_changes_and_the_others_stay(alice: Account) -> None:
    tracker = new_tracker(alice, exclusions={"networks": ["10.0.0.1/8"]}, respect_gpc=False)
    expected = {**EXCLUSIONS, "networks": ["10.0.0.0/8"]}
    assert (tracker["exclusions"], tracker["respect_gpc"]) == (expected, False)
    path = f"{TRACKERS}/{tracker['id']}"
    change = {"exclusions": {"countries": ["de", "DE"]}, "page_rules": {"strip_slash": True}}
    changed = alice.client.patch(path, json=change).json()["data"]
    assert changed == {
        **tracker,
        "exclusions": {**expected, "countries": ["DE"]},
        "page_rules": {**PAGE_RULES, "strip_slash": True},
    }
    assert alice.client.get(path).json()["data"] == changed
    emptied = alice.client.patch(path, json={"exclusions": {name: [] for name in EXCLUSIONS}})
    assert emptied.json()["data"] == {**changed, "exclusions": EXCLUSIONS}


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"exclusions": []}, ["exclusions"]),
    ({"exclusions": {"networks": ["10.0.0.0/33"]}}, ["exclusions.networks"]),
    ({"exclusions": {"network": []}}, ["exclusions.network"]),
    ({"page_rules": {"groups": ["user"]}}, ["page_rules.groups"]),
    ({"respect_dnt": "true", "places": 1}, ["respect_dnt", "places"]),
    (
        {"name": "", "page_rules": {"strip_slash": 0}, "exclusions": {"agents": [""]}},
        ["name", "page_rules.strip_slash", "exclusions.agents"],
    ),
]


@pytest.mark.parametrize(("wrong", "fields"), WRONG)
def test_every_wrong_field_is_named_and_nothing_changes(
    alice: Account, wrong: dict[str, Any], fields: list[str]
) -> None:
    tracker = new_tracker(alice)
    path = f"{TRACKERS}/{tracker['id']}"
    new = {"name": "x", "domain": f"{uuid.uuid4().hex}.example"}
    for answer in (
        alice.client.patch(path, json={"public_stats": False, **wrong}),
        alice.client.post(TRACKERS, json={**new, **wrong}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert [each["field"] for each in answer.json()["details"]] == fields
        assert all(f"{field}: " in answer.json()["message"] for field in fields)
    assert alice.client.get(path).json()["data"] == tracker


def test_a_stranger_is_told_nothing(alice: Account, bob: Account, charlie: Account) -> None:
    tracker = new_tracker(alice)
    right, wrong = {"respect_dnt": True}, {"exclusions": {"networks": ["x"]}}
    for stranger in (bob, charlie):
        for change, status in ((right, 404), (wrong, 400)):
            missing = stranger.client.patch(f"{TRACKERS}/{uuid.uuid4()}", json=change)
            answer = stranger.client.patch(f"{TRACKERS}/{tracker['id']}", json=change)
            assert (answer.status_code, answer.content) == (status, missing.content)
    assert alice.client.get(f"{TRACKERS}/{tracker['id']}").json()["data"] == tracker


HERE = {"networks": ["127.0.0.0/8", "::1"]}
# Rules, what is sent, headers, and the reason that the sender is told; None: it is counted.
CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, str], str | None]] = [
    ({}, {}, {"sec-gpc": "0", "dnt": "0"}, None),
    ({}, {}, {"sec-gpc": "1"}, "opted_out"),
    ({}, {}, {"dnt": "1"}, None),
    ({"respect_gpc": False}, {}, {"sec-gpc": "1"}, None),
    ({"respect_dnt": True}, {}, {"dnt": "1"}, "opted_out"),
    ({"respect_gpc": False, "respect_dnt": True}, {}, {"sec-gpc": "1", "dnt": "1"}, "opted_out"),
    ({}, {"opt_out": "{key}"}, {}, "opted_out"),
    ({}, {"opt_out": "0" * 32}, {}, None),
    ({}, {}, {"cookie": "x[y]=z; ezee_opt_out_{site_id}={key}"}, "opted_out"),
    ({}, {}, {"cookie": "ezee_opt_out_ezi_000000000000={key}"}, None),
    ({"exclusions": HERE}, {}, {}, "excluded"),
    ({"exclusions": {"networks": ["::ffff:127.0.0.1/104"]}}, {}, {}, "excluded"),
    ({"exclusions": {"networks": ["192.0.2.0/24"]}}, {}, {}, None),
    ({"exclusions": {"paths": ["/admin/**"]}}, {"url": "/admin/x?y#z"}, {}, "excluded"),
    ({"exclusions": {"paths": ["/admin/**"]}}, {"url": "/Admin/x"}, {}, None),
    ({"exclusions": {"agents": ["chrome/126"]}}, {}, {}, "excluded"),
    ({"exclusions": {"agents": ["chrome/127"]}}, {}, {}, None),
    ({"exclusions": {"countries": ["NL"]}}, {}, {}, None),
    ({"exclusions": {"hostnames": ["a.example"]}}, {"url": "https://b.example/"}, {}, "hostname"),
    ({"exclusions": {"hostnames": ["a.example"]}}, {"url": "https://www.A.example/"}, {}, None),
    ({"exclusions": {"hostnames": ["a.example"]}}, {"url": "/"}, {}, None),
]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# The same for a visitor whom the owner's server names: the request's headers are the server's.
NAMED = {"client_ip": "193.0.6.139", "user_agent": BROWSER}
NAMED_CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, str], str | None]] = [
    ({"respect_dnt": True}, NAMED, {"sec-gpc": "1", "dnt": "1"}, None),
    ({}, NAMED, {"cookie": "ezee_opt_out_{site_id}={key}"}, None),
    ({}, {**NAMED, "opt_out": "{key}"}, {}, "opted_out"),
    ({"exclusions": HERE}, NAMED, {}, None),
    ({"exclusions": {"networks": ["193.0.0.0/16"]}}, NAMED, {}, "excluded"),
    (
        {"exclusions": {"networks": ["193.0.0.0/16"]}},
        {**NAMED, "client_ip": "::ffff:193.0.6.139"},
        {},
        "excluded",
    ),
    ({"exclusions": {"countries": ["nl"]}}, NAMED, {}, "excluded"),
    ({"exclusions": {"agents": ["chrome"]}}, {**NAMED, "user_agent": FIREFOX}, {}, None),
    ({}, {"user_agent": BROWSER}, {"sec-gpc": "1"}, None),
]


@pytest.mark.parametrize(
    ("rules", "sent", "headers", "reason", "named"),
    [(*case, False) for case in CASES] + [(*case, True) for case in NAMED_CASES],
)
def test_what_is_not_wanted_is_not_counted(
    service: Service,
    alice: Account,
    rules: dict[str, Any],
    sent: dict[str, Any],
    headers: dict[str, str],
    reason: str | None,
    named: bool,
) -> None:
    tracker = new_tracker(alice, **rules)
    key = tracker["opt_out_url"].rpartition("/")[2]

    def filled(texts: dict[str, Any]) -> dict[str, Any]:
        known = {"{key}": key, "{site_id}": tracker["site_id"]}
        for name, value in known.items():
            texts = {field: text.replace(name, value) for field, text in texts.items()}
        return texts

    token = {"authorization": f"Bearer {alice.token}"} if named else {}
    event = {"site_id": tracker["site_id"], "url": "/", **filled(sent)}
    answers = [
        httpx.post(
            f"{service.url}/api/public/collect{query}",
            json=event,
            headers={"user-agent": BROWSER, **filled(headers), **token},
        )
        for query in ("?explain=1", "")
    ]
    assert [answer.status_code for answer in answers] == [200, 202]
    explained, collected = (answer.json()["data"] for answer in answers)
    dropped = [] if reason is None else [{"index": 0, "reason": reason}]
    assert explained["dropped"] == reason
    assert collected == {"accepted": 1 - len(dropped), "dropped": dropped}
    assert counted(alice, tracker) == (collected["accepted"], 0)


def test_a_batch_tells_each_reason_and_the_pixel_stays_an_image(
    service: Service, alice: Account
) -> None:
    rules = {"exclusions": {"paths": ["/admin"], "hostnames": ["a.example"]}}
    tracker = new_tracker(alice, **rules)
    pages = ["/admin", "https://b.example/", "https://a.example/ok"]
    batch = [{"site_id": tracker["site_id"], "url": url} for url in pages]
    told = service.collect({"events": batch}).json()["data"]
    assert told == {
        "accepted": 1,
        "dropped": [{"index": 0, "reason": "excluded"}, {"index": 1, "reason": "hostname"}],
    }
    pixel = httpx.get(
        f"{service.url}/api/public/collect", params=batch[0], headers={"user-agent": BROWSER}
    )
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")
    assert counted(alice, tracker) == (1, 0)
