"""The door of the API: who a token stands for, what each operation needs, how refusals are answered."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike_desk.api.schemas.answers import Difference, Problem, Refusal
from zhike_desk.records import clock
from zhike_desk.records.actions import tokens
from zhike_desk.records.policy import policy
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Denied, Viewer

RATE = "600/m"
MISSING = "Not found"
_UNREADABLE = say(
    "请求内容无法读取：不是有效的 JSON 或 multipart，含有空字符，或超出大小、个数的上限。",
    "The request can't be read: no valid JSON or multipart, the character NUL in it, or more of it than is taken.",
)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
ANSWERS: dict[int, type[Any]] = {401: Problem, 404: Problem, 422: Refusal, 429: Problem}
CHANGES: dict[int, type[Any]] = {**ANSWERS, 409: Difference}


class Token(HttpBearer):
    """A token in the header `Authorization: Bearer …`; stands for its owner, within its scopes."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """Return whom the token stands for; None for one that is unknown, revoked or too old."""
        return tokens.viewer(token, clock.real())


class Throttle(AuthRateThrottle):
    """So many requests a minute for each token's owner; counted in the process, since a count isn't worth a write."""

    cache = caches["memory"]

    def get_cache_key(self, request: HttpRequest) -> str:
        """Name who is counted."""
        viewer: Viewer = request.auth  # type: ignore[attr-defined]
        return f"api-{viewer.user_id}"


api = NinjaAPI(
    title="Zhike 知客",
    version="1",
    description=__doc__,
    urls_namespace="api",
    auth=Token(),
    throttle=[Throttle(RATE)],
    docs_url=None,
)

router = Router()
"""All operations: what reads and what writes at one path must stand on one router."""


def needs(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hold an operation to policy.yaml: the route `api:<its name>` names the action its viewer needs, and its description the scope."""
    action = policy().route(f"api:{function.__name__}")
    if action is None:
        raise UsageError(
            say(
                f"policy.yaml 中没有接口 {function.__name__}。",
                f"policy.yaml knows no route api:{function.__name__}.",
            )
        )

    @functools.wraps(function)
    def held(request: HttpRequest, *args: Any, **more: Any) -> Any:
        viewer_of(request).need(action)
        if _has_nul(request):
            raise Refused(_UNREADABLE)
        return function(request, *args, **more)

    # The framework reads annotations in the wrapper's module, where the operation's names aren't known: they are read here.
    held.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    held.__doc__ = f"{inspect.getdoc(function)}\n\nScope of the token: `{action}`."
    return held


def _has_nul(request: HttpRequest) -> bool:
    """Tell whether a request holds the character NUL, which PostgreSQL takes in no text; files hold what they hold."""
    asked = [request.path, *(value for values in request.GET.lists() for value in values[1])]
    sent = b"" if (request.content_type or "").startswith("multipart/") else request.body
    told = sent.decode(json.detect_encoding(sent), "replace") if sent else ""
    return _NUL.search(told) is not None or any("\0" in text for text in asked)


def viewer_of(request: HttpRequest) -> Viewer:
    """Return whom the request's token stands for."""
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


@api.exception_handler(Denied)
def _denied(request: HttpRequest, error: Denied) -> HttpResponse:
    return api.create_response(request, {"detail": MISSING}, status=404)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return api.create_response(request, {"detail": error.why.zh, "detail_en": error.why.en}, status=422)


@api.exception_handler(ValidationError)
def _unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = [".".join(str(p) for p in one["loc"]) + ": " + str(one["msg"]) for one in error.errors]
    told = "; ".join(places)[:1000]
    return api.create_response(
        request, {"detail": f"请求不符合接口约定：{told}", "detail_en": told}, status=422
    )


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what can't be read as JSON as what doesn't fit; the framework's other errors keep their status."""
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return _not_taken(request, error)
    return api.create_response(request, {"detail": str(error)}, status=error.status_code)


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def _not_taken(request: HttpRequest, error: Exception) -> HttpResponse:
    return _refused(request, Refused(_UNREADABLE))


@api.exception_handler(Conflict)
def _conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    told = {
        "version": error.version,
        "theirs": {name: str(value) for name, value in error.theirs.items()},
        "mine": {name: str(value) for name, value in error.mine.items()},
    }
    return api.create_response(request, told, status=409)
