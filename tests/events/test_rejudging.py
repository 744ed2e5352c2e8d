"""Today's rules over history: as if they had held when its events came, where that can be told."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any, NamedTuple

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from ezee.events import rejudging
from ezee.events.bots.features import DATA_CENTRE, IMPOSSIBLE, REFERRER_SPAM
from ezee.events.bots.networks import Networks
from ezee.events.bots.rates import TOO_MANY
from ezee.events.rejudging import PERSON, Judged, Judgement, Rejudged
from ezee.events.surroundings import Surroundings
from ezee.model.calendar import DAY, MINUTE
from ezee.model.event import Bot
from ezee.model.site import SiteConfig
from ezee.store.base import Batch
from tests.support.events import NOON, PatientStore, event
from tests.support.examples import examples
from tests.support.history import TODAY, ingest, new_site, told
from tests.support.service import BROWSER

SPAM = frozenset({"spam.example"})
NOBODY: frozenset[str] = frozenset()
SPAMMED = (REFERRER_SPAM.rule, "spam")
NETWORK = (DATA_CENTRE.rule, "network")
NO_BROWSER = (IMPOSSIBLE.rule, "other")
GOOGLEBOT = ("Googlebot", "search")
AGENT = "Googlebot/2.1"
FROM_SPAM = {"referrer": "www.spam.example"}
SAFARI_ON_WINDOWS = {"browser": "Safari", "version": 15, "os": "Windows"}


class Case(NamedTuple):
    """What is kept of an event, how it was judged, and how it is by today's rules."""

    kept: dict[str, Any]
    was: Judged
    becomes: Judged
    token: str = ""


CASES = {
    "a person": Case({}, PERSON, PERSON),
    "sent by a host newly listed": Case(FROM_SPAM, PERSON, SPAMMED),
    "sent by a host listed still": Case(FROM_SPAM, SPAMMED, SPAMMED),
    "sent by a host listed no longer": Case({"referrer": "ham.example"}, SPAMMED, PERSON),
    "with a browser found impossible": Case(SAFARI_ON_WINDOWS, PERSON, NO_BROWSER),
    "by another rule on features": Case(SAFARI_ON_WINDOWS, SPAMMED, NO_BROWSER),
    "with a headless bit": Case({"hints": 1}, PERSON, ("headless browser", "headless")),
    "with a bit of networks": Case({"hints": 4}, NETWORK, NETWORK),
    "without a bit of networks": Case({}, NETWORK, PERSON),
    "a crawler": Case({}, GOOGLEBOT, GOOGLEBOT, AGENT),
    "a crawler by its old name": Case({}, ("Google", "search"), GOOGLEBOT, AGENT),
    "a crawler of another category": Case({}, ("Googlebot", "ai"), GOOGLEBOT, AGENT),
    "listed no longer": Case({}, GOOGLEBOT, PERSON, "Mozilla/5.0 Firefox/126"),
    "listed no longer, from a spammer": Case(
        FROM_SPAM, GOOGLEBOT, SPAMMED, "Mozilla/5.0 Firefox/126"
    ),
    "an agent without a token": Case(FROM_SPAM, ("Foo", "other"), ("Foo", "other")),
    "no agent": Case({}, ("no user agent", "other"), ("no user agent", "other")),
    "too many events": Case(FROM_SPAM, (TOO_MANY.rule, "rate"), (TOO_MANY.rule, "rate")),
    "an import that counts all": Case({**FROM_SPAM, "judged": False}, PERSON, PERSON),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_each_is_judged_by_what_is_kept_of_it(store: PatientStore, case: Case) -> None:
    site = new_site()
    add(store, site, case)
    found = rejudging.judge_again(store, site.key, SPAM)
    moved = int(case.becomes != case.was)
    assert found.changes == [Rejudged(TODAY, case.was, case.becomes, 1)] * moved
    assert rejudging.apply(store, site.key, found) == moved
    says = told(store, site)
    bots = [] if case.becomes == PERSON else [(TODAY, "bot", *case.becomes, 1)]
    assert says["not counted"] == bots
    assert says["totals"]["pageviews"] == 1 - len(bots)
    assert rejudging.judge_again(store, site.key, SPAM) == Judgement([], [])


def add(store: PatientStore, site: SiteConfig, case: Case, at: int = NOON) -> None:
    made = event(at, site=site.key, **case.kept)
    people, bots = [], [Bot(made, *case.was, case.token)]
    if case.was == PERSON:
        people, bots = [made], []
    store.append(Batch(people, bots=bots))


def test_changes_are_counted_by_day_and_judgement(store: PatientStore) -> None:
    """Whatever else of their features differs."""
    site = new_site()
    for browser, at in (("Firefox", NOON), ("Chrome", NOON), ("Chrome", NOON + DAY)):
        add(store, site, Case({**FROM_SPAM, "browser": browser}, PERSON, SPAMMED), at)
    add(store, site, CASES["a crawler by its old name"])
    found = rejudging.judge_again(store, site.key, SPAM)
    assert found.changes == [
        Rejudged(TODAY, PERSON, SPAMMED, 2),
        Rejudged(TODAY, ("Google", "search"), GOOGLEBOT, 1),
        Rejudged(TODAY + 1, PERSON, SPAMMED, 1),
    ]
    assert rejudging.apply(store, site.key, found) == 4


def test_a_host_that_is_listed_for_a_while_leaves_no_trace(store: PatientStore) -> None:
    site = new_site()
    for case in (CASES["sent by a host newly listed"], CASES["a person"], CASES["a crawler"]):
        add(store, site, case)
    before = told(store, site)
    for spammers, moved in ((SPAM, 1), (NOBODY, 1), (NOBODY, 0)):
        found = rejudging.judge_again(store, site.key, spammers)
        assert rejudging.apply(store, site.key, found) == moved
    assert told(store, site) == before


def test_a_store_without_events_has_nothing_to_judge(store: PatientStore) -> None:
    site = new_site()
    found = rejudging.judge_again(store, site.key, SPAM)
    assert found == Judgement([], [])
    assert rejudging.apply(store, site.key, found) == 0


def test_other_trackers_stay(store: PatientStore) -> None:
    site, other = new_site(), new_site()
    for each in (site, other):
        for case in CASES.values():
            add(store, each, case)
    before = told(store, other)
    rejudging.apply(store, site.key, rejudging.judge_again(store, site.key, SPAM))
    assert told(store, other) == before
    assert rejudging.judge_again(store, other.key, SPAM).changes


def test_what_has_just_come_is_judged_the_same(
    store: PatientStore, surroundings: Surroundings
) -> None:
    """Of every example that the list of crawlers gives."""
    site = new_site()
    agents = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]]
    sent = [{"user_agent": agent} for agent in [*agents, BROWSER, "", "-", "Foo"]]
    ingest(store, site, sent, surroundings)
    assert store.describe(site.key).bots > 2_000
    assert rejudging.judge_again(store, site.key, surroundings.spammers) == Judgement([], [])


