"""Collecting: the fields of an event, and how it is answered."""

from __future__ import annotations

from ezee.events import wording
from ezee.events.explanation import Reading
from ezee.model.event import DropReason
from ezee.web.api.documentation.pieces import (
    CODES,
    SITE_ID,
    TEXT,
    Json,
    json_response,
    obj,
    parameter,
)

_SCALAR: Json = {"type": ["string", "number", "boolean"]}

_FIELD_TYPES: dict[str, Json] = {
    "site_id": SITE_ID,
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
    name: {**_FIELD_TYPES.get(name, TEXT), "description": f"It {expected}."}
    for name, expected in wording.EXPECTED.items()
    if name != "events"
}

_EVENT: Json = {"type": "object", "required": ["site_id"], "properties": _FIELDS}

_BATCH = obj({"events": {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": 500}})

_DROPPED = obj({"index": {"type": "integer"}, "reason": {"enum": [str(r) for r in DropReason]}})

_ERROR = obj({"error": TEXT, "message": TEXT})

_EXPLANATION = obj(
    {
        "verdict": {"enum": ["human", "bot"]},
        "rule": {"type": ["string", "null"]},
        "dropped": {"enum": [*(str(reason) for reason in DropReason), None]},
        "event": obj(dict.fromkeys(Reading.__struct_fields__, TEXT)),
        "visit": {"enum": ["new", "continued", None]},
    }
)


def collect() -> Json:
    """The path where events are collected."""
    accepted = obj(
        {"accepted": {"type": "integer"}, "dropped": {"type": "array", "items": _DROPPED}}
    )
    failures = {
        str(status): {
            "description": f"`{CODES[status]}`",
            "content": {"application/json": {"schema": _ERROR}},
        }
        for status in (400, 401, 403, 404, 413, 415, 429, 500, 503)
    }
    body = {"schema": {"anyOf": [_EVENT, _BATCH]}}
    why = parameter("explain", {"enum": ["1"], "description": "Tell, and record nothing."})
    explained = json_response("With `explain`: how it would be read.", {"data": _EXPLANATION})
    return {
        "post": {
            "summary": "Collect",
            "description": "Record a pageview or a custom event, or a batch; 202 means on disk.",
            "operationId": "Collect",
            "parameters": [why],
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {
                "200": explained,
                "202": json_response("On disk.", {"data": accepted}),
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
                    parameter(
                        name, SITE_ID if name == "site_id" else TEXT, required=name == "site_id"
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
