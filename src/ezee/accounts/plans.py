"""What the plans allow."""

from __future__ import annotations

from typing import Final

REQUESTS_PER_MINUTE: Final = {"free": 60, "pro": 600}
PLANS: Final = tuple(REQUESTS_PER_MINUTE)
