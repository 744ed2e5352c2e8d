"""Click ids: fields that advertisers and mailers append to a link. They tell who sent the visitor.

``paid`` is whether the id stands on advertisements alone. ``fbclid`` is on every link that leaves
Facebook or Instagram, so it names the network and does not make a visit a paid one.
"""

from __future__ import annotations

from typing import NamedTuple

from ezee.events.sources.kinds import Known


class Click(NamedTuple):
    """Whose click it was, and whether it was paid for."""

    by: Known
    paid: bool


def _paid(name: str, kind: str) -> Click:
    return Click(Known(name, kind), paid=True)


def _unpaid(name: str, kind: str) -> Click:
    return Click(Known(name, kind), paid=False)


CLICKS = {
    "gclid": _paid("Google", "search"),
    "gbraid": _paid("Google", "search"),
    "wbraid": _paid("Google", "search"),
    "gad_source": _paid("Google", "search"),
    "srsltid": _unpaid("Google", "search"),
    "dclid": _paid("Google Display", "site"),
    "msclkid": _paid("Bing", "search"),
    "yclid": _paid("Yandex", "search"),
    "ysclid": _unpaid("Yandex", "search"),
    "bd_vid": _paid("Baidu", "search"),
    "qhclickid": _paid("360 Search", "search"),
    "sznclid": _paid("Seznam", "search"),
    "fbclid": _unpaid("Facebook", "social"),
    "twclid": _paid("X", "social"),
    "li_fat_id": _paid("LinkedIn", "social"),
    "epik": _paid("Pinterest", "social"),
    "ScCid": _paid("Snapchat", "social"),
    "sccid": _paid("Snapchat", "social"),
    "ttclid": _paid("TikTok", "video"),
    "rdt_cid": _paid("Reddit", "forum"),
    "qclid": _paid("Quora", "forum"),
    "ldtag_cl": _paid("LINE", "chat"),
    "mc_cid": _unpaid("Mailchimp", "mail"),
    "mc_eid": _unpaid("Mailchimp", "mail"),
    "mkt_tok": _unpaid("Marketo", "mail"),
    "_hsenc": _unpaid("HubSpot", "mail"),
    "_hsmi": _unpaid("HubSpot", "mail"),
    "_kx": _unpaid("Klaviyo", "mail"),
    "ck_subscriber_id": _unpaid("Kit", "mail"),
    "vero_id": _unpaid("Vero", "mail"),
    "tblci": _paid("Taboola", "site"),
    "obclid": _paid("Outbrain", "site"),
    "dicbo": _paid("Outbrain", "site"),
    "awc": _paid("Awin", "site"),
    "cjevent": _paid("CJ", "site"),
    "irclickid": _paid("Impact", "site"),
    "ranSiteID": _paid("Rakuten Advertising", "site"),
}
