"""A counter as JSON and as a page to be framed, beside its pictures."""

from __future__ import annotations

from html import escape

import msgspec

from ezee.counters.asked import Asked

CONTENT_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "gif": "image/gif",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}


def as_json(asked: Asked, page: str, number: int | None) -> bytes:
    """The number, null where it is not known, and which one that is."""
    content: dict[str, object] = {
        "site_id": asked.site_id or None,
        "page": page or None,
        "metric": asked.wanted.metric,
        "period": asked.wanted.period,
        "value": number,
    }
    if asked.errors:
        content["ignored"] = [error._asdict() for error in asked.errors]
    return msgspec.json.encode({"data": content})


def as_html(picture: bytes, label: str) -> bytes:
    """A page that holds a picture (SVG) and nothing else, on no ground of its own."""
    return _PAGE.format(title=escape(label) or "Counter", picture=picture.decode()).encode()


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<style>html {{ background: transparent; color-scheme: light dark }} body {{ margin: 0 }}
svg {{ display: block; max-width: 100% }}</style></head>
<body>{picture}</body></html>
"""
