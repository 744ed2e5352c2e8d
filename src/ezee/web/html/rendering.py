"""From a template to an answer: language, look, who is signed in, and strict headers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from markupsafe import Markup, escape

from ezee import __version__
from ezee.accounts.service_key import form_token, read_service_key
from ezee.accounts.sessions import Viewer
from ezee.events.places import open_places
from ezee.web.html import assets
from ezee.web.html.cookies import FORM, LANGUAGE, LOOK, SESSION, make_cookie, read_cookie
from ezee.web.html.texts import LANGUAGES, Texts, choose_language, texts_in
from ezee.web.services import services_of

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]

LOOKS = ("light", "dark")
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
    # Addresses may be secrets, and go to no other site. Not to ours either would be too little:
    # browsers then send forms from "null", and we could not tell that they are ours.
    "referrer-policy": "same-origin",
    "vary": "cookie, accept-language",
}


def render(
    connection: Connection,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    here: str = "",
    **context: Any,
) -> Response[bytes]:
    """The page that a template of ``templates/`` makes.

    Every template has ``_``, ``n_`` and ``texts`` for what it says, ``viewer`` (None for nobody),
    ``asset`` and ``icon``, and ``form_token()``, which the macro ``ui.form`` puts into forms.
    Headers that are given come in the place of those that pages have otherwise; ``here`` is where
    to come back to after choosing a look, the page itself unless it is given.
    """
    texts = texts_of(connection)
    seed = _Seed(connection)
    page = _environment().get_template(template)
    body = page.render(
        _=texts.text,
        n_=texts.plural,
        texts=texts,
        look=look_of(connection),
        viewer=viewer_of(connection),
        form_token=seed.token,
        path=connection.scope["path"],
        here=here or _here(connection),
        credit=open_places(services_of(connection).settings.places_database),
        settings=services_of(connection).settings,
        now=services_of(connection).clock.now(),
        **context,
    )
    answer = Response(
        body.encode(),
        status_code=status,
        headers={**HEADERS, **(headers or {})},
        media_type="text/html",
    )
    if seed.fresh is not None:
        answer.set_cookie(seed.fresh)
    return answer


def texts_of(connection: Connection) -> Texts:
    """The texts in the language of whoever asks."""
    viewer = viewer_of(connection)
    chosen = read_cookie(connection, LANGUAGE) or (viewer.language if viewer else "")
    accepted = connection.headers.get("accept-language", "")
    return texts_in(choose_language(chosen, accepted))


def look_of(connection: Connection) -> str:
    """``light`` or ``dark`` where one was chosen, "" for the system's."""
    chosen = read_cookie(connection, LOOK)
    return chosen if chosen in LOOKS else ""


def viewer_of(connection: Connection) -> Viewer | None:
    """Who is signed in, where a guard has looked; None for nobody."""
    viewer: Viewer | None = connection.state.get("viewer")
    return viewer


def session_seed(connection: Connection) -> str:
    """What the tokens of forms are made of: the session's secret, else a cookie of their own."""
    return read_cookie(connection, SESSION) or read_cookie(connection, FORM)


class _Seed:
    """Gives a browser that has no seed one, when a form wants its token."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seed = session_seed(connection)
        self.fresh: Cookie | None = None

    def token(self) -> str:
        settings = services_of(self._connection).settings
        if not self._seed:
            self._seed = secrets.token_urlsafe(24)
            self.fresh = make_cookie(self._connection, FORM, self._seed)
        return form_token(read_service_key(settings.data), self._seed)


def _here(connection: Connection) -> str:
    """The path and query, to come back to."""
    query = connection.scope["query_string"].decode("ascii", "replace")
    path: str = connection.scope["path"]
    return f"{path}?{query}" if query else path


def _icon(name: str, kind: str = "icon") -> Markup:
    """A symbol of the sprite. It says nothing to a screen reader: the text beside it does."""
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        kind, assets.address("icons.svg"), name
    )


def _odometer(number: object) -> Markup:
    """The one ornament: a number on the drums of an odometer. What parts thousands is no drum."""
    drums = "".join(
        f"<i>{escape(each)}</i>" if each.isalnum() else f"<span>{escape(each)}</span>"
        for each in str(number)
    )
    return Markup('<span class="odometer" aria-hidden="true">{}</span>').format(Markup(drums))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ezee.web.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["pair"] = lambda value: (value, value)
    environment.globals.update(
        asset=assets.address,
        icon=_icon,
        odometer=_odometer,
        languages=LANGUAGES,
        version=__version__,
    )
    return environment
