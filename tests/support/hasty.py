"""``ezee`` for tests of slow clients: as it is, but it waits two seconds and has room for few."""

from __future__ import annotations

from functools import partial

from ezee import cli, server
from ezee.web.patience import Patience

SECONDS = 2.0
MOST = 300

if __name__ == "__main__":
    hasty = partial(server.serve, patience=Patience(SECONDS, SECONDS, SECONDS), most=MOST)
    server.serve = hasty
    cli.main()
