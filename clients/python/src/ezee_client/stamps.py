"""Stamps for the verified lane."""

from __future__ import annotations

import hashlib
import hmac
import re
import time


def stamp(secret: str, site_id: str, url_or_path: str, now: float | None = None) -> str:
    """Vouch for a page of your site. The stamp is good for an hour.

    The address is taken as the browser sends it, percent-encoded; query and fragment do not
    matter. ``now`` is in seconds since 1970, and the clock's unless given.
    """
    minute = int((time.time() if now is None else now) // 60)
    path = re.sub("(?i)^https?://[^/?#]*", "", url_or_path)
    path = re.split("[?#]", path)[0] or "/"
    message = f"{site_id}\n{path}\n{minute}"
    return f"{minute}.{hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()}"
