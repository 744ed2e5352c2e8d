"""What one node changes another hears of, within a second: by being told, and, where a connection
dies without a word, by the beat that nobody answers.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezee.accounts import listening
from ezee.accounts.database import Database
from ezee.accounts.directory import CHECK_EVERY, SiteDirectory
from ezee.accounts.listening import Listener
from ezee.accounts.trackers import TrackerChange, add_tracker, change_tracker
from ezee.accounts.users import find_user
from tests.accounts.conftest import ALICE
from tests.support.clock import FakeClock
from tests.support.polling import until
from tests.support.postgres import SERVICE, Server
from tests.support.relay import Relay, relayed

# A port that PostgreSQL's socket file is named by.
_SOCKET = ".s.PGSQL.5432"


@pytest.fixture
def relay(server: Server) -> Iterator[Relay]:
    with relayed(str(server.folder / _SOCKET)) as relay:
        yield relay


@pytest.fixture
def node(relay: Relay, addresses: tuple[str, str]) -> Iterator[Database]:
    """The database as a node has it that is behind a network."""
    name = addresses[0].partition("?")[0].rpartition("/")[2]
    opened = Database.at(f"postgresql://{SERVICE}@127.0.0.1:{relay.port}/{name}")
    yield opened
    opened.close()


@pytest.fixture
def heard(node: Database) -> Iterator[Listener]:
    """A listener that knows of no change."""
    listener = Listener(node)
    until(listener.told.is_set)
    listener.told.clear()
    yield listener
    listener.close()


def add(database: Database, domain: str = "a.example") -> None:
    user = find_user(database, ALICE)
    add_tracker(database, user.id, TrackerChange(name="x", domain=domain), 5)


def test_of_a_change_it_is_told_without_asking(served: Database, node: Database) -> None:
    listener = Listener(node, beat=3600)
    until(listener.told.is_set)
    listener.told.clear()
    add(served)
    until(listener.told.is_set)
    listener._closing.set()
    # It waits for an hour otherwise.
    add(served, "b.example")
    listener.close()


def test_nothing_is_heard_where_nothing_has_changed(heard: Listener, relay: Relay) -> None:
    before = relay.passed
    until(lambda: relay.passed > before + 3)
    assert not heard.told.is_set()
    assert not heard.is_away


def test_a_connection_that_dies_without_a_word_costs_one_beat(
    served: Database, node: Database, heard: Listener, relay: Relay
) -> None:
    """Other connections of the node went the same way, and none of them is waited for."""
    find_user(node, ALICE)
    relay.silence()
    add(served)
    until(heard.told.is_set)
    assert relay.swallowed.count(listening._BEAT_STATEMENT) == 1
    assert not heard.is_away
    assert find_user(node, ALICE).email == ALICE


def test_whatever_happens_to_one_connection_a_change_is_seen_within_a_second() -> None:
    assert listening.BEAT + listening.PATIENCE + CHECK_EVERY < 1


def test_a_node_behind_a_connection_that_died_sees_what_another_changes(
    served: Database, node: Database, relay: Relay
) -> None:
    clock, alice = FakeClock(), find_user(served, ALICE).id
    directory = SiteDirectory(node, bytes(32), clock)
    tracker = add_tracker(served, alice, TrackerChange(name="x", domain="a.example"), 5)
    until(lambda: _public(directory, clock, tracker.site_id) is True)
    # Whoever is looked up in between waits for no other connection that died.
    node.engine.dispose()
    relay.silence()
    change = TrackerChange(public_stats=False)
    change_tracker(served, alice, tracker.id, change, has_events=False)
    until(lambda: _public(directory, clock, tracker.site_id) is False)
    directory.close()


def test_while_the_server_cannot_be_reached_nobody_waits_for_it(
    node: Database, heard: Listener, relay: Relay
) -> None:
    relay.refuse()
    until(lambda: heard.is_away)
    relay.allow()
    until(lambda: heard.told.is_set() and not heard.is_away)


def _public(directory: SiteDirectory, clock: FakeClock, site_id: str) -> bool | None:
    clock.advance(CHECK_EVERY)
    found = directory.find(site_id)
    return None if found is None else found.public_stats
