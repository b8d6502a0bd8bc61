"""What a client says of us, written down where they are read: complaints, and answers to how content they are."""

from __future__ import annotations

import re
from datetime import datetime, time

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.client.writing import after, beside_form
from zhike_desk.records import clock
from zhike_desk.records.actions import complaints, surveys
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.forms import number

_MARK = re.compile(r"\d{1,2}(\.\d)?")


@require_POST
@beside_form("complaint-told")
def complaint(request: HttpRequest, key: str) -> HttpResponse:
    """Write a complaint down: today's as of now, an earlier day's as of its begin."""
    now = clock.now()
    done = complaints.receive(
        key,
        category=request.POST.get("category", ""),
        severity=number(request, "severity"),
        staff_id=request.POST.get("staff", ""),
        opened_at=_opened(request.POST.get("opened_on", ""), now),
        by=viewer_of(request),
        at=now,
    )
    return after(request, key, done, say("投诉已登记", "Complaint written down"))


@require_POST
@beside_form("complaints-told")
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Close a complaint: the client was right, or wasn't."""
    done = complaints.close(
        number(request, "complaint"),
        upheld=request.POST.get("upheld") == "yes",
        seen=number(request, "seen"),
        by=viewer_of(request),
        at=clock.now(),
    )
    return after(request, key, done, say("投诉已办结", "Complaint closed"))


@require_POST
@beside_form("answer-told")
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """Write down what a client answered to one question."""
    score = request.POST.get("score", "")
    if not _MARK.fullmatch(score):
        raise Refused(say("请填写分数，如 4。", "Give the mark as a number, as in 4."))
    done = surveys.answer(
        key,
        kind=request.POST.get("kind", ""),
        score=float(score),
        text_=request.POST.get("text", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return after(request, key, done, say("客户评价已登记", "Answer written down"))


def _opened(text: str, now: datetime) -> datetime:
    """Return when a complaint was received."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date() if text else now.date()
    except ValueError as error:
        raise Refused(say("请选择受理日期。", "Choose the day it was received.")) from error
    if day == now.date():
        return now
    return timezone.make_aware(datetime.combine(day, time()))
