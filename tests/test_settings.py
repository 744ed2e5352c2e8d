"""Settings: the flag, else the environment, else the default; and loud when wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import SetupError
from ezee.settings import read_settings


def test_the_flag_wins_over_the_environment(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.mmdb", tmp_path / "theirs.mmdb"
    ours.touch()
    theirs.touch()
    environ = {"EZEE_PLACES_DATABASE": str(theirs)}
    assert read_settings({}).places_database is None
    assert read_settings({"EZEE_PLACES_DATABASE": ""}).places_database is None
    assert read_settings(environ).places_database == theirs
    assert read_settings(environ, places_database=ours).places_database == ours


@pytest.mark.parametrize("name", ["certificate", "certificate_key", "places_database"])
def test_a_file_must_be_there(name: str, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SetupError, match=f"^{name}: there is no file"):
            read_settings({f"EZEE_{name.upper()}": str(path)})
