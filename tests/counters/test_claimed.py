"""Claims are read when they are old, once for all who ask, and kept in need."""

from __future__ import annotations

import asyncio

from ezee.accounts.claims import Claim
from ezee.counters.claimed import ClaimedNumbers
from ezee.errors import Unavailable
from tests.support.clock import FakeClock

CLAIM = Claim(7, "ezi_00000000000a", "", 5)


class Claims:
    """Every claim there is, and how often it was read."""

    def __init__(self, *claims: Claim) -> None:
        self.claims = list(claims)
        self.read = 0
        self.broken = False

    def __call__(self) -> list[Claim]:
        self.read += 1
        if self.broken:
            raise Unavailable
        return self.claims


def test_it_is_a_second_old_at_most() -> None:
    async def look() -> None:
        clock, kept = FakeClock(), Claims(CLAIM)
        numbers = ClaimedNumbers(kept, clock)
        found = await asyncio.gather(*(numbers.find(number) for number in (7, 8, 7)))
        assert (found, kept.read) == ([CLAIM, None, CLAIM], 1)
        kept.claims = []
        assert await numbers.find(7) == CLAIM
        clock.advance(1)
        assert (await numbers.find(7), kept.read) == (None, 2)

    asyncio.run(look())


def test_while_nothing_can_be_read_what_is_known_stays() -> None:
    async def look() -> None:
        clock, kept = FakeClock(), Claims(CLAIM)
        numbers = ClaimedNumbers(kept, clock)
        kept.broken = True
        assert await numbers.find(7) is None
        kept.broken = False
        clock.advance(1)
        assert await numbers.find(7) == CLAIM
        kept.broken = True
        clock.advance(1)
        assert await numbers.find(7) == CLAIM

    asyncio.run(look())
