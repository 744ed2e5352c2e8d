"""A client of ezee: events, trackers and stats, for programs that wait and those that await."""

from ezee_client.aio import AsyncClient
from ezee_client.answers import Collected, Dropped, Live, Me, Stats, Tracker
from ezee_client.awaiting import AsyncBatcher
from ezee_client.batching import Batcher
from ezee_client.client import Client
from ezee_client.errors import (
    Conflict,
    EzeeError,
    Forbidden,
    InvalidRequest,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from ezee_client.events import Event
from ezee_client.retrying import Retries
from ezee_client.stamps import stamp

__all__ = [
    "AsyncBatcher",
    "AsyncClient",
    "Batcher",
    "Client",
    "Collected",
    "Conflict",
    "Dropped",
    "Event",
    "EzeeError",
    "Forbidden",
    "InvalidRequest",
    "Live",
    "Me",
    "NotFound",
    "RateLimited",
    "Retries",
    "Stats",
    "Tracker",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "stamp",
]
