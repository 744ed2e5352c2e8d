"""The page at the root: what runs here, and where to go on."""

from __future__ import annotations

from html import escape
from typing import Any

from litestar import MediaType, Request, get

from ezee import __version__
from ezee.events.places import Places, open_places
from ezee.web.services import services_of

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ezee</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; --paper: #fbfaf7; --ink: #1b1d1f; --accent: #0b6e6e }}
@media (prefers-color-scheme: dark) {{
:root {{ --paper: #141618; --ink: #eceae4; --accent: #4fc4bd }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink);
margin: 15vh auto; max-width: 36rem; padding: 0 1rem }}
a {{ color: var(--accent) }}
footer {{ font-size: 0.85em; margin-top: 3rem }}
</style></head>
<body><h1>ezee is running</h1>
<p>Cookie-free web analytics, version {version}. Trackers, tokens and users are managed with
the <code>ezee</code> command; <code>ezee --help</code> lists what it can do.</p>
<p>Programs speak to it at <a href="/openapi.json">the API</a>, as the README shows.</p>
{footer}
</body></html>
"""


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def start(request: Request[Any, Any, Any]) -> str:
    """The start page."""
    places = open_places(services_of(request).settings.places_database)
    return _PAGE.format(version=__version__, footer=_footer(places))


def _footer(places: Places) -> str:
    """What the licence of the places wants shown."""
    if not places.attribution:
        return ""
    link, text = escape(places.attribution_link), escape(places.attribution)
    return f'<footer><a href="{link}">{text}</a></footer>'
