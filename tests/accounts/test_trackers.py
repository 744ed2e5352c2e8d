"""Trackers, as their owners see and change them."""

from __future__ import annotations

import re
import uuid
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from ezee.accounts import erasures
from ezee.accounts.database import Database
from ezee.accounts.service_key import is_opt_out_key
from ezee.accounts.trackers import (
    TrackerChange,
    add_tracker,
    change_tracker,
    check_change,
    every_tracker,
    find_tracker,
    list_trackers,
    named_tracker,
    new_signing_secret,
    opt_out_path,
    remove_signing_secret,
    remove_tracker,
    rules_of,
)
from ezee.errors import Conflict, InvalidRequest, NotFound
from ezee.model.exclusions import Exclusions
from ezee.model.pages import PageRules
from ezee.model.rules import DEFAULT_RULES, SiteRules

BLOG = TrackerChange(name="My blog", domain="example.com")
KEY = bytes(range(32))


def test_a_tracker_starts_with_what_is_given_and_the_defaults(
    database: Database, alice: str
) -> None:
    added = add_tracker(database, alice, BLOG, 1_760_256_862_000)
    found = find_tracker(database, alice, added.id)
    assert str(uuid.UUID(found.id)) == found.id
    assert re.fullmatch(r"ezi_[0-9a-f]{12}", found.site_id)
    assert (found.name, found.domain, found.created_at) == (
        "My blog", "example.com", 1_760_256_862_000,
    )  # fmt: skip
    assert (found.timezone, found.hostnames, found.public_stats) == ("UTC", [], True)


def test_everything_can_be_given_and_is_brought_to_one_form(database: Database, alice: str) -> None:
    added = add_tracker(
        database,
        alice,
        TrackerChange(
            name="  Shop ",
            domain="https://WWW.Bücher.example/shop",
            timezone="Europe/Berlin",
            hostnames=["www.b.example", "A.example", "a.example"],
            public_stats=False,
        ),
        5,
    )
    found = find_tracker(database, alice, added.id)
    assert (found.name, found.domain) == ("Shop", "xn--bcher-kva.example")
    assert (found.timezone, found.public_stats) == ("Europe/Berlin", False)
    assert found.hostnames == ["a.example", "b.example"]


def test_site_ids_are_random(database: Database, alice: str) -> None:
    made = {
        add_tracker(database, alice, TrackerChange(name="x", domain=f"{n}.example"), 5).site_id
        for n in range(20)
    }
    assert len(made) == 20


def test_the_list_is_by_age_then_id(database: Database, alice: str, bob: str) -> None:
    for at, domain in ((7, "c"), (5, "a"), (5, "b"), (6, "d")):
        add_tracker(database, alice, TrackerChange(name=domain, domain=f"{domain}.example"), at)
    add_tracker(database, bob, BLOG, 1)
    listed = [(each.created_at, each.id) for each in list_trackers(database, alice)]
    assert listed == sorted(listed)
    assert [at for at, _ in listed] == [5, 5, 6, 7]
    assert len(every_tracker(database)) == 5


def test_the_list_is_one_query_however_long_it_is(database: Database, alice: str) -> None:
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *rest: object) -> None:
        # PostgreSQL is told whose rows the transaction may see.
        if "set_config" not in statement:
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    for number in range(3):
        add_tracker(database, alice, TrackerChange(name="x", domain=f"{number}.example"), 5)
        statements.clear()
        assert len(list_trackers(database, alice)) == number + 1
        assert len(statements) == 1


def test_a_domain_is_tracked_once_by_an_account_however_it_is_written(
    database: Database, alice: str, bob: str
) -> None:
    add_tracker(database, alice, BLOG, 5)
    with pytest.raises(Conflict, match=r"a tracker for example\.com already"):
        add_tracker(database, alice, TrackerChange(name="x", domain="https://WWW.example.com/"), 6)
    assert add_tracker(database, bob, BLOG, 6).domain == "example.com"


