"""A command is there without the others, and help tells of all."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cyclopts import App

from ezee.cli import MODULES
from ezee.cli.root import root

_FLAGS = {"--help", "-h", "--version"}


def test_every_command_has_its_module_named() -> None:
    assert set(root) - _FLAGS == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_command_is_in_the_module_that_is_named(name: str) -> None:
    assert {call.__module__ for call in _calls(root[name])} == {f"ezee.cli.{MODULES[name]}"}


def _calls(app: App) -> list[object]:
    if app.default_command is not None:
        return [app.default_command]
    return [call for name in set(app) - _FLAGS for call in _calls(app[name])]


def test_a_command_does_without_what_others_need() -> None:
    told = (
        "import sys; sys.argv = ['ezee', 'user', '--help']; from ezee.cli import main; main(); "
        "assert 'ezee.cli.accounts' in sys.modules; assert 'ezee.cli.importing' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "set-plan" in done.stdout


def test_help_tells_of_every_command() -> None:
    done = subprocess.run([sys.executable, "-m", "ezee", "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [name for name in MODULES if f" {name} " not in done.stdout] == []
