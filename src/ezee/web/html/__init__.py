"""Pages for people."""

from ezee.web.html.start import start

ROUTES = (start,)

__all__ = ["ROUTES"]
