"""How many examples a test draws: as a rule few, and the same each time.

``EZEE_TESTS_EXAMPLES=thorough`` draws thirty times as many, others each time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_THOROUGH = os.environ.get("EZEE_TESTS_EXAMPLES") == "thorough"
_MORE = 30


def examples(few: int) -> settings:
    """Settings that draw so many examples, or thirty times as many."""
    return settings(
        max_examples=few * _MORE if _THOROUGH else few,
        derandomize=not _THOROUGH,
        deadline=None,
        # Stores are opened once for all examples, and each is asked a few questions.
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
