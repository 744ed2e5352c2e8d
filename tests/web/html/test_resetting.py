"""A new password by a link: by the operator's command, or by mail."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import Visitor
from tests.support.polling import until
from tests.support.service import Service

pytestmark = pytest.mark.service

NEW = "another horse battery"


def test_a_link_of_the_operators_works_once(service: Service, anybody: Visitor) -> None:
    account = service.account("forgetful@example.com")
    made = service.json("user", "reset-password", account.email)
    path = made["link"].removeprefix(service.url)
    assert path.startswith("/reset/")
    assert anybody.send(path, {"password": "short"}).status_code == 400
    page = anybody.send(path, {"password": NEW})
    assert "Your new password is set." in page.text
    assert anybody.get(path).status_code == 404
    assert anybody.sign_in(account.email).status_code == 400
    assert anybody.sign_in(account.email, NEW).url.path == "/"


def test_without_a_mail_server_the_page_names_the_command(anybody: Visitor) -> None:
    assert "ezee user reset-password" in anybody.get("/forgot").text
    answer = anybody.send("/forgot", {"email": "x@example.com"}, on="/sign-in")
    assert answer.status_code == 404


class MailBox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                box.take(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, client: socketserver.StreamRequestHandler) -> None:
        def say(text: str) -> None:
            client.wfile.write(f"{text}\r\n".encode())

        say("220 here")
        while line := client.rfile.readline().decode().strip():
            if line.upper() == "DATA":
                say("354 go on")
                lines = iter(lambda: client.rfile.readline().decode().rstrip("\r\n"), ".")
                self.letters.append("\n".join(lines))
            elif line.upper() == "QUIT":
                say("221 bye")
                return
            say("250 ok")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    box = MailBox()
    yield box
    box.close()


def test_a_letter_has_the_link_and_nobody_learns_who_has_an_account(
    tmp_path: Path, mail_box: MailBox
) -> None:
    options = ("--smtp", mail_box.url, "--mail-from", "ezee@example.com", "--sign-in-limit", "0")
    service = Service(tmp_path / "data", *options).start()
    try:
        service.account("known@example.com")
        with Visitor(service.url) as visitor:
            pages = [
                visitor.send("/forgot", {"email": email}).text
                for email in ("nobody@example.com", "Known@example.com")
            ]
            assert pages[0] == pages[1]
            assert "a letter is on its way" in pages[0]
            until(lambda: bool(mail_box.letters))
            (letter,) = mail_box.letters
            assert "To: known@example.com" in letter
            found = re.search(r"/reset/\S+", letter)
            assert found is not None
            visitor.send(found[0], {"password": NEW})
            assert visitor.sign_in("known@example.com", NEW).url.path == "/"
    finally:
        service.stop()
