"""History is shown as today's groups say: as if they had held when its events came."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.events import regrouping
from ezee.events.regrouping import Regrouped
from ezee.events.surroundings import Surroundings
from ezee.model.calendar import MINUTE
from ezee.model.pages import find_errors
from tests.support.events import PatientStore
from tests.support.examples import examples
from tests.support.history import ingest, new_site, told

SENT: list[dict[str, Any]] = [
    *({"url": f"/user/{number}", "address": "192.0.2.1"} for number in (7, 7, 7, 8, 8)),
    {"url": "/about", "at": MINUTE},
    {"url": "/user/7", "name": "buy", "at": 2 * MINUTE},
    {"url": "/user/9", "name": "buy", "at": 2 * MINUTE},
    {"name": "buy", "url": None, "at": 3 * MINUTE},
    {"url": "/user/7", "user_agent": "curl/8.5.0"},
]
BECOME = {
    "no groups": ((), []),
    "none that fits": (("/users/*",), []),
    "a group": (
        ("/user/*",),
        [("/user/7", 3), ("/user/8", 2), ("/user/9", 0)],
    ),
    "two": (("/user/8", "/**/7"), [("/user/7", 3)]),
}


@pytest.mark.parametrize(("groups", "changed"), BECOME.values(), ids=list(BECOME))
def test_a_preview_has_what_would_change(
    store: PatientStore,
    surroundings: Surroundings,
    groups: tuple[str, ...],
    changed: list[tuple[str, int]],
) -> None:
    site = new_site()
    ingest(store, site, SENT, surroundings)
    before = told(store, site)
    becomes = groups[-1] if groups else ""
    expected = [Regrouped(path, path, becomes, views) for path, views in changed]
    assert regrouping.preview(store, site.key, groups) == expected
    assert told(store, site) == before


def test_applied_once_there_is_nothing_left_to_do(
    store: PatientStore, surroundings: Surroundings
) -> None:
    site, groups = new_site(), ("/user/*",)
    ingest(store, site, SENT, surroundings)
    changes = regrouping.preview(store, site.key, groups)
    # Five pageviews, two custom events, and what is kept of a program's.
    assert regrouping.apply(store, site.key, changes) == 8
    assert regrouping.preview(store, site.key, groups) == []
    assert regrouping.apply(store, site.key, changes) == 0
    pages = told(store, site)["breakdowns"]["page"]
    assert {row["value"]: row["pageviews"] for row in pages} == {"/user/*": 5, "/about": 1}


def test_groups_can_be_taken_back(store: PatientStore, surroundings: Surroundings) -> None:
    site = new_site()
    ingest(store, site, SENT, surroundings)
    before = told(store, site)
    for groups in (("/user/*",), ("/**",), ()):
        regrouping.apply(store, site.key, regrouping.preview(store, site.key, groups))
    assert told(store, site) == before


def test_a_path_that_is_shown_as_two_pages_becomes_one(
    store: PatientStore, surroundings: Surroundings
) -> None:
    """Groups were set between two of its events."""
    site = new_site()
    grouped = msgspec.structs.replace(site, rules=new_site(("/user/*",)).rules)
    ingest(store, site, [{"url": "/user/7"}], surroundings)
    ingest(store, grouped, [{"url": "/user/7"}] * 2, surroundings)
    assert regrouping.preview(store, site.key, ("/**",)) == [
        Regrouped("/user/7", "/user/*", "/**", 2),
        Regrouped("/user/7", "/user/7", "/**", 1),
    ]
    changes = regrouping.preview(store, site.key, ("/user/*",))
    assert changes == [Regrouped("/user/7", "/user/7", "/user/*", 1)]
    assert regrouping.apply(store, site.key, changes) == 1


def test_a_store_without_events_has_nothing_to_group(store: PatientStore) -> None:
    site = new_site()
    assert regrouping.preview(store, site.key, ("/**",)) == []
    assert regrouping.apply(store, site.key, []) == 0


def test_other_trackers_stay(store: PatientStore, surroundings: Surroundings) -> None:
    site, other = new_site(), new_site()
    for each in (site, other):
        ingest(store, each, SENT, surroundings)
    before = told(store, other)
    regrouping.apply(store, site.key, regrouping.preview(store, site.key, ("/**",)))
    assert told(store, other) == before != told(store, site)


_PARTS = st.sampled_from(["", "a", "b", "7", "ä", "*"])
_URLS = st.lists(_PARTS, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
_WILD = st.lists(_PARTS | st.just("**"), min_size=1, max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)
_GROUPS = st.lists(_WILD, max_size=3, unique=True).map(tuple)
_EVENTS = st.fixed_dictionaries(
    {
        "at": st.integers(-300, 300).map(lambda minutes: minutes * 10 * MINUTE),
        "url": _URLS,
        "name": st.sampled_from(["pageview", "pageview", "buy"]),
        "address": st.sampled_from(["192.0.2.1", "192.0.2.2"]),
    }
)


@examples(25)
@given(sent=st.lists(_EVENTS, max_size=8), was=_GROUPS, groups=_GROUPS)
def test_every_number_is_that_of_events_that_come_with_these_groups(
    store: PatientStore,
    surroundings: Surroundings,
    sent: list[dict[str, Any]],
    was: tuple[str, ...],
    groups: tuple[str, ...],
) -> None:
    history, anew = new_site(was), new_site(groups)
    for each in (history, anew):
        assert find_errors(each.rules.page_rules) == []
        ingest(store, each, sent, surroundings)
    regrouping.apply(store, history.key, regrouping.preview(store, history.key, groups))
    assert told(store, history) == told(store, anew)
