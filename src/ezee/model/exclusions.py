"""What a tracker's owner does not want counted."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import msgspec

Network = IPv4Network | IPv6Network


class Exclusions(msgspec.Struct, frozen=True, cache_hash=True):
    """Each field is a list of its own; an event that one of them matches is not counted.

    ``networks`` are addresses and networks, ``paths`` patterns like those of page groups,
    ``countries`` ISO 3166-1 codes, ``agents`` parts of agent strings. ``hostnames`` is the other
    way round: where it is not empty, pages of other hosts are not counted. They are lower case,
    IDNA and without ``www.``; ``*.example.com`` stands for every host below.
    """

    networks: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    hostnames: tuple[str, ...] = ()


# Not cached: it would be a place where addresses are kept.
def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _networks(networks))


@lru_cache(maxsize=1_000)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


@lru_cache(maxsize=20_000)
def names_one(user_agent: str, parts: tuple[str, ...]) -> bool:
    """Whether an agent string contains one of the parts, in any case."""
    found = user_agent.casefold()
    return any(part.casefold() in found for part in parts)


@lru_cache(maxsize=20_000)
def is_listed(host: str, hostnames: tuple[str, ...]) -> bool:
    """Whether an allow list names a host, given in lower case and IDNA, ``www.`` and all."""
    # *.example.com has www.example.com in it, but not example.com.
    return any(
        host.endswith(name[1:]) if name.startswith("*.") else host.removeprefix("www.") == name
        for name in hostnames
    )
