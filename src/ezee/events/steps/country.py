"""The country of the client's address, which is not kept."""

from __future__ import annotations

from functools import lru_cache

import iptocc

from ezee.events.draft import Draft


def put_country(draft: Draft) -> None:
    """The ISO 3166-1 code of the country; empty where the address does not tell."""
    draft.country = country_of(draft.address)


@lru_cache(maxsize=20_000)
def country_of(address: str) -> str:
    """The country of an address, "" for one that has none or is none."""
    try:
        return iptocc.country_code(address) or ""
    except (TypeError, ValueError):
        return ""
