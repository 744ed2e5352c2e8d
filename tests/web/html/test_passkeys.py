"""What a passkey is bound to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ezee.accounts.passkeys import Place
from ezee.settings import read_settings
from ezee.web.html import passkeys
from ezee.web.html.forms import AnyRequest


@pytest.mark.parametrize(
    ("public_url", "place"),
    [
        (None, Place("claimed.example", "http://claimed.example:8000")),
        ("https://stats.example.com", Place("stats.example.com", "https://stats.example.com")),
    ],
)
def test_it_is_the_address_the_service_is_known_under_whatever_a_request_claims(
    monkeypatch: pytest.MonkeyPatch, public_url: str | None, place: Place
) -> None:
    flags: dict[str, Any] = {} if public_url is None else {"public_url": public_url}
    services = SimpleNamespace(settings=read_settings({}, **flags))
    monkeypatch.setattr(passkeys, "services_of", lambda _: services)
    request = SimpleNamespace(headers={"host": "claimed.example:8000"})
    assert passkeys._place(cast("AnyRequest", request)) == place
