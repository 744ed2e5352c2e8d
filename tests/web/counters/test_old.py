"""``/count.php``: number and look of claimed counters, dashes for others, and whom it counts."""

from __future__ import annotations

import itertools
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from ezee.accounts import claims
from ezee.counters.drawing.counter import draw_png
from ezee.counters.drawing.face import Face
from ezee.counters.old import STYLES
from tests.support.polling import until
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker, report

pytestmark = pytest.mark.service

_NUMBERS = itertools.count(1000)


@pytest.fixture
def number() -> int:
    return next(_NUMBERS)


def claim(owner: Account, tracker: dict[str, Any], number: int, **fields: Any) -> httpx.Response:
    path = f"/api/v1/trackers/{tracker['id']}/old-counters/{number}"
    return owner.client.put(path, json=fields)


def look(service: Service, query: str, agent: str = BROWSER, **headers: str) -> bytes:
    """The picture that a page gets."""
    answer = httpx.get(
        f"{service.url}/count.php?{query}", headers={"user-agent": agent, **headers}, timeout=30
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["cache-control"].startswith("no-cache, no-store")
    return answer.content


def picture(number: int | None, **face: Any) -> bytes:
    return draw_png(Face(number, **face))


def shows(service: Service, query: str, expected: int) -> None:
    """Looking by HEAD does not count; the picture's size tells nothing, so it is fetched."""
    until(lambda: look(service, query, agent="Googlebot/2.1") == picture(expected))


def test_with_reloads_it_shows_every_view_and_without_each_visitor_once(
    service: Service, alice: Account, number: int
) -> None:
    tracker = new_tracker(alice)
    assert claim(alice, tracker, number, start=100).status_code == 200
    query = f"page={number}&reloads=1"
    until(lambda: look(service, query, agent="Googlebot/2.1") != picture(None))
    for _ in range(3):
        look(service, query)
    look(service, f"page={number}", agent=BROWSER.replace("126", "127"))
    assert counted(alice, tracker) == (4, 0)
    shows(service, query, 104)
    shows(service, f"page={number}", 102)
    shows(service, f"page={number}&reloads=0", 102)


def test_it_may_be_of_one_page(service: Service, alice: Account, number: int) -> None:
    tracker = new_tracker(alice)
    service.collect({"site_id": tracker["site_id"], "url": "/"})
    claim(alice, tracker, number, path="/guestbook.html")
    shows(service, f"page={number}&reloads=1", 0)
    look(service, f"page={number}&reloads=1", referer=f"http://{tracker['domain']}/")
    shows(service, f"page={number}&reloads=1", 1)
    pages = report(alice, tracker)["breakdowns"]["page"]
    assert {row["value"] for row in pages} == {"/", "/guestbook.html"}


@pytest.mark.parametrize("style", STYLES)
def test_every_old_style_has_a_look_of_ours(service: Service, style: str) -> None:
    image = Image.open(BytesIO(look(service, f"page=1&style={style}&nbdigits=8")))
    assert image.height in range(20, 60)


def test_digits_and_unknown_styles(service: Service) -> None:
    assert look(service, "page=1&style=nope") == look(service, "page=1")
    assert look(service, "page=1&nbdigits=9") == picture(None, digits=9)
    assert look(service, "page=1&nbdigits=0") == picture(None, digits=1)
    assert look(service, "page=1&nbdigits=99") == picture(None, digits=15)


@pytest.mark.parametrize(
    "query",
    ["", "page=", "page=1", "page=0", "page=-1", "page=x", "page=%FF", "page=1e3", "page[]=1",
     "page=99999999999999999999999", "page=" + "1" * 5000, "page=\u0661".encode().hex()],
)  # fmt: skip
def test_what_nobody_has_claimed_shows_dashes(service: Service, query: str) -> None:
    assert look(service, query) == picture(None)


def test_a_number_is_its_first_claimants(
    service: Service, alice: Account, bob: Account, number: int
) -> None:
    hers, another, his = new_tracker(alice), new_tracker(alice), new_tracker(bob)
    assert claim(alice, hers, number, start=5).json()["data"]["start"] == 5
    for owner, tracker in ((bob, his), (alice, another)):
        answer = claim(owner, tracker, number)
        assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
        assert hers["site_id"] not in answer.text
    assert claim(alice, hers, number, start=6, path="/a").status_code == 200
    listed = alice.client.get(f"/api/v1/trackers/{hers['id']}/old-counters").json()["data"]
    assert [(each["number"], each["path"], each["start"]) for each in listed] == [(number, "/a", 6)]
    path = f"/api/v1/trackers/{{}}/old-counters/{number}"
    assert bob.client.delete(path.format(his["id"])).status_code == 204
    assert claim(bob, his, number).status_code == 409
    assert alice.client.delete(path.format(hers["id"])).status_code == 204
    assert claim(bob, his, number).status_code == 200
    # A tracker that is deleted sets its numbers free.
    assert bob.client.delete(f"/api/v1/trackers/{his['id']}").status_code == 204
    assert claim(alice, hers, number).status_code == 200


def test_wrong_claims_are_named(alice: Account, number: int) -> None:
    tracker = new_tracker(alice)
    for sent, field in (
        ({"start": -1}, "start"),
        ({"start": True}, "start"),
        ({"start": 1.5}, "start"),
        ({"start": "9"}, "start"),
        ({"path": "no"}, "path"),
        ({"path": "/\x00"}, "path"),
        ({"path": "/" + "a" * 2000}, "path"),
        ({"path": 1}, "path"),
    ):
        answer = claim(alice, tracker, number, **sent)
        assert answer.status_code == 400
        assert [detail["field"] for detail in answer.json()["details"]] == [field]
    for wrong in (0, 10**12 + 1):
        assert claim(alice, tracker, wrong).status_code == 400


def test_an_account_may_claim_so_many(service: Service) -> None:
    greedy = service.account("greedy@example.com")
    tracker = new_tracker(greedy)
    first = 500_000
    for each in range(claims.CLAIM_LIMIT):
        assert claim(greedy, tracker, first + each).status_code == 200
    assert claim(greedy, tracker, first + claims.CLAIM_LIMIT).status_code == 409
    assert claim(greedy, tracker, first, start=1).status_code == 200


def test_the_operator_decides(service: Service, alice: Account, bob: Account, number: int) -> None:
    hers, his = new_tracker(alice), new_tracker(bob)
    claim(alice, hers, number, start=5)
    arguments = ["counter", "claim", str(number), "--site", his["site_id"], "--start", "7"]
    with pytest.raises(AssertionError, match="--force"):
        service.command(*arguments)
    made = service.json(*arguments, "--force")
    assert made == {"number": number, "start": 7, "path": "", "site_id": his["site_id"]}
    assert made in service.json("counter", "list")
    assert claim(alice, hers, number).status_code == 409
    assert claim(bob, his, number, start=8).status_code == 200
    assert service.json("counter", "release", str(number)) == {"released": number}
    with pytest.raises(AssertionError, match="not claimed"):
        service.command("counter", "release", str(number))
    until(lambda: look(service, f"page={number}") == picture(None))
