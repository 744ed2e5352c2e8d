"""Numbers, times and names as people of a language write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

_LONG = 10_000_000
_SMALLEST = 0.001
# "en" alone would be American: month first, and a clock of twelve hours.
_REGIONS = {"en": "en_GB", "de": "de_DE"}


class Formats:
    """Writes in one language. Everything taken is as the API tells it."""

    def __init__(self, language: str) -> None:
        self.locale = Locale.parse(_REGIONS.get(language, language))

    def number(self, value: float) -> str:
        """Whole numbers in full, others with up to two digits behind the point."""
        if isinstance(value, float) and not value.is_integer():
            return str(format_decimal(round(value, 2), "#,##0.##", locale=self.locale))
        return str(format_decimal(int(value), "#,##0", locale=self.locale))

    def short(self, value: float) -> str:
        """A number where there is little room: 12.5K from 10,000 on."""
        if abs(value) < 10_000:
            return self.number(value)
        return str(format_compact_decimal(value, fraction_digits=1, locale=self.locale))

    def big(self, value: float) -> str:
        """A number that is looked at: in full up to 9,999,999."""
        return self.number(value) if abs(value) < _LONG else self.short(value)

    def percent(self, share: float) -> str:
        """``0.343`` → ``34 %``; below a tenth with a digit behind the point, but never 0 for what
        is there.
        """
        if 0 < share < _SMALLEST:
            return f"<{self.percent(_SMALLEST)}"
        pattern = self.locale.percent_formats[None].pattern
        if 0 < abs(share) < 0.0995:
            pattern = pattern.replace("#,##0", "#,##0.#")
        return str(format_percent(share, pattern, locale=self.locale))

    def change(self, share: float) -> str:
        """How much more or less, without its sign: an arrow and a word stand beside it."""
        size = abs(share)
        if size >= 10:
            return f"{self.number(round(1 + size))}×" if share > 0 else self.percent(size)
        return str(format_percent(round(size, 2), locale=self.locale))

    def duration(self, seconds: float) -> str:
        """``72.4`` → ``1 m 12 s``; ``3700`` → ``1 h 2 m``."""
        whole = round(seconds)
        hours, minutes, rest = whole // 3_600, whole // 60 % 60, whole % 60
        if hours:
            return f"{self.number(hours)} h {minutes} m" if minutes else f"{self.number(hours)} h"
        if minutes:
            return f"{minutes} m {rest} s" if rest else f"{minutes} m"
        return f"{rest} s"

    def money(self, amount: float, currency: str) -> str:
        """An amount in a currency."""
        return str(format_currency(amount, currency, locale=self.locale))

    def metric(self, name: str, value: float) -> str:
        """The value of a metric, as its kind is written."""
        return {"share": self.percent, "duration": self.duration}.get(kind_of(name), self.number)(
            value
        )

    def tick(self, name: str, value: float) -> str:
        """The same beside a line of a chart."""
        if kind_of(name) in {"share", "duration"}:
            return self.metric(name, value)
        return self.short(value)

    def day(self, text: str) -> str:
        """``2026-10-25`` → ``25 Oct 2026``."""
        return _day(self.locale, text)

    def span(self, first: str, last: str) -> str:
        """A period by its first and last day, or hour."""
        if first == last:
            return self.bucket(first)
        return f"{self.bucket(first)} – {self.bucket(last)}"

    def bucket(self, label: str) -> str:
        """A bucket's name in full: a month, a day with its weekday, a time."""
        return _bucket(self.locale, label)

    def brief(self, label: str) -> str:
        """The same below a chart."""
        return _brief(self.locale, label)

    def country(self, code: str) -> str:
        """A country's name by its two letters."""
        return str(self.locale.territories.get(code, code))

    def language(self, tag: str) -> str:
        """A language's name by its tag."""
        code = tag.replace("_", "-").split("-")[0]
        name = self.locale.languages.get(code)
        return name if name and tag == code else f"{name} ({tag})" if name else tag


_KINDS = {"bounce_rate": "share", "visit_duration": "duration", "views_per_visit": "decimal"}


def kind_of(metric: str) -> str:
    """``number``, ``decimal``, ``share`` or ``duration``."""
    return _KINDS.get(metric, "number")


@lru_cache(maxsize=16)
def formats_of(language: str) -> Formats:
    """What writes in a language; making it is slow."""
    return Formats(language)


@lru_cache(maxsize=8_192)
def _day(locale: Locale, text: str) -> str:
    return str(format_date(date.fromisoformat(text), "medium", locale=locale))


@lru_cache(maxsize=8_192)
def _bucket(locale: Locale, label: str) -> str:
    if len(label) == 7:
        return str(format_skeleton("yMMMM", _date(label), locale=locale))
    if len(label) == 10:
        return str(format_skeleton("yMMMEd", _date(label), locale=locale))
    when = datetime.fromisoformat(label)
    day = format_skeleton("MMMEd", when, tzinfo=when.tzinfo, locale=locale)
    return f"{day}, {format_time(when, 'short', tzinfo=when.tzinfo, locale=locale)}"


@lru_cache(maxsize=8_192)
def _brief(locale: Locale, label: str) -> str:
    if len(label) == 7:
        return str(format_skeleton("yMMM", _date(label), locale=locale))
    if len(label) == 10:
        return str(format_skeleton("MMMd", _date(label), locale=locale))
    when = datetime.fromisoformat(label)
    return str(format_time(when, "short", tzinfo=when.tzinfo, locale=locale))


_MONTH = re.compile(r"\d{4}-\d{2}")


def _date(label: str) -> date:
    return date.fromisoformat(f"{label}-01" if _MONTH.fullmatch(label) else label)
