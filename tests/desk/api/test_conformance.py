"""R5: whatever is asked, the API never fails, and always answers as its description says; and a lie of it would be found."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from zhike_desk.records.actions import tokens
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Viewer

EXAMPLES = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
ROLES = ("alice", "bob", "erin")


def described() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/openapi.json").json()
    return found


def schema_of(found: dict[str, Any]) -> Any:
    from zhike_desk.wsgi import application

    made = schemathesis.openapi.from_dict(found)
    made.app = application
    made.config.update(base_url="http://127.0.0.1/")
    return made


@pytest.fixture
def spoken(db: Path) -> Any:
    return schema_of(described())


@pytest.fixture
def secrets(viewer: Callable[[str], Viewer]) -> list[str]:
    """Return a token of each role that can have one, with all it may do; and one that isn't one."""
    found = ["zhike_nobody"]
    for name in ROLES:
        who = viewer(name)
        scopes = [scope for scope in policy().tokens if who.may(scope)]
        found.append(tokens.create("test", scopes=scopes, days=1, by=who, at=timezone.now()).secret)
    return found


lazy = schemathesis.pytest.from_fixture("spoken")


@lazy.parametrize()
@EXAMPLES
def test_every_answer_is_as_described(case: Any, secrets: list[str]) -> None:
    for secret in secrets:
        with transaction.atomic():
            case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)
            transaction.set_rollback(True)


def test_a_description_that_lies_is_found(db: Path, secrets: list[str]) -> None:
    lie = deepcopy(described())
    lie["components"]["schemas"]["Count"]["properties"]["count"] = {"type": "string"}
    operation = schema_of(lie)["/api/clients/count"]["GET"]
    case = operation.Case(headers={"Authorization": f"Bearer {secrets[1]}"})
    with pytest.raises(Exception, match="is not of type 'string'"):
        case.call_and_validate(checks=CHECKS)
