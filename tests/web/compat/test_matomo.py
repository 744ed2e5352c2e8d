"""What Matomo's clients mean, and how they are answered."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from ezee.errors import InvalidRequest, NotFound, Unavailable
from ezee.web.compat.matomo import Matomo
from ezee.web.compat.meant import Asked, Meant
from ezee.web.compat.protocol import Judged
from tests.web.compat.reading import asked_json, only

MATOMO = Matomo()
PAGE = "https://example.com/a"


def get(**fields: Any) -> Asked:
    query = urlencode({"idsite": 7, "rec": 1, "url": PAGE, **fields})
    return Asked("GET", "single", query=query.encode())


def test_a_pageview_is_read() -> None:
    asked = get(
        action_name="A", urlref="https://a.example/", res="1440x900", lang="fr-FR,fr;q=0.8",
        cdt="2026-09-21 14:13:20", ua="An agent", cip="192.0.2.7",
    )  # fmt: skip
    assert only(MATOMO, asked) == Meant(
        ("7",),
        {
            "url": PAGE, "title": "A", "referrer": "https://a.example/", "screen_width": 1440,
            "language": "fr-FR", "timestamp": "2026-09-21 14:13:20",
        },
        "An agent",
        "192.0.2.7",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "name", "props"),
    [
        ({"e_c": "Video", "e_a": "Play", "e_n": "Intro", "e_v": 3}, "Play",
         {"category": "Video", "label": "Intro", "value": "3"}),
        ({"link": "https://b.example/"}, "Outbound Link", {"url": "https://b.example/"}),
        ({"download": "/a.pdf"}, "Download", {"url": "/a.pdf"}),
        ({"search": "tea", "search_count": 3}, "Search", {"query": "tea", "results": "3"}),
        ({"idgoal": 3, "revenue": "9.5"}, "Goal 3", {"revenue": 9.5}),
        ({"idgoal": 0, "ec_id": "A1", "revenue": 9}, "Order", {"order": "A1", "revenue": 9.0}),
        ({"c_n": "Ad", "c_i": "click"}, "Content Interaction", {"content": "Ad"}),
    ],
)  # fmt: skip
def test_what_is_no_pageview_is_an_event(
    fields: dict[str, Any], name: str, props: dict[str, Any]
) -> None:
    read = only(MATOMO, get(**fields)).fields
    assert (read["name"], read["props"]) == (name, props)


def test_a_heartbeat_is_an_engagement() -> None:
    assert only(MATOMO, get(ping=1)).fields == {"name": "engagement", "url": PAGE}


def test_what_javascript_has_no_value_for_is_not_there() -> None:
    body = b"idsite=7&rec=1&e_c=Video&e_a=Play&e_n=undefined&url=undefined"
    asked = Asked("POST", "single", body=body)
    assert only(MATOMO, asked).fields == {"name": "Play", "props": {"category": "Video"}}


def test_a_screen_of_an_app_is_a_page_by_its_title() -> None:
    body = b"idsite=7&rec=1&action_name=Screen+%2F+What+is+new%3F"
    fields = only(MATOMO, Asked("POST", "single", body=body)).fields
    assert fields == {"url": "/Screen/What%20is%20new%3F", "title": "Screen / What is new?"}


def test_a_form_is_read_like_a_query() -> None:
    body = get(action_name="B").query
    assert only(MATOMO, Asked("POST", "single", body=body)).fields == {"url": PAGE, "title": "B"}


def test_without_rec_nothing_is_recorded() -> None:
    assert MATOMO.read(Asked("GET", "single", query=b"idsite=1")) == []


def test_what_is_to_be_recorded_without_an_address_or_a_title_is_an_event_that_tells_nothing() -> (
    None
):
    assert only(MATOMO, Asked("GET", "single", query=b"idsite=7&rec=1")) == Meant(("7",), {})


def test_a_site_must_be_named() -> None:
    with pytest.raises(InvalidRequest):
        MATOMO.read(Asked("GET", "single", query=b"rec=1"))


def test_bulk_requests_are_queries_or_objects() -> None:
    requests = ["?idsite=7&rec=1&url=https%3A%2F%2Fexample.com%2Fa", {"idsite": 7, "rec": 1}, 5]
    asked = asked_json({"requests": requests, "token_auth": "ezi_sk_x"})
    first, second, _ = MATOMO.read(asked)
    assert (first, second) == (Meant(("7",), {"url": PAGE}), Meant(("7",), {}))
    assert MATOMO.token(asked) == "ezi_sk_x"
    answer = MATOMO.answer(asked, [Judged(), Judged(error=InvalidRequest("Wrong."))])
    assert answer.status == 200
    assert msgspec.json.decode(answer.body) == {
        "status": "success", "tracked": 1, "invalid": 1, "invalid_indices": [1],
    }  # fmt: skip


def test_answers_are_theirs() -> None:
    taken = MATOMO.answer(get(), [Judged()])
    assert (taken.status, taken.headers["content-type"]) == (200, "image/gif")
    silent = MATOMO.answer(get(send_image=0), [Judged()])
    assert (silent.status, silent.body) == (204, b"")
    assert silent.headers["cache-control"].startswith("no-store")


def test_what_is_wrong_is_a_gif_all_the_same() -> None:
    wrong = MATOMO.answer(get(), [Judged(error=NotFound("Né"))])
    assert (wrong.status, wrong.headers["content-type"]) == (400, "image/gif")
    assert wrong.body.startswith(b"GIF89a")
    assert wrong.headers["x-ezee"] == "N?"
    silent = MATOMO.refuse(Unavailable("Later."), get(send_image=0))
    assert (silent.status, silent.body, "content-type" in silent.headers) == (503, b"", False)
    assert silent.headers["retry-after"]
    assert MATOMO.refuse(InvalidRequest("No.")).body.startswith(b"GIF89a")


def test_a_bulk_request_that_fails_is_told_in_their_object() -> None:
    failed = MATOMO.refuse(Unavailable("Later."), asked_json({"requests": []}))
    assert (failed.status, failed.headers["content-type"]) == (503, "application/json")
    assert msgspec.json.decode(failed.body) == {
        "status": "error", "tracked": 0, "invalid": 0, "message": "Later.",
    }  # fmt: skip


def test_a_bulk_request_may_want_no_answer() -> None:
    for wanted in ("0", 0):
        asked = asked_json({"requests": [], "send_image": wanted})
        assert MATOMO.answer(asked, [Judged()])[::2] == (204, b"")


def test_which_were_wrong_is_told_to_who_has_a_token() -> None:
    judged = [Judged(), Judged(error=InvalidRequest("Wrong."))]
    told = msgspec.json.decode(MATOMO.answer(asked_json({"requests": []}), judged).body)
    assert told == {"status": "success", "tracked": 1, "invalid": 1}
    asked = asked_json({"requests": [], "token_auth": "x"})
    assert msgspec.json.decode(MATOMO.answer(asked, judged[:1]).body)["invalid_indices"] == []
