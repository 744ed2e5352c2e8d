"""German, one module for each part of the pages. A plural is a pair: of one, of many."""

from ezee.web.html.texts.german.common import COMMON

GERMAN: dict[str, str | tuple[str, str]] = {**COMMON}

__all__ = ["GERMAN"]
