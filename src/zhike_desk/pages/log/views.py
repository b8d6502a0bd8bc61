"""The log of acts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.log.words import ROOMS, details, named, whom
from zhike_desk.records.audit import DESK_DAY
from zhike_desk.records.queries import log as query
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import told
from zhike_desk.ui.words import word

_LONGEST = 160
_FIELDS = ("actor", "action", "client", "since", "until")


@dataclass(frozen=True, slots=True)
class Line:
    """One act, as it is written on the page."""

    act: query.Act
    what: str
    whom: str
    role: str
    detail: str
    exact: str
    day: str


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Show a stretch of the log, newest first, as the filters ask."""
    viewer = viewer_of(request)
    asked = {name: request.GET.get(name, "").strip()[:80] for name in _FIELDS}
    found = query.acts(
        viewer,
        actor=asked["actor"],
        action=asked["action"],
        client_id=asked["client"],
        since=_day(asked["since"]),
        until=_day(asked["until"]),
        below=_number(request.GET.get("below", "")),
    )
    older = f"{reverse('log')}?{urlencode({**{k: v for k, v in asked.items() if v}, 'below': found.older})}"
    context = {
        "lines": [_line(act) for act in found.rows],
        "older": older if found.older else "",
        "metadata": found.metadata_only,
        "asked": asked,
        "filtered": any(asked.values()),
        "rooms": [(prefix, told(*names), prefix == asked["action"]) for prefix, names in ROOMS.items()],
        "verifies": viewer.may("log.verify") is not None,
    }
    return render(request, "log/log.html", context)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether it holds, and where it doesn't."""
    return render(request, "log/verdict.html", {"verdict": query.verified(viewer_of(request))})


def _line(act: query.Act) -> Line:
    rest = {name: value for name, value in act.detail.items() if name != DESK_DAY}
    role = told("系统", "System") if act.role == "system" else word("role", act.role)
    exact = json.dumps(rest, ensure_ascii=False) if rest else ""
    day = str(act.detail.get(DESK_DAY, ""))
    return Line(act, named(act.action), whom(act.kind), role, _short(details(rest)), exact, day)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(say(f"{text} 不是日期。", f"{text} isn't a day.")) from error


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
