"""An operator's list of networks that no people come from, such as those of data centres."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from pathlib import Path

from ezee.events.bots.lists import read_list

_CACHED = 20_000


class Networks:
    """Networks of both families, any number of them, that are asked for single addresses."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        every = list(networks)
        self._ranges = {
            4: _Ranges(collapse_addresses(net for net in every if isinstance(net, IPv4Network))),
            6: _Ranges(collapse_addresses(net for net in every if isinstance(net, IPv6Network))),
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

    def __init__(self, networks: Iterable[IPv4Network] | Iterable[IPv6Network]) -> None:
        ranges = [(int(net.network_address), int(net.broadcast_address)) for net in networks]
        self._first = [first for first, _ in ranges]
        self._last = [last for _, last in ranges]

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._first, number) - 1
        return place >= 0 and number <= self._last[place]


NO_NETWORKS = Networks(())
