"""Taking a list out: a small masked one at once, a larger or unmasked one asked for."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import exports
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import clients, tasks
from zhike_desk.records.refusals import Refused
from zhike_desk.records.settings import current
from zhike_desk.records.sheets import Form
from zhike_desk.ui.speech import language, told
from zhike_desk.ui.words import word


@require_GET
def form(request: HttpRequest, of: str) -> HttpResponse:
    """Show what an export of the list as it stands would be: its rows, and whether it must be asked for."""
    viewer = viewer_of(request)
    query = request.GET.urlencode()
    may_ask = viewer.may("export.large") is not None
    rows, most = exports.count(query, of=of, by=viewer), current().export.rows
    context = {
        "query": query,
        "url": reverse(f"{of}_export"),
        "rows": rows,
        "most": most,
        "large": rows > most,
        "may_ask": may_ask,
        "fields": [(n, word("identity", n)) for n in policy().fields["reveal"]] if may_ask else [],
    }
    return render(request, "exports/form.html", context)


@require_POST
def export(request: HttpRequest, of: str) -> HttpResponse | FileResponse:
    """Give a small masked file at once; ask for any other."""
    viewer, now = viewer_of(request), clock.now()
    query, purpose = request.POST.get("query", ""), request.POST.get("purpose", "")
    chosen = cast("Form", request.POST.get("form", ""))
    if request.POST.get("act") == "ask":
        exports.request(
            query, of=of, form=chosen, identity=request.POST.getlist("identity"), purpose=purpose, typed=_typed(request),
            words=_words(of), language=language(), by=viewer, at=now,
        )  # fmt: skip
        messages.success(
            request,
            told(
                "已提交审批，批准后在“审批”页下载。",
                "Asked for; once approved it is downloaded from Approvals.",
            ),
        )
        return redirect(f"{reverse(of)}?{query}")
    found = exports.small(
        query,
        of=of,
        form=chosen,
        purpose=purpose,
        typed=_typed(request),
        words=_words(of),
        language=language(),
        by=viewer,
        at=now,
    )
    response = HttpResponse(found.content, content_type=found.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def _typed(request: HttpRequest) -> int:
    text = request.POST.get("typed", "").replace(",", "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused(say("请输入要导出的行数以确认。", "Type the number of rows to confirm."))
    return int(text)


def _words(of: str) -> dict[str, dict[str, str]]:
    """Return how the list's classes are called in the request's language."""
    if of == "tasks":
        found = {"kind": ("proposal", tasks.KINDS), "state": ("task", tasks.LISTED.choices["state"])}
        return {name: {v: word(group, v) for v in values} for name, (group, values) in found.items()}
    return {name: {v: word(name, v) for v in values} for name, values in clients.CHOICES.items()}
