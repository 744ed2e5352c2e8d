"""``kill -9`` under load loses nothing that was acknowledged, and counts nothing twice.

``python -m tests.crash`` is the long form.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.rounds import Rounds

pytestmark = [pytest.mark.slow, pytest.mark.service]

_ROUNDS = 20


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED", "") or int.from_bytes(os.urandom(4)))
    print(f"CRASH_SEED={seed}")  # noqa: T201 - pytest shows it with a failure
    rounds = Rounds(tmp_path, seed)
    try:
        tallies = [rounds.run_one() for _ in range(_ROUNDS)]
        rounds.finish()
    finally:
        rounds.close()
    assert sum(tally.acknowledged for tally in tallies) > 0
    assert sum(tally.lost for tally in tallies) > 0
    assert sum(tally.torn_starts for tally in tallies) > 0
