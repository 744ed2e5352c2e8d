"""A file that appears when it is whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ezee.exports.whole import whole

_KILLED = """
import os, signal, sys
from pathlib import Path
from ezee.exports.whole import whole

with whole(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print(*os.listdir(Path(sys.argv[1]).parent), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
# As a file system does that has no files without a name.
_UNNAMED_REFUSED = """
import os
made = os.open
def refusing(path, flags, *more, **others):
    if flags & os.O_TMPFILE == os.O_TMPFILE:
        raise OSError(95, "refused")
    return made(path, flags, *more, **others)
os.open = refusing
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "there"
    folder.mkdir()
    return folder / "events.csv"


def names(target: Path) -> list[str]:
    return [path.name for path in target.parent.iterdir()]


def killed(target: Path, before: str = "") -> list[str]:
    """What stood in the folder while a process wrote that was killed then."""
    command = [sys.executable, "-c", before + _KILLED, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode < 0, done.stderr
    return done.stdout.split()


def write(target: Path, text: bytes) -> None:
    with whole(target) as file:
        file.write(text)


@pytest.mark.parametrize("named", [False, True])
def test_it_is_not_there_until_it_is_whole(
    target: Path, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named:
        refuse_unnamed(monkeypatch)
    with whole(target) as file:
        file.write(b"all")
        assert not target.exists()
        assert len(names(target)) == named
    assert target.read_bytes() == b"all"
    assert names(target) == [target.name]
    write(target, b"another")
    assert target.read_bytes() == b"another"
    assert names(target) == [target.name]


@pytest.mark.parametrize("named", [False, True])
def test_one_that_fails_leaves_what_was_there(
    target: Path, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if named:
        refuse_unnamed(monkeypatch)
    target.write_bytes(b"mine")
    with pytest.raises(TypeError):
        write(target, "no bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"mine"
    assert names(target) == [target.name]


def test_one_that_is_killed_leaves_nothing(target: Path) -> None:
    assert killed(target) == []
    assert names(target) == []


def test_what_had_to_be_named_is_removed_by_the_next(target: Path) -> None:
    left = killed(target, _UNNAMED_REFUSED)
    assert names(target) == left
    assert len(left) == 1
    write(target, b"all")
    assert names(target) == [target.name]


def test_one_that_is_being_written_is_not_removed(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_unnamed(monkeypatch)
    with whole(target) as file:
        file.write(b"all")
        write(target.with_name("other.csv"), b"other")
    assert sorted(names(target)) == ["events.csv", "other.csv"]


def refuse_unnamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a file system does that has no files without a name."""
    really = os.open

    def opened(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(95, "refused")
        return really(path, flags, mode)

    monkeypatch.setattr(os, "open", opened)
