"""``/openapi.json``: valid, complete, and in agreement with what the service answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from tests.support.service import Service

pytestmark = pytest.mark.service

PATHS = {
    "/api/v1/trackers": {"get", "post"},
    "/api/v1/trackers/{tracker_id}": {"get", "patch", "delete"},
    "/api/v1/trackers/{tracker_id}/stats": {"get"},
    "/api/v1/trackers/{tracker_id}/dropped": {"get"},
    "/api/v1/trackers/{tracker_id}/export": {"get"},
    "/api/v1/trackers/{tracker_id}/regroup": {"post"},
    "/api/v1/trackers/{tracker_id}/old-counters": {"get"},
    "/api/v1/trackers/{tracker_id}/old-counters/{number}": {"put", "delete"},
    "/api/v1/trackers/{tracker_id}/annotations": {"get", "post"},
    "/api/v1/trackers/{tracker_id}/annotations/{annotation_id}": {"patch", "delete"},
    "/api/v1/trackers/{tracker_id}/signing-secret": {"post", "delete"},
    "/api/v1/me": {"get"},
    "/api/public/stats": {"get"},
    "/api/public/live": {"get"},
    "/api/public/collect": {"get", "post"},
}
# What a schema cannot say (a real host name, a zone of the database, dates in order, a batch that
# is judged event by event) makes these two see a difference where there is none.
UNSAYABLE = "positive_data_acceptance,negative_data_rejection"


@pytest.fixture(scope="module")
def document(service: Service) -> Any:
    answer = httpx.get(f"{service.url}/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    return answer.json()


def test_it_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    jsonschema_rs.validator_for(OPENAPI_31).validate(document)


def test_every_schema_in_it_is_a_valid_schema_and_every_reference_leads_somewhere(
    document: Any,
) -> None:
    schemas = list(_schemas(document))
    assert len(schemas) > 50
    for schema in schemas:
        jsonschema_rs.validator_for({**schema, "components": document["components"]})


def test_it_names_every_endpoint(document: Any) -> None:
    for path, methods in PATHS.items():
        assert methods <= set(document["paths"][path]), path


def test_it_names_this_service(service: Service, document: Any) -> None:
    assert document["servers"] == [{"url": service.url}]


def test_every_operation_has_a_summary_an_id_and_its_errors(document: Any) -> None:
    ids = []
    for path, item in document["paths"].items():
        for operation in item.values():
            ids.append(operation["operationId"])
            assert operation["summary"]
            assert operation["description"]
            assert {"401", "403", "429", "500"} <= set(operation["responses"]), path
    assert len(ids) == len(set(ids))


def test_the_frameworks_own_pages_are_not_there(service: Service, document: Any) -> None:
    assert all(path.startswith("/api/") for path in document["paths"])
    for path in ("/openapi", "/openapi/redoc", "/openapi/openapi.json", "/schema", "/schema/redoc"):
        assert httpx.get(f"{service.url}{path}").status_code == 404


def test_the_document_is_the_same_each_time(service: Service, document: Any) -> None:
    assert httpx.get(f"{service.url}/openapi.json").json() == document


@pytest.mark.slow
def test_the_service_answers_as_the_document_says(own_service: Service, tmp_path: Path) -> None:
    """Requests made up from the document, good and bad: no 500, and no answer it does not name."""
    owner = own_service.account("owner@example.com")
    own_service.tracker(owner.email)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "run", f"{own_service.url}/openapi.json",
            "--header", f"Authorization: Bearer {owner.token}",
            "--phases", "coverage,fuzzing", "--max-examples", "10", "--seed", "1",
            "--exclude-checks", UNSAYABLE,
            # A token's bucket holds 600 requests and gets 10 more each second.
            "--rate-limit", "900/m", "--generation-database", "none",
            "--continue-on-failure", "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Operations:       0" not in done.stdout
    assert "request failed" not in own_service.log.read_text()


def _schemas(node: Any) -> Any:
    """Every schema of the document, wherever it stands."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "schema" and isinstance(value, dict):
                yield value
            elif name == "schemas" and isinstance(value, dict):
                yield from value.values()
            yield from _schemas(value)
    elif isinstance(node, list):
        for each in node:
            yield from _schemas(each)
