"""Reading bodies: what is an object, and numbers that nothing can hold."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ezee.errors import InvalidRequest
from ezee.web.api.bodies import read_object

DIGITS = b"9" * 5000


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"{}", {}),
        (b' {"a": "x", "b": [2.5, null]} ', {"a": "x", "b": [2.5, None]}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": 12345678901234567890123}', {"a": 12345678901234567890123}),
        (b'{"a": 1e999, "b": -1e999}', {"a": math.inf, "b": -math.inf}),
        (b'{"a": {"b": [1e999]}, "c": 1}', {"a": {"b": [math.inf]}, "c": 1}),
        (b'{"a": %b, "b": [%b]}' % (DIGITS, DIGITS), {"a": math.inf, "b": math.inf}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_an_object(body: bytes, fields: dict[str, Any]) -> None:
    assert read_object(body) == fields


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"1e999", DIGITS])
def test_no_object(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^The body must be a JSON object\.$"):
        read_object(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a": }', b'{"a": NaN}', b'{"a": "\xff"}', b'{"\xff": 1}', b'{"a": "\\ud800"}'],
)
def test_no_json(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^The body is not valid JSON in UTF-8\.$"):
        read_object(body)


def test_an_object_without_an_end_to_it() -> None:
    with pytest.raises(InvalidRequest, match=r"^The body is nested too deeply\.$"):
        read_object(b'{"a":' * 5000 + b"1" + b"}" * 5000)
