"""Other trackers' requests on a running service: counted, refused, limited, switched off."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from tests.support.polling import until
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker, report

pytestmark = pytest.mark.service

_NUMBERS = itertools.count(700)
AGENT = {"user-agent": BROWSER, "accept-language": "en"}
PATHS = ("/api/event", "/api/send", "/api/batch", "/count", "/api/v0/count")
SCRIPTS = ("/matomo.php", "/piwik.php")


def post(service: Service, path: str, content: object, **headers: str) -> httpx.Response:
    return httpx.post(service.url + path, json=content, headers={**AGENT, **headers}, timeout=30)


def get(service: Service, path: str, **headers: str) -> httpx.Response:
    return httpx.get(service.url + path, headers={**AGENT, **headers}, timeout=30)


def test_plausible_is_told_ok_and_counted_by_domain(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    url = f"https://{tracker['domain']}/a"
    sent = {"n": "pageview", "u": url, "d": tracker["domain"], "p": {"plan": "pro"}}
    answer = post(service, "/api/event", sent)
    assert (answer.status_code, answer.text) == (202, "ok")
    assert "x-plausible-dropped" not in answer.headers
    post(service, "/api/event", {**sent, "n": "Signup"})
    assert counted(alice, tracker) == (1, 1)
    [page] = report(alice, tracker)["breakdowns"]["page"]
    assert page["value"] == "/a"


def test_unknown_domains_and_bots_are_told_as_dropped(service: Service, alice: Account) -> None:
    sent = {"n": "pageview", "u": "https://a.example/", "d": "nobody.example.org"}
    answer = post(service, "/api/event", sent)
    assert (answer.status_code, answer.headers["x-plausible-dropped"]) == (202, "1")
    tracker = new_tracker(alice)
    sent["d"] = tracker["domain"]
    answer = post(service, "/api/event", sent, **{"user-agent": "curl/8"})
    assert (answer.status_code, answer.headers["x-plausible-dropped"]) == (202, "1")
    assert counted(alice, tracker) == (0, 0)


def test_umami_is_counted_by_the_trackers_id_and_by_alias(service: Service, alice: Account) -> None:
    website = f"8b1c6a52-1111-4222-8333-{next(_NUMBERS):012d}"
    tracker = new_tracker(alice, aliases=[f"umami:{website.upper()}"])
    assert tracker["aliases"] == [f"umami:{website}"]
    for name in (tracker["id"], website):
        payload = {"website": name, "hostname": tracker["domain"], "url": "/a"}
        answer = post(service, "/api/send", {"type": "event", "payload": payload})
        assert answer.status_code == 200
        assert answer.json().keys() == {"cache", "sessionId", "visitId"}
    batch = [{"type": "event", "payload": {**payload, "name": "Buy"}}, {"type": "event"}]
    told = post(service, "/api/batch", batch).json()
    assert (told["processed"], told["errors"]) == (1, 1)
    assert counted(alice, tracker) == (2, 1)


def test_goatcounter_is_counted_by_host_by_code_and_by_page(
    service: Service, alice: Account
) -> None:
    code = f"code{next(_NUMBERS)}"
    tracker = new_tracker(alice, aliases=[f"goatcounter:{code}"])
    page = f"https://{tracker['domain']}/a"
    for answer in (
        get(service, "/count?p=/a", host=f"{code}.stats.example.com"),
        get(service, f"/goatcounter/{code}/count?p=/a"),
        get(service, "/count?p=/a", referer=page),
        post(service, "/count?p=/a", None, referer=page),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert httpx.head(f"{service.url}/goatcounter/{code}/count").status_code == 200
    headless = get(service, f"/goatcounter/{code}/count?p=/a&b=151")
    assert headless.status_code == 200
    assert counted(alice, tracker) == (4, 0)
    assert get(service, "/count?p=/a", referer="https://nobody.example.org/").status_code == 400


def test_goatcounters_api_wants_the_owners_token(
    service: Service, alice: Account, bob: Account
) -> None:
    tracker = new_tracker(alice)
    path = f"/goatcounter/{tracker['site_id']}/api/v0/count"
    hits = [
        {"path": "/a", "ip": f"192.0.2.{number}", "user_agent": BROWSER} for number in (1, 2, 2)
    ]
    sent = {"hits": [*hits, {"path": "bought", "event": True, "session": "one"}]}
    assert post(service, path, sent).status_code == 401
    assert post(service, path, sent, authorization="Bearer x").status_code == 401
    answer = post(service, path, sent, authorization=f"Bearer {alice.token}")
    assert (answer.status_code, answer.json()) == (202, {"status": "ok"})
    totals = report(alice, tracker)["totals"]
    assert (totals["visitors"], totals["pageviews"], totals["events"]) == (3, 3, 1)
    # Bob's token is no word of Alice's: his visitor is himself, not whom he names.
    post(service, path, {"hits": hits}, authorization=f"Bearer {bob.token}")
    assert report(alice, tracker)["totals"]["visitors"] == 4


def test_matomo_is_counted_by_number(service: Service, alice: Account) -> None:
    number = next(_NUMBERS)
    tracker = new_tracker(alice, aliases=[f"matomo:{number}"])
    query = f"idsite={number}&rec=1&url=https%3A%2F%2F{tracker['domain']}%2Fa"
    for script in SCRIPTS:
        answer = get(service, f"{script}?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert get(service, f"/matomo.php?{query}&send_image=0").status_code == 204
    form = httpx.post(
        f"{service.url}/matomo.php", content=query,
        headers={**AGENT, "content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert form.status_code == 200
    bulk = {"requests": [f"?{query}&e_c=Video&e_a=Play", "?idsite=999999&rec=1&url=%2F"]}
    told = post(service, "/matomo.php", bulk).json()
    assert told == {"status": "success", "tracked": 1, "invalid": 1}
    assert counted(alice, tracker) == (4, 1)
    told = post(service, "/matomo.php", {**bulk, "token_auth": alice.token}).json()
    assert told["invalid_indices"] == [1]
    unknown = get(service, "/matomo.php?idsite=999999&rec=1&url=%2F")
    assert (unknown.status_code, unknown.headers["content-type"]) == (400, "image/gif")
    assert unknown.content.startswith(b"GIF89a")
    assert unknown.headers["x-ezee"]


def test_what_is_no_event_is_refused_and_on_the_ledger(service: Service, alice: Account) -> None:
    number = next(_NUMBERS)
    tracker = new_tracker(alice, aliases=[f"matomo:{number}"])
    nothing = get(service, f"/matomo.php?idsite={number}&rec=1")
    assert (nothing.status_code, nothing.headers["content-type"]) == (400, "image/gif")
    assert nothing.headers["x-ezee"].startswith("url: ")
    bulk = {"requests": [f"?idsite={number}&rec=1", f"?idsite={number}&url=%2F"]}
    assert post(service, "/matomo.php", bulk).json()["invalid"] == 2
    sent = {"n": "pageview", "u": "no address", "d": tracker["domain"]}
    assert post(service, "/api/event", sent).status_code == 400
    assert get(service, f"/matomo.php?idsite={number}").status_code == 200
    path = f"/api/v1/trackers/{tracker['id']}/dropped?period=today"

    def told() -> dict[str, int]:
        reasons = alice.client.get(path).json()["data"]["reasons"]
        return {each["reason"]: each["count"] for each in reasons if each["count"]}

    until(lambda: told() == {"invalid": 4})
    assert counted(alice, tracker) == (0, 0)


def test_matomos_script_may_read_the_answer_that_it_asks_for_with_cookies(
    service: Service, alice: Account
) -> None:
    number = next(_NUMBERS)
    new_tracker(alice, aliases=[f"matomo:{number}"])
    origin = {"origin": "https://a.example"}
    form = {**AGENT, **origin, "content-type": "application/x-www-form-urlencoded"}
    for idsite, status in ((number, 200), (999_999, 400)):
        sent = f"idsite={idsite}&rec=1&url=%2Fa"
        answer = httpx.post(f"{service.url}/matomo.php", content=sent, headers=form)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "https://a.example"
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["vary"] == "origin"
        assert "set-cookie" not in answer.headers
    shown = get(service, f"/matomo.php?{sent}", **origin)
    assert shown.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in shown.headers


def test_an_address_is_believed_with_the_owners_token_alone(
    service: Service, alice: Account
) -> None:
    number = next(_NUMBERS)
    tracker = new_tracker(alice, aliases=[f"matomo:{number}"])
    query = f"?idsite={number}&rec=1&url=%2Fa"
    named = [f"{query}&cip=192.0.2.{last}" for last in (1, 2, 3)]
    post(service, "/matomo.php", {"requests": named})
    assert report(alice, tracker)["totals"]["visitors"] == 1
    post(service, "/matomo.php", {"requests": named, "token_auth": alice.token})
    assert report(alice, tracker)["totals"]["visitors"] == 4


def test_an_alias_is_one_trackers(alice: Account, bob: Account) -> None:
    alias = f"matomo:{next(_NUMBERS)}"
    tracker = new_tracker(alice, aliases=[alias])
    sent = {"name": "B", "domain": "b.example.com", "aliases": [alias]}
    answer = bob.client.post("/api/v1/trackers", json=sent)
    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    path = f"/api/v1/trackers/{tracker['id']}"
    assert alice.client.patch(path, json={"aliases": [alias]}).status_code == 200
    answer = alice.client.patch(path, json={"aliases": ["other:1"]})
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == "aliases"


@pytest.mark.parametrize("path", [*PATHS, *SCRIPTS])
def test_pages_of_any_origin_may_send(service: Service, path: str) -> None:
    answer = httpx.options(service.url + path, headers={"origin": "https://a.example"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", [*PATHS, *SCRIPTS])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 50_000, b'{"requests": 1}', b"[1]"]
)
def test_rubbish_is_a_clients_error(service: Service, path: str, body: bytes) -> None:
    answer = httpx.post(service.url + path, content=body, headers=AGENT)
    # Matomo's says nothing to what does not ask to be recorded.
    assert answer.status_code in ({200, 400} if path in SCRIPTS else {200, 400, 401})


def test_a_body_has_a_limit(service: Service) -> None:
    body = b"x" * ((1 << 20) + 1)
    for path in (*PATHS, *SCRIPTS):
        assert httpx.post(service.url + path, content=body, headers=AGENT).status_code == 413


def test_other_methods_are_refused(service: Service) -> None:
    for path in PATHS:
        answer = httpx.put(service.url + path, headers=AGENT)
        assert (answer.status_code, "POST" in answer.headers["allow"]) == (405, True)


def test_each_can_be_switched_off(own_service: Service) -> None:
    own_service.stop()
    own_service.options = (*own_service.options, "--other-trackers", "umami")
    own_service.start()
    statuses: dict[str, Any] = {
        path: post(own_service, path, {}).status_code for path in (*PATHS, *SCRIPTS)
    }
    answered = {path for path, status in statuses.items() if status != 404}
    assert answered == {"/api/send", "/api/batch"}
    assert get(own_service, "/goatcounter/a/count").status_code == 404
