"""``ezee serve``: the service itself, and its first owner."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import structlog
from cyclopts import Parameter

from ezee.accounts.database import Database
from ezee.accounts.passwords import make_password
from ezee.accounts.service_key import read_service_key, set_up_key
from ezee.accounts.tokens import make_plain, new_token
from ezee.accounts.users import add_user, are_there_users, normal_email
from ezee.cli.output import console, errors
from ezee.cli.root import root
from ezee.clock import SystemClock
from ezee.garbage import imports_spared
from ezee.settings import Settings, read_settings

FIRST_SIGN_IN = "first-sign-in.txt"


@root.command
def serve(
    *,
    data: Annotated[Path | None, Parameter(help="The data folder [EZEE_DATA; data].")] = None,
    host: Annotated[str | None, Parameter(help="Where to listen [EZEE_HOST; 127.0.0.1].")] = None,
    port: Annotated[int | None, Parameter(help="The port [EZEE_PORT; 8000].")] = None,
    certificate: Annotated[
        Path | None, Parameter(help="Serve HTTPS with this certificate (PEM) [EZEE_CERTIFICATE].")
    ] = None,
    certificate_key: Annotated[
        Path | None, Parameter(help="The certificate's key (PEM) [EZEE_CERTIFICATE_KEY].")
    ] = None,
    public_url: Annotated[
        str | None,
        Parameter(help="Where people reach the service, behind a proxy [EZEE_PUBLIC_URL]."),
    ] = None,
    trusted_proxies: Annotated[
        str | None,
        Parameter(
            help="Addresses or networks, with commas between, whose X-Forwarded-For and "
            "X-Forwarded-Proto are believed [EZEE_TRUSTED_PROXIES]."
        ),
    ] = None,
    collect_limit: Annotated[
        int | None,
        Parameter(
            help="Events a minute from one address to one tracker, 0 for any number "
            "[EZEE_COLLECT_LIMIT; 600]."
        ),
    ] = None,
    public_stats_limit: Annotated[
        int | None,
        Parameter(
            help="Public stats requests a minute from one address, 0 for any number "
            "[EZEE_PUBLIC_STATS_LIMIT; 60]."
        ),
    ] = None,
    sign_in_limit: Annotated[
        int | None,
        Parameter(
            help="Tries a minute to sign in to one account, 0 for any number "
            "[EZEE_SIGN_IN_LIMIT; 10]."
        ),
    ] = None,
    visitor_limit: Annotated[
        int | None,
        Parameter(
            help="Events a minute of one visitor beyond which they are a program's, 0 for any "
            "number [EZEE_VISITOR_LIMIT; 120]."
        ),
    ] = None,
    places_database: Annotated[
        Path | None,
        Parameter(
            help="Read country, region and city from this MMDB file, such as GeoLite2 or DB-IP "
            "[EZEE_PLACES_DATABASE]."
        ),
    ] = None,
    data_centres: Annotated[
        Path | None,
        Parameter(
            help="A file of networks that no people come from, one a line [EZEE_DATA_CENTRES]."
        ),
    ] = None,
    spammers: Annotated[
        Path | None,
        Parameter(help="A file of hosts that send referrer spam, one a line [EZEE_SPAMMERS]."),
    ] = None,
    sources: Annotated[
        Path | None,
        Parameter(help="A TOML file of referrers and what they are called [EZEE_SOURCES]."),
    ] = None,
    owner_email: Annotated[
        str | None,
        Parameter(help="Whom to make the first owner [EZEE_OWNER_EMAIL; owner@localhost]."),
    ] = None,
    countapi_keys: Annotated[
        int | None,
        Parameter(
            help="How many keys CountAPI's endpoints keep for anybody; 0 turns them off "
            "[EZEE_COUNTAPI_KEYS; 0]."
        ),
    ] = None,
    hits_badges: Annotated[
        int | None,
        Parameter(
            help="How many pages have a hits badge for anybody; 0 turns them off "
            "[EZEE_HITS_BADGES; 0]."
        ),
    ] = None,
    first_owner: Annotated[
        str | None,
        Parameter(
            help="How the first owner comes to be: made at the start, or in the browser, by a link "
            "that the start shows [EZEE_FIRST_OWNER; made]."
        ),
    ] = None,
    sign_up: Annotated[
        str | None,
        Parameter(
            help="Whether anybody may make an account: closed or open [EZEE_SIGN_UP; closed]."
        ),
    ] = None,
    smtp: Annotated[
        str | None,
        Parameter(
            help="The mail server for letters, smtp://user:password@host:587, or smtps:// "
            "[EZEE_SMTP]."
        ),
    ] = None,
    mail_from: Annotated[
        str | None, Parameter(help="The address letters come from [EZEE_MAIL_FROM].")
    ] = None,
    other_trackers: Annotated[
        str | None,
        Parameter(
            help="Whose clients are answered besides our own: plausible, umami, goatcounter, "
            "matomo, with commas between, or none [EZEE_OTHER_TRACKERS; all four]."
        ),
    ] = None,
    script_name: Annotated[
        str | None,
        Parameter(
            help="What the script is called too: with hello, pages may load /hello.js, which sends "
            "to /hello [EZEE_SCRIPT_NAME; ezee]."
        ),
    ] = None,
    accounts: Annotated[
        str | None,
        Parameter(
            help="Keep accounts in this PostgreSQL database, such as "
            "postgresql://ezee@db.example.com/ezee, not in the data folder [EZEE_ACCOUNTS]."
        ),
    ] = None,
    accounts_owner: Annotated[
        str | None,
        Parameter(
            help="The same database with the role that owns its tables, to bring them up to date "
            "[EZEE_ACCOUNTS_OWNER]."
        ),
    ] = None,
    events: Annotated[
        str | None,
        Parameter(
            help="Keep events in this ClickHouse cluster, such as "
            "clickhouse://one:9000,two:9000/ezee?cluster=main, not in the data folder "
            "[EZEE_EVENTS]."
        ),
    ] = None,
    spool: Annotated[
        int | None,
        Parameter(
            help="How many MiB of events may wait in the data folder while that cluster is away "
            "[EZEE_SPOOL; 1024]."
        ),
    ] = None,
    limits: Annotated[
        str | None,
        Parameter(
            help="Share limits with other nodes in this Redis, such as "
            "redis://redis.example.com:6379/0 [EZEE_LIMITS]."
        ),
    ] = None,
    nodes: Annotated[
        int | None,
        Parameter(
            help="How many nodes there are at most: while Redis is away, each lets pass that part "
            "of what is allowed [EZEE_NODES; 4]."
        ),
    ] = None,
    drain: Annotated[
        int | None,
        Parameter(
            help="Seconds to go on answering after SIGTERM, while /readyz says that the service "
            "stops [EZEE_DRAIN; 0]."
        ),
    ] = None,
    metrics_from: Annotated[
        str | None,
        Parameter(
            help="Addresses or networks, with commas between, that /metrics is answered to "
            "[EZEE_METRICS_FROM]."
        ),
    ] = None,
    metrics_token: Annotated[
        str | None,
        Parameter(
            help="A token that /metrics is answered to, wherever it comes from "
            "[EZEE_METRICS_TOKEN]."
        ),
    ] = None,
    log_format: Annotated[
        str | None,
        Parameter(
            help="How standard error is written: text for people, or json, an object a line "
            "[EZEE_LOG_FORMAT; text]."
        ),
    ] = None,
) -> None:
    """Run the service on a data folder, until Ctrl-C or SIGTERM.

    When the folder has no user yet, a first owner and a first API token are made: shown on a
    terminal, or else written to first-sign-in.txt in the folder, readable to you alone.
    Each option can be set in the environment as well, under the name in brackets.
    """
    settings = read_settings(
        os.environ,
        data=data,
        host=host,
        port=port,
        certificate=certificate,
        certificate_key=certificate_key,
        public_url=public_url,
        trusted_proxies=trusted_proxies,
        collect_limit=collect_limit,
        public_stats_limit=public_stats_limit,
        sign_in_limit=sign_in_limit,
        visitor_limit=visitor_limit,
        places_database=places_database,
        data_centres=data_centres,
        spammers=spammers,
        sources=sources,
        owner_email=owner_email,
        countapi_keys=countapi_keys,
        hits_badges=hits_badges,
        first_owner=first_owner,
        sign_up=sign_up,
        smtp=smtp,
        mail_from=mail_from,
        other_trackers=other_trackers,
        script_name=script_name,
        accounts=accounts,
        accounts_owner=accounts_owner,
        events=events,
        spool=spool,
        limits=limits,
        nodes=nodes,
        drain=drain,
        metrics_from=metrics_from,
        metrics_token=metrics_token,
        log_format=log_format,
    )
    # Loading the engine and the framework takes a moment that other commands need not wait for.
    with imports_spared():
        from ezee import server  # noqa: PLC0415

    server.serve(settings, _welcome, _announce)


def _announce(settings: Settings) -> None:
    _tell(
        settings, f"ezee answers at {settings.base_url}, its data is in {settings.data.resolve()}."
    )
    _tell(settings, "Ctrl-C stops it; what it has accepted is on disk.")


def _tell(settings: Settings, sentence: str) -> None:
    """On standard error, which is all of one form."""
    if settings.log_format == "json":
        structlog.get_logger("ezee").info(sentence)
    else:
        # It may be a file on a full disk.
        with suppress(OSError):
            errors.print(sentence, soft_wrap=True)


def _welcome(settings: Settings, database: Database) -> None:
    """Make the first owner when there is none, on one of several nodes that start at once.

    What they need is shown before they are made: a start that is cut off in between shows it
    again at the next, and never leaves an owner whose password nobody has seen.
    """
    with database.alone():
        if not are_there_users(database):
            _make_first_owner(settings, database)


def _make_first_owner(settings: Settings, database: Database) -> None:
    if settings.first_owner == "browser":
        key = set_up_key(read_service_key(settings.data))
        _show_once(settings, f"Set up this service at\n  {settings.base_url}/set-up/{key}\n")
        return
    email, password, plain = normal_email(settings.owner_email), make_password(), make_plain()
    _show_first_sign_in(settings, email, password, plain)
    now = SystemClock().now()
    owner = add_user(database, email, password, "pro", now)
    new_token(database, owner.id, "First token", now, plain=plain)


def _show_first_sign_in(settings: Settings, email: str, password: str, plain: str) -> None:
    text = (
        f"The first owner of this service:\n"
        f"  e-mail    {email}\n"
        f"  password  {password}\n"
        f"A first API token:\n"
        f"  {plain}\n"
        f"It goes into a header, Authorization: Bearer <token>; see\n"
        f"  curl -H 'Authorization: Bearer <token>' {settings.base_url}/api/v1/trackers\n"
        f"Password and token are not stored and cannot be shown again.\n"
    )
    _show_once(settings, text)


def _show_once(settings: Settings, text: str) -> None:
    """On a terminal; else in a file that is the operator's alone."""
    if sys.stdout.isatty():
        console.print(text, markup=False, soft_wrap=True)
        return
    path = settings.data / FIRST_SIGN_IN
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    _tell(settings, f"How to sign in is in {path.resolve()}; delete it once read.")
