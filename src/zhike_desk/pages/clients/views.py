"""The list of clients."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.clients.context import LISTED, build, hidden
from zhike_desk.records import clock
from zhike_desk.records.actions import tags
from zhike_desk.records.actions import views as saving
from zhike_desk.records.actions.writing import BULK_ROWS
from zhike_desk.records.queries import clients as query
from zhike_desk.records.queries import listing
from zhike_desk.records.queries.views import saved
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.toasts import flash

_REASONS_SHOWN = 3


@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """Show one page of the clients the URL asks for; only the table when the page is already there."""
    viewer = viewer_of(request)
    state = query.asked(_picked(request))
    found = build(state, query.page(viewer, state), viewer) if night_of(request) else None
    if request.htmx.target == "list":  # type: ignore[attr-defined]
        return render(request, "clients/table.html", {"page": found})
    return render(request, "clients/clients.html", {"page": found, "views": saved(viewer, "clients")})


def _picked(request: HttpRequest) -> dict[str, list[str]]:
    """Read the query; a measure picked in the dialog (`measure`, `low`, `high`, `show`) becomes its filter and column."""
    found = dict(request.GET.lists())
    name = (found.pop("measure", [""])[-1]).strip()
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
    return render(request, "clients/count.html", {"told": f"{number:,}", "more": more})


@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """List the measures one may filter by or add as a column."""
    state = query.asked(dict(request.GET.lists()))
    found = query.measures()
    groups: dict[str, list[query.MeasureName]] = {}
    for measure in found:
        groups.setdefault(measure.group, []).append(measure)
    context = {"groups": groups, "hidden": hidden(state, all_of_it=True), "number": len(found)}
    return render(request, "clients/measures.html", context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the list as it stands under a name."""
    wanted = request.POST.get("query", "")
    done = saving.save(
        "clients",
        request.POST.get("name", ""),
        wanted,
        shared=request.POST.get("shared") == "1",
        by=viewer_of(request),
        at=clock.now(),
    )
    flash(request, told("视图已保存。", "The view is saved."), done.undo)
    return redirect(f"{reverse('clients')}?{wanted}")


@require_POST
def forget(request: HttpRequest, view: int) -> HttpResponse:
    """Delete a saved view."""
    done = saving.delete(view, by=viewer_of(request), at=clock.now())
    flash(request, told("视图已删除。", "The view is deleted."), done.undo)
    return redirect("clients")


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Do one thing to the clients chosen: those of the page, or all that fit."""
    viewer = viewer_of(request)
    state = query.asked(dict(request.GET.lists()))
    keys = _chosen(request, viewer, state)
    act = {"tag": tags.add_many, "untag": tags.take_off_many}.get(request.POST.get("act", ""))
    if act is None:
        raise Refused(say("没有这个操作。", "There is no such act."))
    done = act(keys, word=request.POST.get("word", ""), by=viewer, at=clock.now())
    flash(request, told(f"已更改 {done.rows} 位客户。", f"{done.rows} clients were changed."), done.undo)
    for key, why in done.left[:_REASONS_SHOWN]:
        messages.warning(request, f"{key}：{said(why)}")
    if len(done.left) > _REASONS_SHOWN:
        rest = len(done.left) - _REASONS_SHOWN
        messages.warning(request, told(f"另有 {rest} 位未更改。", f"{rest} more were left as they are."))
    return redirect(f"{reverse('clients')}?{listing.written(state, LISTED)}")


def _chosen(request: HttpRequest, viewer: Viewer, state: listing.Asked) -> list[str]:
    if request.POST.get("all") == "1":
        found = query.ids(viewer, state, BULK_ROWS + 1)
        if len(found) > BULK_ROWS:
            raise Refused(
                say(
                    f"符合条件的超过 {BULK_ROWS} 位：请缩小筛选范围后再批量操作。",
                    f"More than {BULK_ROWS} clients fit: narrow the filters, then act on all of them.",
                )
            )
        return found
    found = request.POST.getlist("key")
    if not found:
        raise Refused(say("请先选中客户。", "Select clients first."))
    return found
