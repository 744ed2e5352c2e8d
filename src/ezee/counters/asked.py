"""What a counter's address asks for: ``/counter/<site_id>[/<path>].<form>?…``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from ezee.counters.drawing.face import Face, read_face
from ezee.counters.number import Wanted, read_wanted
from ezee.errors import FieldError
from ezee.model.site import is_site_id

PREFIX = "/counter/"
SAMPLE = "sample"
"""Instead of a ``site_id``: a made-up number, for those who choose a look."""
FORMS = ("svg", "png", "gif", "json", "html")
_LONGEST = 4_000
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
FLAGS = ("count", "fresh")
EXPECTED = "must be 0 or 1"


class Asked(NamedTuple):
    """A counter as it is asked for; its ``face`` has no number yet.

    ``site_id`` is empty where there can be no such tracker. ``url`` is the path of its page as it
    was sent, empty for all pages. ``counts`` says that whoever looks is to be counted, ``fresh``
    that no cache may answer. ``errors`` name what was wrong, and left out.
    """

    site_id: str
    url: str
    form: str
    face: Face
    wanted: Wanted
    counts: bool
    fresh: bool
    errors: tuple[FieldError, ...] = ()


@lru_cache(maxsize=10_000)
def read_asked(path: bytes, query: bytes) -> Asked | None:
    """What is asked by a path and a query as they were sent; None: that is no counter's address."""
    text = path.decode("latin-1")
    rest, dot, form = text.removeprefix(PREFIX).rpartition(".")
    if not (text.startswith(PREFIX) and dot and form in FORMS):
        return None
    site_id, slash, page = rest.partition("/")
    if len(path) + len(query) > _LONGEST or not (is_site_id(site_id) or rest == SAMPLE):
        site_id = ""
    return _read(site_id, slash + page, form, parameters(query))


def parameters(query: bytes) -> dict[str, str]:
    """The parameters of a query, the last of a name; none where it cannot be read."""
    if len(query) > _LONGEST:
        return {}
    try:
        return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}


def _read(site_id: str, url: str, form: str, given: Mapping[str, str]) -> Asked:
    face, of_face = read_face(given)
    wanted, of_number = read_wanted(given)
    flags = {name: _FLAGS.get(given[name]) for name in FLAGS if name in given}
    of_flags = [FieldError(name, EXPECTED) for name, flag in flags.items() if flag is None]
    return Asked(
        site_id,
        url,
        form,
        face,
        wanted,
        counts=bool(flags.get("count")),
        fresh=bool(flags.get("fresh")),
        errors=(*of_face, *of_number, *of_flags),
    )
