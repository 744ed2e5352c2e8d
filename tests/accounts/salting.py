"""A node that asks for salts at a given instant: told a URL, the key's folder, now and trackers.

It waits for a line before it asks, so that several can be let go at once; what it got is printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ezee.accounts.database import Database
from ezee.salting import open_salts


def main() -> None:
    url, folder, now, trackers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    database = Database.at(url)
    salts = open_salts(database, folder, now)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    day = now // 86_400_000
    for site in range(trackers):
        value, _ = salts.of(site, day, "UTC", now)
        sys.stdout.write(f"{site} {value.hex()}\n")
    database.close()


if __name__ == "__main__":
    main()
