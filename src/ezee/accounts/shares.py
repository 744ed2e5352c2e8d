"""The link by which a tracker's owner shows its report: made, renewed, taken back, locked.

Its key is derived from the service key and a nonce of the tracker's, so that a link which is
taken back, or has a newer one, opens nothing any more.
"""

from __future__ import annotations

from ezee.accounts.database import Database
from ezee.accounts.passwords import checked_password, hash_password
from ezee.accounts.policy import seen_by
from ezee.accounts.service_key import is_share_pass, new_nonce, share_key, share_pass
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import owned_tracker

# Of what a browser gets for the right password.
LIFETIME = 12 * 3600 * 1000


def new_link(database: Database, viewer: str, tracker_id: str) -> None:
    """Give one of the viewer's trackers a link; an earlier one opens nothing then.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        owned_tracker(session, tracker_id).share_nonce = new_nonce().hex()


def remove_link(database: Database, viewer: str, tracker_id: str) -> None:
    """Let one of the viewer's trackers have no link, and no password for it.

    Raises:
        NotFound: the tracker does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        tracker = owned_tracker(session, tracker_id)
        tracker.share_nonce = tracker.share_password = None


def set_password(database: Database, viewer: str, tracker_id: str, password: str | None) -> None:
    """Lock the link of one of the viewer's trackers; None unlocks it. Takes tens of milliseconds.

    Who gave the password before has to give the new one.

    Raises:
        InvalidRequest: it is too short or too long. NotFound: the tracker is not the viewer's.
    """
    stored = None if password is None else hash_password(checked_password(password))
    with seen_by(database, viewer) as session:
        owned_tracker(session, tracker_id).share_password = stored


def share_path(tracker: Tracker, service_key: bytes) -> str:
    """The path of the report that the link shows, "" where there is none."""
    if tracker.share_nonce is None:
        return ""
    nonce = bytes.fromhex(tracker.share_nonce)
    return f"/share/{tracker.site_id}/{share_key(service_key, tracker.site_id, nonce)}"


def make_pass(tracker: Tracker, service_key: bytes, now: int) -> str:
    """What a browser shows later in the password's place, until its time is up."""
    until = now + LIFETIME
    return f"{until}.{share_pass(service_key, tracker.site_id, _lock(tracker), until)}"


def is_open_to(tracker: Tracker, shown: str, service_key: bytes, now: int) -> bool:
    """Whether the report may be seen by who shows that text: there is no password, or a pass."""
    if tracker.share_password is None:
        return True
    until, _, given = shown.partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 16 and int(until) > now):
        return False
    return is_share_pass(given, service_key, tracker.site_id, _lock(tracker), int(until))


def _lock(tracker: Tracker) -> str:
    """What a pass is bound to: this link with this password."""
    return f"{tracker.share_nonce}.{tracker.share_password}"
