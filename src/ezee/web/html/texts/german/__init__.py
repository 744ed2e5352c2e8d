"""German, one module for each part of the pages. A plural is a pair: of one, of many."""

from ezee.web.html.texts.german.account import ACCOUNT
from ezee.web.html.texts.german.common import COMMON
from ezee.web.html.texts.german.counters import COUNTERS
from ezee.web.html.texts.german.report import REPORT
from ezee.web.html.texts.german.tokens import TOKENS
from ezee.web.html.texts.german.trackers import TRACKERS

GERMAN: dict[str, str | tuple[str, str]] = {
    **ACCOUNT,
    **COUNTERS,
    **COMMON,
    **TOKENS,
    **TRACKERS,
    **REPORT,
}

__all__ = ["GERMAN"]
