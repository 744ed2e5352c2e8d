"""Everything that is tied to an account, as one ZIP file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import groupby
from typing import IO, Any

import anyio.to_thread
import msgspec
from litestar import get
from litestar.response import Stream

from ezee.accounts import annotating, claims, passkeys, profile, sessions, tokens, trackers
from ezee.accounts.policy import readable_by_owner
from ezee.accounts.sessions import Viewer
from ezee.accounts.tables import Table as AccountTable
from ezee.accounts.tables import Tracker
from ezee.exports.asked import ask_for_events
from ezee.exports.events import table_of_events
from ezee.exports.sums import sums_of
from ezee.exports.tables import Table
from ezee.exports.text import write_ndjson
from ezee.model.calendar import utc_text
from ezee.model.site import ReadableSite
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.services import Services, services_of

_PIECE = 64 * 1024
# What is of no use to anybody but us.
_HIDDEN = frozenset(
    {
        "password",
        "digest",
        "totp_nonce",
        "totp_step",
        "signing_nonce",
        "share_nonce",
        "public_key",
        "sign_count",
        "share_password",
        "user_id",
    }
)


@get("/account/export", guards=[signed_in], include_in_schema=False)
async def export(request: AnyRequest) -> Stream:
    """``account.json``, and the events and numbers of each tracker as NDJSON."""
    services, viewer = services_of(request), viewer_in(request)
    file = await anyio.to_thread.run_sync(_write, services, viewer, limiter=services.readers)
    headers = {
        "content-disposition": 'attachment; filename="ezee-account.zip"',
        "cache-control": "no-store",
    }
    return Stream(_send(file), media_type="application/zip", headers=headers)


def _write(services: Services, viewer: Viewer) -> IO[bytes]:
    """The file, on the disk of the data folder as long as it is being sent. Blocks."""
    database, now = services.database, services.clock.now()
    rows = trackers.list_trackers(database, viewer.user_id)
    file = tempfile.TemporaryFile(dir=services.settings.data)  # noqa: SIM115 - sent later
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        account = {
            "exported_at": utc_text(now),
            "user": _told(profile.find_self(database, viewer.user_id)),
            "trackers": [_told(row) | _belongings(services, viewer, row) for row in rows],
            "tokens": [_told(row) for row in tokens.list_tokens(database, viewer.user_id)],
            "sessions": [
                _told(row) for row in sessions.list_sessions(database, viewer.user_id, now)
            ],
            "passkeys": [_told(row) for row in passkeys.list_passkeys(database, viewer.user_id)],
        }
        text = msgspec.json.format(msgspec.json.encode(account), indent=2)
        archive.writestr("account.json", text)
        for row in rows:
            site = readable_by_owner(database, viewer.user_id, row.id)
            with archive.open(f"events/{row.site_id}.ndjson", "w", force_zip64=True) as part:
                asked = ask_for_events(services.store, site, [("period", "all")], now)
                _write_table(table_of_events(services.store, site, asked.span), part)
            _write_sums(services, site, archive)
    file.seek(0)
    return file


def _belongings(services: Services, viewer: Viewer, row: Tracker) -> dict[str, Any]:
    """What belongs to a tracker and is no event."""
    whose = services.database, viewer.user_id, row.id
    return {
        "old_counters": [_told(each) for each in claims.list_claims(*whose)],
        "annotations": [_told(each) for each in annotating.list_annotations(*whose)],
    }


def _write_sums(services: Services, site: ReadableSite, archive: zipfile.ZipFile) -> None:
    sums = sums_of(services.store, site, services.clock.now())
    for name, tables in groupby(sums, key=lambda each: each.name):
        path = f"numbers/{site.site_id}/{name}.ndjson"
        with archive.open(path, "w", force_zip64=True) as part:
            for each in tables:
                _write_table(each.table, part)


def _write_table(table: Table, part: IO[bytes]) -> None:
    with closing(write_ndjson(table)) as pieces:
        for piece in pieces:
            part.write(piece)


def _told(row: AccountTable) -> dict[str, Any]:
    names = [column.key for column in row.__table__.columns if column.key not in _HIDDEN]
    values = {name: getattr(row, name) for name in names}
    return {
        name: utc_text(value) if name.endswith("_at") and value is not None else value
        for name, value in values.items()
    }


async def _send(file: IO[bytes]) -> AsyncIterator[bytes]:
    with closing(file):
        while piece := await anyio.to_thread.run_sync(file.read, _PIECE):
            yield piece
