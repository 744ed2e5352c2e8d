"""The OpenAPI document: what the framework knows of the routes, and what it cannot know.

The framework describes the routes and bodies it reads itself. ``collect`` is a raw handler and
``stats`` reads its own parameters, so those are written here, from the same tables that check
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar.openapi import ResponseSpec

from ezee.accounts import annotating, claims, rules, trackers
from ezee.erasing import PATH_LIMIT
from ezee.events import wording
from ezee.events.explanation import Reading
from ezee.exports import asked, parts
from ezee.exports.formats import FORMATS
from ezee.model import pages
from ezee.model.aliases import ALIAS_LIMIT
from ezee.model.dimensions import DIMENSIONS
from ezee.model.event import DropReason
from ezee.model.metrics import METRICS, REVENUE
from ezee.model.query import Interval, Operator
from ezee.model.rules import MOST_MONTHS, MOST_START
from ezee.stats import comparisons, dropped, filters, live, parse, periods
from ezee.web.errors import STATUS

Json = dict[str, Any]


class ErrorDetail(msgspec.Struct, frozen=True):
    """One wrong field or parameter."""

    field: str
    message: str


class ErrorAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every error of the API."""

    error: str
    message: str
    details: list[ErrorDetail] | None = None


_CODES = {status: code for code, status in STATUS.items()}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The error answers of a route, for its documentation."""
    return {
        status: ResponseSpec(
            ErrorAnswer, generate_examples=False, description=f"`{_CODES[status]}`"
        )
        for status in (*statuses, 413, 500)
    }


def complete(document: Json, base_url: str) -> Json:
    """Add to the framework's document what it cannot know."""
    paths = document["paths"]
    document["servers"] = [{"url": base_url}]
    document.setdefault("components", {})["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "`ezi_sk_` and 64 hex digits"}
    }
    paths["/api/public/collect"] = _collect()
    paths["/api/v1/trackers"]["post"]["requestBody"] = _tracker(required=["name", "domain"])
    paths["/api/v1/trackers/{tracker_id}"]["patch"]["requestBody"] = _tracker(required=[])
    paths["/api/v1/trackers/{tracker_id}/regroup"]["post"]["requestBody"] = _json_body(_REGROUPING)
    paths["/api/v1/trackers/{tracker_id}/erase"]["post"]["requestBody"] = _json_body(_ERASING)
    old_counter = paths["/api/v1/trackers/{tracker_id}/old-counters/{number}"]
    old_counter["put"]["requestBody"] = _json_body(_OLD_COUNTER)
    noted = paths["/api/v1/trackers/{tracker_id}/annotations"]
    noted["post"]["requestBody"] = _json_body(_ANNOTATION | {"required": ["day", "text"]})
    noted = paths["/api/v1/trackers/{tracker_id}/annotations/{annotation_id}"]
    noted["patch"]["requestBody"] = _json_body(_ANNOTATION)
    for path, item in paths.items():
        for operation in item.values():
            if path.startswith("/api/v1/"):
                operation["security"] = [{"bearer": []}]
            elif path.startswith("/api/public/"):
                operation["security"] = [{}, {"bearer": []}]
    public = paths["/api/public/stats"]["get"]
    public["parameters"] = [_parameter("site_id", _SITE_ID, required=True), *_stats(), *_part()]
    watched = paths["/api/public/live"]["get"]
    watched["parameters"] = [_parameter("site_id", _SITE_ID, required=True)]
    watched["responses"]["200"] = _live()
    owner = paths["/api/v1/trackers/{tracker_id}/stats"]["get"]
    owner["parameters"] = [*owner.get("parameters", []), *_stats(), *_part()]
    not_counted = paths["/api/v1/trackers/{tracker_id}/dropped"]["get"]
    not_counted["parameters"] += [
        _parameter("period", {"enum": list(dropped.PERIODS), "default": periods.DEFAULT}),
        *(each for each in _stats() if each["name"] in {"from", "to"}),
    ]
    kept = paths["/api/v1/trackers/{tracker_id}/retention"]["get"]
    kept["parameters"].append(_parameter("keep_months", _RULES["keep_months"]))
    _export(paths["/api/v1/trackers/{tracker_id}/export"]["get"])
    for operation in (public, owner):
        operation["responses"]["200"] = _json_response("The report.", {"data": _REPORT})
        operation["responses"]["200"]["content"] |= _files()
        operation["responses"]["304"] = {"description": "Nothing has changed since that ETag."}
    return document


