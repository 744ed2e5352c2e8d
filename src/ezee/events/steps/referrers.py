"""The referrers we know by name: hosts first, then brands that own a host in many countries.

The table is our own. A host stands for its subdomains as well; a brand is the label before the
public suffix, so that ``google.co.uk`` and ``google.de`` are one.
"""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """A referrer's name, and its kind: ``search``, ``social``, ``mail`` or ``ai``."""

    name: str
    kind: str


def _table(kind: str, names: dict[str, str]) -> dict[str, Known]:
    return {
        key: Known(name, kind)
        for name, keys in names.items()
        for key in keys.replace(",", " ").split()
    }


HOSTS: dict[str, Known] = {
    **_table(
        "search",
        {
            "DuckDuckGo": "duckduckgo.com",
            "Ecosia": "ecosia.org",
            "Qwant": "qwant.com",
            "Startpage": "startpage.com",
            "Brave Search": "search.brave.com",
            "Kagi": "kagi.com",
            "Naver": "search.naver.com",
            "Seznam": "seznam.cz",
            "Sogou": "sogou.com",
            "Mojeek": "mojeek.com",
            "Google": "com.google.android.googlequicksearchbox",
        },
    ),
    **_table(
        "social",
        {
            "Hacker News": "news.ycombinator.com",
            "Facebook": "facebook.com fb.com fb.me",
            "Instagram": "instagram.com",
            "X": "x.com twitter.com t.co",
            "LinkedIn": "linkedin.com lnkd.in com.linkedin.android",
            "Reddit": "reddit.com redd.it out.reddit.com",
            "YouTube": "youtube.com youtu.be",
            "TikTok": "tiktok.com",
            "Threads": "threads.net threads.com",
            "Bluesky": "bsky.app",
            "Mastodon": "mastodon.social mastodon.online fosstodon.org hachyderm.io",
            "Lobsters": "lobste.rs",
            "Telegram": "t.me telegram.org",
            "WhatsApp": "whatsapp.com",
            "VK": "vk.com",
            "Discord": "discord.com",
            "Quora": "quora.com",
        },
    ),
    **_table(
        "mail",
        {
            "Gmail": "mail.google.com com.google.android.gm",
            "Outlook": "outlook.live.com outlook.office.com outlook.office365.com",
            "Yahoo Mail": "mail.yahoo.com",
            "Proton Mail": "mail.proton.me",
        },
    ),
    **_table(
        "ai",
        {
            "ChatGPT": "chatgpt.com chat.openai.com",
            "Claude": "claude.ai",
            "Gemini": "gemini.google.com bard.google.com",
            "Perplexity": "perplexity.ai",
            "Copilot": "copilot.microsoft.com",
            "DeepSeek": "chat.deepseek.com",
            "Mistral": "chat.mistral.ai",
            "Grok": "grok.com",
        },
    ),
}

BRANDS: dict[str, Known] = _table(
    "search",
    {
        "Google": "google",
        "Bing": "bing",
        "Yahoo": "yahoo",
        "Yandex": "yandex ya",
        "Baidu": "baidu",
        "DuckDuckGo": "duckduckgo",
    },
) | _table(
    "social",
    {"Pinterest": "pinterest", "Facebook": "facebook", "X": "twitter", "Reddit": "reddit"},
)
