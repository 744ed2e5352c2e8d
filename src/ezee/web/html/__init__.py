"""Pages for people."""

from ezee.web.html import optout, preferences, signing_in
from ezee.web.html.assets import asset
from ezee.web.html.overview import overview

ROUTES = (
    overview,
    signing_in.ask,
    signing_in.sign_in,
    signing_in.sign_out,
    preferences.choose_look,
    preferences.choose_language,
    optout.ask,
    optout.choose,
    asset,
)

__all__ = ["ROUTES"]
