"""What may be changed of events that are stored. Each change is one transaction."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Erase(msgspec.Struct, frozen=True, tag=True):
    """Remove everything of a tracker."""

    site: int


class Regroup(msgspec.Struct, frozen=True, tag=True):
    """Show a tracker's paths as other pages: pairs of path and page. Other paths stay."""

    site: int
    pages: Sequence[tuple[str, str]]


class Move(msgspec.Struct, frozen=True, array_like=True):
    """Events of one day that are judged alike, and their new rule and category.

    An empty rule stands for people, ``token`` and the rest are what is kept of the events.
    """

    day: int
    rule: str
    token: str
    browser: str
    version: int
    os: str
    device: str
    hints: int
    referrer: str
    new_rule: str
    new_category: str


class Rejudge(msgspec.Struct, frozen=True, tag=True):
    """Count events of a tracker as people's or as bots', as the moves say."""

    site: int
    moves: Sequence[Move]


class RollUp(msgspec.Struct, frozen=True, tag=True):
    """Roll up every day of a tracker that has events which are not rolled up; with ``again``, every
    day.
    """

    site: int
    again: bool = False


Rewrite = Erase | Regroup | Rejudge
"""Those that change events."""
Change = Rewrite | RollUp
