"""Who does not want to be counted: by an opt-out of the owner's, or by the browser's wish."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie

from ezee.events.draft import Draft
from ezee.model.event import DropReason

COOKIE = "ezee_opt_out_"
"""The cookie's name but for the tracker's ``site_id``; its value is the opt-out key."""


def drop_opted_out(draft: Draft) -> DropReason | None:
    """Drop the owner's own visits, and those of browsers whose wish the tracker respects.

    ``Sec-GPC: 1`` is Global Privacy Control, ``DNT: 1`` is Do Not Track.
    """
    rules, signals = draft.site.rules, draft.signals
    if (signals.gpc and rules.respect_gpc) or (signals.dnt and rules.respect_dnt):
        return DropReason.OPTED_OUT
    key = draft.payload.opt_out or _from_cookie(signals.opt_out, draft.site.site_id)
    return DropReason.OPTED_OUT if key and _is_key(key, draft.site.opt_out_key) else None


def _from_cookie(cookies: str, site_id: str) -> str:
    if not cookies:
        return ""
    try:
        found = SimpleCookie(cookies).get(COOKIE + site_id)
    except CookieError:
        return ""
    return found.value if found else ""


def _is_key(key: str, expected: str) -> bool:
    if not expected:
        return False
    return hmac.compare_digest(key.encode(errors="surrogatepass"), expected.encode())
