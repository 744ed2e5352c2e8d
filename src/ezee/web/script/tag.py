"""The line of HTML that goes into a page."""

from __future__ import annotations

from html import escape

from ezee.model.rules import SiteRules
from ezee.settings import SCRIPT_NAME
from ezee.web.script.versions import current_scripts


def script_tag(
    base_url: str,
    site_id: str,
    rules: SiteRules,
    *,
    name: str = SCRIPT_NAME,
    core: bool = False,
    pinned: bool = False,
) -> str:
    """The tag that counts a tracker's pages, with what its rules need of the script.

    ``name`` is what the service calls the script. ``core`` is for the smaller one, ``pinned`` for
    this version of it and no other.
    """
    script = current_scripts()["ezee.core" if core else "ezee"]
    file = script.versioned_name if pinned else f"{script.name}.js"
    file = f"{name}{file.removeprefix(SCRIPT_NAME)}"
    attributes = [f'defer src="{escape(base_url)}/{file}"', f'data-site="{escape(site_id)}"']
    if name != SCRIPT_NAME:
        attributes.append(f'data-endpoint="{name}"')
    if rules.page_rules.hash_routing:
        attributes.append("data-hash")
    if rules.page_rules.keep_parameters:
        attributes.append("data-query")
    if not rules.respect_gpc:
        attributes.append('data-gpc="off"')
    if pinned:
        attributes.append(f'integrity="{script.integrity}" crossorigin="anonymous"')
    return f"<script {' '.join(attributes)}></script>"
