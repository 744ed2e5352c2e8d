"""The visitor: a hash that ends with the tracker's local day."""

from __future__ import annotations

from hashlib import blake2b

from ezee.events.draft import Draft
from ezee.model.event import Population


def put_visitor(draft: Draft) -> None:
    """Hash address and agent under the day's salt; this is the last that is seen of them."""
    site, salts = draft.site, draft.surroundings.salts
    if draft.import_id:
        salt = salts.of_import(site.key, draft.day, draft.import_id, draft.received_at)
        draft.population = Population.IMPORT
    else:
        salt, draft.population = salts.of(site.key, draft.day, site.timezone, draft.received_at)
    draft.visitor = visitor_hash(salt, draft.address, draft.user_agent)


def visitor_hash(salt: bytes, address: str, user_agent: str) -> int:
    """64 bits of BLAKE2b keyed with the salt (RFC 7693)."""
    text = f"{address}\0{user_agent}".encode(errors="surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8, key=salt).digest())
