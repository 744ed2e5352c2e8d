"""What is said of the room on the disk, and when."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ezee import room
from ezee.errors import SetupError, Unavailable
from ezee.room import FULL, LOW, Room, blaming_a_full_disk


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What is free, its last entry; a test may change it."""
    left = [LOW]
    monkeypatch.setattr(room, "free_bytes", lambda _: left[-1])
    return left


def test_it_is_said_once_when_room_ends_and_when_there_is_some_again(
    free: list[int], tmp_path: Path
) -> None:
    watched = Room(tmp_path)
    with capture_logs() as said:
        for left in (LOW, LOW - 1, LOW - 2, FULL - 1, 0, FULL, LOW, LOW):
            free.append(left)
            watched.look()
    assert [(each["log_level"], each["free_bytes"]) for each in said] == [
        ("warning", LOW - 1),
        ("error", FULL - 1),
        ("warning", FULL),
        ("info", LOW),
    ]
    assert "the disk is full" in said[1]["event"]
    assert "there is room on the disk again" in said[3]["event"]


@pytest.mark.parametrize("failure", [Unavailable(), SetupError("x"), OSError(28, "No space")])
def test_a_failure_on_a_full_disk_is_the_disks(
    free: list[int], tmp_path: Path, failure: Exception
) -> None:
    free.append(FULL - 1)
    with (
        pytest.raises(SetupError, match="is full: 2,047 KiB are free"),
        blaming_a_full_disk(tmp_path),
    ):
        raise failure
    free.append(FULL)
    with pytest.raises(type(failure)) as told, blaming_a_full_disk(tmp_path):
        raise failure
    assert told.value is failure


def test_a_full_disk_on_which_nothing_fails_is_no_failure(free: list[int], tmp_path: Path) -> None:
    free.append(0)
    with blaming_a_full_disk(tmp_path):
        pass
