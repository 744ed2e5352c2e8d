"""What a request says of its sender beside address and agent."""

from __future__ import annotations

from typing import NamedTuple

from ezee.events.client_hints import NO_HINTS, ClientHints


class Signals(NamedTuple):
    """Headers of a visitor's browser. ``language`` says that it named one, ``opt_out`` is the
    cookie header where that may hold an opt-out.
    """

    hints: ClientHints = NO_HINTS
    language: bool = True
    dnt: bool = False
    gpc: bool = False
    opt_out: str = ""


NO_SIGNALS = Signals()
