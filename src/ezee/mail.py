"""Sending a letter, by the operator's own mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ezee.errors import SetupError, Unavailable

_SECONDS = 20


class MailServer(NamedTuple):
    """Where letters are handed in: ``smtp://user:password@host:587``, ``smtps://`` for TLS."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool
    sender: str


def read_mail_server(url: str, sender: str) -> MailServer | None:
    """The server of a setting, None for none.

    Raises:
        SetupError: the address cannot be meant.
    """
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == -1:
        raise SetupError("smtp: give an address such as smtp://user:password@mail.example.com:587.")
    if "@" not in sender:
        raise SetupError("mail_from: letters need an address to come from.")
    tls = parts.scheme == "smtps"
    return MailServer(
        parts.hostname,
        port or (465 if tls else 587),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
        # Without a name and a password there is nothing to keep, as beside a server on loopback.
        not tls and bool(parts.username),
        sender,
    )


def send(server: MailServer, to: str, subject: str, text: str) -> None:
    """Send a letter. Blocks.

    Raises:
        Unavailable: the server does not take it.
    """
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = server.sender, to, subject
    letter.set_content(text)
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
            if server.tls
            else smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
        ) as connection:
            if server.starttls:
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable("The letter could not be sent right now.") from error
