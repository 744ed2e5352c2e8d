"""What is said of a program: the rule that told it, its category, and the name it gave itself."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Category(StrEnum):
    """What a program is for, as far as its rule tells; described in ``docs/bots.md``."""

    SEARCH = "search"
    AI = "ai"
    SEO = "seo"
    ADVERTISING = "advertising"
    RESEARCH = "research"
    ARCHIVE = "archive"
    SCANNER = "scanner"
    MONITOR = "monitor"
    PREVIEW = "preview"
    FEED_READER = "feed_reader"
    TOOL = "tool"
    HEADLESS = "headless"
    NETWORK = "network"
    RATE = "rate"
    SPAM = "spam"
    OTHER = "other"


class Verdict(NamedTuple):
    """That a program sent an event.

    ``rule`` is a published name that a site's owner understands, such as ``Googlebot``. ``token``
    is the product that the agent named (``Googlebot/2.1``), "" where no agent decided, or where it
    named none that may be kept.
    """

    rule: str
    category: Category
    token: str = ""
