"""Name, kind, title, properties and the sender's own id."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ezee.events.steps.identity import id_of, kind_of, props_of, title_of
from ezee.model.event import Kind
from tests.support.events import SITE_ID


@pytest.mark.parametrize(
    ("sent", "kind", "name"),
    [
        (None, Kind.PAGEVIEW, ""),
        ("pageview", Kind.PAGEVIEW, ""),
        ("engagement", Kind.ENGAGEMENT, "engagement"),
        ("Sign up", Kind.CUSTOM, "Sign up"),
        ("Pageview", Kind.CUSTOM, "Pageview"),
    ],
)
def test_kinds(sent: str | None, kind: Kind, name: str) -> None:
    assert kind_of(sent) == (kind, name)


def test_titles_are_cut_at_300() -> None:
    assert title_of("é" * 301) == "é" * 300
    assert title_of(None) == ""


@pytest.mark.parametrize(
    ("props", "kept"),
    [
        (None, None),
        ({}, None),
        ({"a": None}, None),
        ({"b": 1, "a": "x", "c": None}, {"a": "x", "b": "1"}),
        ({"a": True, "b": 1.5, "c": False}, {"a": "true", "b": "1.5", "c": "false"}),
        ({"a": 10**30}, {"a": "1" + "0" * 30}),
        ({"a": "x" * 501}, {"a": "x" * 500}),
        ({"a": "ä\U0001f600"}, {"a": "ä\U0001f600"}),
    ],
)
def test_properties_are_kept_as_text(
    props: dict[str, Any] | None, kept: dict[str, str] | None
) -> None:
    text = props_of(props)
    assert (json.loads(text) if text else None) == kept


def test_properties_are_in_the_order_of_their_keys() -> None:
    assert props_of({"b": "2", "a": "1"}) == '{"a":"1","b":"2"}'


def test_an_id_is_its_trackers_and_never_nought() -> None:
    order = id_of(SITE_ID, "order-1")
    assert order == id_of(SITE_ID, "order-1") != 0
    assert order != id_of("ezi_00000000000b", "order-1")
    assert order != id_of(SITE_ID, "order-2")
    assert id_of(SITE_ID, None) == 0
