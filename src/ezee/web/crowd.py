"""Who is connected: so many at once and no more, in all and from one address."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable

from ezee.errors import RateLimited, Unavailable
from ezee.limits import line_of
from ezee.vitals import Vitals

_LOOPBACK = ("127.0.0.0/8", "::1/128")
_RETRY_AFTER = 5
_FULL = "Too many clients are connected right now. Nothing was recorded; try again shortly."


class Crowd:
    """The connections of one service, and the bytes of bodies that are held for them.

    ``most_of_one`` is for each address (of IPv6 for each /64) but loopback's and those of
    ``exempt``: a proxy brings everybody.
    """

    def __init__(
        self,
        most: int = 10_000,
        most_of_one: int = 256,
        most_bytes: int = 128 << 20,
        exempt: Iterable[str] = (),
        vitals: Vitals | None = None,
    ) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._most_bytes = most_bytes
        self._exempt = [ipaddress.ip_network(each) for each in (*_LOOPBACK, *exempt)]
        self._here: Counter[str] = Counter()
        self._number = 0
        self._bytes = 0
        self._limited = (vitals or Vitals()).limited

    def __len__(self) -> int:
        return self._number

    def enter(self, address: str) -> None:
        """Let one more connection in; whoever is let in leaves again.

        Raises:
            Unavailable: there are too many. RateLimited: this address has too many.
        """
        if self._number >= self._most:
            self._limited["connections"] += 1
            raise Unavailable(_FULL, _RETRY_AFTER)
        line = line_of(address)
        if self._here[line] >= self._most_of_one and not self._is_exempt(address):
            self._limited["connections of one"] += 1
            raise RateLimited(_RETRY_AFTER)
        self._here[line] += 1
        self._number += 1

    def leave(self, address: str) -> None:
        """Forget a connection that had been let in."""
        line = line_of(address)
        self._here[line] -= 1
        if not self._here[line]:
            del self._here[line]
        self._number -= 1

    def hold(self, size: int) -> bool:
        """Hold so many bytes more; says whether that is still few enough."""
        self._bytes += size
        return self._bytes <= self._most_bytes

    def release(self, size: int) -> None:
        """Hold so many bytes less."""
        self._bytes -= size

    def _is_exempt(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self._exempt)
