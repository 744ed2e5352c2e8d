"""The OpenAPI document: what the framework knows of the routes, and what it cannot know.

The framework describes the routes and bodies it reads itself. ``collect`` is a raw handler and
``stats`` reads its own parameters, so those are written here, from the same tables that check
them.
"""

from __future__ import annotations

import msgspec
from litestar.openapi import ResponseSpec

from ezee.stats import dropped, periods
from ezee.web.api.documentation import stats, trackers
from ezee.web.api.documentation.collect import collect
from ezee.web.api.documentation.pieces import (
    CODES,
    SITE_ID,
    Json,
    json_body,
    json_response,
    parameter,
)


class ErrorDetail(msgspec.Struct, frozen=True):
    """One wrong field or parameter."""

    field: str
    message: str


class ErrorAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every error of the API."""

    error: str
    message: str
    details: list[ErrorDetail] | None = None


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """The error answers of a route, for its documentation."""
    return {
        status: ResponseSpec(ErrorAnswer, generate_examples=False, description=f"`{CODES[status]}`")
        for status in (*statuses, 413, 500)
    }


def complete(document: Json, base_url: str) -> Json:
    """Add to the framework's document what it cannot know."""
    paths = document["paths"]
    document["servers"] = [{"url": base_url}]
    document.setdefault("components", {})["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "`ezi_sk_` and 64 hex digits"}
    }
    paths["/api/public/collect"] = collect()
    _bodies(paths)
    _guards(paths)
    _questions(paths)
    return document


def _bodies(paths: Json) -> None:
    """Of the routes that read their bodies themselves."""
    of_one = "/api/v1/trackers/{tracker_id}"
    bodies: dict[tuple[str, str], Json] = {
        ("/api/v1/trackers", "post"): trackers.tracker_body(required=["name", "domain"]),
        (of_one, "patch"): trackers.tracker_body(required=[]),
        (f"{of_one}/regroup", "post"): json_body(trackers.REGROUPING),
        (f"{of_one}/erase", "post"): json_body(trackers.ERASING),
        (f"{of_one}/old-counters/{{number}}", "put"): json_body(trackers.OLD_COUNTER),
        (f"{of_one}/annotations", "post"): json_body(
            trackers.ANNOTATION | {"required": ["day", "text"]}
        ),
        (f"{of_one}/annotations/{{annotation_id}}", "patch"): json_body(trackers.ANNOTATION),
    }
    for (path, method), body in bodies.items():
        paths[path][method]["requestBody"] = body


def _guards(paths: Json) -> None:
    """Which routes take a token, and which work without."""
    for path, item in paths.items():
        for operation in item.values():
            if path.startswith("/api/v1/"):
                operation["security"] = [{"bearer": []}]
            elif path.startswith("/api/public/"):
                operation["security"] = [{}, {"bearer": []}]


def _questions(paths: Json) -> None:
    """Of the routes that read their parameters themselves."""
    asked, days = stats.parameters(), {"from", "to"}
    of_days = [each for each in asked if each["name"] in days]
    public = paths["/api/public/stats"]["get"]
    site = parameter("site_id", SITE_ID, required=True)
    public["parameters"] = [site, *asked, *stats.part_parameters()]
    watched = paths["/api/public/live"]["get"]
    watched["parameters"] = [site]
    watched["responses"]["200"] = stats.live_response()
    owner = paths["/api/v1/trackers/{tracker_id}/stats"]["get"]
    owner["parameters"] = [*owner.get("parameters", []), *asked, *stats.part_parameters()]
    not_counted = paths["/api/v1/trackers/{tracker_id}/dropped"]["get"]
    not_counted["parameters"] += [
        parameter("period", {"enum": list(dropped.PERIODS), "default": periods.DEFAULT}),
        *of_days,
    ]
    kept = paths["/api/v1/trackers/{tracker_id}/retention"]["get"]
    kept["parameters"].append(parameter("keep_months", trackers.RULES["keep_months"]))
    stats.describe_export(paths["/api/v1/trackers/{tracker_id}/export"]["get"])
    for operation in (public, owner):
        operation["responses"]["200"] = json_response("The report.", {"data": stats.REPORT})
        operation["responses"]["200"]["content"] |= stats.files()
        operation["responses"]["304"] = {"description": "Nothing has changed since that ETag."}
