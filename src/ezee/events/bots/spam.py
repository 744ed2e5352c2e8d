"""Referrer spam: hosts that send invented referrers so that owners of sites visit them.

The list is our own and holds the best known; an operator's file may add to it.
"""

from __future__ import annotations

import re
from pathlib import Path

from ezee.events.bots.lists import read_list

SPAMMERS = frozenset(
    """
    100dollars-seo.com 4webmasters.org 7makemoneyonline.com adviceforum.info anticrawler.org
    best-seo-offer.com best-seo-solution.com blackhatworth.com bot-traffic.icu bot-traffic.xyz
    bottraffic.live buttons-for-website.com buttons-for-your-website.com buy-cheap-online.info
    cenoval.ru darodar.com econom.co erot.co event-tracking.com floating-share-buttons.com
    free-share-buttons.com free-social-buttons.com get-free-social-traffic.com
    get-free-traffic-now.com googlsucks.com guardlink.org hulfingtonpost.com
    humanorightswatch.org ilovevitaly.co ilovevitaly.com ilovevitaly.ru iskalko.ru
    kambasoft.com keywords-monitoring-success.com lomb.co lombia.co makemoneyonline.com
    monetizationking.net o-o-6-o-o.com o-o-8-o-o.com priceg.com rank-checker.online
    ranksonic.info ranksonic.org responsive-test.net savetubevideo.com semalt.com
    semaltmedia.com sexyali.com sharebutton.net simple-share-buttons.com
    site-auditor.online social-buttons.com success-seo.com theguardlan.com torture.ml
    traffic2cash.xyz traffic2money.com trafficbot.life trafficbot.live trafficmonetize.org
    trafficmonetizer.org videos-for-your-business.com webmonetizer.net website-analyzer.info
    """.split()
)

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")


def is_spammer(host: str, spammers: frozenset[str] = SPAMMERS) -> bool:
    """Whether a referring host, in lower case, or a parent of it is one of the spammers."""
    while host:
        if host in spammers:
            return True
        host = host.partition(".")[2]
    return False


def read_spammers(path: Path) -> frozenset[str]:
    """The hosts of a file, one a line, # for comments, together with our own.

    Raises:
        SetupError: the file cannot be read, or a line is no host; the message names it.
    """
    return SPAMMERS.union(read_list(path, _host, "a host such as spam.example"))


def _host(text: str) -> str:
    host = text.lower().rstrip(".").removeprefix("www.")
    if not _HOST.fullmatch(host):
        raise ValueError(text)
    return host
