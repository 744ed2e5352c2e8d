"""What a form sent, once it is sure that the form is ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio.to_thread
from litestar import Request

from ezee.accounts.service_key import is_form_token, read_service_key
from ezee.errors import EzeeError, FieldError, Forbidden, InvalidRequest, PayloadTooLarge
from ezee.web.html.rendering import session_seed
from ezee.web.services import services_of

AnyRequest = Request[Any, Any, Any]

TOKEN = "form_token"  # noqa: S105 - the name of a field
_LARGEST = 256 * 1024
_MOST_FIELDS = 500
_NOT_OURS = (
    "This form was open for too long, or it did not come from this site. Nothing was changed: "
    "go back, load the page again, and send it once more."
)


class Form:
    """The fields of a form that was sent: texts, without space around them."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def text(self, name: str) -> str:
        """The field's first value, "" where there is none."""
        return next((value.strip() for key, value in self.pairs if key == name), "")

    def secret(self, name: str) -> str:
        """The field's first value as it was typed: space belongs to a password."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value.strip() for key, value in self.pairs if key == name]

    def has(self, name: str) -> bool:
        """Whether the field was sent: whether a box is ticked."""
        return any(key == name for key, _ in self.pairs)

    def lines(self, name: str) -> list[str]:
        """What stands on the lines of a field, without the empty ones."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    def values(self) -> dict[str, str]:
        """Every field's first value, to be shown again; passwords are left out."""
        return {key: value for key, value in reversed(self.pairs) if "password" not in key}


async def read_form(request: AnyRequest, *, harmless: bool = False) -> Form:
    """The form of a request. A ``harmless`` one carries no token: it changes a look alone.

    Raises:
        Forbidden: it comes from another site, or without the token that our forms carry.
        InvalidRequest, PayloadTooLarge: it cannot be read.
    """
    if _is_from_elsewhere(request):
        raise Forbidden(_NOT_OURS)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if len(body) > _LARGEST:
        raise PayloadTooLarge("The form is larger than 256 KiB.")
    if body and content_type != "application/x-www-form-urlencoded":
        raise InvalidRequest("A form is sent as application/x-www-form-urlencoded.")
    form = Form(_pairs(body))
    if not harmless:
        await _check_token(request, form)
    return form


def field_errors(error: EzeeError) -> dict[str, str]:
    """What is wrong with which field, for showing it there; "" is the form as a whole."""
    if isinstance(error, InvalidRequest) and error.details:
        return {each.field: each.message for each in error.details}
    return {"": error.message}


def wrong(**messages: str) -> InvalidRequest:
    """A failure about fields by their names."""
    details = [FieldError(name, message) for name, message in messages.items()]
    return InvalidRequest("; ".join(messages.values()), details)


async def _check_token(request: AnyRequest, form: Form) -> None:
    key = await anyio.to_thread.run_sync(read_service_key, services_of(request).settings.data)
    seed = session_seed(request)
    if not seed or not is_form_token(form.text(TOKEN), key, seed):
        raise Forbidden(_NOT_OURS)


def _is_from_elsewhere(request: AnyRequest) -> bool:
    """Browsers say where a form comes from; who says nothing is held to the token alone."""
    site = request.headers.get("sec-fetch-site", "none")
    if site not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = {request.headers.get("host", ""), _host(services_of(request).settings.base_url)}
    return _host(origin) not in ours


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None
