"""Name, kind, title, properties and the sender's own id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ezee.events.steps.identity import hash_id, put_identity
from ezee.model.event import Kind
from tests.support.events import SITE_ID, draft


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
def test_kinds(tmp_path: Path, sent: str | None, kind: Kind, name: str) -> None:
    made = draft(tmp_path, name=sent)
    put_identity(made)
    assert (made.kind, made.name) == (kind, name)


def test_titles_are_cut_at_300(tmp_path: Path) -> None:
    made = draft(tmp_path, title="é" * 301)
    put_identity(made)
    assert made.title == "é" * 300


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
    tmp_path: Path, props: dict[str, Any] | None, kept: dict[str, str] | None
) -> None:
    made = draft(tmp_path, props=props)
    put_identity(made)
    assert made.props == ("" if kept is None else made.props)
    assert (json.loads(made.props) if made.props else None) == kept


def test_properties_are_in_the_order_of_their_keys(tmp_path: Path) -> None:
    made = draft(tmp_path, props={"b": "2", "a": "1"})
    put_identity(made)
    assert made.props == '{"a":"1","b":"2"}'


def test_an_id_is_its_trackers_and_never_nought(tmp_path: Path) -> None:
    made = draft(tmp_path, id="order-1")
    put_identity(made)
    assert made.event_id == hash_id(SITE_ID, "order-1") != 0
    assert made.event_id != hash_id("ezi_00000000000b", "order-1")
    assert made.event_id != hash_id(SITE_ID, "order-2")
    without = draft(tmp_path)
    put_identity(without)
    assert without.event_id == 0
