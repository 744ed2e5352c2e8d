"""Serving: one process that owns the data folder, until it is told to stop."""

from __future__ import annotations

import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType

import structlog
import uvicorn
from litestar.types import ASGIApp

from ezee import app
from ezee.accounts.database import Database
from ezee.clock import SystemClock
from ezee.errors import OutOfDate, SetupError
from ezee.garbage import spare_the_collector
from ezee.logs import set_up_logs
from ezee.room import blaming_a_full_disk
from ezee.salting import open_salts
from ezee.settings import ADDRESS_NAME, Settings
from ezee.store.folder import prepare_folder
from ezee.store.host import StoreHost
from ezee.store.remote import RemoteStore
from ezee.upgrades.upgrading import upgrade
from ezee.vitals import Vitals
from ezee.web.crowd import Crowd
from ezee.web.patience import PATIENCE, Patience, PatientProtocol
from ezee.web.protocol import behind

MEBIBYTE = 1 << 20
MOST_CONNECTIONS = 10_000
# File handles for everything that is not a client's connection.
_OWN_FILES = 200

_log = structlog.get_logger("ezee.server")

Ready = Callable[[Settings, Database], None]
Announce = Callable[[Settings], None]


def serve(
    settings: Settings,
    before_start: Ready,
    announce: Announce,
    patience: Patience = PATIENCE,
    most: int = MOST_CONNECTIONS,
) -> None:
    """Run the service until a signal ends it.

    ``before_start`` sees the account database first; ``announce`` is called when the service
    answers. Both are told the settings with the port that it has. Clients are waited for with
    ``patience``, ``most`` of them at once.

    Raises:
        SetupError: it cannot start as it is set up.
    """
    set_up_logs(settings.log_format)
    folder = prepare_folder(settings.data)
    _refuse_a_second_service(folder)
    _serve_folder(settings, before_start, announce, patience, most)


def _refuse_a_second_service(folder: Path) -> None:
    """Say so at once; a folder that is merely being closed is waited for."""
    try:
        RemoteStore(folder).close()
    except OSError:
        return
    raise SetupError(
        f"Another ezee is at work on the data folder {folder}. "
        "Stop it, wait for it, or choose another folder with --data."
    )


def _serve_folder(
    settings: Settings, before_start: Ready, announce: Announce, patience: Patience, most: int
) -> None:
    listening = _listen(settings.host, settings.port)
    # On a disk that is nearly full the accounts come first: without them there is no service.
    with blaming_a_full_disk(settings.data):
        try:
            database, host = _open(settings)
        except OutOfDate:
            upgrade(settings, SystemClock().now(), _log.info)
            database, host = _open(settings)
    store = RemoteStore(settings.data)
    try:
        port = listening.getsockname()[1]
        # Port 0 lets the system choose; the service tells others the one it has.
        settings = replace(settings, port=port)
        clock = SystemClock()
        vitals = Vitals()
        with blaming_a_full_disk(settings.data):
            salts = open_salts(database, settings.data, clock.now())
            application = app.build(settings, clock, database, store, salts, vitals=vitals)
            before_start(settings, database)
        _let_the_server_stop_itself()
        crowd = Crowd(_room_for(most), exempt=settings.trusted_proxies, vitals=vitals)
        vitals.gauges["connections"] = lambda: len(crowd)
        prompt = behind(settings.trusted_proxies, application.answer_whole)
        protocol = partial(PatientProtocol, patience=patience, crowd=crowd, prompt=prompt)
        config = _config(settings, application, protocol)
        server = _Server(config, partial(announce, settings), vitals, settings.drain)
        with _address_on_file(settings, port):
            server.run(sockets=[listening])
    finally:
        store.close()
        host.stop()
        database.close()
        listening.close()


def _open(settings: Settings) -> tuple[Database, StoreHost]:
    """The accounts, and the store in a process of its own.

    Raises:
        OutOfDate: an older version was at work here last. SetupError: they cannot be opened.
    """
    database = Database.of(settings)
    try:
        spool = settings.spool * MEBIBYTE
        return database, StoreHost(settings.data, settings.log_format, settings.events, spool)
    except BaseException:
        database.close()
        raise


@contextmanager
def _address_on_file(settings: Settings, port: int) -> Iterator[None]:
    """While the service runs, commands on the folder can find out where it answers."""
    path = settings.data / ADDRESS_NAME
    scheme = "https" if settings.certificate else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    # A full disk keeps nobody from reading, so it does not keep the service from starting.
    with suppress(OSError):
        path.write_text(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    """Says when it really answers, and leaves in order.

    SIGTERM is known to ``vitals`` at once; ``drain`` seconds later, in which it answers as before,
    it stops listening. Ctrl-C, or a second signal, stops it without that wait.
    """

    def __init__(
        self, config: uvicorn.Config, announce: Callable[[], None], vitals: Vitals, drain: int
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._vitals = vitals
        self._drain = drain
        self._leaves_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        first = not self._vitals.stopping
        self._vitals.stopping = True
        if first and self._drain and sig == signal.SIGTERM:
            self._leaves_at = time.monotonic() + self._drain
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether it is time to leave."""
        if self._leaves_at is not None and time.monotonic() >= self._leaves_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            spare_the_collector()
            self._announce()


def _let_the_server_stop_itself() -> None:
    """uvicorn raises the signals that ended it once more; by then there is nothing to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, UnicodeError) as error:
        raise SetupError(
            f"The service cannot listen on {host}, port {port}: something else may be using it. "
            "Choose another with --port or --host."
        ) from error


def _room_for(most: int) -> int:
    """How many clients there are file handles for, ``most`` of them if the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + _OWN_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return most
    most_files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, hard))
    return max(1, most_files - _OWN_FILES)


def _config(
    settings: Settings, application: ASGIApp, protocol: partial[PatientProtocol]
) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        loop="uvloop",
        # Called as the class would be.
        http=protocol,  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.certificate_key,
        timeout_graceful_shutdown=10,
    )
