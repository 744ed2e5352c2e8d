"""What GoatCounter's clients mean, and how they are answered."""

from __future__ import annotations

import msgspec
import pytest

from ezee.errors import InvalidRequest, NotFound
from ezee.model.event import DropReason
from ezee.web.compat.goatcounter import GoatCounterApi, GoatCounterPixel
from ezee.web.compat.meant import Asked, Meant
from ezee.web.compat.protocol import Judged
from tests.web.compat.reading import asked_json, only

PIXEL, API = GoatCounterPixel(), GoatCounterApi()
HOST = "blog.stats.example.com:8000"
REFERER = "https://blog.example.com/post"


def pixel(query: bytes, referer: str = REFERER) -> Asked:
    return Asked("GET", "count", query=query, host=HOST, referer=referer)


def test_a_pageview_is_read_from_the_query() -> None:
    query = b"p=%2Fpost&t=A%20post&r=https%3A%2F%2Fa.example%2F&s=1920,1080,2&q=%3Fref%3Db&rnd=x"
    assert only(PIXEL, pixel(query)) == Meant(
        ("blog.stats.example.com", "blog", "blog.example.com"),
        {
            "url": "/post?ref=b", "title": "A post", "referrer": "https://a.example/",
            "screen_width": 1920,
        },
    )  # fmt: skip


def test_a_query_that_the_path_has_too_is_not_there_twice() -> None:
    query = b"p=%2Fshop%3Fid%3D7&q=%3Fid%3D7%26utm_source%3Dletter"
    assert only(PIXEL, pixel(query)).fields == {"url": "/shop?id=7&utm_source=letter"}


def test_without_a_path_it_is_the_page_that_shows_the_pixel() -> None:
    assert only(PIXEL, pixel(b"")).fields == {"url": REFERER}


def test_an_event_has_a_name_instead_of_a_path() -> None:
    fields = only(PIXEL, pixel(b"p=click-me&e=true")).fields
    assert fields == {"name": "click-me", "url": REFERER}


def test_what_the_script_takes_for_a_program_is_one() -> None:
    assert not only(PIXEL, pixel(b"p=/&b=0")).headless
    assert only(PIXEL, pixel(b"p=/&b=150")).headless
    with pytest.raises(InvalidRequest):
        PIXEL.read(pixel(b"p=/&b=7"))


def test_what_is_excluded_is_told() -> None:
    answer = PIXEL.answer(pixel(b""), [Judged(DropReason.EXCLUDED)])
    assert (answer.status, answer.headers["content-type"]) == (202, "image/gif")
    assert answer.headers["x-goatcounter"].startswith("ignored because")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_pixel_is_a_gif_whatever_happens() -> None:
    asked = pixel(b"")
    for judged, status in (
        (Judged(), 200), (Judged(DropReason.BOT), 200), (Judged(error=NotFound("Né")), 400),
    ):  # fmt: skip
        answer = PIXEL.answer(asked, [judged])
        assert (answer.status, answer.headers["content-type"]) == (status, "image/gif")
        assert answer.body.startswith(b"GIF89a")
    assert answer.headers["x-goatcounter"] == "N?"


def test_the_apis_hits_are_read() -> None:
    hits = [
        {"path": "/a", "title": "A", "ref": "a.example", "size": [1440, 900, 1], "query": "ref=b",
         "ip": "192.0.2.7", "user_agent": "An agent", "created_at": "2026-09-21T14:13:20Z"},
        {"path": "bought", "event": True, "session": "one"},
        {},
    ]  # fmt: skip
    page, event, wrong = API.read(asked_json({"hits": hits}, host=HOST))
    assert isinstance(page, Meant)
    assert (page.address, page.user_agent) == ("192.0.2.7", "An agent")
    assert page.fields == {
        "url": "/a?ref=b", "title": "A", "referrer": "a.example", "screen_width": 1440,
        "timestamp": "2026-09-21T14:13:20Z",
    }  # fmt: skip
    assert isinstance(event, Meant)
    assert event.fields == {"name": "bought"}
    assert event.address.startswith("fd")
    assert isinstance(wrong, InvalidRequest)


def test_a_hit_tells_whose_it_is_or_that_it_is_alone() -> None:
    hits = [{"path": "/a"}, {"path": "/a", "user_agent": "An agent"}, {"path": "/a", "ip": "::1"}]
    assert all(isinstance(read, InvalidRequest) for read in API.read(asked_json({"hits": hits})))
    alone = API.read(asked_json({"hits": hits, "no_sessions": True}))
    assert all(isinstance(read, Meant) for read in alone)
    visitors = {(read.address, read.user_agent) for read in alone if isinstance(read, Meant)}
    assert len(visitors) == 3
    assert all(address and agent for address, agent in visitors)
    assert ("::1", "An agent") not in visitors


def test_the_apis_answers_are_theirs() -> None:
    asked = asked_json({})
    taken = API.answer(asked, [Judged(), Judged(DropReason.BOT)])
    assert (taken.status, taken.body) == (202, b'{"status":"ok"}')
    wrong = API.answer(asked, [Judged(), Judged(error=InvalidRequest("Wrong."))])
    assert (wrong.status, msgspec.json.decode(wrong.body)) == (400, {"errors": {"1": "Wrong."}})


@pytest.mark.parametrize("content", [{}, {"hits": []}, {"hits": 1}, {"hits": [{}] * 501}])
def test_hits_must_be_a_list(content: object) -> None:
    with pytest.raises(InvalidRequest):
        API.read(asked_json(content))
