"""An operator's list of networks that no people come from, such as those of data centres."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from ezee.events.bots.lists import read_list

_CACHED = 20_000


class Networks:
    """Networks of both families, any number of them, that are asked for single addresses."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        every = list(networks)
        self._ranges = {
            version: _Ranges(network for network in every if network.version == version)
            for version in (4, 6)
        }
        self._empty = not every
        self._find = lru_cache(maxsize=_CACHED)(self._has)

    @classmethod
    def read(cls, path: Path) -> Networks:
        """The networks of a file: one address or network in CIDR notation a line, # for comments.

        Raises:
            SetupError: the file cannot be read, or a line is no network; the message names it.
        """
        kind = "an address or a network such as 192.0.2.0/24"
        return cls(read_list(path, lambda text: ip_network(text, strict=False), kind))

    def has(self, address: str) -> bool:
        """Whether one of the networks holds the address; what is no address is in none."""
        return not self._empty and self._find(address)

    def _has(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        # ::ffff:192.0.2.1 is how a socket of both families names an IPv4 peer.
        mapped = found.ipv4_mapped if found.version == 6 else None
        found = mapped or found
        return int(found) in self._ranges[found.version]


class _Ranges:
    """Numbers of addresses, as ranges that do not touch, in order."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        for first, last in sorted(map(_ends, networks)):
            if self._last and first <= self._last[-1] + 1:
                self._last[-1] = max(self._last[-1], last)
            else:
                self._first.append(first)
                self._last.append(last)

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._first, number) - 1
        return place >= 0 and number <= self._last[place]


def _ends(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


NO_NETWORKS = Networks(())
