"""What is exported of a tracker beside its events."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from ezee.exports.sums import sums_of
from ezee.exports.text import write_ndjson
from ezee.model.dimensions import DIMENSIONS
from ezee.store.base import Batch
from tests.store.engines import DAY, bot
from tests.support.events import NOON, PatientStore, event, readable

_LONG = 1_001


def told(store: PatientStore, **site: Any) -> dict[str, list[Any]]:
    of = replace(readable(), **site)
    return {
        name: [
            json.loads(line)
            for each in found
            for piece in write_ndjson(each.table)
            for line in piece.splitlines()
        ]
        for name, found in groupby(sums_of(store, of, NOON), key=lambda each: each.name)
    }


def test_every_day_is_there_however_many_there_are(store: PatientStore) -> None:
    store.append(Batch([event(NOON - _LONG * DAY), event()], bots=[bot(rule="Googlebot")]))
    found = told(store)
    assert sorted(found) == ["days", "not-counted"]
    assert len(found["days"]) == _LONG + 1
    assert [found["days"][at]["visitors"] for at in (0, 1, -1)] == [1, 0, 1]
    assert [each["rule"] for each in found["not-counted"]] == ["Googlebot"]


def test_nothing_but_the_day_is_there_of_a_tracker_without_events(store: PatientStore) -> None:
    found = told(store)
    assert found["not-counted"] == []
    assert [each["pageviews"] for each in found["days"]] == [0]


def test_values_are_there_where_events_have_expired(store: PatientStore) -> None:
    store.append(Batch([event(NOON - 9 * DAY, page="/then"), event()]))
    found = told(store, kept_from=NOON // DAY)
    assert set(found) == {"days", "not-counted", *DIMENSIONS}
    assert {each["page"] for each in found["page"]} == {"/", "/then"}
