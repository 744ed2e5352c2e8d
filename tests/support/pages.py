"""A browser without a window: it keeps cookies, follows redirects and sends forms as they are."""

from __future__ import annotations

import re
from html import unescape
from types import TracebackType
from typing import Self

import httpx

from tests.support.service import BROWSER, PASSWORD

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def without_tokens(page: str) -> str:
    """A page's text but for the tokens of its forms, which are others each time."""
    return _TOKEN.sub("", page)


class Visitor:
    """Somebody who looks at pages of a service."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(
            base_url=url,
            headers={"user-agent": BROWSER, "accept": "text/html"},
            follow_redirects=True,
            timeout=30,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def get(self, path: str, **options: object) -> httpx.Response:
        """Look at a page."""
        return self.client.get(path, **options)  # type: ignore[arg-type]

    def send(
        self, path: str, fields: dict[str, str] | None = None, *, on: str | None = None
    ) -> httpx.Response:
        """Send a form to a path, with the token of the page ``on`` which it stands."""
        token = self.token(on or path)
        return self.client.post(path, data={"form_token": token, **(fields or {})})

    def token(self, path: str) -> str:
        """The token that the forms of a page carry."""
        page = self.client.get(path).text
        found = _TOKEN.search(page)
        assert found is not None, page
        return unescape(found[1])

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in."""
        return self.send("/sign-in", {"email": email, "password": password})
