"""The day's list, and how its lines end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.today import beside, context, whys
from zhike_desk.records import clock
from zhike_desk.records.actions import outcomes
from zhike_desk.records.actions.outcomes import Line
from zhike_desk.records.actions.writing import Done
from zhike_desk.records.queries import listing, overnight, workload
from zhike_desk.records.queries import today as query
from zhike_desk.records.queries.listing import Asked
from zhike_desk.records.queries.today import Moment
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui import lists
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.toasts import toast

_MOST_LINES = 40
MEDIA = ("phone", "wecom", "visit", "sms", "app")


def _when(request: HttpRequest) -> Moment:
    night = night_of(request)
    return Moment(clock.now(night), clock.today(night), night.as_of if night is not None else None)


def _spent(request: HttpRequest) -> float:
    """Return the minutes that the stretches before this one take."""
    told = request.GET.get("spent", "")
    return float(told) if told.isdecimal() and len(told) < 8 else 0.0


def _staff(request: HttpRequest) -> str:
    return request.GET.get("staff", "")[:40]


def _wanted(request: HttpRequest) -> Asked:
    """Read what the list is narrowed to; one's own list knows no other staff."""
    found = query.asked(dict(request.GET.lists()))
    own = viewer_of(request).need("today.view").scope == "own"
    return replace(found, texts={}) if own else found


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Show the day's list: one's own, or the branch's with whom each line lies with; narrowed as its address says."""
    shown, viewer = _list(request), viewer_of(request)
    if shown["when"].as_of is None:
        return render(request, "today/today.html", shown)
    shown |= lists.saving(viewer, "today")
    shown["bar"] = context.bar(shown["wanted"], workload.mates(viewer) if shown["branch"] else ())
    return render(request, "today/today.html", shown)


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """Say how many entries a saved view has, up to a cap."""
    number, more = query.count(viewer_of(request), _when(request), _wanted(request))
    return render(request, "today/count.html", {"number": number, "more": more})


@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Go on with the list after the lines that are shown."""
    return render(request, "today/lines.html", _list(request))


def _list(request: HttpRequest) -> dict[str, Any]:
    viewer, when, staff = viewer_of(request), _when(request), _staff(request)
    branch = viewer.need("today.view").scope == "branch"
    wanted = _wanted(request)
    # a part of the list doesn't say where the day is full
    whole = when.as_of is not None and not wanted.choices
    room = workload.left(viewer, when.at, staff=staff) if whole else None
    after, spent = request.GET.get("after", ""), _spent(request)
    day = query.day(viewer, when, staff=staff, wanted=wanted, after=after, spent=spent, room=room)
    lines = context.lines(day, when, named=branch and not staff)
    return {
        "lines": lines,
        "older": day.older,
        "spent": f"{day.minutes:.0f}",
        "within": context.within(room) if not after and lines and not lines[0].beyond else "",
        "staff": staff,
        "wanted": wanted,
        "query": listing.written(wanted, query.LISTED, after=None, before=None),
        "said": context.words(when),
        "weekday": context.weekday(when.today),
        "branch": branch,
        "when": when,
        "media": MEDIA,
        "may_end": viewer.may("care.write") is not None,
    }


@require_GET
def load(request: HttpRequest) -> HttpResponse:
    """Sum up the list and what is done; loaded after the list, and again after each line that ends."""
    viewer, when, staff = viewer_of(request), _when(request), _staff(request)
    if when.as_of is None:
        return HttpResponse("")
    lies, ended = (
        workload.load(viewer, when.today, staff=staff),
        workload.done(viewer, when.at, staff=staff),
    )
    reasons = whys.load(lies, ended, when.as_of)
    told_of = {"load": context.figures(lies, ended), "whys": reasons, "staff": staff}
    return render(request, "today/load.html", told_of)


@require_GET
def night(request: HttpRequest) -> HttpResponse:
    """Show what the night changed, the market, the book."""
    viewer, when = viewer_of(request), _when(request)
    if when.as_of is None:
        return HttpResponse("")
    found = overnight.overnight(viewer, when.as_of, staff=_staff(request))
    market = found.market
    told_of = {
        "found": found,
        "changes": beside.changes(found),
        "flows": beside.flows(found),
        "market_line": beside.market_line(market) if market is not None else "",
        "tendencies": [beside.tendency(t, market.state) for t in market.tendencies]
        if market is not None
        else [],
        "as_of": when.as_of,
        "market_why": whys.market(market) if market is not None else None,
        "book_why": whys.book(when.as_of),
        "branch": viewer.need("today.view").scope == "branch",
        "staff": _staff(request),
    }
    return render(request, "today/night.html", told_of)


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Show a head what lies on each of the branch's staff."""
    viewer, when = viewer_of(request), _when(request)
    if when.as_of is None:
        return HttpResponse("")
    found = workload.colleagues(viewer, when.today)
    return render(request, "today/team.html", {"team": context.mates(found), "staff": _staff(request)})


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End a line as its button says; answer with the line as it stands now, a toast, and the code to undo it by."""
    viewer, lines = viewer_of(request), _lines(request)
    done, text = _ended(request, viewer, lines)
    when = _when(request)
    left = query.one(viewer, when, proposal_id=lines[0].proposal_id, task_id=lines[0].task_id)
    if done.warning is not None:
        text = f"{text} {said(done.warning)}"
    asked = (
        {"line": context.line(left, when, named=False), "said": context.words(when), "may_end": True}
        if left is not None
        else {}
    )
    response = render(request, "today/ended.html", asked)
    return toast(response, text, done.undo, "today:ended")


def _lines(request: HttpRequest) -> list[Line]:
    """Read which reasons of an entry end: `proposal:NUMBER`, or `task:NUMBER:VERSION` as it was seen."""
    found = []
    for told_of in request.POST.getlist("line")[:_MOST_LINES]:
        kind, _, which = told_of.partition(":")
        number, _, seen = which.partition(":")
        if kind == "proposal":
            found.append(Line(proposal_id=which[:60]))
        elif number.isdecimal() and seen.isdecimal():
            found.append(Line(task_id=int(number), seen=int(seen)))
    if not found:
        raise Refused(say("请至少选择一项。", "Choose at least one of the reasons."))
    return found


def _ended(request: HttpRequest, viewer: Viewer, lines: list[Line]) -> tuple[Done, str]:
    at = clock.now(night_of(request))
    how = request.POST.get("how") or ("postponed" if "due" in request.POST else "")
    medium = request.POST.get("medium", "phone")
    if how == "reached":
        return outcomes.reached(lines, medium=medium, by=viewer, at=at), told(
            "已记为联系，任务完成。", "Logged as contacted; done."
        )
    if how == "missed":
        return outcomes.missed(lines, medium=medium, by=viewer, at=at), told(
            "已记一次未接通，仍在清单中。", "An attempt is logged; the line stays."
        )
    if how == "planned":
        return outcomes.planned(lines, by=viewer, at=at), told("已列入任务。", "It is a task now.")
    if how == "postponed":
        day = _day(request.POST.get("due", ""))
        return outcomes.postponed(lines, day, by=viewer, at=at), told(
            f"已改期到 {day:%m-%d}。", f"Put off until {day:%m-%d}."
        )
    if how == "unsuited":
        return outcomes.unsuited(lines, by=viewer, at=at), told("已标为不合适。", "Marked as not suitable.")
    raise Refused(say("没有这样的结果。", "There is no such outcome."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(say("请选择改到哪一天。", "Choose a day to put it off until.")) from error