def test_a_change_is_of_what_is_given_alone(database: Database, alice: str) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    change_tracker(database, alice, added.id, TrackerChange(public_stats=False), has_events=True)
    changed = change_tracker(
        database, alice, added.id, TrackerChange(name="New", hostnames=["b.example"]),
        has_events=True,
    )  # fmt: skip
    assert find_tracker(database, alice, added.id).name == "New"
    assert (changed.domain, changed.timezone, changed.public_stats) == ("example.com", "UTC", False)
    assert change_tracker(
        database, alice, added.id, TrackerChange(hostnames=[]), has_events=True
    ).hostnames == []  # fmt: skip


def test_the_domain_of_another_tracker_cannot_be_taken(database: Database, alice: str) -> None:
    add_tracker(database, alice, BLOG, 5)
    other = add_tracker(database, alice, TrackerChange(name="x", domain="b.example"), 5)
    with pytest.raises(Conflict, match=r"a tracker for example\.com already"):
        change_tracker(
            database, alice, other.id, TrackerChange(name="y", domain="example.com"),
            has_events=False,
        )  # fmt: skip
    assert find_tracker(database, alice, other.id).name == "x"


def test_the_time_zone_stays_once_there_are_events(database: Database, alice: str) -> None:
    added = add_tracker(database, alice, BLOG, 5)

    def change(zone: str, *, has_events: bool) -> str:
        return change_tracker(
            database, alice, added.id, TrackerChange(timezone=zone), has_events=has_events
        ).timezone

    assert change("Europe/Berlin", has_events=False) == "Europe/Berlin"
    assert change("Europe/Berlin", has_events=True) == "Europe/Berlin"
    with pytest.raises(Conflict, match="time zone cannot change"):
        change("UTC", has_events=True)
    assert find_tracker(database, alice, added.id).timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " \t"), ("name", "x" * 201), ("name", "a\nb"), ("name", 5),
        ("domain", ""), ("domain", "no host"), ("domain", ["example.com"]),
        ("timezone", ""), ("timezone", "Mars/Base"), ("timezone", "../etc/passwd"),
        ("timezone", "/etc/localtime"), ("timezone", "localtime"), ("timezone", "posix/UTC"),
        ("timezone", "europe/berlin"), ("timezone", 0),
        ("hostnames", "example.com"), ("hostnames", ["-"]), ("hostnames", [1]),
        ("hostnames", [f"{n}.example" for n in range(51)]),
        ("public_stats", "yes"), ("public_stats", 1),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(database: Database, alice: str, field: str, value: Any) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    change = TrackerChange(**{field: value})
    for attempt in (
        lambda: check_change(change),
        lambda: change_tracker(database, alice, added.id, change, has_events=False),
    ):
        with pytest.raises(InvalidRequest) as refused:
            attempt()
        assert [detail.field for detail in refused.value.details] == [field]


def test_every_wrong_value_is_named_at_once(database: Database, alice: str) -> None:
    wrong = TrackerChange(timezone="Mars/Base", hostnames=["-"])
    with pytest.raises(InvalidRequest) as refused:
        add_tracker(database, alice, wrong, 5)
    assert [detail.field for detail in refused.value.details] == [
        "name", "domain", "timezone", "hostnames",
    ]  # fmt: skip
    assert list_trackers(database, alice) == []


def test_removing_records_the_erasure_in_the_same_transaction(
    database: Database, alice: str
) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    assert remove_tracker(database, alice, added.id, 9) == added.site_id
    assert [site_id for site_id, _ in erasures.due(database)] == [added.site_id]
    with pytest.raises(NotFound):
        find_tracker(database, alice, added.id)
    again = add_tracker(database, alice, BLOG, 10)
    assert again.site_id != added.site_id


