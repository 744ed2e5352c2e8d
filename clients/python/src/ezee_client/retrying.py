"""When to try again, and how long to wait before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from ezee_client.errors import EzeeError

_NOTHING_HAPPENED = {429, 503}
_PASSING = {0, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to try, the first time included, and the pauses between, in seconds.

    A pause is what ``Retry-After`` says, or else ``first`` seconds, doubled each time, up to
    ``longest``; a random half of it is left out, so that many clients do not come back at once.
    What the service wants to wait longer than ``patience`` for is an error at once.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 30.0
    patience: float = 120.0
    chance: Callable[[], float] = random.random

    def pause(self, attempt: int, error: EzeeError, *, repeatable: bool) -> float | None:
        """Seconds to wait after the failure of the ``attempt``, from 1 on; None to give up.

        What is not ``repeatable`` is tried again only where it is certain that nothing was done.
        """
        if attempt >= self.attempts or not is_passing(error, repeatable=repeatable):
            return None
        if error.retry_after is not None:
            return float(error.retry_after) if error.retry_after <= self.patience else None
        whole = min(self.longest, self.first * 2 ** (attempt - 1))
        return float(whole * (1 - self.chance() / 2))


def is_passing(error: EzeeError, *, repeatable: bool) -> bool:
    """Whether the same request may succeed later, and can be sent again without harm."""
    return error.status in (_PASSING if repeatable else _NOTHING_HAPPENED)
