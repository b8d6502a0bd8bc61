"""The list of clients."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.clients.columns import chooser
from zhike_desk.pages.clients.context import LISTED, build, hidden
from zhike_desk.records import clock
from zhike_desk.records.actions import bulk as acts
from zhike_desk.records.actions.writing import BULK_ROWS
from zhike_desk.records.queries import clients as query
from zhike_desk.records.queries import listing, reference
from zhike_desk.records.queries.views import saved
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.acts import in_words
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.measured import asked_unit
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.toasts import flash

_REASONS_SHOWN = 3
_ACTS = {
    "tag": ("tag.add", ("word",)),
    "untag": ("tag.remove", ("word",)),
    "task": ("task.add", ("title", "due_on")),
}
"""What the bar's buttons do, and which of its fields each takes."""


@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """Show one page of the clients the URL asks for; only the table when the page is already there."""
    viewer = viewer_of(request)
    state = query.asked(_picked(request))
    night = night_of(request)
    found = None
    if night is not None:
        measures = reference.meanings(night) if state.extra or state.measures else {}
        found = build(state, query.page(viewer, state), viewer, measures)
    if request.htmx.target == "list":  # type: ignore[attr-defined]
        return render(request, "clients/table.html", {"page": found})
    return render(request, "clients/clients.html", {"page": found, "views": saved(viewer, "clients")})


def _picked(request: HttpRequest) -> dict[str, list[str]]:
    """Read the query; a measure picked in the dialog (`measure`, `low`, `high`, `show`) becomes its filter and column."""
    found = dict(request.GET.lists())
    name = query.measure_called(found.pop("measure", [""])[-1])
    low, high, show = (found.pop(part, [""])[-1] for part in ("low", "high", "show"))
    if name:
        found |= {f"m.{name}.{end}": [value] for end, value in (("min", low), ("max", high)) if value}
        if show:
            found["col"] = [*found.get("col", []), f"m.{name}"]
    return found


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """Say how many clients the URL asks for, up to a cap; loaded after the table."""
    viewer = viewer_of(request)
    number, more = query.count(viewer, query.asked(dict(request.GET.lists())))
    context = {"told": f"{number:,}", "more": more, "badge": "badge" in request.GET}
    return render(request, "clients/count.html", context)


@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """Show what else one may filter by, which takes looking up: tags, who serves, who refused marketing."""
    viewer = viewer_of(request)
    state = query.asked(dict(request.GET.lists()))
    context = {"tags": query.tags(viewer), "managers": query.managers(viewer), "texts": state.texts}
    return render(request, "clients/more.html", context)


@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """List the measures one may filter by or add as a column."""
    state = query.asked(dict(request.GET.lists()))
    there = query.measures()
    found = [(said(m.label), f"{said(m.says)} ({asked_unit(m.unit)})") for m in there.values()]
    parts = hidden(state, all_of_it=True)
    context = {
        "measures": found,
        "hidden": parts,
        "number": len(found),
        "columns": chooser(state, there),
        "rest": [(name, value) for name, value in parts if name not in ("cols", "col")],
    }
    return render(request, "clients/measures.html", context)


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Do one thing to the clients chosen: those of the page, or all that fit; more than 200 of them as a job, once confirmed."""
    viewer, at = viewer_of(request), clock.now(night_of(request))
    state = query.asked(dict(request.GET.lists()))
    act, arguments = _act(request)
    listed = listing.written(state, LISTED)
    keys = _chosen(request, viewer, state)
    if len(keys) > BULK_ROWS:
        typed = request.POST.get("typed", "")
        if typed.isdecimal() and len(typed) < 9:
            done = acts.ask(act, listed, arguments, typed=int(typed), by=viewer, at=at)
            return redirect("jobs_one", int(done.id))
        return _confirm(request, acts.count(act, listed, by=viewer), listed)
    changed = acts.apply(act, keys, arguments, by=viewer, at=at)
    flash(
        request,
        told(f"已更改 {changed.rows} 位客户。", f"{changed.rows} clients were changed."),
        changed.undo,
    )
    for key, why in changed.left[:_REASONS_SHOWN]:
        messages.warning(request, f"{key}：{said(why)}")
    if len(changed.left) > _REASONS_SHOWN:
        rest = len(changed.left) - _REASONS_SHOWN
        messages.warning(request, told(f"另有 {rest} 位未更改。", f"{rest} more were left as they are."))
    return redirect(f"{reverse('clients')}?{listed}")


def _act(request: HttpRequest) -> tuple[str, dict[str, str]]:
    found = _ACTS.get(request.POST.get("act", ""))
    if found is None:
        raise Refused(say("没有这个操作。", "There is no such act."))
    act, names = found
    return act, {name: request.POST.get(name, "").strip() for name in names}


def _chosen(request: HttpRequest, viewer: Viewer, state: listing.Asked) -> list[str]:
    """Return the clients chosen, of all that fit one more than can be done at once."""
    if request.POST.get("all") == "1":
        return query.ids(viewer, state, BULK_ROWS + 1)
    found = list(dict.fromkeys(request.POST.getlist("key")))
    if not found:
        raise Refused(say("请先选中客户。", "Select clients first."))
    return found


def _confirm(request: HttpRequest, rows: int, listed: str) -> HttpResponse:
    """Show what would be done to how many clients; its form asks for the job."""
    act, arguments = _act(request)
    what = in_words(act, arguments)
    context = {
        "about": told(f"{what}，共 {rows:,} 位客户", f"{what}: {rows:,} clients"),
        "rows": rows,
        "url": f"{reverse('clients_bulk')}?{listed}",
        "back": f"{reverse('clients')}?{listed}",
        "fields": [("act", request.POST["act"]), ("all", "1"), *arguments.items()],
    }
    return render(request, "lists/bulk_confirm.html", context)
