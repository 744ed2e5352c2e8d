"""The line of HTML that goes into a page."""

from __future__ import annotations

from html import escape

from ezee.model.rules import SiteRules
from ezee.web.script.versions import current_scripts


def script_tag(
    base_url: str, site_id: str, rules: SiteRules, *, core: bool = False, pinned: bool = False
) -> str:
    """The tag that counts a tracker's pages, with what its rules need of the script.

    ``core`` is for the smaller script, ``pinned`` for this version of it and no other.
    """
    script = current_scripts()["ezee.core" if core else "ezee"]
    name = script.versioned_name if pinned else f"{script.name}.js"
    attributes = [f'defer src="{escape(base_url)}/{name}"', f'data-site="{escape(site_id)}"']
    if rules.page_rules.hash_routing:
        attributes.append("data-hash")
    if rules.page_rules.keep_parameters:
        attributes.append("data-query")
    if not rules.respect_gpc:
        attributes.append('data-gpc="off"')
    if pinned:
        attributes.append(f'integrity="{script.integrity}" crossorigin="anonymous"')
    return f"<script {' '.join(attributes)}></script>"
