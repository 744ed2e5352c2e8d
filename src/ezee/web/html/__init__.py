"""Pages for people."""

from ezee.web.html import optout
from ezee.web.html.start import start

ROUTES = (start, optout.ask, optout.choose)

__all__ = ["ROUTES"]
