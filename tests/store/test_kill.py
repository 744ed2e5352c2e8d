"""Killed at any point of a change, the file has all of it or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.store import dying
from tests.store.engines import everything
from tests.support.events import PatientStore


@pytest.mark.parametrize("point", dying.POINTS)
@pytest.mark.parametrize("name", dying.WORK)
def test_all_or_nothing(tmp_path: Path, name: str, point: str) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (killed, whole):
        folder.mkdir()
        store = PatientStore(folder)
        store.append(dying.STORED)
        store.close()
    store = PatientStore(whole)
    before = everything(store)
    dying.WORK[name](store)
    after = everything(store)
    assert after != before
    _die(killed, name, point)
    opened = PatientStore(killed)
    assert everything(opened) == (after if point == "after the commit" else before)
    # Whoever was not answered asks again.
    dying.WORK[name](opened)
    assert everything(opened) == after
    for each in (store, opened):
        each.close()


def _die(folder: Path, name: str, point: str) -> None:
    command = [sys.executable, "-m", "tests.store.dying", str(folder), name, point]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == -9, done.stderr
