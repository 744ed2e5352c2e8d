"""Reports: what may be asked, and what is answered."""

from __future__ import annotations

import re

from ezee.exports import asked, parts
from ezee.exports.formats import FORMATS
from ezee.model.dimensions import DIMENSIONS, EVERY_PROPERTY
from ezee.model.metrics import METRICS, REVENUE
from ezee.model.query import Interval, Operator
from ezee.stats import comparisons, filters, live, parse, periods
from ezee.web.api.documentation.pieces import (
    TEXT,
    WHOLE,
    Json,
    json_response,
    obj,
    parameter,
    some_of,
)


def parameters() -> list[Json]:
    """What a question takes."""
    return [
        parameter("period", {"enum": list(periods.NAMES), "default": periods.DEFAULT}),
        parameter("from", {"type": "string", "format": "date"}),
        parameter("to", {"type": "string", "format": "date"}),
        parameter("interval", {"enum": [str(each) for each in Interval]}),
        parameter("metrics", some_of([*METRICS, REVENUE], ",")),
        parameter(
            "dimension", {"type": "array", "items": _BREAKDOWN, "maxItems": parse.MOST_BREAKDOWNS}
        ),
        parameter("filter", {"type": "array", "items": _FILTER, "maxItems": filters.MOST}),
        parameter("compare", {"type": "string", "pattern": _COMPARE}),
        parameter("order", {"type": "string", "pattern": _ORDER, "default": "-visitors"}),
        parameter("limit", {**WHOLE, "minimum": 1, "maximum": 1000, "default": 10}),
        parameter("offset", {**WHOLE, "maximum": 1_000_000, "default": 0}),
        parameter("verified", {"enum": ["1"]}),
    ]


def part_parameters() -> list[Json]:
    """What it takes beside, for a part of its answer as a file."""
    table = f"^({'|'.join(parts.TABLES)}|{_BREAKDOWN['pattern'].strip('^$')})$"
    return [
        parameter("format", {"enum": list(parts.FORMAT_NAMES), "default": parts.JSON}),
        parameter("table", {"type": "string", "pattern": table}),
    ]


def describe_export(operation: Json) -> None:
    """Add to the export of events what it takes and answers."""
    operation["parameters"] += [
        parameter("format", {"enum": list(FORMATS), "default": asked.DEFAULT_FORMAT}),
        parameter("period", {"enum": list(asked.PERIODS), "default": asked.DEFAULT_PERIOD}),
        *(each for each in parameters() if each["name"] in {"from", "to"}),
    ]
    operation["responses"]["200"] = {"description": "The file.", "content": files()}


def files() -> Json:
    """The media types of files."""
    return {each.media_type: {} for each in FORMATS.values()}


def live_response() -> Json:
    """Who is here now, as an answer and as a stream."""
    answer = json_response("Who is here now; as events, each the same JSON.", {"data": _LIVE})
    answer["content"]["text/event-stream"] = {"schema": TEXT}
    return answer


_DIMENSION = "|".join([*DIMENSIONS, r"prop:[A-Za-z0-9_.\-]{1,64}"])
_BREAKDOWN: Json = some_of([_DIMENSION, re.escape(EVERY_PROPERTY)], ",", parse.MOST_TOGETHER)
_FILTER: Json = {"type": "string", "pattern": f"^({_DIMENSION}):({'|'.join(Operator)}):"}
_COMPARE = rf"^({'|'.join(comparisons.NAMES)}|\d{{4}}-\d\d-\d\d\.\.\d{{4}}-\d\d-\d\d)$"
_ORDER = f"^-?({'|'.join(parse.ORDERS)})$"
_ROWS: Json = {"type": "array", "items": {"type": "object"}}
_MONEY: Json = {"type": "object", "additionalProperties": {"type": "number"}}
_NUMBERS: Json = {
    "type": "object",
    "properties": {REVENUE: _MONEY},
    "additionalProperties": {"type": "number"},
}
_IN_TIME: Json = {
    "period": obj({"from": TEXT, "to": TEXT, "interval": TEXT, "timezone": TEXT}),
    "totals": _NUMBERS,
    "timeseries": _ROWS,
}
REPORT = obj(
    {
        "site_id": TEXT,
        **_IN_TIME,
        "breakdowns": {"type": "object", "additionalProperties": _ROWS},
        "rows": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
)
REPORT["properties"]["comparison"] = obj(_IN_TIME)
_HERE: Json = {
    "type": "array",
    "items": obj({"value": TEXT, "visitors": WHOLE}),
    "maxItems": live.ROWS,
}
_LIVE = obj({"visitors": WHOLE, "pages": _HERE, "sources": _HERE})
