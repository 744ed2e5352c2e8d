"""Users: what an address, a password and a plan may be, and what goes when one is removed."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ezee.accounts import erasures
from ezee.accounts.database import FILE_NAME, Database
from ezee.accounts.passwords import make_password, verify_password
from ezee.accounts.tokens import authenticate, list_tokens, new_token
from ezee.accounts.trackers import TrackerChange, add_tracker, every_tracker
from ezee.accounts.users import (
    add_first_user,
    add_user,
    find_user,
    list_users,
    remove_user,
    set_plan,
)
from ezee.errors import Conflict, InvalidRequest, NotFound, Unauthorized
from tests.accounts.conftest import ALICE, BOB, PASSWORD


def test_an_address_is_kept_in_lower_case_and_found_in_any(database: Database) -> None:
    added = add_user(database, "  Carol@Example.COM ", PASSWORD, "free", 5)
    assert (added.email, added.plan, added.created_at) == ("carol@example.com", "free", 5)
    assert find_user(database, "CAROL@example.com ").id == added.id


def test_an_address_is_taken_once_whatever_its_case(database: Database) -> None:
    with pytest.raises(Conflict, match=r"There is a user alice@example\.com already"):
        add_user(database, "ALICE@example.com", PASSWORD, "free", 5)
    assert [user.email for user in list_users(database)].count(ALICE) == 1


def test_of_several_who_would_be_the_first_one_is(database: Database) -> None:
    for user in list_users(database):
        remove_user(database, user.email, 4)

    def add(number: int) -> str:
        try:
            return add_first_user(database, f"{number}@example.com", PASSWORD, "pro", 5).email
        except NotFound:
            return ""

    with ThreadPoolExecutor(4) as pool:
        won = [email for email in pool.map(add, range(4)) if email]
    assert len(won) == 1
    assert [user.email for user in list_users(database)] == won
    with pytest.raises(NotFound):
        add_first_user(database, won[0], PASSWORD, "pro", 6)


@pytest.mark.parametrize(
    "email", ["", "alice", "@", "a@", "@b", "a b@c.de", "a@b@c", "a\n@b", f"{'a' * 250}@b.de"]
)
def test_what_is_no_address_is_refused(database: Database, email: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        add_user(database, email, PASSWORD, "free", 5)
    assert [detail.field for detail in refused.value.details] == ["email"]


@pytest.mark.parametrize("password", ["", "x" * 9, "x" * 1001])
def test_a_password_has_10_to_1000_characters(database: Database, password: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        add_user(database, "carol@example.com", password, "free", 5)
    assert [detail.field for detail in refused.value.details] == ["password"]
    assert {user.email for user in list_users(database)} == {ALICE, BOB}


def test_a_plan_is_free_or_pro(database: Database) -> None:
    with pytest.raises(InvalidRequest, match="plan: must be free or pro"):
        add_user(database, "carol@example.com", PASSWORD, "gold", 5)
    with pytest.raises(InvalidRequest, match="plan: must be free or pro"):
        set_plan(database, ALICE, "gold")


def test_a_plan_is_changed_for_one_user_alone(database: Database) -> None:
    assert set_plan(database, BOB, "pro").plan == "pro"
    assert set_plan(database, ALICE, "free").plan == "free"
    assert (find_user(database, ALICE).plan, find_user(database, BOB).plan) == ("free", "pro")


def test_a_password_is_kept_as_argon2id_only(database: Database, tmp_path: Path) -> None:
    stored = find_user(database, ALICE).password
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, PASSWORD.upper())
    assert not verify_password("no hash at all", PASSWORD)
    for path in tmp_path.glob(f"{FILE_NAME}*"):
        assert PASSWORD.encode() not in path.read_bytes()


def test_made_passwords_are_long_and_differ() -> None:
    made = {make_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(password) for password in made} == {20}


def test_who_is_not_there_cannot_be_found_changed_or_removed(database: Database) -> None:
    for act in (
        lambda: find_user(database, "nobody@example.com"),
        lambda: set_plan(database, "nobody@example.com", "pro"),
        lambda: remove_user(database, "nobody@example.com", 9),
    ):
        with pytest.raises(NotFound, match=r"There is no user nobody@example\.com"):
            act()


def test_removing_a_user_takes_everything_of_theirs_and_nothing_else(
    database: Database, alice: str, bob: str
) -> None:
    gone = add_tracker(database, alice, TrackerChange(name="A", domain="a.example"), 5)
    kept = add_tracker(database, bob, TrackerChange(name="B", domain="b.example"), 5)
    hers, his = new_token(database, alice, "hers", 5), new_token(database, bob, "his", 5)

    assert remove_user(database, ALICE, 9) == [gone.site_id]

    assert [user.email for user in list_users(database)] == [BOB]
    assert [tracker.id for tracker in every_tracker(database)] == [kept.id]
    assert list_tokens(database, alice) == []
    with pytest.raises(Unauthorized):
        authenticate(database, hers.plain, 10)
    assert authenticate(database, his.plain, 10).user_id == bob
    assert [site_id for site_id, _ in erasures.due(database)] == [gone.site_id]


def test_the_erasures_of_a_removal_are_due_until_they_are_done(
    database: Database, alice: str
) -> None:
    for at, domain in enumerate(("a.example", "b.example")):
        add_tracker(database, alice, TrackerChange(name="A", domain=domain), at)
    first, second = sorted(remove_user(database, ALICE, 9))
    erasures.done(database, first)
    assert [site_id for site_id, _ in erasures.due(database)] == [second]
    erasures.done(database, second)
    assert [site_id for site_id, _ in erasures.due(database)] == []


def test_a_removed_address_is_in_no_file_any_more(database: Database, tmp_path: Path) -> None:
    remove_user(database, ALICE, 9)
    database.close()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    for path in tmp_path.glob(f"{FILE_NAME}*"):
        assert ALICE.encode() not in path.read_bytes()
