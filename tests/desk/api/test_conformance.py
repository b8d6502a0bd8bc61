"""R5: whatever is asked, the API never fails, and always answers as its description says; and a lie of it would be found."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3 import HTTPResponse

from zhike_desk.records.actions import tokens
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Viewer

EXAMPLES = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
ROLES = ("alice", "bob", "erin")


def described() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/openapi.json").json()
    return found


def answered(case: Any, secret: str) -> Any:
    """Send a made-up request through the whole of Django, as a test browser does; return its answer as the checker takes it."""
    url = case.as_transport_kwargs(base_url="http://example.com")
    request = requests.Request(
        **{k: v for k, v in url.items() if k in ("method", "url", "headers", "params", "json", "data")}
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
        scopes = [scope for scope in policy().tokens if who.may(scope)]
        found.append(tokens.create("test", scopes=scopes, days=1, by=who, at=timezone.now()).secret)
    return found


def test_every_answer_is_as_described(secrets: list[str]) -> None:
    operations = [result.ok() for result in schemathesis.openapi.from_dict(described()).get_all_operations()]
    assert len(operations) == sum(
        name.startswith("api:") and policy().route(name) != "public" for name in policy().routes
    )
    statuses: set[int] = set()

    @EXAMPLES
    @given(st.one_of([operation.as_strategy() for operation in operations]), st.sampled_from(secrets))
    def all_of_them(case: Any, secret: str) -> None:
        with transaction.atomic():
            response = answered(case, secret)
            transaction.set_rollback(True)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    all_of_them()
    assert {200, 401, 404, 422} <= statuses


def test_a_description_that_lies_is_found(secrets: list[str], db: Path) -> None:
    lie = deepcopy(described())
    lie["components"]["schemas"]["Count"]["properties"]["count"] = {"type": "string"}
    case = schemathesis.openapi.from_dict(lie)["/api/clients/count"]["GET"].Case()
    with pytest.raises(FailureGroup):
        case.validate_response(answered(case, secrets[1]))
