"""What Umami's clients mean, and how they are answered."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ezee.errors import EzeeError, InvalidRequest, NotFound, PayloadTooLarge, RateLimited
from ezee.model.event import DropReason
from ezee.web.compat.protocol import Judged
from ezee.web.compat.umami import Umami
from tests.web.compat.reading import asked_json, only

UMAMI = Umami()
WEBSITE = "8b1c6a52-1111-4222-8333-944455556666"


def sent(kind: str = "event", **payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": {"website": WEBSITE, **payload}}


def test_a_pageview_is_read() -> None:
    payload: dict[str, Any] = {
        "hostname": "example.com", "url": "/a?ref=b", "referrer": "https://a.example/",
        "title": "A", "screen": "1920x1080", "language": "de-DE",
    }  # fmt: skip
    read = only(UMAMI, asked_json(sent(**payload)))
    assert read.sites == (WEBSITE,)
    assert read.fields == {
        "url": "https://example.com/a?ref=b", "referrer": "https://a.example/", "title": "A",
        "screen_width": 1920, "language": "de-DE",
    }  # fmt: skip


def test_an_event_is_read_with_its_data_and_its_visitor() -> None:
    payload: dict[str, Any] = {
        "name": "Buy", "data": {"revenue": 9.5, "currency": "usd", "items": [1, 2]},
        "tag": "b", "ip": "192.0.2.7", "userAgent": "An agent", "timestamp": 1_790_000_000,
    }  # fmt: skip
    read = only(UMAMI, asked_json(sent(**payload)))
    assert (read.address, read.user_agent) == ("192.0.2.7", "An agent")
    assert read.fields == {
        "name": "Buy", "value": 9.5, "currency": "USD", "timestamp": "2026-09-21T14:13:20+00:00",
        "props": {"tag": "b", "revenue": 9.5, "currency": "usd", "items": "[1,2]"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent_as", "meant"),
    [("Tea%20%26%20caf%C3%A9", "Tea & café"), ("100%", "100%"), ("50% off %41", "50% off %41"),
     ("caf%E9", "caf%E9"), ("Tea%0Atime", "Tea time")],
)  # fmt: skip
def test_what_earlier_scripts_encode_once_more_is_decoded(sent_as: str, meant: str) -> None:
    payload = {"hostname": "example.com", "title": sent_as, "url": "/caf%25C3%25A9?a=100%25"}
    fields = only(UMAMI, asked_json(sent(**payload))).fields
    assert (fields["title"], fields["url"]) == (meant, "https://example.com/caf%C3%A9?a=100%25")


def test_a_language_that_is_none_is_left_out() -> None:
    assert "language" not in only(UMAMI, asked_json(sent(url="/", language="?!"))).fields


def test_who_a_visitor_is_is_no_event() -> None:
    assert UMAMI.read(asked_json(sent("identify", data={"name": "Ada"}))) == []
    assert UMAMI.answer(asked_json({}), []).status == 200


@pytest.mark.parametrize(
    "content", [None, [], {}, {"payload": {}}, {"type": "x", "payload": {"website": WEBSITE}}]
)
def test_what_is_not_theirs_is_refused(content: object) -> None:
    with pytest.raises(InvalidRequest):
        UMAMI.read(asked_json(content))


def test_of_a_batch_each_is_judged_by_itself() -> None:
    asked = asked_json([sent(url="/"), {}], path="batch")
    read = UMAMI.read(asked)
    assert len(read) == 2
    assert isinstance(read[1], InvalidRequest)
    answer = UMAMI.answer(asked, [Judged(), Judged(error=read[1])])
    told = msgspec.json.decode(answer.body)
    assert (answer.status, told["size"], told["processed"], told["errors"]) == (200, 2, 1, 1)
    assert told["details"][0]["index"] == 1


def test_answers_are_theirs() -> None:
    asked = asked_json({})
    taken = msgspec.json.decode(UMAMI.answer(asked, [Judged()]).body)
    assert taken.keys() == {"cache", "sessionId", "visitId"}
    dropped = UMAMI.answer(asked, [Judged(DropReason.BOT)])
    assert (dropped.status, dropped.body) == (200, b'{"beep":"boop"}')
    unknown = UMAMI.answer(asked, [Judged(error=NotFound())])
    assert unknown.status == 400
    for error, status, code in (
        (InvalidRequest("Wrong."), 400, "bad-request"),
        (RateLimited(7), 429, "too-many-requests"),
        (PayloadTooLarge(), 413, "payload-too-large"),
        (EzeeError(), 500, "server-error"),
    ):
        refused = UMAMI.refuse(error)
        told = msgspec.json.decode(refused.body)["error"]
        assert (refused.status, told["status"], told["code"]) == (status, status, code)
    assert msgspec.json.decode(unknown.body)["error"]["message"] == "Website not found."
