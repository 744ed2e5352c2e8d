"""Stamps as the helper for servers makes them."""

from __future__ import annotations

import runpy

from tests.docs.pages import ROOT


def stamp_of(secret: str, site_id: str, path: str) -> str:
    """What a server puts into the page."""
    made: str = runpy.run_path(str(ROOT / "helpers/stamp.py"))["stamp"](secret, site_id, path)
    return made