def _live() -> Json:
    answer = _json_response("Who is here now; as events, each the same JSON.", {"data": _LIVE})
    answer["content"]["text/event-stream"] = {"schema": _TEXT}
    return answer


def _export(operation: Json) -> None:
    operation["parameters"] += [
        _parameter("format", {"enum": list(FORMATS), "default": asked.DEFAULT_FORMAT}),
        _parameter("period", {"enum": list(asked.PERIODS), "default": asked.DEFAULT_PERIOD}),
        *(each for each in _stats() if each["name"] in {"from", "to"}),
    ]
    operation["responses"]["200"] = {"description": "The file.", "content": _files()}


def _files() -> Json:
    return {each.media_type: {} for each in FORMATS.values()}


def _tracker(required: list[str]) -> Json:
    fields: Json = {
        name: {"type": "string", "minLength": 1, "description": f"It {expected}."}
        for name, expected in trackers.EXPECTED.items()
    }
    fields["name"]["maxLength"] = trackers.NAME_LIMIT
    fields["hostnames"] |= {"type": "array", "items": _TEXT, "maxItems": trackers.HOSTNAME_LIMIT}
    del fields["hostnames"]["minLength"]
    fields["public_stats"] = {"type": "boolean"}
    fields |= {name: dict(schema) for name, schema in _RULES.items()}
    for name in set(fields) - set(required):
        fields[name]["type"] = [fields[name]["type"], "null"]
    return _json_body({"type": "object", "required": required, "properties": fields})


def _json_body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _strings(limit: int, name: str, **entry: object) -> Json:
    described = f"It {rules.EXPECTED[name]}."
    items = {**_TEXT, **entry}
    return {"type": "array", "items": items, "maxItems": limit, "description": described}


def _settings(fields: Json) -> Json:
    """An object of which any part may be given."""
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _stats() -> list[Json]:
    return [
        _parameter("period", {"enum": list(periods.NAMES), "default": periods.DEFAULT}),
        _parameter("from", {"type": "string", "format": "date"}),
        _parameter("to", {"type": "string", "format": "date"}),
        _parameter("interval", {"enum": [str(each) for each in Interval]}),
        _parameter("metrics", _some_of([*METRICS, REVENUE], ",")),
        _parameter(
            "dimension", {"type": "array", "items": _BREAKDOWN, "maxItems": parse.MOST_BREAKDOWNS}
        ),
        _parameter("filter", {"type": "array", "items": _FILTER, "maxItems": filters.MOST}),
        _parameter("compare", {"type": "string", "pattern": _COMPARE}),
        _parameter("order", {"type": "string", "pattern": _ORDER, "default": "-visitors"}),
        _parameter("limit", {**_WHOLE, "minimum": 1, "maximum": 1000, "default": 10}),
        _parameter("offset", {**_WHOLE, "maximum": 1_000_000, "default": 0}),
        _parameter("verified", {"enum": ["1"]}),
    ]


def _part() -> list[Json]:
    table = f"^({'|'.join(parts.TABLES)}|{_BREAKDOWN['pattern'].strip('^$')})$"
    return [
        _parameter("format", {"enum": list(parts.FORMAT_NAMES), "default": parts.JSON}),
        _parameter("table", {"type": "string", "pattern": table}),
    ]


def _some_of(names: Iterable[str], separator: str, most: int | None = None) -> Json:
    """One or more of the names, with the separator between them."""
    one = f"({'|'.join(names)})"
    more = "*" if most is None else f"{{0,{most - 1}}}"
    return {"type": "string", "pattern": f"^{one}({re.escape(separator)}{one}){more}$"}


