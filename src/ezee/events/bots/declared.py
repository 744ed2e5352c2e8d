"""Programs that their agent tells: by a name they declare, a word, or a form no browser has."""

from __future__ import annotations

import re
from functools import cache

import re2

from ezee.events.bots.patterns import Pattern, quiet_options, read_patterns
from ezee.events.bots.tokens import tokens
from ezee.events.bots.verdict import Category, Verdict

NO_AGENT = Verdict("no user agent", Category.OTHER)
_LIMIT = 1_000
_SET_BYTES = 32 << 20


def judge_agent(user_agent: str) -> Verdict | None:
    """What an agent's first 1,000 characters tell; None where a browser of a person speaks."""
    text = user_agent[:_LIMIT]
    if _is_none(text):
        return NO_AGENT
    if not text.isascii():
        text = text.encode(errors="replace").decode()
    # Most agents end here, before anything is taken out of them.
    if not _expressions().Match(text):
        return None
    text = without_devices(text)
    found = _find(text)
    if not found:
        return None
    pattern, (start, end) = found
    return Verdict(pattern.rule, pattern.category, _token(text, pattern, start, end))


def warm_up() -> None:
    """Compile the expressions now rather than with the first event."""
    judge_agent("Mozilla/5.0")


def _is_none(user_agent: str) -> bool:
    return not user_agent.strip(" \t-")


def _find(text: str) -> tuple[Pattern, tuple[int, int]] | None:
    for index in sorted(_expressions().Match(text) or ()):
        pattern = _patterns()[index]
        span = pattern.span(text)
        if span:
            return pattern, span
    return None


def _token(text: str, pattern: Pattern, start: int, end: int) -> str:
    """The first token by which the same rule decides again; empty where none does.

    Of a program that a word gave away the word alone is kept, of an unusual form nothing: the
    rest is a name that nobody has declared, and may be anybody's.
    """
    declared = pattern.rule == pattern.mark
    for token in tokens(text, start, end, pattern.mark) if declared else (pattern.mark,):
        if not _is_none(token) and _decides(pattern, token):
            return token
    return ""


def _decides(pattern: Pattern, token: str) -> bool:
    found = _find(without_devices(token))
    if not found:
        return False
    decided, _ = found
    return (decided.rule, decided.category) == (pattern.rule, pattern.category)


@cache
def _patterns() -> list[Pattern]:
    return read_patterns()


@cache
def _expressions() -> re2.Set:
    options = quiet_options()
    options.max_mem = _SET_BYTES
    expressions = re2.Set.SearchSet(options)
    for pattern in _patterns():
        expressions.Add(pattern.text)
    expressions.Compile()
    return expressions


# A phone called "Discovery", "XBot" or "Google Pixel" is no crawler, so the names that makers give
# to devices are taken out: "(Linux; Android 7.0; XBot Junior Build/NRD90M)". So are the parts
# of people's browsers that read like a program's: "SogouMobileBrowser/3.8", "JavaPlatform/JP-8.5".
_DEVICE = re.compile(
    r"(?<=Android )([\d.]+;(?: ?[a-z]{2}[-_][A-Za-z]{2};)?)[^;()]*(?:\([^()]*\)[^;()]*)?(?=[;)])"
)
_WINDOWS_PHONE = re.compile(r"(?<=IEMobile/)([\d.]+;)[^()]*(?=\))")
_BROWSER_PARTS = re.compile(
    r"Sogou(?:MobileBrowser|MSE)\b|\bOMI/\S+|\bJavaPlatform/\S+|\bQQDownload\b"
)
# UC Browser's short form is nothing but its device: "dv(iPh8,2);pr(UCBrowser/11.3.5);ov(15_8);".
_SHORT_FORM = re.compile(r"^dv\(.*")


def without_devices(user_agent: str) -> str:
    """The agent without what names a device or a browser's part; ``K`` stands for a device."""
    text = _DEVICE.sub(r"\1 K", _SHORT_FORM.sub("", user_agent))
    text = _WINDOWS_PHONE.sub(r"\1 K", text)
    return _BROWSER_PARTS.sub("K", text)
