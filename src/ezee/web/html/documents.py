"""``/docs``: the pages of ``docs/``, with this server's address and the reader's own site in them.

They are in English, whatever the language of the pages around them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
from litestar import Response, get
from litestar.response import Redirect
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from ezee.accounts.placing import placed_trackers
from ezee.errors import NotFound
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import anyone
from ezee.web.html.rendering import render, texts_of, viewer_of
from ezee.web.services import services_of

FIRST: Final = ("install", "api", "numbers", "privacy", "script")
# What the examples of docs/ are of.
_BASE_URL = "https://stats.example.com"
_SITE_ID = "ezi_64a31d92b70f"
_LINK = re.compile(r"(?:\./)?([a-z-]+)\.md(#.*)?")
_WORD = re.compile(r"[^\w\- ]")


@get("/docs", include_in_schema=False)
async def first_document() -> Redirect:
    """The first of them."""
    return Redirect(f"/docs/{FIRST[0]}", status_code=303)


@get("/docs/{name:str}", guards=[anyone], include_in_schema=False)
async def document(request: AnyRequest, name: str) -> Response[Any]:
    """One page, its examples made the reader's own."""
    titles = _titles()
    if name not in titles:
        raise NotFound
    services, viewer = services_of(request), viewer_of(request)
    site_id = _SITE_ID
    if viewer is not None:
        rows = await anyio.to_thread.run_sync(placed_trackers, services.database, viewer.user_id)
        site_id = rows[0].site_id if rows else _SITE_ID
    copy = str(texts_of(request).text("Copy")), str(texts_of(request).text("Copied"))
    content = _rendered(name, *copy)
    content = content.replace(_BASE_URL, escape(services.settings.base_url))
    return render(
        request,
        "document.html",
        name=name,
        titles=titles,
        content=Markup(content.replace(_SITE_ID, site_id)),  # noqa: S704 - our own pages
    )


def _folder() -> Path:
    """In a wheel the pages lie in the package, in the source tree beside it."""
    packaged = Path(str(resources.files("ezee.web.html"))) / "docs"
    return packaged if packaged.is_dir() else Path(__file__).parents[4] / "docs"


@cache
def _titles() -> dict[str, str]:
    """Every page and its title, the first ones first."""
    titles = {
        path.stem: path.read_text().partition("\n")[0].removeprefix("# ")
        for path in sorted(_folder().glob("*.md"))
    }
    return {name: titles.pop(name) for name in FIRST} | titles


@cache
def _rendered(name: str, copy: str, copied: str) -> str:
    """The page as HTML, with a button that copies at each example."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((_folder() / f"{name}.md").read_text())
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[at + 1].content))
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", link(str(child.attrGet("href"))))

    def fence(_: object, tokens: list[Token], index: int, *__: object) -> str:
        return (
            f'<div class="example"><pre id="example-{index}" tabindex="0">'
            f"{escape(tokens[index].content.rstrip())}</pre>"
            f'<button type="button" class="button small needs-script" '
            f'data-copy="#example-{index}" data-done="{escape(copied)}">'
            f"<span data-label>{escape(copy)}</span></button></div>\n"
        )

    markdown.add_render_rule("fence", fence)
    page: str = markdown.renderer.render(tokens, markdown.options, {})
    # A column that needs no name has no heading either.
    page = page.replace("<th></th>", "<td></td>")
    return page.replace("<table>", '<div class="table-frame"><table>').replace(
        "</table>", "</table></div>"
    )


def anchor(heading: str) -> str:
    """The name of a heading in addresses, as links in the pages have it."""
    return _WORD.sub("", heading.lower()).replace(" ", "-")


def link(target: str) -> str:
    """Where a link of a page leads to here: ``script.md#tags`` → ``/docs/script#tags``."""
    found = _LINK.fullmatch(target)
    return f"/docs/{found[1]}{found[2] or ''}" if found else target
