"""From a look at tallies to SQL, in the subset of ``store.sql``."""

from __future__ import annotations

from ezee.store.looks import EveryTally, HowManyTallies, Tallied, TallyLook
from ezee.store.sql import Statement

_COLUMNS = "name, value, day, today, made_at, changed_at, terms"
_BEGINS = "position(? in name) = 1"


def tallied(look: TallyLook) -> Statement:
    """The statement that answers a look; its columns are those the look names."""
    match look:
        case Tallied():
            names = ", ".join("?" * len(look.names)) or "''"
            among = f"{'' if look.names else '1 = 0 and '}name in ({names})"
            statement = f"select {_COLUMNS} from tallies where {among} order by name"
            return Statement(statement, tuple(look.names))
        case HowManyTallies():
            return Statement(f"select count(*) from tallies where {_BEGINS}", (look.prefix,))
        case EveryTally():
            statement = f"select {_COLUMNS} from tallies where {_BEGINS} order by name"
            return Statement(statement, (look.prefix,))
