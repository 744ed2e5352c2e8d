"""``/assets``: what pages load, made by the build and named by its content.

Each file is there three times: as it is, and compressed in two ways.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response, get

from ezee.errors import NotFound

_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
_ENDINGS = {"br": ".br", "gzip": ".gz"}


class File(NamedTuple):
    """A file by its forms: ``identity``, ``br`` and ``gzip``."""

    media_type: str
    forms: dict[str, bytes]


def address(name: str) -> str:
    """Where pages find ``style.css``; raises ``KeyError`` for what the build does not make."""
    return f"/assets/{_names()[name]}"


@get("/assets/{name:str}", include_in_schema=False)
async def asset(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """A file, for good: another content has another name."""
    file = _files().get(name)
    if file is None:
        raise NotFound
    accepted = request.headers.get("accept-encoding", "")
    coding = next((each for each in _ENDINGS if each in accepted), "identity")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    if coding != "identity":
        headers["content-encoding"] = coding
    return Response(file.forms[coding], headers=headers, media_type=file.media_type)


@cache
def _names() -> dict[str, str]:
    folder = resources.files("ezee.web.html") / "files"
    return msgspec.json.decode((folder / "list.json").read_bytes(), type=dict[str, str])


@cache
def _files() -> dict[str, File]:
    folder = resources.files("ezee.web.html") / "files"
    return {
        name: File(
            _TYPES[name.rpartition(".")[2]],
            {
                "identity": (folder / name).read_bytes(),
                **{
                    coding: (folder / f"{name}{end}").read_bytes()
                    for coding, end in _ENDINGS.items()
                },
            },
        )
        for name in _names().values()
    }
