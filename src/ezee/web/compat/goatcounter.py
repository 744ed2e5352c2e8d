"""GoatCounter's ``/count``, from its script and pixel, and its API's ``POST /api/v0/count``."""

from __future__ import annotations

import hashlib
import ipaddress
import uuid
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from ezee.errors import EzeeError, InvalidRequest
from ezee.model.event import DropReason
from ezee.web.collect import PIXEL_ANSWER
from ezee.web.compat.meant import (
    Asked,
    Meant,
    Read,
    fields_of,
    is_true,
    number_of,
    page_url,
    read_json_object,
    text_of,
    width_of,
)
from ezee.web.compat.protocol import Judged, answer_with, refuse_with
from ezee.web.errors import Answer, headers_of, status_of

BATCH_LIMIT = 500
# Lower numbers are those of programs that a server tells, which no script may send.
_LEAST_OF_SCRIPTS = 150
_IGNORED = "ignored because the tracker excludes it"


def sites_of(asked: Asked) -> tuple[str, ...]:
    """What a request's site may be called.

    By the host that it is sent to (``blog.stats.example.com``, or ``blog``), which is theirs, else
    by the page that sends it.
    """
    host = asked.host.partition(":")[0]
    page = urlsplit(asked.referer).hostname if "//" in asked.referer else ""
    return tuple(name for name in (host, host.partition(".")[0], page) if name)


class GoatCounterPixel:
    """The script's and the pixel's protocol: everything is in the query."""

    name = "goatcounter"
    methods: tuple[str, ...] = ("GET", "HEAD", "POST")
    needs_token = False
    credentials = False

    def read(self, asked: Asked) -> list[Read]:
        """One event."""
        given = _query(asked.query)
        path, referer = given.get("p", ""), asked.referer
        program = number_of(given.get("b"))
        if program is not None and 0 < program < _LEAST_OF_SCRIPTS:
            raise InvalidRequest.field("b", "is 0, or a number from 150 on for a program")
        fields = fields_of(
            title=given.get("t"), referrer=given.get("r"), screen_width=width_of(given.get("s"))
        )
        if is_true(given.get("e")):
            if not text_of(path):
                raise InvalidRequest.field("p", "must be the event's name")
            fields |= fields_of(name=path, url=referer if "://" in referer else None)
        else:
            fields["url"] = _with_query(page_url("", path) if path else referer, given.get("q", ""))
        return [Meant(sites_of(asked), fields, headless=_is_bot(given.get("b")))]

    def token(self, asked: Asked) -> str:  # noqa: ARG002
        """Pages have none."""
        return ""

    def answer(self, asked: Asked, judged: Sequence[Judged]) -> Answer:
        """The GIF, for what was taken and what was dropped; of what is excluded it is said so."""
        error = next((each.error for each in judged if each.error is not None), None)
        if error is not None:
            return self.refuse(error, asked)
        if any(each.dropped is DropReason.EXCLUDED for each in judged):
            headers = {**PIXEL_ANSWER.headers, "x-goatcounter": _IGNORED}
            return Answer(202, headers, PIXEL_ANSWER.body)
        return PIXEL_ANSWER

    def refuse(self, error: EzeeError, asked: Asked | None = None) -> Answer:  # noqa: ARG002
        """A GIF all the same, with what is wrong in their header."""
        status = 400 if status_of(error) == 404 else status_of(error)
        headers = {**PIXEL_ANSWER.headers, **headers_of(error)}
        headers["x-goatcounter"] = error.message.encode("ascii", "replace").decode()
        return Answer(status, headers, PIXEL_ANSWER.body)


class GoatCounterApi:
    """The API's protocol: events of a site's own server, with its owner's token."""

    name = "goatcounter"
    methods: tuple[str, ...] = ("POST",)
    needs_token = True
    credentials = False

    def read(self, asked: Asked) -> list[Read]:
        """Every hit."""
        sent = read_json_object(asked.body)
        hits = sent.get("hits")
        if not isinstance(hits, list) or not 1 <= len(hits) <= BATCH_LIMIT:
            raise InvalidRequest.field("hits", f"must be a list of 1 to {BATCH_LIMIT} hits")
        sites = sites_of(asked)
        alone = is_true(sent.get("no_sessions"))
        return [_hit(hit, sites, alone=alone) for hit in hits]

    def token(self, asked: Asked) -> str:
        """The API key's place is the token's."""
        return asked.token

    def answer(self, asked: Asked, judged: Sequence[Judged]) -> Answer:  # noqa: ARG002
        """Accepted, or what is wrong with which hit; the others are counted."""
        errors = {str(place): each.error.message for place, each in enumerate(judged) if each.error}
        return (
            answer_with(400, {"errors": errors}) if errors else answer_with(202, {"status": "ok"})
        )

    def refuse(self, error: EzeeError, asked: Asked | None = None) -> Answer:  # noqa: ARG002
        """Their error object."""
        return refuse_with(error, {"error": error.message})


def _query(query: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise InvalidRequest("The query string has too many fields.") from None


def _with_query(url: str, query: str) -> str:
    """The address with the page's own query, which most of their clients send with the path too."""
    path, _, sent = url.partition("?")
    pairs = [pair for pair in (*sent.split("&"), *query.removeprefix("?").split("&")) if pair]
    return f"{path}?{'&'.join(dict.fromkeys(pairs))}" if pairs and url else url


def _is_bot(given: object) -> bool:
    """Whether their script says so: 0 is a person, whatever else is a kind of program."""
    return text_of(given) not in {"", "0"}


def _hit(hit: object, sites: tuple[str, ...], *, alone: bool) -> Read:
    """One hit. ``alone``: where it does not tell whose it is, it is nobody else's."""
    if not isinstance(hit, dict) or not text_of(hit.get("path")):
        return InvalidRequest.field("path", "must be a path, or an event's name")
    path = text_of(hit.get("path"))
    named = is_true(hit.get("event"))
    fields = fields_of(
        name=path if named else None,
        url=None if named else _with_query(page_url("", path), text_of(hit.get("query"))),
        title=text_of(hit.get("title")),
        referrer=text_of(hit.get("ref")),
        screen_width=width_of(hit.get("size")),
        timestamp=text_of(hit.get("created_at")),
    )
    session, address = text_of(hit.get("session")), text_of(hit.get("ip"))
    agent = text_of(hit.get("user_agent"))
    if not session and not (address and agent):
        if not alone:
            return InvalidRequest.field(
                "session", "must be given, or ip and user_agent; or no_sessions beside the hits"
            )
        session = uuid.uuid4().hex
    if session:
        address, agent = address or _address_of(session), agent or _UNTOLD
    return Meant(sites, fields, agent, address, headless=_is_bot(hit.get("bot")))


# What stands for an agent that the site's server does not tell, though it vouches for a session.
_UNTOLD = "Mozilla/5.0 Untold/1.0"


def _address_of(session: str) -> str:
    """An address that nobody has (RFC 4193), one for each session."""
    digest = hashlib.blake2b(session.encode(), digest_size=15).digest()
    return str(ipaddress.IPv6Address(b"\xfd" + digest))
