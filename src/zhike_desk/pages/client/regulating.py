"""Consent and risk assessments written down where the client is read: regulated, so each by a form with its reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhike.base.text import Said, say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.client.writing import beside_form, day
from zhike_desk.records import clock
from zhike_desk.records.actions import consent as consents
from zhike_desk.records.actions import suitability
from zhike_desk.records.actions.writing import Done
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import said
from zhike_desk.ui.toasts import flash

_ANSWERS = {"yes": True, "no": False}
_ASKED = say("已提交复核，另一位同事批准后生效", "Sent to a second person; it holds once they approve")


@require_POST
@beside_form("consent-told")
def consent(request: HttpRequest, key: str) -> HttpResponse:
    """Write down that a client gave or refused consent, with the reason."""
    answer = request.POST.get("given", "")
    if answer not in _ANSWERS:
        raise Refused(say("请选择客户是同意还是拒绝。", "Choose whether the client agrees or refuses."))
    done = consents.record(
        key,
        kind=request.POST.get("kind", ""),
        given=_ANSWERS[answer],
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return _answered(request, key, done, say("已登记", "Written down"))


@require_POST
@beside_form("assess-told")
def assess(request: HttpRequest, key: str) -> HttpResponse:
    """Write down a risk assessment that a client made, with its evidence."""
    done = suitability.assess(
        key,
        level=request.POST.get("level", ""),
        assessed_on=day(
            request.POST.get("assessed_on", ""), say("请选择测评日期。", "Choose the day of the assessment.")
        ),
        reason=request.POST.get("reason", ""),
        by=viewer_of(request),
        at=clock.now(),
    )
    return _answered(
        request, key, done, say("测评已登记，下一夜生效", "Written down; the next night takes it in")
    )


def _answered(request: HttpRequest, key: str, done: Done, what: Said) -> HttpResponse:
    flash(request, said(_ASKED if done.asked else what))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("client", key=key)
