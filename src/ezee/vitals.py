"""What a running service notes of itself: whether it is stopping, and plain counts.

Whoever does the work bumps a number, which costs next to nothing; they are read, and given names
and units, when somebody asks (``web.metrics``). No count knows a tracker, an address or a page.
"""

from __future__ import annotations


class Vitals:
    """One for each running service."""

    def __init__(self) -> None:
        # From the moment on in which a stop was asked for.
        self.stopping = False
