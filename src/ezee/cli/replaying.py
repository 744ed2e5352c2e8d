"""``ezee replay``: an access log sent through ``collect``, as a server-side sender would."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
from cyclopts import Parameter
from rich.progress import Progress

from ezee.cli.output import errors, print_json, print_record
from ezee.cli.root import Json, root
from ezee.errors import InvalidRequest, Unavailable
from ezee.imports.accesslog import read_line
from ezee.imports.logfile import LogFile
from ezee.model.calendar import utc_text

_TRIES = 8
_SECONDS = 60


class Tally(msgspec.Struct):
    """What the service said of the events."""

    sent: int = 0
    accepted: int = 0
    dropped: dict[str, int] = {}


@root.command
def replay(
    file: Path,
    *,
    site: Annotated[str, Parameter(name="--site", help="The tracker's site_id.")],
    url: Annotated[str, Parameter(help="Where the service answers.")] = "http://127.0.0.1:8000",
    batch: Annotated[
        int, Parameter(help="Events a request, 1 to 500; 1 sends each by itself.")
    ] = 500,
    token_stdin: Annotated[
        bool, Parameter(negative="", help="Read the owner's API token from standard input.")
    ] = False,
    json: Json = False,
) -> None:
    """Send an access log's page requests through collect, each with its visitor and time.

    The owner's API token is needed, in EZEE_TOKEN or on standard input. Each event carries an id
    made of its file and line, so a replay that is repeated within a day counts once.

    Parameters
    ----------
    file:
        The log, in Common or Combined format, plain or gzip-compressed.
    """
    if not 1 <= batch <= 500:
        raise InvalidRequest.field("batch", "is a whole number from 1 to 500")
    token = sys.stdin.readline().strip() if token_stdin else os.environ.get("EZEE_TOKEN", "")
    headers = {"authorization": f"Bearer {token}"}
    with (
        LogFile(file) as log,
        httpx.Client(base_url=url, headers=headers, timeout=_SECONDS) as client,
    ):
        tally = _replay(client, log, site, batch)
    record = msgspec.to_builtins(tally)
    if json:
        print_json(record)
    else:
        print_record({**record, "dropped": _reasons(tally)})


def _replay(client: httpx.Client, log: LogFile, site: str, size: int) -> Tally:
    tally = Tally()
    with Progress(console=errors, disable=not errors.is_terminal) as bar:
        task = bar.add_task(log.path.name, total=log.size)
        events = _events(log, site)
        while group := list(islice(events, size)):
            data = _send(client, group[0] if size == 1 else {"events": group})
            tally.sent += len(group)
            tally.accepted += data["accepted"]
            for each in data["dropped"]:
                tally.dropped[each["reason"]] = tally.dropped.get(each["reason"], 0) + 1
            bar.update(task, completed=log.read_so_far)
    return tally


def _events(log: LogFile, site: str) -> Iterator[dict[str, str]]:
    first = log.begin(0, unjudged=False)
    for line in log.lines_after(first):
        request = read_line(line.text)
        if request is None or not request.is_page:
            continue
        yield {
            "site_id": site,
            "url": request.url,
            "referrer": request.referrer,
            "client_ip": request.address,
            "user_agent": request.agent,
            "timestamp": utc_text(request.at),
            "id": f"{first.head}:{line.number}",
        }


def _send(client: httpx.Client, body: object) -> Any:
    """Send until it is on disk: what was busy or out of reach is tried again."""
    for attempt in range(_TRIES):
        try:
            answer = client.post("/api/public/collect", json=body)
        except httpx.TransportError:
            time.sleep(min(2**attempt / 10, 5))
            continue
        if answer.status_code == 202:
            return answer.json()["data"]
        if answer.status_code not in {429, 500, 503}:
            raise InvalidRequest(f"The service refused the events: {_said(answer)}")
        time.sleep(int(answer.headers.get("retry-after", "1")))
    raise Unavailable("The service could not be reached, or is too busy.")


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"it answered {answer.status_code}"


def _reasons(tally: Tally) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in tally.dropped.items()) or "none"
