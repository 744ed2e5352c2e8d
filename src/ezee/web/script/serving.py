"""``GET /ezee.js`` and its versions, compressed when they were built."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from ezee.settings import SCRIPT_NAME
from ezee.web.script.versions import Script

_MOMENT = "public, max-age=3600, stale-while-revalidate=86400"
_FOR_EVER = "public, max-age=31536000, immutable"
_HEADERS = {
    "content-type": "text/javascript; charset=utf-8",
    "vary": "accept-encoding",
    # A page checks the integrity of what it may read only.
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
_CODINGS = ("br", "gzip")


def script_routes(scripts: Iterable[Script], name: str) -> HTTPRouteHandler:
    """The route of every version; of each name the first is the current one.

    ``name`` is what the script is called as well.
    """
    files: dict[str, tuple[Script, str]] = {}
    for script in scripts:
        files.setdefault(f"/{script.name}.js", (script, _MOMENT))
        files[f"/{script.versioned_name}"] = (script, _FOR_EVER)
    for path, served in list(files.items()):
        files.setdefault(path.replace(f"/{SCRIPT_NAME}", f"/{name}", 1), served)

    @get(list(files), include_in_schema=False)
    async def script_file(request: Request[Any, Any, Any]) -> Response[bytes]:
        script, caching = files[request.url.path]
        return _answer(request, script, caching)

    return script_file


def _answer(request: Request[Any, Any, Any], script: Script, caching: str) -> Response[bytes]:
    coding = _coding(request.headers.get("accept-encoding", ""), script)
    tag = f'"{script.version}{f"-{coding}" if coding else ""}"'
    headers = {**_HEADERS, "cache-control": caching, "etag": tag}
    known = request.headers.get("if-none-match", "")
    if known == "*" or tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
        return Response(b"", status_code=304, headers=headers)
    if coding:
        headers["content-encoding"] = coding
    return Response(script.contents[coding], headers=headers)


def _coding(accepted: str, script: Script) -> str:
    """The best content coding that the client reads; ``""`` for none."""
    for coding in _CODINGS:
        if coding in script.contents and _reads(accepted, coding):
            return coding
    return ""


def _reads(accepted: str, coding: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        if name == coding:
            return weight.strip("0.") != "" or weight == ""
    return False
