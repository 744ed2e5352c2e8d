"""The pages that tell a person of a failure."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Response
from litestar.response import Redirect

from ezee.errors import EzeeError
from ezee.web.errors import headers_of, status_of
from ezee.web.html.guards import SignInFirst
from ezee.web.html.rendering import AnyRequest, render, texts_of

_TITLES = {
    404: "There is nothing here",
    405: "That is not possible here",
    429: "Too many tries",
    500: "Something went wrong on our side",
    503: "Back in a moment",
}
_NOTHING = "The address may be mistyped, or what was here is gone, or it belongs to somebody else."


def failure_page(request: AnyRequest, error: EzeeError) -> Response[bytes] | Redirect:
    """The page of a failure; to who has to sign in first, the way there."""
    if isinstance(error, SignInFirst):
        return sign_in_first(request)
    status = status_of(error)
    title = _TITLES.get(status, "Something is not right")
    texts = texts_of(request)
    message = texts.text(_NOTHING) if status == 404 else texts.message(error)
    headers = {
        name: value for name, value in headers_of(error).items() if name != "www-authenticate"
    }
    return render(
        request,
        "failure.html",
        status=status,
        headers=headers,
        here="/",
        title=title,
        message=message,
    )


def sign_in_first(request: AnyRequest) -> Response[bytes] | Redirect:
    """To the sign-in, and from there back to the page that was asked for.

    A part of a page that a script asked for is not where to go: the page leads there as a whole.
    """
    if "hx-request" in request.headers:
        headers = {"hx-redirect": "/sign-in", "cache-control": "no-store"}
        return Response(b"", status_code=401, headers=headers)
    path = request.scope["path"]
    query = request.scope["query_string"].decode("ascii", "replace")
    target = quote(f"{path}?{query}" if query else path) if request.method == "GET" else ""
    where = f"/sign-in?next={target}" if target and target != "/" else "/sign-in"
    return Redirect(where, status_code=303, headers={"cache-control": "no-store"})
