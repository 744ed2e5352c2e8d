"""The visitor: a hash that ends with the tracker's local day."""

from __future__ import annotations

from hashlib import blake2b

from ezee.events.draft import Draft
from ezee.model.event import Population


def visitor_of(draft: Draft, day: int) -> tuple[int, Population]:
    """Address and agent hashed under the day's salt; this is the last that is seen of them."""
    site, salts = draft.site, draft.surroundings.salts
    if draft.import_id:
        salt = salts.of_import(site.key, day, draft.import_id, draft.received_at)
        population = Population.IMPORT
    else:
        salt, population = salts.of(site.key, day, site.timezone, draft.received_at)
    return visitor_hash(salt, draft.address, draft.user_agent), population


def visitor_hash(salt: bytes, address: str, user_agent: str) -> int:
    """64 bits of BLAKE2b keyed with the salt (RFC 7693)."""
    text = f"{address}\0{user_agent}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8, key=salt).digest())
