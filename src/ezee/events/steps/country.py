"""The country of the client's address, which is not kept."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.events.places import ALLOCATED


def put_country(draft: Draft) -> None:
    """The ISO 3166-1 code of the country; empty where the address does not tell."""
    draft.country = country_of(draft.address)


def country_of(address: str) -> str:
    """The country of an address, "" for one that has none or is none."""
    return ALLOCATED.of(address).country
