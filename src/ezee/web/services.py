"""What the routes work with, put together once by ``app``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter
from litestar.connection import ASGIConnection

from ezee.accounts.database import Database
from ezee.accounts.directory import SiteDirectory
from ezee.clock import Clock
from ezee.events.committer import GroupCommit
from ezee.mail import MailServer
from ezee.settings import Settings
from ezee.shared_limits import Quota, Quotas
from ezee.store.base import EventStore
from ezee.store.salts import Salts
from ezee.web.auth import Authenticator
from ezee.web.pending import Pending
from ezee.web.sharing import Sharing


@dataclass(frozen=True)
class Services:
    """The parts of one running service."""

    settings: Settings
    clock: Clock
    database: Database
    directory: SiteDirectory
    store: EventStore
    salts: Salts
    commit: GroupCommit
    authenticator: Authenticator
    quotas: Quotas
    public_stats: Quota
    sign_in_tries: Quota
    pending: Pending
    mail: MailServer | None
    readers: CapacityLimiter
    reports: Sharing


def services_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Services:
    """The services behind a connection."""
    services: Services = connection.app.state["services"]
    return services
