"""What waits for a second person."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.approvals import words
from zhike_desk.records import clock, scope
from zhike_desk.records.actions import approvals as acting
from zhike_desk.records.actions import exports
from zhike_desk.records.queries import approvals as query
from zhike_desk.records.queries import jobs
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.speech import said, told

STATES = {
    "asked": ("待审批", "Waiting"),
    "done": ("已批准", "Approved"),
    "refused": ("已拒绝", "Refused"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "failed": ("未能执行", "Not carried out"),
}
_EXPORTS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One request: what, why, by whom, how it stands, exactly what would be done where it waits, and what it is about."""

    row: query.Asked
    says: str
    state: str
    payload: list[tuple[str, str]]
    about: query.About


@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Show what waits for the viewer, then their approved exports, then what they may see of the rest."""
    viewer, now = viewer_of(request), clock.now()
    first = query.waiting(viewer, now) if viewer.may("approval.decide") else []
    shown = {row.id for row in first}
    others = [row for row in query.asked(viewer, now) if row.id not in shown]
    about = query.about(viewer, [*first, *others], scope.day_of(now))
    staff = query.staff_in(first, words.STAFF)
    context = {
        "waiting": [_line(row, about[row.id], words.lines(row.payload, staff)) for row in first],
        "rest": [_line(row, about[row.id], []) for row in others],
        "decides": viewer.may("approval.decide") is not None,
        "exports": jobs.recent(viewer, ("export",), _EXPORTS) if viewer.may("export.large") else [],
    }
    return render(request, "approvals/approvals.html", context)


def _line(row: query.Asked, about: query.About, payload: list[tuple[str, str]]) -> Line:
    return Line(row, said(row.says), told(*STATES[row.state]), payload, about)


@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Approve or refuse one request."""
    viewer, now = viewer_of(request), clock.now()
    seen, remark = _seen(request), request.POST.get("remark", "")
    if request.POST.get("act") == "approve":
        done = acting.approve(number, seen=seen, remark=remark, by=viewer, at=now)
        messages.success(request, told("已批准并执行。", "Approved, and carried out."))
        if done.secret:
            messages.warning(
                request,
                told(
                    f"初始密码（只显示这一次）：{done.secret}", f"First password, shown once: {done.secret}"
                ),
            )
        if done.warning is not None:
            messages.warning(request, said(done.warning))
    else:
        acting.refuse(number, seen=seen, remark=remark, by=viewer, at=now)
        messages.success(request, told("已拒绝，原因已告知申请人。", "Refused; whoever asked sees why."))
    return redirect("approvals")


@require_POST
def file(request: HttpRequest, number: int) -> FileResponse:
    """Give the file of an approved export to who asked for it; each time is written down, so it is no GET."""
    path, media = exports.download(number, by=viewer_of(request), at=clock.now())
    name = f"zhike-{path.name.partition('-')[0]}-{number}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media)


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraw one's own request."""
    acting.withdraw(number, seen=_seen(request), by=viewer_of(request), at=clock.now())
    messages.success(request, told("已撤回。", "Withdrawn."))
    return redirect("approvals")


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused(
            say("表单不完整，请刷新后重试。", "The form is incomplete: reload the page and try again.")
        )
    return int(text)
