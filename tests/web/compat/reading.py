"""Reading a request by a protocol, as its tests do."""

from __future__ import annotations

from typing import Any

import msgspec

from ezee.web.compat.meant import Asked, Meant
from ezee.web.compat.protocol import Dialect


def asked_json(content: object, **fields: Any) -> Asked:
    """A POST with JSON."""
    return Asked(**{"method": "POST", "path": "", "body": msgspec.json.encode(content), **fields})


def only(dialect: Dialect, asked: Asked) -> Meant:
    """The one event that a request means."""
    [read] = dialect.read(asked)
    assert isinstance(read, Meant), read
    return read
