"""How far an upgrade of a data folder, or the way back, has come. It is on disk before it is so."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from ezee.durable import sync
from ezee.errors import SetupError
from ezee.store.folder import ROLLING_BACK

NAME = "upgrade.json"


class Stage(StrEnum):
    """What was begun last."""

    UPGRADING = "upgrading"
    DONE = "done"
    SETTING_ASIDE = "setting aside"
    PUTTING_BACK = "putting back"
    ROLLED_BACK = "rolled back"


class State(msgspec.Struct, frozen=True):
    """``snapshot`` is of before, ``aside`` of what was rolled back. Versions are those aimed at."""

    stage: Stage
    snapshot: str
    schema: int
    revision: str
    aside: str = ""


def read_state(data: Path) -> State | None:
    """The state of a folder, None while it was never upgraded.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return msgspec.json.decode((data / NAME).read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise SetupError(f"The file {data / NAME} cannot be read.") from error


def write_state(data: Path, state: State) -> State:
    """Write it, durably; while a folder is being rolled back nothing else starts on it."""
    fresh = data / f".{NAME}"
    fresh.write_bytes(msgspec.json.encode(state))
    fresh.chmod(0o600)
    sync(fresh)
    mark = data / ROLLING_BACK
    if state.stage in {Stage.SETTING_ASIDE, Stage.PUTTING_BACK}:
        mark.touch(mode=0o600)
    fresh.replace(data / NAME)
    if state.stage not in {Stage.SETTING_ASIDE, Stage.PUTTING_BACK}:
        mark.unlink(missing_ok=True)
    sync(data)
    return state
