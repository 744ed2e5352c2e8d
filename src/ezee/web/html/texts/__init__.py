"""What pages say, in the reader's language, and how they write numbers and times.

English stands where it is said: in a template as ``{{ _("Sign in") }}``. German is found by the
English text in ``german/``, one module for each part of the pages. A test finds every text that
is said anywhere and holds the languages to them. Texts may have markup, and ``{names}`` whose
values are escaped. What a failure says is no such text: it may quote what somebody sent, so it is
never markup and nothing is filled in; see ``failures.py``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from markupsafe import Markup

from ezee.errors import EzeeError, InvalidRequest
from ezee.model.calendar import utc_text
from ezee.web.html.texts.failures import Sentences
from ezee.web.html.texts.german import GERMAN
from ezee.web.html.texts.german.failures import FAILURES as GERMAN_FAILURES

LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
_TEXTS: dict[str, dict[str, str | tuple[str, str]]] = {"en": {}, "de": GERMAN}
_FAILURES = {"en": Sentences({}), "de": Sentences(GERMAN_FAILURES)}
# "en" alone would be American: month first, and a clock of twelve hours.
_REGIONS = {"en": "en_GB", "de": "de_DE"}


class Texts:
    """One language. Times are milliseconds UTC, and shown in the zone that is given."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(_REGIONS[language])
        self._texts = _TEXTS[language]
        self._failures = _FAILURES[language]

    def text(self, english: str, **values: object) -> Markup:
        """A text in this language, its values filled in."""
        found = self._texts.get(english, english)
        return Markup(found if isinstance(found, str) else found[1]).format(**values)  # noqa: S704

    def plural(self, one: str, many: str, n: int, **values: object) -> Markup:
        """One of two texts, by ``n``, which the text may show as ``{n}``."""
        found = self._texts.get(one, (one, many))
        chosen = found if isinstance(found, str) else found[0 if n == 1 else 1]
        return Markup(chosen).format(n=self.number(n), **values)  # noqa: S704

    def failure(self, english: str) -> str:
        """What a failure says, in this language: text, not markup, for it may quote anything."""
        return self._failures.say(english, lambda n: self.number(int(n.replace(",", ""))))

    def message(self, error: EzeeError) -> str:
        """What a failure says as a whole; of wrong fields, each by its name."""
        if not isinstance(error, InvalidRequest) or not error.details:
            return self.failure(error.message)
        parts = [f"{each.field}: {self.failure(each.message)}" for each in error.details]
        return "; ".join(parts)

    def number(self, value: float, digits: int | None = None) -> str:
        """``12480`` → ``12,480``; with ``digits`` after the point, that many."""
        if digits is None:
            return format_decimal(value, locale=self._locale)
        return format_decimal(
            value, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=self._locale
        )

    def compact(self, value: float) -> str:
        """``12480`` → ``12K``."""
        return format_compact_decimal(value, fraction_digits=1, locale=self._locale)

    def percent(self, share: float, digits: int = 0) -> str:
        """``0.417`` → ``42%``."""
        pattern = self._locale.percent_formats[None].pattern
        if digits:
            pattern = pattern.replace("0", f"0.{'0' * digits}", 1)
        return format_percent(share, format=pattern, locale=self._locale)

    def day(self, day: date | int, style: str = "medium", zone: str = "UTC") -> str:
        """A day, of a date or of a time in a zone; ``style`` is Babel's, or a pattern of its."""
        if isinstance(day, int):
            day = _at(day, zone).date()
        return format_date(day, style, locale=self._locale)

    def time(self, at: int, zone: str = "UTC", style: str = "medium") -> str:
        """A day and a time of it, in a zone."""
        return format_datetime(_at(at, zone), style, locale=self._locale)

    def iso(self, at: int) -> str:
        """For programs: ``2026-03-09T12:00:00.000Z``."""
        return utc_text(at)

    def ago(self, at: int, now: int) -> str:
        """How long ago it was: ``3 hours ago``."""
        seconds = max(0, (now - at) // 1000)
        if seconds < 45:
            return str(self.text("just now"))
        return format_timedelta(-seconds, add_direction=True, locale=self._locale)


@cache
def texts_in(language: str) -> Texts:
    """The texts of one of ``LANGUAGES``."""
    return Texts(language)


def choose_language(chosen: str, accepted: str) -> str:
    """The language that was chosen, else the first of ``Accept-Language`` that there is."""
    if chosen in LANGUAGES:
        return chosen
    wishes = [_wish(each) for each in accepted.split(",")[:20]]
    ranked = sorted((wish for wish in wishes if wish[1] > 0), key=lambda wish: -wish[1])
    return next((language for language, _ in ranked if language in LANGUAGES), "en")


def _wish(text: str) -> tuple[str, float]:
    """``de-AT;q=0.8`` → ``de``, 0.8."""
    tag, _, quality = text.strip().partition(";q=")
    try:
        weight = float(quality or 1)
    except ValueError:
        weight = 0.0
    return tag.partition("-")[0].lower(), weight


def _at(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
