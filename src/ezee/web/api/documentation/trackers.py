"""Trackers and what belongs to them: what bodies hold that make and change them."""

from __future__ import annotations

from ezee.accounts import annotating, claims, rules, trackers
from ezee.erasing import PATH_LIMIT
from ezee.model import pages
from ezee.model.aliases import ALIAS_LIMIT
from ezee.model.rules import MOST_MONTHS, MOST_START
from ezee.web.api.documentation.pieces import BOOLEAN, TEXT, Json, json_body


def tracker_body(required: list[str]) -> Json:
    """The body that makes or changes a tracker."""
    fields: Json = {
        name: {"type": "string", "minLength": 1, "description": f"It {expected}."}
        for name, expected in trackers.EXPECTED.items()
    }
    fields["name"]["maxLength"] = trackers.NAME_LIMIT
    fields["hostnames"] |= {"type": "array", "items": TEXT, "maxItems": trackers.HOSTNAME_LIMIT}
    del fields["hostnames"]["minLength"]
    fields["public_stats"] = {"type": "boolean"}
    fields |= {name: dict(schema) for name, schema in RULES.items()}
    for name in set(fields) - set(required):
        fields[name]["type"] = [fields[name]["type"], "null"]
    return json_body({"type": "object", "required": required, "properties": fields})


def _strings(limit: int, name: str, **entry: object) -> Json:
    described = f"It {rules.EXPECTED[name]}."
    items = {**TEXT, **entry}
    return {"type": "array", "items": items, "maxItems": limit, "description": described}


def _settings(fields: Json) -> Json:
    """An object of which any part may be given."""
    return {"type": "object", "properties": fields, "additionalProperties": False}


_PATTERN: Json = {"pattern": "^/", "maxLength": pages.LENGTH_LIMIT}
RULES: dict[str, Json] = {
    "page_rules": _settings(
        {
            "keep_parameters": _strings(
                pages.PARAMETER_LIMIT, "keep_parameters", minLength=1, maxLength=pages.LENGTH_LIMIT
            ),
            "hash_routing": BOOLEAN,
            "strip_slash": BOOLEAN,
            "groups": _strings(pages.GROUP_LIMIT, "groups", **_PATTERN),
        }
    ),
    "exclusions": _settings(
        {
            "networks": _strings(rules.ENTRY_LIMIT, "networks"),
            "paths": _strings(rules.ENTRY_LIMIT, "paths", **_PATTERN),
            "countries": _strings(rules.ENTRY_LIMIT, "countries", pattern="^[A-Za-z]{2}$"),
            "agents": _strings(
                rules.ENTRY_LIMIT, "agents", minLength=1, maxLength=rules.AGENT_LIMIT
            ),
            "hostnames": _strings(rules.ENTRY_LIMIT, "hostnames"),
        }
    ),
    "respect_gpc": BOOLEAN,
    "respect_dnt": BOOLEAN,
    "places": {"type": "string", "enum": ["country", "region", "city", None]},
    "counter": BOOLEAN,
    "counter_start": {"type": "integer", "minimum": 0, "maximum": MOST_START},
    "aliases": _strings(ALIAS_LIMIT, "aliases"),
    "keep_months": {"type": "integer", "minimum": 0, "maximum": MOST_MONTHS},
}
REGROUPING: Json = {
    "type": "object",
    "properties": {
        "groups": {**RULES["page_rules"]["properties"]["groups"], "type": ["array", "null"]},
        "apply": {"type": ["boolean", "null"], "default": False},
    },
}
ERASING: Json = {
    "type": "object",
    "properties": {
        "from": {"type": ["string", "null"], "format": "date"},
        "to": {"type": ["string", "null"], "format": "date"},
        "path": {"type": ["string", "null"], "maxLength": PATH_LIMIT, "pattern": r"^/[^*]*\*?$"},
        "receipt": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "apply": {"type": ["boolean", "null"], "default": False},
    },
}
ANNOTATION: Json = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "format": "date"},
        "text": {"type": "string", "minLength": 1, "maxLength": annotating.TEXT_LIMIT},
    },
}
OLD_COUNTER: Json = {
    "type": "object",
    "properties": {
        "path": {"type": ["string", "null"], "maxLength": claims.PATH_LIMIT, "pattern": "^(/.*)?$"},
        "start": {"type": ["integer", "null"], "minimum": 0, "maximum": MOST_START},
    },
}
