"""What Plausible's clients mean, and how they are answered."""

from __future__ import annotations

import msgspec
import pytest

from ezee.errors import InvalidRequest, NotFound
from ezee.model.event import DropReason
from ezee.web.compat.meant import Asked, Meant
from ezee.web.compat.plausible import Plausible
from ezee.web.compat.protocol import Judged
from tests.web.compat.reading import asked_json, only

PLAUSIBLE = Plausible()
PAGE = "https://example.com/a?utm_source=letter"


def test_a_scripts_short_names_are_read() -> None:
    sent = {"n": "pageview", "u": PAGE, "d": "example.com", "r": None, "w": 1440, "v": 36}
    assert only(PLAUSIBLE, asked_json(sent)) == Meant(
        ("example.com",), {"name": "pageview", "url": PAGE, "screen_width": 1440}
    )


def test_the_apis_long_names_are_read_too() -> None:
    sent = {
        "name": "Signup", "url": PAGE, "domain": "example.com", "referrer": "https://a.example/",
        "props": {"plan": "pro", "no. of seats": 3, "nested": {"deep": True}, "none": None},
        "revenue": {"currency": "eur", "amount": "12.50"}, "interactive": False,
    }  # fmt: skip
    assert only(PLAUSIBLE, asked_json(sent)).fields == {
        "name": "Signup", "url": PAGE, "referrer": "https://a.example/", "interactive": False,
        "props": {"plan": "pro", "no._of_seats": 3, "nested.deep": True},
        "value": 12.5, "currency": "EUR",
    }  # fmt: skip


def test_properties_may_be_json_within_the_json() -> None:
    sent = {"n": "Buy", "u": PAGE, "d": "example.com", "p": '{"a":"b"}', "$": '{"amount":1}'}
    assert only(PLAUSIBLE, asked_json(sent)).fields["props"] == {"a": "b"}


def test_several_domains_are_an_event_each() -> None:
    read = PLAUSIBLE.read(asked_json({"n": "pageview", "u": PAGE, "d": "a.example, b.example"}))
    assert [each.sites for each in read if isinstance(each, Meant)] == [
        ("a.example",), ("b.example",),
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"n":"pageview"}', b'{"d":"a.b"}'])
def test_what_is_not_theirs_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        PLAUSIBLE.read(Asked("POST", "", body=body))


def test_rubbish_in_texts_is_cleaned_rather_than_refused() -> None:
    body = b'{"n":"a\\u0000b\\ud800","u":"' + PAGE.encode() + b'","d":"a.b","p":{"k":"x\\ny"}}'
    fields = only(PLAUSIBLE, Asked("POST", "", body=body)).fields
    assert fields["name"] == "a b\ufffd"
    assert fields["props"] == {"k": "x y"}


def test_answers_are_theirs() -> None:
    asked = asked_json({})
    taken = PLAUSIBLE.answer(asked, [Judged()])
    assert (taken.status, taken.body, "x-plausible-dropped" in taken.headers) == (202, b"ok", False)
    for judged in (Judged(DropReason.BOT), Judged(error=NotFound())):
        dropped = PLAUSIBLE.answer(asked, [judged])
        assert (dropped.status, dropped.body) == (202, b"ok")
        assert dropped.headers["x-plausible-dropped"] == "1"
    wrong = PLAUSIBLE.answer(asked, [Judged(error=InvalidRequest.field("url", "is wrong"))])
    assert wrong.status == 400
    assert msgspec.json.decode(wrong.body) == {"errors": {"url": ["is wrong"]}}
