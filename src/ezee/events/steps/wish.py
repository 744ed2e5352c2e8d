"""Who does not want to be counted: by an opt-out of the owner's, or by the browser's wish."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from ezee.events.draft import Draft

COOKIE = "ezee_opt_out_"
"""The cookie's name but for the tracker's ``site_id``; its value is the opt-out key."""


def is_opted_out(draft: Draft) -> bool:
    """Whether it is the owner's own visit, or of a browser whose wish the tracker respects.

    ``Sec-GPC: 1`` is Global Privacy Control, ``DNT: 1`` is Do Not Track.
    """
    rules, signals = draft.site.rules, draft.signals
    if (signals.gpc and rules.respect_gpc) or (signals.dnt and rules.respect_dnt):
        return True
    if draft.payload.opt_out or signals.opt_out:
        return any(_is_key(key, draft.site.opt_out_key) for key in _keys(draft))
    return False


def _keys(draft: Draft) -> Iterator[str]:
    """The opt-out keys that came with the event, from whomever they are."""
    if draft.payload.opt_out:
        yield draft.payload.opt_out
    if draft.signals.opt_out:
        # Not http.cookies: it gives up at the first odd cookie (`a[b]=c`), which may be anybody's.
        name = COOKIE + draft.site.site_id
        for cookie in draft.signals.opt_out.split(";"):
            found, _, value = cookie.strip().partition("=")
            if found == name:
                yield value


def _is_key(key: str, expected: str) -> bool:
    if not expected:
        return False
    return hmac.compare_digest(key.encode(errors="surrogatepass"), expected.encode())
