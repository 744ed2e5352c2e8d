"""The rules of one tracker: how its owner wants its events read, and which not at all."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ezee.model.exclusions import Exclusions
from ezee.model.pages import NO_PAGE_RULES, PageRules

MOST_START = 10**12
MOST_MONTHS = 1_200


class SiteRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """What may be set for a tracker, apart from what it is.

    ``respect_gpc`` and ``respect_dnt`` say whose wish not to be counted is heard: that of browsers
    that send ``Sec-GPC: 1`` or ``DNT: 1``. ``places`` is how closely a visitor's place is kept.
    ``counter`` says that anyone may see its numbers as a visible counter, whose all-time number
    begins at ``counter_start``. ``aliases`` are what it is called by the clients of other trackers,
    see ``model.aliases``. ``keep_months`` is for how many months its events are kept, 0 for ever;
    ``kept_from`` is the first local day of which they still are, 0 for all. Nobody sets that one.
    """

    page_rules: PageRules = NO_PAGE_RULES
    exclusions: Exclusions = Exclusions()
    respect_gpc: bool = True
    respect_dnt: bool = False
    places: Literal["country", "region", "city"] = "country"
    counter: bool = False
    counter_start: Annotated[int, Meta(ge=0, le=MOST_START)] = 0
    aliases: tuple[str, ...] = ()
    keep_months: Annotated[int, Meta(ge=0, le=MOST_MONTHS)] = 0
    kept_from: int = 0


DEFAULT_RULES = SiteRules()
