"""The agents that device-detector tests itself with, read from its installed wheel.

They are Matomo's: each agent with the client, system and device that Matomo's people say it is.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import yaml_rs

from ezee.events.client_hints import NO_HINTS, ClientHints

Half = Literal["a", "b"]


class Fixture(NamedTuple):
    """An agent and what Matomo says of it, "" where it says nothing.

    ``kind`` is the type of client (``browser``, ``mobile app``, ``library``, …) or ``bot``.
    """

    user_agent: str
    hints: ClientHints
    kind: str
    browser: str
    os: str
    os_family: str
    device: str

    @property
    def half(self) -> Half:
        """Which half it belongs to, by its agent, so that no agent is in both."""
        return "a" if zlib.crc32(self.user_agent.encode()) % 2 == 0 else "b"


def read_fixtures() -> Iterator[list[Fixture]]:
    """One list a file; files without fixtures of agents are left out."""
    folder = files("device_detector") / "tests" / "fixtures" / "upstream"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yml"):
            entries: Any = yaml_rs.loads(file.read_text(encoding="utf-8"))
            yield [_fixture(entry) for entry in entries if entry.get("user_agent")]


def _fixture(entry: dict[str, Any]) -> Fixture:
    client = entry.get("client") or {}
    # An unknown system is an empty list there.
    system = entry.get("os") or {}
    return Fixture(
        user_agent=entry["user_agent"],
        hints=_hints(entry.get("headers") or {}),
        kind="bot" if "bot" in entry else client.get("type", ""),
        browser=client.get("name", ""),
        os=system.get("name", ""),
        os_family=entry.get("os_family", ""),
        device=(entry.get("device") or {}).get("type") or "",
    )


def _hints(sent: dict[str, Any]) -> ClientHints:
    """Headers, or the answers of ``navigator.userAgentData``, which some fixtures have."""
    headers = {name.lower(): value for name, value in sent.items()}
    listed = headers.get("fullversionlist") or headers.get("brands")
    hints = ClientHints(
        _brands(listed)
        or headers.get("sec-ch-ua-full-version-list")
        or headers.get("sec-ch-ua", ""),
        headers.get("sec-ch-ua-mobile") or _MOBILE.get(str(headers.get("mobile")), ""),
        headers.get("sec-ch-ua-platform") or headers.get("platform", ""),
        headers.get("sec-ch-ua-form-factors", ""),
    )
    return hints if any(hints) else NO_HINTS


_MOBILE = {"True": "?1", "1": "?1", "False": "?0", "0": "?0"}


def _brands(listed: Any) -> str:
    if not isinstance(listed, list):
        return ""
    return ", ".join(
        f"{json.dumps(each['brand'])};v={json.dumps(each['version'])}" for each in listed
    )
