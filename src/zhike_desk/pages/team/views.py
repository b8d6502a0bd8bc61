"""The team."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.queries import team as query
from zhike_desk.records.queries.nights import Shown
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Why


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Show the staff the viewer may see, and the hand-overs that stand."""
    viewer = viewer_of(request)
    found = query.rows(viewer, clock.now())
    moving = viewer.may("client.move") is not None
    gone = [row for row in found if row.left_on is not None]
    context = {
        "rows": [row for row in found if row.left_on is None],
        "gone": gone,
        "gone_count": len(gone),
        "moving": moving,
        "books": [row for row in found if row.clients] if moving else [],
        "moves": query.handed_over(viewer),
        "opens": viewer.may("client.list") is not None,
        "why": _why(night_of(request)),
    }
    return render(request, "team/team.html", context)


def _why(night: Shown | None) -> Why | None:
    """Say how the columns of the table are counted."""
    if night is None:
        return None
    meaning = told(
        "主要服务：作为主要服务人员的客户，斜线后为以任何角色服务的全部；净资产为当日收盘；联系覆盖：近 30 天联系到的客户占主要服务的客户，未接通不算；工作台登记：近 30 天在此登记的联系，未接通另列；"
        "任务、任务逾期：此刻未完成的（夜间建议的逾期见今日页）；月工时来自员工文件。行情带来的盈亏不计入任何人。",
        "Clients: those mainly served, behind the stroke those looked after in any role; net assets at the close. Coverage: clients reached in 30 days, of those mainly served; attempts don't count."
        " Logged here: contacts of 30 days written down at the desk, attempts apart. Tasks and overdue: open now. Hours: from the staff file."
        " What the market earned counts for nobody.",
    )
    change = told("登记联系、完成任务、移交客户。", "logging contacts, ending tasks, handing clients over.")
    model = told("加总，不经模型", "sums, no model")
    return Why(meaning, night.as_of, (), change, model)
