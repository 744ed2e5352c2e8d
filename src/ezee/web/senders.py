"""Who sent a request, by its connection and its headers."""

from __future__ import annotations

from collections.abc import Iterable

from litestar.types import HTTPScope

from ezee.accounts.tokens import Principal
from ezee.events.client_hints import NO_HINTS, ClientHints
from ezee.events.collector import Sender, plain_address
from ezee.events.signals import Signals
from ezee.events.steps.wish import COOKIE

_OPT_OUT = COOKIE.encode()


class Headers:
    """The few headers that matter here; the last of a name counts."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._values = dict(pairs)

    def has(self, name: bytes) -> bool:
        """Whether a header was sent."""
        return name in self._values

    def raw(self, name: bytes) -> bytes:
        """A header's bytes, none where it was not sent."""
        return self._values.get(name, b"")

    def text(self, name: bytes) -> str | None:
        """A header's text, None where it was not sent."""
        value = self._values.get(name)
        return None if value is None else value.decode("latin-1")


def sender_of(scope: HTTPScope, headers: Headers, principal: Principal | None) -> Sender:
    """Who sent a request."""
    client = scope.get("client")
    address = plain_address(client[0]) if client else ""
    # Agents are UTF-8 where they are not ASCII; bytes that are neither tell visitors apart still.
    user_agent = headers.raw(b"user-agent").decode("utf-8", "backslashreplace")
    # An event that needs an owner's word is written on the owner's behalf.
    owner = principal.user_id if principal and principal.may("write") else None
    return Sender(address, user_agent, owner, _signals(headers))


def _signals(headers: Headers) -> Signals:
    cookies = headers.raw(b"cookie")
    return Signals(
        _client_hints(headers),
        language=bool(headers.raw(b"accept-language")),
        dnt=headers.raw(b"dnt") == b"1",
        gpc=headers.raw(b"sec-gpc") == b"1",
        opt_out=cookies.decode("latin-1") if _OPT_OUT in cookies else "",
    )


def _client_hints(headers: Headers) -> ClientHints:
    brands = headers.text(b"sec-ch-ua-full-version-list") or headers.text(b"sec-ch-ua")
    if not brands:
        return NO_HINTS
    return ClientHints(
        brands,
        headers.text(b"sec-ch-ua-mobile") or "",
        headers.text(b"sec-ch-ua-platform") or "",
        headers.text(b"sec-ch-ua-form-factors") or "",
    )
