"""Which shard has a visitor: that of ``cityHash64(visitor)``, as the ``Distributed`` tables say."""

from __future__ import annotations

from collections.abc import Sequence

_MASK = 2**64 - 1


def city_hash(number: int) -> int:
    """What ClickHouse's ``cityHash64`` makes of one ``UInt64``."""
    number ^= 0x4CF2D2BAAE6DA887
    number ^= number >> 33
    number = number * 0xFF51AFD7ED558CCD & _MASK
    number ^= number >> 33
    number = number * 0xC4CEB9FE1A85EC53 & _MASK
    return number ^ number >> 33


def shard_of(visitor: int, weights: Sequence[int]) -> int:
    """The place of the visitor's shard among shards of these weights."""
    if len(weights) == 1:
        return 0
    rest = city_hash(visitor) % sum(weights)
    for place, weight in enumerate(weights):
        if rest < weight:
            return place
        rest -= weight
    raise AssertionError
