"""What a page's address asks to be shown: a link is the view.

The names are those of the API (``period``, ``from``, ``to``, ``interval``, ``filter``, ``compare``,
``verified``), with those of the page beside them: ``show`` is the chart's metric, each panel's name
holds the tab that is open, and ``embed`` is of reports within other pages. Names that mean nothing
here are left out, as links from e-mails bring some.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

import msgspec

from ezee.web.html.report.panels import PANELS

Pairs = tuple[tuple[str, str], ...]

NO_COMPARISON = "none"
_PERIOD = ("period", "from", "to", "interval")
_ASKED = (*_PERIOD, "filter", "verified")
_KNOWN = (*_ASKED, "compare", "show", "embed", *PANELS)
_DEFAULTS = {"period": "30d", "compare": "previous", "show": "visitors"}


class View(msgspec.Struct, frozen=True):
    """The path of a report and what of its query string has a meaning."""

    path: str
    pairs: Pairs = ()

    @classmethod
    def of(cls, path: str, given: Iterable[tuple[str, str]]) -> View:
        """The view that an address stands for, its names in one order whatever theirs was."""
        known = [pair for pair in given if pair[0] in _KNOWN and pair[1]]
        return cls(path, tuple(sorted(known, key=lambda pair: _KNOWN.index(pair[0]))))

    def one(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        return next((text for each, text in self.pairs if each == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of that name."""
        return [text for each, text in self.pairs if each == name]

    @property
    def period(self) -> str:
        """The named period, empty where dates were given."""
        return "" if self.one("from") or self.one("to") else self.one("period", "30d")

    @property
    def compare(self) -> str:
        """What is compared with: the period before, unless asked or there is none."""
        return self.one("compare", NO_COMPARISON if self.period == "all" else "previous")

    @property
    def filters(self) -> list[str]:
        """The filters, as they are written."""
        return list(dict.fromkeys(self.all("filter")))

    def tab(self, panel: str) -> str:
        """The open tab of a panel, the first one unless asked for one there is."""
        tabs = PANELS[panel].tabs
        asked = self.one(panel)
        return asked if asked in tabs or PANELS[panel].holds(asked) else tabs[0]

    def asked(self) -> list[tuple[str, str]]:
        """The parameters of the question, as the API reads them."""
        pairs = [pair for pair in self.pairs if pair[0] in _ASKED]
        if self.compare not in {NO_COMPARISON, ""}:
            pairs.append(("compare", self.compare))
        return pairs

    def with_(self, **changed: str) -> View:
        """The same with other values; an empty or default one leaves the name out.

        A period takes the place of dates, and of their interval; dates take that of a period.
        """
        named = {name.rstrip("_"): text for name, text in changed.items()}
        gone = set(named)
        if gone & {"period", "from", "to"}:
            gone |= set(_PERIOD)
        kept = [pair for pair in self.pairs if pair[0] not in gone]
        new = [
            (name, text) for name, text in named.items() if text not in {"", _DEFAULTS.get(name)}
        ]
        return msgspec.structs.replace(self, pairs=(*kept, *new))

    def with_filters(self, filters: Iterable[str]) -> View:
        """The same with these filters instead."""
        kept = [pair for pair in self.pairs if pair[0] != "filter"]
        return msgspec.structs.replace(
            self, pairs=(*kept, *(("filter", text) for text in dict.fromkeys(filters)))
        )

    def since(self, first: date, last: date | str) -> View:
        """The same of these days, both included."""
        return self.with_(from_=str(first), to=str(last))

    def at(self, path: str) -> View:
        """The same question on another page."""
        return msgspec.structs.replace(self, path=path)

    def elsewhere(self, path: str) -> View:
        """The same time on another tracker's report: filters are of this one alone."""
        kept = tuple(pair for pair in self.pairs if pair[0] in {*_PERIOD, "compare", "show"})
        return View(path, kept)

    @property
    def link(self) -> str:
        """The address."""
        return f"{self.path}?{urlencode(self.pairs)}" if self.pairs else self.path
