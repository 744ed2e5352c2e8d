"""As people write it."""

from __future__ import annotations

import pytest

from ezee.web.html.report.formats import formats_of

ENGLISH, GERMAN = formats_of("en"), formats_of("de")


def test_numbers_are_whole_until_they_are_too_long() -> None:
    assert [ENGLISH.big(value) for value in (0, 1, 12_480, 12_400_000)] == [
        *("0", "1", "12,480", "12.4m"),
    ]
    assert GERMAN.big(12_480) == "12.480"


def test_small_shares_have_a_digit_more() -> None:
    assert [ENGLISH.percent(share) for share in (0.343, 0.0512, 0.0003, 0, 1)] == [
        *("34%", "5.1%", "<0.1%", "0%", "100%"),
    ]
    assert GERMAN.percent(0.0003) == "<0,1\xa0%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.6, "1 m"), (72.4, "1 m 12 s"), (3600, "1 h"), (3720, "1 h 2 m")],
)
def test_durations(seconds: float, text: str) -> None:
    assert ENGLISH.duration(seconds) == text


def test_buckets_are_named_in_full_and_in_brief() -> None:
    labels = ("2026-10", "2026-10-25", "2026-10-25T14:00+02:00")
    assert [ENGLISH.bucket(label) for label in labels] == [
        *("October 2026", "Sun, 25 Oct 2026", "Sun 25 Oct, 14:00"),
    ]
    assert [ENGLISH.brief(label) for label in labels] == ["Oct 2026", "25 Oct", "14:00"]


def test_countries_and_languages_are_named_and_unknown_ones_shown() -> None:
    assert [GERMAN.country(code) for code in ("DE", "ZQ")] == ["Deutschland", "ZQ"]
    assert [ENGLISH.language(tag) for tag in ("fr", "pt-BR", "qqq")] == [
        *("French", "Portuguese (pt-BR)", "qqq"),
    ]
