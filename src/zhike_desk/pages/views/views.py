"""Saving lists under a name, and what is done with them after; each answer leads back to the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhike_desk.gate import viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import views as act
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import told
from zhike_desk.ui.toasts import flash


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the list as it stands under a name."""
    back = _to_list(request)
    done = act.save(
        _page(request),
        request.POST.get("name", ""),
        request.POST.get("query", ""),
        shared=request.POST.get("shared") == "1",
        by=viewer_of(request),
        at=clock.now(night_of(request)),
    )
    flash(request, told("视图已保存。", "The view is saved."), done.undo)
    return back


@require_POST
def change(request: HttpRequest, view: int) -> HttpResponse:
    """Give a view another name, make it the branch's or one's own again, or let it show the list as it stands."""
    back, post = _to_list(request), request.POST
    done = act.change_view(
        view,
        seen=int(post["seen"]) if post.get("seen", "").isdecimal() else 0,
        name=post.get("name", ""),
        query=post.get("query", "") if post.get("renew") == "1" else None,
        shared=(post.get("shared") == "1") if "shares" in post else None,
        by=viewer_of(request),
        at=clock.now(night_of(request)),
    )
    flash(request, told("视图已修改。", "The view is changed."), done.undo)
    return back


@require_POST
def forget(request: HttpRequest, view: int) -> HttpResponse:
    """Delete a saved view."""
    back = _to_list(request)
    done = act.delete(view, by=viewer_of(request), at=clock.now(night_of(request)))
    flash(request, told("视图已删除。", "The view is deleted."), done.undo)
    return back


def _page(request: HttpRequest) -> str:
    return act.saved_of(request.POST.get("page", ""))


def _to_list(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")
    return redirect(f"{reverse(_page(request))}{'?' if query else ''}{query}")
