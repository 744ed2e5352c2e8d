"""``ezee demo``: a tracker with made-up visits, for a first look."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ezee.accounts import trackers, users
from ezee.accounts.directory import site_config
from ezee.accounts.trackers import TrackerChange
from ezee.cli.output import print_one
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest
from ezee.events.surroundings import surroundings_of
from ezee.imports.demo import DAYS, made_up_lines
from ezee.imports.importer import Importer
from ezee.imports.logfile import LogFile
from ezee.salting import open_salts
from ezee.settings import read_settings

DOMAIN = "demo.example"


@root.command
def demo(
    *,
    user: Annotated[
        str | None,
        Parameter(help="Whose it is. It may be left out where there is one user only."),
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Add a tracker with 60 days of made-up visits. It is labelled as a demo; delete it any time.

    It works whether or not the service runs on the folder.
    """
    clock = SystemClock()
    with open_store(data, apart=True) as store, open_accounts(data) as database:
        if user is None:
            everyone = users.list_users(database)
            if len(everyone) != 1:
                raise InvalidRequest("Say whose the demo is to be, with --user.")
            user = everyone[0].email
        owner = users.find_user(database, user)
        change = TrackerChange(name="Demo", domain=DOMAIN)
        tracker = trackers.add_tracker(database, owner.id, change, clock.now(), demo=True)
        salts = open_salts(database, data, clock.now())
        surroundings = surroundings_of(read_settings(os.environ, data=data), salts)
        site = site_config(tracker)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "demo.log"
            path.write_text("".join(f"{line}\n" for line in made_up_lines(clock.now())))
            with LogFile(path) as log:
                tally = Importer(store, salts, surroundings, site, clock).run(log, lambda *_: None)
    print_one(
        {"site_id": tracker.site_id, "user": owner.email, "days": DAYS, "hits": tally.counted},
        json=json,
    )
