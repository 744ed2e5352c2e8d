"""What is put into a page so that it shows a counter."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple
from urllib.parse import quote, urlencode

from ezee.counters.asked import FLAGS, FORMS, PREFIX, SAMPLE
from ezee.counters.drawing.face import read_face
from ezee.counters.number import read_wanted
from ezee.errors import FieldError
from ezee.model.site import is_site_id

PARAMETERS = ("style", "digits", "height", "color", "background", "label", "metric", "period")
_DEFAULTS = {"style": "default", "metric": "pageviews", "period": "all"}
IMAGES = ("svg", "png", "gif")
PATH_LIMIT = 500


class Snippets(NamedTuple):
    """An address, what shows it, and what was wrong with what was asked for.

    ``preview`` is the path of a picture that looks the same and counts nobody.
    """

    address: str
    html: str
    markdown: str
    bbcode: str
    preview: str
    errors: dict[str, str]


def make_snippets(base_url: str, asked: Mapping[str, str]) -> Snippets:
    """Snippets for a form's fields: ``site_id``, ``path``, ``form``, ``count``, ``PARAMETERS``."""
    given = {name: asked.get(name, "").strip() for name in PARAMETERS}
    given = {name: text for name, text in given.items() if text not in {"", _DEFAULTS.get(name)}}
    errors = dict(_wrong(asked, given))
    right = {name: text for name, text in given.items() if name not in errors}
    form = asked.get("form", "svg") if asked.get("form") in FORMS else "svg"
    site_id = asked.get("site_id", "").strip()
    if not is_site_id(site_id):
        site_id = ""
    path = "" if "path" in errors else quote(asked.get("path", "").strip(), safe="/-._~")
    target = f"{PREFIX}{site_id or 'ezi_…'}{path}.{form}"
    counts = {"count": "1"} if asked.get("count") == "1" else {}
    address = base_url + target + _query({**right, **counts})
    drawn = f"{PREFIX}{site_id or SAMPLE}{path if site_id else ''}"
    preview = f"{drawn}.{form if form in IMAGES else 'svg'}{_query({**right, FLAGS[1]: '1'})}"
    text = right.get("label") or "Counter"
    image = f'<img src="{escape(address)}" alt="{escape(text)}">'
    return Snippets(
        address,
        image if form in IMAGES else _of_another_form(address, text, form),
        f"![{text}]({address})",
        f"[img]{address}[/img]",
        preview,
        errors,
    )


def _of_another_form(address: str, text: str, form: str) -> str:
    if form == "html":
        return f'<iframe src="{escape(address)}" title="{escape(text)}"></iframe>'
    return address


def _wrong(asked: Mapping[str, str], given: Mapping[str, str]) -> list[FieldError]:
    errors = [*read_face(given)[1], *read_wanted(given)[1]]
    site_id, path = asked.get("site_id", "").strip(), asked.get("path", "").strip()
    if site_id and not is_site_id(site_id):
        errors.append(FieldError("site_id", "must be ezi_ and 12 digits or letters a to f"))
    if path and not (path.startswith("/") and len(path) <= PATH_LIMIT and path.isprintable()):
        errors.append(FieldError("path", "must be the path of a page such as /guestbook.html"))
    return errors


def _query(parameters: Mapping[str, str]) -> str:
    # Commas and the like may stay; what ends an attribute or an address may not.
    return f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
