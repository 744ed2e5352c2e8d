"""What a tracker is called by the clients of other trackers.

An alias is ``protocol:name``, such as ``matomo:7`` or ``plausible:blog.example.com``. A tracker
answers to its ``site_id``, its ``id`` and its hosts without one.
"""

from __future__ import annotations

import re

PROTOCOLS = ("plausible", "umami", "goatcounter", "matomo")
ALIAS_LIMIT = 50
_LONGEST = 253
_NAME = re.compile(r"[a-z0-9._-]{1,253}")


def normal_alias(text: str) -> str | None:
    """The alias in its one form, lower case and without blanks; None when it is none."""
    protocol, _, name = text.strip().lower().partition(":")
    name = name.strip()
    if protocol not in PROTOCOLS or not _NAME.fullmatch(name):
        return None
    # A number is the same with zeros before it: /matomo.php?idsite=07
    return f"{protocol}:{normal_name(name)}"


def is_name(text: str) -> bool:
    """Whether a tracker may be called so, in its one spelling; what no client sends is not."""
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()


def normal_name(name: str) -> str:
    """The one spelling of what a site is called."""
    text = name.strip().lower()
    return text.lstrip("0") or "0" if text.isdecimal() else text.removeprefix("www.")