_HOSTS = ["spam.example", "ham.example", "a.example"]
_AGENTS = [
    BROWSER,
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 "
    "Safari/605.1.15",
]
_LISTS = st.sets(st.sampled_from(_HOSTS)).map(frozenset)
_EVENTS = st.fixed_dictionaries(
    {
        "at": st.integers(-200, 200).map(lambda minutes: minutes * 10 * MINUTE),
        "url": st.sampled_from(["/", "/a"]),
        "name": st.sampled_from(["pageview", "pageview", "buy"]),
        "address": st.sampled_from(["192.0.2.1", "192.0.2.2"]),
        "user_agent": st.sampled_from(_AGENTS),
        "referrer": st.sampled_from([None, *(f"https://www.{host}/" for host in _HOSTS)]),
        "judged": st.sampled_from([True, True, True, False]),
    }
)


@examples(25)
@given(
    sent=st.lists(_EVENTS, max_size=8, unique_by=lambda fields: fields["at"]),
    was=_LISTS,
    now=_LISTS,
)
def test_every_number_is_that_of_events_that_come_with_these_rules(
    store: PatientStore,
    surroundings: Surroundings,
    sent: list[dict[str, Any]],
    was: frozenset[str],
    now: frozenset[str],
) -> None:
    networks = Networks([ip_network("192.0.2.2")])
    history, anew = new_site(), new_site()
    for site, spammers in ((history, was), (anew, now)):
        ingest(store, site, sent, replace(surroundings, spammers=spammers, networks=networks))
    found = rejudging.judge_again(store, history.key, now)
    assert rejudging.apply(store, history.key, found) == sum(each.events for each in found.changes)
    assert told(store, history) == told(store, anew)
