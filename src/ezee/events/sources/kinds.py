"""Kinds of sources, and the channel that each of them is."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """A source's name, and its kind: a key of ``KINDS``."""

    name: str
    kind: str


class Kind(NamedTuple):
    """What a kind of source is called on the page, and its channels, unpaid and paid."""

    title: str
    channel: str
    paid_channel: str


KINDS = {
    "search": Kind("Search engines", "Organic Search", "Paid Search"),
    "ai": Kind("AI assistants", "AI Assistants", "Campaign"),
    "social": Kind("Social networks", "Organic Social", "Paid Social"),
    "forum": Kind("Forums and link boards", "Organic Social", "Paid Social"),
    "chat": Kind("Messengers", "Organic Social", "Paid Social"),
    "video": Kind("Video", "Organic Social", "Paid Social"),
    "mail": Kind("Mailboxes and newsletters", "Email", "Campaign"),
    "developer": Kind("Developers' sites", "Referral", "Campaign"),
    "shopping": Kind("Shopping", "Referral", "Campaign"),
    "news": Kind("News and readers", "Referral", "Campaign"),
    "site": Kind("Other sites", "Referral", "Campaign"),
}
