"""Commands that a test calls by way of the root."""

from __future__ import annotations

import pytest

from ezee.cli import load_commands


@pytest.fixture(scope="session", autouse=True)
def every_command() -> None:
    """The root knows each command, whichever test is the first."""
    load_commands()
