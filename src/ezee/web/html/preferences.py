"""The look and the language of pages, kept in cookies."""

from __future__ import annotations

from litestar import post
from litestar.response import Redirect

from ezee.web.html.cookies import LANGUAGE, LOOK, YEAR, make_cookie
from ezee.web.html.forms import AnyRequest, read_form
from ezee.web.html.rendering import LOOKS
from ezee.web.html.texts import LANGUAGES


@post("/look", include_in_schema=False)
async def choose_look(request: AnyRequest) -> Redirect:
    """Light, dark, or as the system is."""
    form = await read_form(request, harmless=True)
    look = form.text("look")
    answer = back_to(form.text("next"))
    known = look in LOOKS
    answer.set_cookie(make_cookie(request, LOOK, look if known else "", YEAR if known else 0))
    return answer


@post("/language", include_in_schema=False)
async def choose_language(request: AnyRequest) -> Redirect:
    """English, German."""
    form = await read_form(request, harmless=True)
    language = form.text("language")
    answer = back_to(form.text("next"))
    if language in LANGUAGES:
        answer.set_cookie(make_cookie(request, LANGUAGE, language, YEAR))
    return answer


def back_to(path: str) -> Redirect:
    """To a page of ours, the start for anything else."""
    return Redirect(path if is_ours(path) else "/", status_code=303)


def is_ours(path: str) -> bool:
    """Whether that is a path of this site: ``//evil.example`` and ``/\\evil.example`` are not."""
    return (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isascii()
        and path.isprintable()
    )
