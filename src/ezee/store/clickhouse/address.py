"""Where a cluster is, as an operator writes it: ``clickhouse://host:9000/database?cluster=name``."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from ezee.errors import SetupError

SCHEME = "clickhouse"
_PORT = 9000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class Node(NamedTuple):
    """One server, by its native protocol."""

    host: str
    port: int


class Address(NamedTuple):
    """Some of a cluster's servers, and what is common to all of them.

    ``cluster`` is the name that its servers have for it; empty for one server by itself, without
    replicas. ``copies`` is how many replicas must have a batch before it counts as stored; 0 for
    all that a shard has.
    """

    nodes: tuple[Node, ...]
    database: str
    user: str = "default"
    password: str = ""
    cluster: str = ""
    copies: int = 0


def parse_address(url: str) -> Address:
    """Read an address.

    Raises:
        SetupError: it is none.
    """
    try:
        split = urlsplit(url)
    except ValueError as error:
        raise _wrong() from error
    options = dict(parse_qsl(split.query, keep_blank_values=True))
    login, _, hosts = split.netloc.rpartition("@")
    user, _, password = login.partition(":")
    unknown = options.keys() - {"cluster", "copies"}
    if split.scheme != SCHEME or not hosts or unknown:
        raise _wrong()
    return Address(
        nodes=tuple(_node(each) for each in hosts.split(",")),
        database=_name(split.path.removeprefix("/") or "ezee"),
        user=unquote(user) or "default",
        password=unquote(password),
        cluster=_name(options["cluster"]) if "cluster" in options else "",
        copies=_number(options.get("copies", "0")),
    )


def _node(written: str) -> Node:
    host, colon, port = written.rpartition(":")
    if not colon or written.endswith("]"):
        host, port = written, str(_PORT)
    if not host:
        raise _wrong()
    return Node(host.strip("[]"), _number(port))


def _name(written: str) -> str:
    if not _NAME.fullmatch(written):
        raise _wrong()
    return written


def _number(written: str) -> int:
    if not written.isascii() or not written.isdigit() or int(written) > 65_535:
        raise _wrong()
    return int(written)


def _wrong() -> SetupError:
    return SetupError(
        "The address of the events is not one of a ClickHouse cluster. It looks like "
        "clickhouse://user:password@one:9000,two:9000/ezee?cluster=name&copies=2; "
        "user, password, ports, cluster and copies may be left out."
    )
