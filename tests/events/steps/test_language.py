"""Languages are kept as canonical tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.language import put_language
from tests.support.events import draft


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
def test_tags(tmp_path: Path, sent: str | None, kept: str) -> None:
    made = draft(tmp_path, language=sent)
    put_language(made)
    assert made.language == kept
