"""Languages are kept as canonical tags."""

from __future__ import annotations

import pytest

from ezee.events.steps.language import language_of


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, ""),
        ("", ""),
        ("EN", "en"),
        ("pt_br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("de-CH-1996", "de-CH-1996"),
        ("es-419", "es-419"),
    ],
)
def test_tags(sent: str | None, kept: str) -> None:
    assert language_of(sent) == kept