def test_a_strangers_tracker_is_as_missing_as_one_that_never_was(
    database: Database, alice: str, bob: str
) -> None:
    hers = add_tracker(database, alice, BLOG, 5)
    for tracker_id in (hers.id, str(uuid.uuid4()), "not-a-uuid", ""):
        for attempt in (
            lambda which=tracker_id: find_tracker(database, bob, which),
            lambda which=tracker_id: remove_tracker(database, bob, which, 9),
            lambda which=tracker_id: new_signing_secret(database, bob, which, KEY),
            lambda which=tracker_id: remove_signing_secret(database, bob, which),
            lambda which=tracker_id: change_tracker(
                database, bob, which, TrackerChange(name="mine"), has_events=False
            ),
        ):
            with pytest.raises(NotFound) as missing:
                attempt()
            assert missing.value.message == NotFound.default
    found = find_tracker(database, alice, hers.id)
    assert (found.name, found.signing_nonce) == ("My blog", None)
    assert [site_id for site_id, _ in erasures.due(database)] == []


def test_a_tracker_is_made_with_rules_and_keeps_those_that_do_not_change(
    database: Database, alice: str
) -> None:
    plain = add_tracker(database, alice, BLOG, 5)
    assert (rules_of(plain), plain.rules) == (DEFAULT_RULES, {})
    added = add_tracker(
        database,
        alice,
        TrackerChange(
            name="x", domain="rules.example", respect_dnt=True, places="city",
            page_rules={"groups": ["/user/*"]}, exclusions={"networks": ["10.0.0.1/8"]},
        ),
        5,
    )  # fmt: skip
    rules = SiteRules(
        PageRules(groups=("/user/*",)), Exclusions(("10.0.0.0/8",)), respect_dnt=True, places="city"
    )
    assert rules_of(find_tracker(database, alice, added.id)) == rules
    for change, changed in (
        (TrackerChange(name="y"), {}),
        (TrackerChange(respect_gpc=False), {"respect_gpc": False}),
        (
            TrackerChange(exclusions={"countries": ["de"]}),
            {"exclusions": Exclusions(("10.0.0.0/8",), countries=("DE",))},
        ),
        (TrackerChange(page_rules={"groups": []}), {"page_rules": PageRules()}),
    ):
        rules = msgspec.structs.replace(rules, **changed)
        change_tracker(database, alice, added.id, change, has_events=True)
        assert rules_of(find_tracker(database, alice, added.id)) == rules


def test_wrong_rules_are_named_beside_other_wrong_fields(database: Database, alice: str) -> None:
    wrong = TrackerChange(
        name="", domain="a.example", places="street", exclusions={"networks": ["x"], "hosts": []}
    )
    fields = ["name", "exclusions.hosts", "exclusions.networks", "places"]
    added = add_tracker(database, alice, BLOG, 5)
    for attempt in (
        lambda: add_tracker(database, alice, wrong, 5),
        lambda: check_change(wrong),
        lambda: change_tracker(database, alice, added.id, wrong, has_events=False),
    ):
        with pytest.raises(InvalidRequest) as refused:
            attempt()
        assert [detail.field for detail in refused.value.details] == fields
    assert [each.id for each in list_trackers(database, alice)] == [added.id]


def test_a_signing_secret_is_new_each_time_and_can_be_removed(
    database: Database, alice: str
) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    assert added.signing_nonce is None
    secrets, nonces = set(), set()
    for _ in range(3):
        secrets.add(new_signing_secret(database, alice, added.id, KEY))
        nonces.add(find_tracker(database, alice, added.id).signing_nonce)
    assert (len(secrets), len(nonces)) == (3, 3)
    for _ in range(2):
        remove_signing_secret(database, alice, added.id)
        assert find_tracker(database, alice, added.id).signing_nonce is None


def test_a_tracker_is_named_by_either_id(database: Database, alice: str) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    for name in (added.id, added.site_id):
        assert named_tracker(database, name).id == added.id
    with pytest.raises(NotFound, match="There is no tracker x"):
        named_tracker(database, "x")


def test_an_opt_out_link_holds_the_trackers_key(database: Database, alice: str) -> None:
    added = add_tracker(database, alice, BLOG, 5)
    start, _, key = opt_out_path(added, KEY).rpartition("/")
    assert start == f"/opt-out/{added.site_id}"
    assert is_opt_out_key(key, KEY, added.site_id)
