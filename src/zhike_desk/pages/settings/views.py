"""The settings, and what is one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.settings.resting import resting
from zhike_desk.records import clock
from zhike_desk.records import settings as stored
from zhike_desk.records.actions import people as actions
from zhike_desk.records.actions import settings as setting
from zhike_desk.records.actions import tokens
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import people, standards
from zhike_desk.records.queries.alerts import alerts
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.speech import told

GROUPS: dict[str, tuple[str, str]] = {
    "care": ("联系频率", "How often clients are approached"),
    "undo": ("撤销", "Undo"),
    "export": ("导出", "Exports"),
    "reveal": ("查看未脱敏信息", "Revealing"),
    "night": ("夜间运行", "The night"),
    "shown": ("提示", "What is pointed out"),
    "complaints": ("投诉时限", "Complaints"),
    "calendar": ("工作日", "Working days"),
    "retention": ("保留", "Retention"),
    "proposals": ("建议规则的阈值", "Thresholds of proposals"),
}
NOTES: dict[str, tuple[str, str]] = {
    "proposals": (
        "比例按小数填写，0.3 即 30%。批准后从下一次夜间运行起生效；默认值为数据目录 zhike.toml 的 [proposals]，其中没有的为本版本自带。",
        "Shares are given as fractions: 0.3 is 30 %. Once approved they hold from the next night on; the defaults are those of [proposals] in zhike.toml, else this release's own.",
    ),
    "calendar": (
        "写法：2026-01-01 2026-02-15~2026-02-23，以空格或逗号分隔。投诉期限、文件晚到提醒、任务周历与（下一夜起）建议的到期日按工作日计算：过去以已知交易日为准，以后以交易日历文件（如已送来）与这里为准。"
        "调休上班的周末交易所不开市，仍是工作日，请写在第二格。放假安排以国务院办公厅每年的通知为准。",
        "Written as 2026-01-01 2026-02-15~2026-02-23, blanks or commas between. Deadlines of complaints, the alert of late files, the week of tasks and, from the next night on, due days of proposals go by working days:"
        " past ones by the trading days known, those to come by a calendar file, where one came, and by what stands here. Exchanges are closed on weekends worked to make up"
        " for a holiday, people work: those belong in the second field. The State Council's yearly notice says which days they are.",
    ),
}
READING: dict[str, tuple[str, str]] = {
    "client.list": ("客户列表", "lists of clients"),
    "client.view": ("客户全景", "a client"),
    "client.money": ("资产与交易", "assets and trades"),
    "care.read": ("联系、任务、备注、投诉：读", "contacts, tasks, notes, complaints: read"),
    "today.view": ("今日清单（须同时可读联系与任务）", "the day's list (with contacts and tasks: read)"),
    "market.view": ("市场", "the market"),
    "segment.view": ("客群", "segments"),
    "job.view": ("我的后台任务", "my jobs"),
}
DOING: dict[str, tuple[str, str]] = {
    "care.write": ("联系、任务、备注、标签、评价、投诉：写", "contacts, tasks, notes, tags, answers, complaints: write"),
    "undo": ("撤销令牌可做的操作", "undo what the token may do"),
    "data.upload": ("上传数据文件并查看检查结果（不导入）", "upload files and read what their check found (nothing is taken in)"),
}  # fmt: skip
"""What a token may be used for, as its owner chooses it: what it reads, what it does."""


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together, and what one should know to change them."""

    title: str
    entries: Sequence[stored.Entry]
    note: str = ""


@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """Show what the viewer may see of the settings, and their own account."""
    viewer = viewer_of(request)
    return render(request, "settings/settings.html", _context(viewer))


def _context(viewer: Viewer) -> dict[str, Any]:
    today = clock.today()
    sees, writes = viewer.may("settings.view") is not None, viewer.may("settings.write") is not None
    manages = viewer.may("users.view") is not None or viewer.may("users.write") is not None
    names_deputy = viewer.may("deputy.name") is not None
    found = people.users(viewer) if manages else []
    return {
        "groups": _groups() if sees else [],
        "alerts": alerts(viewer, clock.real()) if sees else [],
        "resting": resting(standards.standards(viewer, today)) if sees else None,
        "sees_plumbing": viewer.may("plumbing.view") is not None,
        "may_ahp": viewer.may("ahp.view") is not None,
        "writes": writes,
        "users": found,
        "manages": manages,
        "changes_users": viewer.may("users.write") is not None,
        "roles": _roles(viewer),
        "all_branches": (cell := viewer.may("users.write")) is not None and cell.scope == "all",
        "deputies": people.deputies(viewer, today),
        "names_deputy": names_deputy,
        "candidates": people.candidates(viewer) if names_deputy else [],
        "tokens": _tokens(viewer) if viewer.may("token.write") else None,
        "scopes": _scopes(viewer),
    }


def _scopes(viewer: Viewer) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what the viewer may give a token, in its two parts; a part that is empty isn't shown."""
    parts = ((told("读", "Read"), READING), (told("做", "Do"), DOING))
    found = [
        (title, [(n, told(*words)) for n, words in part.items() if viewer.may(n)]) for title, part in parts
    ]
    return [(title, part) for title, part in found if part]


def _tokens(viewer: Viewer) -> list[tuple[people.Token, str]]:
    """Return the viewer's tokens, each with what it may be used for in words."""
    words = READING | DOING
    between = told("、", ", ")
    return [(t, between.join(told(*words[n]) for n in words if n in t.scopes)) for t in people.tokens(viewer)]


def _roles(viewer: Viewer) -> Sequence[str]:
    """Return the roles the viewer may ask for: a head asks for those who serve clients."""
    cell = viewer.may("users.write")
    return policy().roles if cell is None or cell.scope == "all" else actions.BY_HEAD


def _groups() -> list[Group]:
    found: dict[str, list[stored.Entry]] = {}
    for entry in setting.entries().values():
        found.setdefault(entry.name.partition(".")[0], []).append(entry)
    return [
        Group(told(*GROUPS.get(name, (name, name))), entries, told(*NOTES.get(name, ("", ""))))
        for name, entries in found.items()
    ]


@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """Ask that the settings that were changed in the form be changed; a second person decides."""
    standing = setting.entries()
    values: dict[str, Any] = {}
    seen: dict[str, int] = {}
    for name, entry in standing.items():
        typed = request.POST.get(name, str(entry.value)).strip()
        if typed != str(entry.value) and (typed or entry.default == ""):
            values[name] = (
                int(typed)
                if isinstance(entry.default, int) and typed.isascii() and typed.isdigit() and len(typed) < 9
                else typed
            )
            seen[name] = _whole(request, f"{name}.version")
    setting.put(
        values, seen=seen, reason=request.POST.get("reason", ""), by=viewer_of(request), at=clock.now()
    )
    messages.success(request, told("已提交，等第二人批准。", "Asked for: a second person decides."))
    return redirect("settings")


@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret is shown in this answer and never again."""
    viewer = viewer_of(request)
    done = tokens.create(
        request.POST.get("name", ""),
        scopes=request.POST.getlist("scope"),
        days=_whole(request, "days"),
        by=viewer,
        at=clock.real(),
    )
    return render(request, "settings/settings.html", {**_context(viewer), "secret": done.secret})


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke one of one's own tokens."""
    tokens.revoke(number, by=viewer_of(request), at=clock.real())
    messages.success(request, told("令牌已吊销。", "The token is revoked."))
    return redirect("settings")


def _whole(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused(say("表单中有一个数字无法识别。", "A number in the form can't be understood."))
    return int(text)
