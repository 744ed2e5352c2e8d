"""Stamps: a site's own server vouches that it served a page, or saw an event, at that minute.

A stamp is ``<minute>.<64 hex digits>``: Unix minutes, UTC, and the HMAC-SHA256 (RFC 2104), under
the tracker's signing secret, of ``site_id``, path and minute, a line each. ``helpers/`` has the
senders' side, ``docs/verified.md`` the rules.
"""

from __future__ import annotations

import hmac
import re

from ezee.model.calendar import MINUTE

MINUTES_OLD = 60
MINUTES_AHEAD = 5

_STAMP = re.compile(r"(0|[1-9][0-9]{0,9})\.([0-9a-f]{64})")
_PATH = re.compile(r"(?:https?://[^/?#]*)?([^?#]*)", re.IGNORECASE)


def is_genuine(stamp: str, secret: str, site_id: str, url: str, received_at: int) -> bool:
    """Whether the secret's holder stamped this page, at most an hour before ``received_at`` (ms).

    Whatever is not a stamp is not genuine, and with an empty secret nothing is.
    """
    found = _STAMP.fullmatch(stamp)
    # Anybody can sign with an empty key.
    if found is None or not secret:
        return False
    minute, sent = found.groups()
    if not -MINUTES_AHEAD <= received_at // MINUTE - int(minute) <= MINUTES_OLD:
        return False
    return hmac.compare_digest(sent, _signature(secret, site_id, path_of(url), minute))


def path_of(url: str) -> str:
    """The path of a URL as it was sent, percent-encoded or not; ``/`` when it is empty."""
    found = _PATH.match(url)
    return (found[1] if found else "") or "/"


def _signature(secret: str, site_id: str, path: str, minute: str) -> str:
    message = f"{site_id}\n{path}\n{minute}".encode(errors="surrogatepass")
    return hmac.digest(secret.encode(errors="surrogatepass"), message, "sha256").hex()
