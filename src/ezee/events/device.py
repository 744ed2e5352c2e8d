"""The type of a device: ``desktop``, ``mobile``, ``tablet``, ``tv`` or ``other``.

Rules of our own on the words of an agent, in one RE2 set that is searched once. They name kinds of
words and the series of makers, never single models; ``docs/agents.md`` has them in plain words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import re2

from ezee.events.agent_names import PRODUCTS

# How a device is told from a lower-case agent; the first rule that fits has the last word. An
# Android agent names a model behind the version: "android 9; en-us; sm-t510 build/…".
_MODEL = r"andr[o0]id[^;]*;(?: ?[a-z]{2}[-_][a-z]{2};)?[^;)/]*"
_RULES = (
    # Watches, glasses, speakers, cars. Samsung's SM-R are worn, Amazon's AEO… are speakers.
    ("other", r"watch|\bvr\b|\bpico \d|smartspeaker|tesla/|qtcarbrowser|projector|\bsm-r\d"),
    ("other", _MODEL + r"(?:quest (?:\d|pro)\b|\baeo[a-z]{2}\b)"),
    ("tv", r"\b(?:smart-?tv|tv\b|google ?tv|android ?tv|apple ?tv|hbbtv|nettv|inettv|ce-html|dtv)"),
    ("tv", r"\b(?:web0s|netcast|bravia|roku|crkey|viera|vidaa|tivo|stb|set-?top|brightsign|omi/)"),
    ("tv", r"\b(?:playstation|xbox|nintendo|(?:wired|wireless)\)|mag\d{3}\b|qtembedded)"),
    ("tv", _MODEL + r"(?:[^e]tv\d?\b|[-_ ]tv_|atv|mitv|box\b|[-_ ]box|stick\b|\bstb|\bott\b)"),
    (
        "tv",
        _MODEL
        + r"(?:\baft[a-z]|chromecast|led[-_ ]?\d\d|4k\b|\b[hxt]9[56][-_ mpaz]|\bmxq|shell\b)",
    ),
    # A television is called by its diagonal in inches and then its series: "43lex-7145".
    (
        "tv",
        _MODEL + r"[^\d](?:24|28|32|39|40|42|43|49|50|55|58|60|65|70|75|85|86)[a-z]{1,5}[-_]?\d",
    ),
    # Windows 7 said so on every computer.
    ("desktop", r"tablet pc"),
    ("tablet", r"\b(?:ipad|tablet|playbook|kindle|apad\b|silk-acc)"),
    (
        "tablet",
        _MODEL + r"(?:\btab|tab\d*\b|tab_|pad\b|pad[-_ \d]|tablet|slate|nexus (?:7|9|10)\b)",
    ),
    # Series of makers: Samsung, Lenovo, Amazon, Huawei without a SIM; screens of nine inches on.
    (
        "tablet",
        _MODEL + r"\b(?:sm-[tpx]\d|gt-p\d|tb-?[x\d]|yt\d?-|kf[a-z]{2,5}\b|[a-z]{3}\d?-w\d\d)",
    ),
    ("tablet", _MODEL + r"\b(?:mid\d|(?:9|10|11)\.\d\b)"),
    ("mobile", r"mobi|phone|\biph\d|ipod|blackberry|bb10|opera mini|midp|symb|\bwap\b|up\.browser"),
    ("mobile", r"docomo|brew\b|palm|webos/|windows ce|wpdesktop|zunewp7|lumia|maemo|nokia"),
    ("mobile", _MODEL + r"\bsm-[afgjmns]\d"),
    # A phone's browser says Mobile, a tablet's does not. What is no browser or was cut short
    # says nothing, and most of them are phones.
    ("tablet", r"andr[o0]id.*safari"),
    ("mobile", r"andr[o0]id"),
    ("desktop", r"windows|\bwin\d|mac os x|mac_|\bmac|linux|x11|cros|bsd|sunos|amiga|haiku|beos"),
)


# Searched for with them, as it takes no longer: most agents have none of these products.
_PRODUCT = f"(?:{'|'.join(map(re.escape, (*PRODUCTS, 'lg browser')))})/"


class Look(NamedTuple):
    """The type of a device, and whether there may be one of ``agent_names.PRODUCTS``."""

    device: str
    product: bool


def look_at(agent: str) -> Look:
    """What a lower-case agent tells; ``other`` where it tells no device."""
    matches = _rules().Match(agent)
    if not matches:
        return Look("other", product=False)
    first = min(matches)
    device = _RULES[first][0] if first < len(_RULES) else "other"
    return Look(device, len(_RULES) in matches)


@cache
def _rules() -> re2.Set:
    # Agents are text of any kind; RE2 is told to stay quiet about what it cannot match.
    options = re2.Options()
    options.log_errors = False
    rules = re2.Set.SearchSet(options)
    for _, pattern in _RULES:
        rules.Add(pattern)
    rules.Add(_PRODUCT)
    rules.Compile()
    return rules
