"""What the parts of the document are put together from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ezee.web.errors import STATUS

Json = dict[str, Any]

CODES = {status: code for code, status in STATUS.items()}

TEXT: Json = {"type": "string"}
BOOLEAN: Json = {"type": "boolean"}
WHOLE: Json = {"type": "integer", "minimum": 0}
SITE_ID: Json = {"type": "string", "pattern": "^ezi_[0-9a-f]{12}$"}


def obj(properties: Json) -> Json:
    """An object that has each of these properties."""
    return {"type": "object", "required": list(properties), "properties": properties}


def parameter(name: str, schema: Json, *, required: bool = False) -> Json:
    """A parameter of the query string."""
    return {"name": name, "in": "query", "required": required, "schema": schema}


def some_of(names: Iterable[str], separator: str, most: int | None = None) -> Json:
    """One or more of the names, with the separator between them."""
    one = f"({'|'.join(names)})"
    more = "*" if most is None else f"{{0,{most - 1}}}"
    return {"type": "string", "pattern": f"^{one}({re.escape(separator)}{one}){more}$"}


def json_body(schema: Json) -> Json:
    """A body of JSON."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def json_response(description: str, properties: Json) -> Json:
    """An answer of JSON."""
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
