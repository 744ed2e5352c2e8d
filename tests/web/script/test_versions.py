"""Which versions of the script there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.web.script import versions
from ezee.web.script.versions import KEPT, current_scripts, keep_scripts


def test_a_folder_that_cannot_be_written_costs_former_versions_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(versions, "_keep", full)
    assert keep_scripts(tmp_path) == list(current_scripts().values())


def test_each_version_is_kept_once(tmp_path: Path) -> None:
    for _ in range(2):
        keep_scripts(tmp_path)
    kept = {path.name: path.read_bytes() for path in (tmp_path / KEPT).iterdir()}
    scripts = current_scripts().values()
    assert kept == {each.versioned_name: each.contents[""] for each in scripts}


def test_the_bars_hold() -> None:
    sizes = {name: len(script.contents["gzip"]) for name, script in current_scripts().items()}
    assert sizes["ezee"] <= 1700
    assert sizes["ezee.core"] <= 1024
