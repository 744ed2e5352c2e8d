"""The page at the root: what runs here, and where to go on."""

from __future__ import annotations

from litestar import MediaType, get

from ezee import __version__

_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ezee</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; --paper: #fbfaf7; --ink: #1b1d1f; --accent: #0b6e6e }}
@media (prefers-color-scheme: dark) {{
:root {{ --paper: #141618; --ink: #eceae4; --accent: #4fc4bd }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink);
margin: 15vh auto; max-width: 36rem; padding: 0 1rem }}
a {{ color: var(--accent) }}
</style></head>
<body><h1>ezee is running</h1>
<p>Cookie-free web analytics, version {__version__}. Trackers, tokens and users are managed with
the <code>ezee</code> command; <code>ezee --help</code> lists what it can do.</p>
<p>Programs speak to it at <a href="/openapi.json">the API</a>, as the README shows.</p>
</body></html>
"""


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def start() -> str:
    """The start page."""
    return _PAGE
