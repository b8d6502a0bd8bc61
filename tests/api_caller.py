"""Programs that call the API in tests: with a token of somebody's, for some scopes or all they may have."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from zhike_desk.records.actions import tokens
from zhike_desk.records.policy import policy
from zhike_desk.records.viewer import Viewer


def token(viewer: Viewer, *scopes: str) -> str:
    """Return the secret of a new token of somebody's."""
    return tokens.create("test", scopes=scopes, days=30, by=viewer, at=timezone.now()).secret


def everything(viewer: Viewer) -> tuple[str, ...]:
    """Return all that a token of somebody's may be for."""
    return tuple(sorted(name for name in policy().tokens if viewer.may(name) is not None))


def caller(secret: str) -> Client:
    """Return what calls with a token."""
    return Client(headers={"authorization": f"Bearer {secret}"})


def calling(viewer: Viewer, *scopes: str) -> Client:
    """Return what calls with a token of somebody's, for `scopes`, or for all that it may be for."""
    return caller(token(viewer, *(scopes or everything(viewer))))


def send(client: Client, path: str, body: dict[str, Any], method: str = "post") -> HttpResponse:
    """Send JSON."""
    found: HttpResponse = getattr(client, method)(path, body, content_type="application/json")
    return found


def done(answer: HttpResponse) -> dict[str, Any]:
    """Return what an act that was done is answered with."""
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    return found


def read(client: Client, path: str, **query: Any) -> Any:
    """Return what is read at a path."""
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def described() -> dict[str, Any]:
    """Return what describes the API."""
    found: dict[str, Any] = Client().get("/api/openapi.json").json()
    return found
