"""What waits for a browser's next step: for minutes, for one who takes it, at any node."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ezee.accounts import steps
from ezee.accounts.database import Database

NOW = 1_800_000_000_000


def test_it_is_looked_at_often_and_taken_once(database: Database) -> None:
    key = steps.put(database, "a", NOW)
    other = steps.put(database, "b", NOW)
    assert steps.look(database, key, NOW) == steps.look(database, key, NOW) == "a"
    assert steps.take(database, key, NOW) == "a"
    assert steps.take(database, key, NOW) is None
    assert steps.look(database, key, NOW) is None
    assert steps.take(database, other, NOW) == "b"


def test_it_is_too_old_after_ten_minutes_and_goes_with_the_next(database: Database) -> None:
    key = steps.put(database, "a", NOW)
    end = NOW + steps.LIFETIME
    assert steps.look(database, key, end - 1) == "a"
    assert steps.look(database, key, end) is None
    assert steps.take(database, key, end) is None
    steps.put(database, "b", end)
    assert _waiting(database) == 1


def test_the_oldest_make_room(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST", 3)
    keys = [steps.put(database, str(each), NOW + each) for each in range(5)]
    found = [steps.look(database, key, NOW + 5) for key in keys]
    assert found == [None, None, "2", "3", "4"]


@pytest.mark.parametrize("key", ["", "x", "\ud800"])
def test_a_key_that_is_none_has_nothing(database: Database, key: str) -> None:
    steps.put(database, "a", NOW)
    assert steps.look(database, key, NOW) is None
    assert steps.take(database, key, NOW) is None


def test_the_key_itself_is_not_in_the_database(database: Database) -> None:
    key = steps.put(database, "a", NOW)
    with database.engine.connect() as connection:
        (row,) = connection.execute(sa.text("select digest, content from steps"))
    assert key not in row


def _waiting(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(sa.text("select count(*) from steps")) or 0)
