"""Tokens: how they are made, kept, replaced, ended and noted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.accounts.database import FILE_NAME, Database
from ezee.accounts.tokens import (
    LastUsed,
    NewToken,
    authenticate,
    list_tokens,
    new_token,
    regenerate_token,
    revoke_token,
)
from ezee.accounts.users import find_user, set_plan
from ezee.errors import InvalidRequest, NotFound, Unauthorized
from tests.accounts.conftest import ALICE
from tests.support.clock import FakeClock

HOUR = 3_600_000


def test_a_token_is_64_hex_digits_that_nobody_can_guess(database: Database, alice: str) -> None:
    made = [new_token(database, alice, "Laptop", 5).plain for _ in range(20)]
    assert len(set(made)) == 20
    assert all(re.fullmatch(r"ezi_sk_[0-9a-f]{64}", plain) for plain in made)
    # 20 tokens of 32 random bytes each: every byte value that is possible turns up often enough.
    assert len({byte for plain in made for byte in bytes.fromhex(plain[7:])}) > 200


def test_only_the_sha_256_and_16_characters_are_kept(embedded: Database, tmp_path: Path) -> None:
    alice = find_user(embedded, ALICE).id
    made = new_token(embedded, alice, "Laptop", 5)
    (kept,) = list_tokens(embedded, alice)
    assert kept.digest == hashlib.sha256(made.plain.encode()).hexdigest()
    assert kept.prefix == made.plain[:16]
    assert len(kept.prefix) == len("ezi_sk_") + 9
    _assert_nowhere(made, tmp_path)


def test_a_plain_token_is_in_no_file_after_anything_is_done_with_it(
    embedded: Database, tmp_path: Path
) -> None:
    alice = find_user(embedded, ALICE).id
    first = new_token(embedded, alice, "Laptop", 5)
    used = LastUsed(embedded)
    used.note(authenticate(embedded, first.plain, 6), 6)
    used.write()
    second = regenerate_token(embedded, alice, first.token.id, 7)
    revoke_token(embedded, alice, second.token.id)
    for made in (first, second):
        _assert_nowhere(made, tmp_path)


def test_names_may_repeat_and_tokens_are_listed_oldest_first(
    database: Database, alice: str, bob: str
) -> None:
    made = [new_token(database, alice, "  Laptop ", at) for at in (7, 5, 6)]
    new_token(database, bob, "His", 1)
    listed = list_tokens(database, alice)
    assert [(token.name, token.created_at) for token in listed] == [
        ("Laptop", 5), ("Laptop", 6), ("Laptop", 7),
    ]  # fmt: skip
    assert {token.id for token in listed} == {each.token.id for each in made}


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "line\nbreak", "bell\x07"])
def test_a_name_is_printable_text(database: Database, alice: str, name: str) -> None:
    with pytest.raises(InvalidRequest, match="name: must be text of 1 to 200"):
        new_token(database, alice, name, 5)
    assert list_tokens(database, alice) == []


def test_a_token_acts_for_the_user_who_made_it(database: Database, alice: str) -> None:
    made = new_token(database, alice, "Laptop", 5, scope="read", expires_at=9)
    principal = authenticate(database, made.plain, 8)
    assert principal == (
        alice, ALICE, "pro", made.token.id, "Laptop", made.plain[:16], "read", 9,
    )  # fmt: skip
    set_plan(database, ALICE, "free")
    assert authenticate(database, made.plain, 8).plan == "free"


def test_the_old_token_is_dead_the_instant_it_is_regenerated(
    database: Database, alice: str
) -> None:
    old = new_token(database, alice, "Laptop", 5, scope="read", expires_at=100)
    LastUsed(database).write()
    new = regenerate_token(database, alice, old.token.id, 50)
    with pytest.raises(Unauthorized):
        authenticate(database, old.plain, 50)
    assert new.plain != old.plain
    (kept,) = list_tokens(database, alice)
    assert (kept.name, kept.scope, kept.expires_at) == ("Laptop", "read", 100)
    assert (kept.created_at, kept.last_used_at, kept.prefix) == (50, None, new.plain[:16])
    assert authenticate(database, new.plain, 50).user_id == alice


def test_a_revoked_token_is_refused_for_good(database: Database, alice: str) -> None:
    made = new_token(database, alice, "Laptop", 5)
    other = new_token(database, alice, "Laptop", 5)
    revoke_token(database, alice, made.token.id)
    with pytest.raises(Unauthorized):
        authenticate(database, made.plain, 5)
    assert authenticate(database, other.plain, 5).token_id == other.token.id
    with pytest.raises(NotFound):
        revoke_token(database, alice, made.token.id)
    with pytest.raises(NotFound):
        regenerate_token(database, alice, made.token.id, 6)


def test_nobody_else_can_revoke_or_regenerate_a_token(
    database: Database, alice: str, bob: str
) -> None:
    hers = new_token(database, alice, "Laptop", 5)
    with pytest.raises(NotFound):
        revoke_token(database, bob, hers.token.id)
    with pytest.raises(NotFound):
        regenerate_token(database, bob, hers.token.id, 6)
    assert authenticate(database, hers.plain, 6).user_id == alice


@pytest.mark.parametrize(
    ("given", "kept", "may"),
    [
        ("read", "read", (True, False)),
        ("write", "write", (False, True)),
        ("write,read", "read write", (True, True)),
        ("read write", "read write", (True, True)),
    ],
)
def test_a_scope_is_read_or_write_or_both(
    database: Database, alice: str, given: str, kept: str, may: tuple[bool, bool]
) -> None:
    made = new_token(database, alice, "Laptop", 5, scope=given)
    principal = authenticate(database, made.plain, 5)
    assert principal.scope == kept
    assert (principal.may("read"), principal.may("write")) == may


@pytest.mark.parametrize("scope", ["", ",", "all", "read,admin", "READ"])
def test_any_other_scope_is_refused(database: Database, alice: str, scope: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        new_token(database, alice, "Laptop", 5, scope=scope)
    assert [detail.field for detail in refused.value.details] == ["scope"]


def test_a_token_ends_the_millisecond_it_says(
    database: Database, alice: str, clock: FakeClock
) -> None:
    made = new_token(database, alice, "Laptop", clock.now(), expires_at=clock.now() + HOUR)
    clock.advance(3599.999)
    assert authenticate(database, made.plain, clock.now()).expires_at == clock.now() + 1
    clock.advance(0.001)
    with pytest.raises(Unauthorized):
        authenticate(database, made.plain, clock.now())


def test_an_expiry_lies_in_the_future(database: Database, alice: str, clock: FakeClock) -> None:
    with pytest.raises(InvalidRequest, match="expires: must lie in the future"):
        new_token(database, alice, "Laptop", clock.now(), expires_at=clock.now())


def test_what_is_not_a_token_is_refused(database: Database, alice: str) -> None:
    plain = new_token(database, alice, "Laptop", 5).plain
    for wrong in _wrong(plain):
        with pytest.raises(Unauthorized):
            authenticate(database, wrong, 6)


def test_last_use_is_written_lazily_and_the_latest_wins(
    database: Database, alice: str, clock: FakeClock
) -> None:
    made = new_token(database, alice, "Laptop", clock.now())
    used = LastUsed(database)
    principal = authenticate(database, made.plain, clock.now())
    for _ in range(3):
        clock.advance(1)
        used.note(principal, clock.now())
    assert _last_use(database, alice) == [None]
    used.write()
    assert _last_use(database, alice) == [clock.now()]


def test_last_use_of_a_token_that_is_gone_is_written_nowhere(
    database: Database, alice: str
) -> None:
    gone, kept = (new_token(database, alice, name, 5) for name in ("gone", "kept"))
    used = LastUsed(database)
    used.note(authenticate(database, gone.plain, 6), 6)
    used.note(authenticate(database, kept.plain, 7), 7)
    revoke_token(database, alice, gone.token.id)
    used.write()
    assert _last_use(database, alice) == [7]


def test_what_was_written_is_not_written_again(database: Database, alice: str) -> None:
    made = new_token(database, alice, "Laptop", 5)
    used = LastUsed(database)
    used.note(authenticate(database, made.plain, 6), 6)
    used.write()
    regenerate_token(database, alice, made.token.id, 8)
    used.write()
    assert _last_use(database, alice) == [None]


def _wrong(plain: str) -> Iterator[str]:
    yield from ("", "ezi_sk_", plain[:-1], plain + "0", plain.upper(), f" {plain}", f"{plain}\n")
    yield from (plain[7:], plain[:16], plain.replace("ezi_sk_", "ezi_"))
    yield f"{plain[:-1]}{'0' if plain[-1] != '0' else '1'}"
    yield hashlib.sha256(plain.encode()).hexdigest()
    yield "ezi_sk_" + hashlib.sha256(plain.encode()).hexdigest()
    yield "ezi_sk_" + "٣" * 64


def _last_use(database: Database, viewer: str) -> list[int | None]:
    return [token.last_used_at for token in list_tokens(database, viewer)]


def _assert_nowhere(made: NewToken, folder: Path) -> None:
    """In no file of the database, its write-ahead log included; what is kept is found there."""
    files = [path.read_bytes() for path in folder.glob(f"{FILE_NAME}*")]
    assert len(files) > 1
    secret = made.plain[16:]
    for content in files:
        assert secret.encode() not in content
        assert bytes.fromhex(made.plain[7:]) not in content
    assert any(made.plain[:16].encode() in content for content in files)