def _parameter(name: str, schema: Json, *, required: bool = False) -> Json:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _json_response(description: str, properties: Json) -> Json:
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _object(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


_TEXT: Json = {"type": "string"}
_BOOLEAN: Json = {"type": "boolean"}
_PATTERN: Json = {"pattern": "^/", "maxLength": pages.LENGTH_LIMIT}
_RULES: dict[str, Json] = {
    "page_rules": _settings(
        {
            "keep_parameters": _strings(
                pages.PARAMETER_LIMIT, "keep_parameters", minLength=1, maxLength=pages.LENGTH_LIMIT
            ),
            "hash_routing": _BOOLEAN,
            "strip_slash": _BOOLEAN,
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
    "respect_gpc": _BOOLEAN,
    "respect_dnt": _BOOLEAN,
    "places": {"type": "string", "enum": ["country", "region", "city", None]},
    "counter": _BOOLEAN,
    "counter_start": {"type": "integer", "minimum": 0, "maximum": MOST_START},
    "aliases": _strings(ALIAS_LIMIT, "aliases"),
    "keep_months": {"type": "integer", "minimum": 0, "maximum": MOST_MONTHS},
}
_DIMENSION = "|".join([*DIMENSIONS, r"prop:[A-Za-z0-9_.\-]{1,64}"])
_BREAKDOWN: Json = _some_of([_DIMENSION], ",", parse.MOST_TOGETHER)
_FILTER: Json = {"type": "string", "pattern": f"^({_DIMENSION}):({'|'.join(Operator)}):"}
_COMPARE = rf"^({'|'.join(comparisons.NAMES)}|\d{{4}}-\d\d-\d\d\.\.\d{{4}}-\d\d-\d\d)$"
_ORDER = f"^-?({'|'.join(parse.ORDERS)})$"
_REGROUPING: Json = {
    "type": "object",
    "properties": {
        "groups": {**_RULES["page_rules"]["properties"]["groups"], "type": ["array", "null"]},
        "apply": {"type": ["boolean", "null"], "default": False},
    },
}
_ERASING: Json = {
    "type": "object",
    "properties": {
        "from": {"type": ["string", "null"], "format": "date"},
        "to": {"type": ["string", "null"], "format": "date"},
        "path": {"type": ["string", "null"], "maxLength": PATH_LIMIT, "pattern": r"^/[^*]*\*?$"},
        "receipt": {"type": ["string", "null"], "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "apply": {"type": ["boolean", "null"], "default": False},
    },
}
_ANNOTATION: Json = {
    "type": "object",
    "properties": {
        "day": {"type": "string", "format": "date"},
        "text": {"type": "string", "minLength": 1, "maxLength": annotating.TEXT_LIMIT},
    },
}
_OLD_COUNTER: Json = {
    "type": "object",
    "properties": {
        "path": {"type": ["string", "null"], "maxLength": claims.PATH_LIMIT, "pattern": "^(/.*)?$"},
        "start": {"type": ["integer", "null"], "minimum": 0, "maximum": MOST_START},
    },
}
_ROWS: Json = {"type": "array", "items": {"type": "object"}}
_MONEY: Json = {"type": "object", "additionalProperties": {"type": "number"}}
_NUMBERS: Json = {
    "type": "object",
    "properties": {REVENUE: _MONEY},
    "additionalProperties": {"type": "number"},
}
_IN_TIME: Json = {
    "period": _object({"from": _TEXT, "to": _TEXT, "interval": _TEXT, "timezone": _TEXT}),
    "totals": _NUMBERS,
    "timeseries": _ROWS,
}
_REPORT = _object(
    {
        "site_id": _TEXT,
        **_IN_TIME,
        "breakdowns": {"type": "object", "additionalProperties": _ROWS},
        "rows": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
)
_REPORT["properties"]["comparison"] = _object(_IN_TIME)

_WHOLE: Json = {"type": "integer", "minimum": 0}
_HERE: Json = {
    "type": "array",
    "items": _object({"value": _TEXT, "visitors": _WHOLE}),
    "maxItems": live.ROWS,
}
_LIVE = _object({"visitors": _WHOLE, "pages": _HERE, "sources": _HERE})

_SITE_ID: Json = {"type": "string", "pattern": "^ezi_[0-9a-f]{12}$"}
_SCALAR: Json = {"type": ["string", "number", "boolean"]}
_FIELD_TYPES: dict[str, Json] = {
    "site_id": _SITE_ID,
    "url": {"type": "string", "minLength": 1, "maxLength": 8192},
    "name": {"type": "string", "minLength": 1, "maxLength": 120},
    "id": {"type": "string", "minLength": 1, "maxLength": 64},
    "timestamp": {"type": "string", "format": "date-time"},
    "opt_out": {"type": "string", "maxLength": 64},
    "stamp": {"type": "string", "maxLength": 100},
    "currency": {"type": "string", "pattern": "^[A-Za-z]{3}$"},
    "screen_width": {"type": "integer", "minimum": 0},
    "interactive": {"type": "boolean"},
    "value": {"type": "number"},
    "props": {
        "type": "object",
        "maxProperties": 30,
        "propertyNames": {"pattern": "^[A-Za-z0-9_.-]{1,64}$"},
        "additionalProperties": _SCALAR,
    },
}
_FIELDS = {
    name: {**_FIELD_TYPES.get(name, _TEXT), "description": f"It {expected}."}
    for name, expected in wording.EXPECTED.items()
    if name != "events"
}
_EVENT: Json = {"type": "object", "required": ["site_id"], "properties": _FIELDS}
_BATCH = _object({"events": {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": 500}})
_DROPPED = _object({"index": {"type": "integer"}, "reason": {"enum": [str(r) for r in DropReason]}})


_ERROR = _object({"error": _TEXT, "message": _TEXT})


_EXPLANATION = _object(
    {
        "verdict": {"enum": ["human", "bot"]},
        "rule": {"type": ["string", "null"]},
        "dropped": {"enum": [*(str(reason) for reason in DropReason), None]},
        "event": _object(dict.fromkeys(Reading.__struct_fields__, _TEXT)),
        "visit": {"enum": ["new", "continued", None]},
    }
)


def _collect() -> Json:
    accepted = _object(
        {"accepted": {"type": "integer"}, "dropped": {"type": "array", "items": _DROPPED}}
    )
    failures = {
        str(status): {
            "description": f"`{_CODES[status]}`",
            "content": {"application/json": {"schema": _ERROR}},
        }
        for status in (400, 401, 403, 404, 413, 415, 429, 500, 503)
    }
    body = {"schema": {"anyOf": [_EVENT, _BATCH]}}
    why = _parameter("explain", {"enum": ["1"], "description": "Tell, and record nothing."})
    explained = _json_response("With `explain`: how it would be read.", {"data": _EXPLANATION})
    return {
        "post": {
            "summary": "Collect",
            "description": "Record a pageview or a custom event, or a batch; 202 means on disk.",
            "operationId": "Collect",
            "parameters": [why],
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {
                "200": explained,
                "202": _json_response("On disk.", {"data": accepted}),
                **failures,
            },
        },
        "get": {
            "summary": "Collect by pixel",
            "description": "The same by query string; answers a 1×1 GIF that no cache keeps.",
            "operationId": "CollectPixel",
            "parameters": [
                why,
                *(
                    _parameter(
                        name, _SITE_ID if name == "site_id" else _TEXT, required=name == "site_id"
                    )
                    for name in _FIELDS
                ),
            ],
            "responses": {
                "200": {
                    "description": "The pixel; with `explain`, how it would be read.",
                    "content": {"image/gif": {}, **explained["content"]},
                },
                **{status: failures[status] for status in failures if status not in {"413", "415"}},
            },
        },
    }
