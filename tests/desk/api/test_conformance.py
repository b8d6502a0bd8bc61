"""R5: whatever is asked, the API never fails, and always answers as its description says; and a lie of it would be found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from django.conf import settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3 import HTTPResponse

from api_caller import described, everything, token
from zhike_desk.records import staging
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Viewer

EXAMPLES = examples(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
ROLES = ("alice", "bob", "erin")


def answered(case: Any, secret: str) -> Any:
    """Send a made-up request through the whole of Django, as a test browser does; return its answer as the checker takes it."""
    url = case.as_transport_kwargs(base_url="http://example.com")
    request = requests.Request(
        **{
            k: v
            for k, v in url.items()
            if k in ("method", "url", "headers", "params", "json", "data", "files")
        }
    )
    sent = request.prepare()
    found = Client().generic(
        sent.method or "GET",
        sent.path_url,
        sent.body or b"",
        content_type=sent.headers.get("Content-Type", "application/json"),
        headers={"authorization": f"Bearer {secret}"},
    )
    made = requests.Response()
    made.status_code, made._content, made.request, made.url = (
        found.status_code,
        found.content,
        sent,
        sent.url or "",
    )
    made.headers.update(dict(found.items()))
    made.raw = HTTPResponse(body=found.content, headers=dict(found.items()), status=found.status_code)
    return made


@pytest.fixture
def secrets(viewer: Callable[[str], Viewer]) -> list[str]:
    """Return a token of each role that can have one, with all it may do; and one that isn't one."""
    found = ["zhike_nobody"]
    for name in ROLES:
        who = viewer(name)
        found.append(token(who, *everything(who)))
    return found


def test_every_answer_is_as_described(secrets: list[str]) -> None:
    operations = [result.ok() for result in schemathesis.openapi.from_dict(described()).get_all_operations()]
    assert len(operations) == sum(
        name.startswith("api:") and policy().route(name) != "public" for name in policy().routes
    )
    statuses: set[tuple[str, int]] = set()

    def one(operation: Any) -> None:
        @EXAMPLES
        @given(operation.as_strategy(), st.sampled_from(secrets))
        def asked(case: Any, secret: str) -> None:
            with transaction.atomic():
                response = answered(case, secret)
                transaction.set_rollback(True)
            statuses.add((operation.definition.raw["operationId"], response.status_code))
            case.validate_response(response, checks=CHECKS)

        asked()

    try:
        for operation in operations:
            one(operation)
    finally:
        shutil.rmtree(Path(settings.DESK) / staging.ROOM, ignore_errors=True)
    assert {status for _, status in statuses} >= {200, 401, 404, 422}
    assert {status for name, status in statuses if name == "upload"} >= {200, 401, 404}


def test_a_description_that_lies_is_found(secrets: list[str], db: Path) -> None:
    lie = deepcopy(described())
    lie["components"]["schemas"]["Count"]["properties"]["count"] = {"type": "string"}
    case = schemathesis.openapi.from_dict(lie)["/api/clients/count"]["GET"].Case()
    with pytest.raises(FailureGroup):
        case.validate_response(answered(case, secrets[1]))
