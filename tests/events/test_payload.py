"""What a sender may say: checked, and told in our own words."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.errors import InvalidRequest
from ezee.events import wording
from ezee.events.payload import BATCH_LIMIT, Judged, Payload, read_body, read_query
from ezee.events.pipeline import read_event
from ezee.model.event import Event
from ezee.store.salts import Salts
from tests.support.events import SITE_ID, draft, site

EVENT = {"site_id": SITE_ID, "url": "https://example.com/"}


def refused(read: Any) -> dict[str, str]:
    """What is said of each wrong field; the sentence alone under no name."""
    with pytest.raises(InvalidRequest) as caught:
        read()
    return dict(caught.value.details) or {"": caught.value.message}


def body(**fields: Any) -> bytes:
    return json.dumps({**EVENT, **fields}).encode()


def one(content: bytes) -> Payload:
    read = read_body(content)
    assert isinstance(read, Payload)
    return read


def batch(content: bytes) -> list[Judged]:
    read = read_body(content)
    assert isinstance(read, list)
    return read


def test_every_field_of_the_contract() -> None:
    fields = {
        "name": "buy",
        "referrer": "https://example.org/",
        "title": "Shop",
        "screen_width": 1280,
        "language": "pt-BR",
        "props": {"plan": "pro", "seats": 3, "trial": False, "ratio": 0.5, "none": None},
        "interactive": False,
        "value": 12.5,
        "currency": "EUR",
        "timestamp": "2026-03-10T12:00:00Z",
        "id": "order-1",
        "client_ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0",
    }
    read = one(body(**fields, unknown=[1, {"a": None}]))
    assert {name: getattr(read, name) for name in fields} == fields


def test_nulls_are_as_good_as_nothing() -> None:
    nothing = dict.fromkeys(set(Payload.__struct_fields__) - {"site_id", "url", "events"})
    assert one(body(**nothing)) == one(body())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"site_id": ""}, "site_id"),
        ({"site_id": None}, "site_id"),
        ({"site_id": 5}, "site_id"),
        ({"url": None}, "url"),
        ({"url": ""}, "url"),
        ({"url": "example.com/a"}, "url"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "data:text/html,hello"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https:///a"}, "url"),
        ({"url": "/" + "x" * 8192}, "url"),
        ({"url": ["/"]}, "url"),
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": 1}, "name"),
        ({"referrer": "x" * 8193}, "referrer"),
        ({"referrer": {}}, "referrer"),
        ({"title": 7}, "title"),
        ({"screen_width": -1}, "screen_width"),
        ({"screen_width": 1.5}, "screen_width"),
        ({"screen_width": "1280"}, "screen_width"),
        ({"screen_width": True}, "screen_width"),
        ({"language": "not a tag!"}, "language"),
        ({"language": "x" * 9}, "language"),
        ({"props": []}, "props"),
        ({"props": {"a": []}}, "props"),
        ({"props": {"a": {"b": 1}}}, "props"),
        ({"props": {"": 1}}, "props"),
        ({"props": {"a b": 1}}, "props"),
        ({"props": {"x" * 65: 1}}, "props"),
        ({"props": {str(key): key for key in range(31)}}, "props"),
        ({"interactive": 0}, "interactive"),
        ({"interactive": "false"}, "interactive"),
        ({"value": "12"}, "value"),
        ({"value": 1e13, "currency": "EUR"}, "value"),
        ({"value": 12}, "currency"),
        ({"value": 12, "currency": "Euro"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": 1761400800}, "timestamp"),
        ({"id": ""}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"client_ip": 1}, "client_ip"),
        ({"user_agent": "x" * 2001}, "user_agent"),
    ],
)
def test_each_wrong_field_is_named_and_told_what_it_must_be(
    fields: dict[str, Any], field: str
) -> None:
    assert refused(lambda: read_body(body(**fields))) == {field: wording.EXPECTED[field]}


@pytest.mark.parametrize(
    "field",
    ["site_id", "url", "name", "referrer", "title", "timestamp", "id", "client_ip", "user_agent"],
)
@pytest.mark.parametrize("letter", [r"\u0000", r"\n", r"\u007f", r"\u0085", r"\ud800", r"\udc00"])
def test_control_characters_and_lone_surrogates_anywhere(field: str, letter: str) -> None:
    text = {"url": "/a", "timestamp": "2026-03-10@12:00:00Z"}.get(field, "a@b")
    sent = json.dumps({**EVENT, field: text.replace("@", "") + "@" if "@" not in text else text})
    content = sent.replace("@", letter).encode()
    details = refused(lambda: read_body(content))
    assert set(details) == {field}
    assert details[field] in {wording.CONTROL, wording.EXPECTED[field]}


@pytest.mark.parametrize("letter", [r"\u0000", r"\ud83d"])
def test_within_properties_too(letter: str) -> None:
    content = json.dumps({**EVENT, "props": {"a": "@"}}).replace("@", letter).encode()
    assert refused(lambda: read_body(content)) == {"props": wording.CONTROL}


@pytest.mark.parametrize("text", [r"\ud83d\ude00", r"\\ud800", r"\\\\ud800", "😀", r"\u00e9"])
def test_what_only_looks_like_a_lone_surrogate_is_none(text: str) -> None:
    content = b'{"site_id":"a","url":"/","title":"%b"}' % text.encode()
    assert one(content).title == json.loads(f'"{text}"')


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", wording.NOT_JSON),
        (b" ", wording.NOT_JSON),
        (b"{", wording.NOT_JSON),
        (b'{"site_id": "ezi', wording.NOT_JSON),
        (b"{'a': 1}", wording.NOT_JSON),
        (b"{} {}", wording.NOT_JSON),
        (b"\xef\xbb\xbf{}", wording.NOT_JSON),
        (b'{"title": "\xff"}', wording.NOT_JSON),
        (b'{"title": "\xed\xa0\x80"}', wording.NOT_JSON),
        ('{"a": "b"}'.encode("utf-16"), wording.NOT_JSON),
        (b"\x00" * 100, wording.NOT_JSON),
        (b'{"value": NaN}', wording.NOT_JSON),
        (b'{"title": "a\nb"}', wording.NOT_JSON),
        (b"[]", wording.NOT_AN_OBJECT),
        (b"[{}]", wording.NOT_AN_OBJECT),
        (b"5", wording.NOT_AN_OBJECT),
        (b"null", wording.NOT_AN_OBJECT),
        (b'"text"', wording.NOT_AN_OBJECT),
        (b'{"x":' + b"[" * 100_000, wording.TOO_DEEP),
        (b'{"x":' * 50_000, wording.TOO_DEEP),
    ],
)
def test_what_is_no_event_at_all(content: bytes, sentence: str) -> None:
    assert refused(lambda: read_body(content)) == {"": sentence}


def test_every_wrong_field_is_told_at_once() -> None:
    details = refused(lambda: read_body(b'{"screen_width": -1, "language": "?"}'))
    assert list(details) == ["site_id", "url", "screen_width", "language"]
    details = refused(lambda: read_body(b'{"url": 5, "name": [], "title": "\\n", "value": 1}'))
    assert list(details) == ["site_id", "url", "name", "title", "currency"]
    assert details["title"] == wording.CONTROL


def test_a_custom_event_needs_no_url() -> None:
    assert one(b'{"site_id": "a", "name": "buy"}').url is None
    assert set(refused(lambda: read_body(b'{"site_id": "a", "name": "pageview"}'))) == {"url"}


@pytest.mark.parametrize("events", [[], [EVENT] * (BATCH_LIMIT + 1), None, {}, 5, "x"])
def test_the_envelope_of_a_batch(events: Any) -> None:
    content = json.dumps({"events": events}).encode()
    assert refused(lambda: read_body(content)) == {"events": wording.EXPECTED["events"]}


def test_a_batch_is_judged_event_by_event() -> None:
    content = (
        b'{"events": [%b, 5, {"site_id": "a"}, {"events": []}, '
        b'{"site_id": "a", "url": "/", "title": "\\ud800"}, null, %b]}' % (body(), body())
    )
    judged = batch(content)
    good = [index for index, each in enumerate(judged) if isinstance(each, Payload)]
    assert (len(judged), good) == (7, [0, 6])


def test_the_largest_batch_passes() -> None:
    content = json.dumps({"events": [EVENT] * BATCH_LIMIT}).encode()
    assert len(batch(content)) == BATCH_LIMIT


def test_a_query_says_the_same() -> None:
    fields = {
        **EVENT,
        "name": "buy",
        "props": '{"a": 1, "b": "x"}',
        "screen_width": "1280",
        "interactive": "false",
        "value": "12.5",
        "currency": "EUR",
        "title": "é",
        "events": "ignored",
    }
    read = read_query(urlencode(fields).encode())
    assert (read.screen_width, read.interactive, read.value) == (1280, False, 12.5)
    assert (read.props, read.title) == ({"a": 1, "b": "x"}, "é")
    assert read.site_id == SITE_ID


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "site_id"),
        ("site_id=a", "url"),
        ("site_id=a&url=%00", "url"),
        ("site_id=a&url=/&title=%01", "title"),
        ("site_id=a&url=/&screen_width=wide", "screen_width"),
        ("site_id=a&url=/&interactive=maybe", "interactive"),
        ("site_id=a&url=/&value=nan&currency=EUR", "value"),
        ("site_id=a&url=/&value=inf&currency=EUR", "value"),
        ("site_id=a&url=/&props=5", "props"),
        ("site_id=a&url=/&props={", "props"),
        ("site_id=a&url=/&props=" + "[" * 50_000, "props"),
        ('site_id=a&url=/&props={"a":"%5Cud800"}', "props"),
    ],
)
def test_a_wrong_query(query: str, field: str) -> None:
    assert field in refused(lambda: read_query(quote(query, safe="=&%/").encode()))


@pytest.mark.parametrize("query", [b"site_id=%ff", b"site_id=a&url=/%ED%A0%80", b"title=\xff"])
def test_a_query_that_is_not_utf8(query: bytes) -> None:
    sentence = "The query string is not percent-encoded UTF-8."
    assert refused(lambda: read_query(query)) == {"": sentence}


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
_FIELDS = st.dictionaries(
    st.sampled_from([*Payload.__struct_fields__, "unknown"]),
    _ANYTHING | st.sampled_from(["/", "https://example.com/%00", "EUR", "2026-03-10T12:00:00Z"]),
)
_SENT = _FIELDS.map(lambda fields: {**EVENT, **fields}) | _FIELDS | _ANYTHING


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=200) | _SENT.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(content: bytes) -> None:
    _survives(content)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    _SENT.map(lambda value: json.dumps(value).encode()), st.integers(0, 300), st.binary(max_size=3)
)
def test_any_broken_body_is_read_or_refused(content: bytes, place: int, noise: bytes) -> None:
    _survives(content[:place] + noise + content[place + len(noise) :])


def _survives(content: bytes) -> None:
    try:
        read = read_body(content)
    except InvalidRequest as error:
        _check_words(error)
        return
    for each in read if isinstance(read, list) else [read]:
        assert isinstance(each, Payload | InvalidRequest)
        if isinstance(each, InvalidRequest):
            _check_words(each)


def _check_words(error: InvalidRequest) -> None:
    assert error.message
    assert not any(word in error.message for word in ("Expected `", "$.", "msgspec", "byte "))
    assert all(detail.field in wording.EXPECTED for detail in error.details)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.binary(max_size=80) | st.text(max_size=40).map(lambda text: quote(text, safe="=&").encode())
)
def test_any_query_is_read_or_refused(query: bytes) -> None:
    try:
        read = read_query(b"site_id=a&url=/&" + query)
    except InvalidRequest as error:
        _check_words(error)
    else:
        assert read.site_id


_TEXT = st.text(st.characters() | st.sampled_from("\0\n\x7f\x85\ud800\udfff%&=?/#"), max_size=12)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    path=_TEXT,
    query=_TEXT,
    texts=st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("name", "referrer", "title", "id", "language"), _TEXT),
            "props": st.dictionaries(st.sampled_from(["a", "b.c"]), _TEXT, max_size=2),
        },
    ),
    quoted=st.booleans(),
)
def test_what_is_stored_can_be_shown(
    path: str, query: str, texts: dict[str, Any], quoted: bool
) -> None:
    """However it was sent: no control character and no lone surrogate is ever stored."""
    if quoted:
        path = quote(path, errors="surrogatepass")
        query = "utm_source=" + quote(query, errors="surrogatepass")
    url = f"https://example.com/{path}?{query}"
    try:
        payload = one(json.dumps({**EVENT, "url": url, **texts}).encode())
    except InvalidRequest as error:
        _check_words(error)
        return
    with TemporaryDirectory() as folder:
        made = draft(Path(folder), site=site(), salts=Salts(Path(folder)))
        event = read_event(replace(made, payload=payload))
    assert isinstance(event, Event)
    for name in Event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, str):
            value.encode()
            assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in value), name
