"""Saved views: a list as somebody left it, under a name; one's own, or the whole branch's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from django.db import transaction

from zhike.base.text import say
from zhike_desk.records import audit
from zhike_desk.records.actions.writing import (
    Done,
    Refused,
    change,
    inverse,
    make_again,
    remove,
    restore,
    text,
)
from zhike_desk.records.models import SavedView
from zhike_desk.records.queries.clients import found_by_name
from zhike_desk.records.viewer import Denied, Viewer

MOST = 50
PAGES = ("clients", "tasks", "today", "segments")
NAME = say("名称", "name")


def saved_of(page: str) -> str:
    """Return a page whose lists can be saved; raise Refused for another."""
    if page not in PAGES:
        raise Refused(say("该页面不支持保存视图。", "Lists of this page can't be saved."))
    return page


def save(page: str, name: str, query: str, *, shared: bool = False, by: Viewer, at: datetime) -> Done:
    """Save a list's query under a name that isn't taken; a head may share it with the branch."""
    by.need("view.save")
    branch = _shared_with(by) if shared else ""
    saved_of(page)
    _no_names(query)
    with transaction.atomic():
        named = text(name, 40, NAME)
        _free(page, named, by)
        made = SavedView.objects.create(
            page=page,
            name=named,
            query=text(query, 2000, say("查询", "query"), needed=False),
            owner_id=by.user_id,
            branch_id=branch,
            created_at=at,
            changed_at=at,
        )
        _logged("view.save", made, by, at)
        return Done(str(made.pk), undo=inverse(by, "view.save", [remove(made)], at))


def change_view(
    view: int,
    *,
    seen: int,
    name: str | None = None,
    query: str | None = None,
    shared: bool | None = None,
    by: Viewer,
    at: datetime,
) -> Done:
    """Give a view one has saved another name or query, or (a head) share it with the branch, or take it back from it.

    What is None stays. Raises Conflict where it has changed meanwhile.
    """
    with transaction.atomic():
        found = _view(view, by)
        fields: dict[str, Any] = {}
        if name is not None:
            fields["name"] = text(name, 40, NAME)
            if fields["name"] != found.name:
                _free(found.page, fields["name"], by, another=False)
        if query is not None:
            _no_names(query)
            fields["query"] = text(query, 2000, say("查询", "query"), needed=False)
        if shared is not None and shared != bool(found.branch_id):
            fields["branch_id"] = _shared_with(by) if shared else ""
        step = restore(found, fields) | {"version": seen + 1}
        change(found, seen, at, **fields)
        _logged("view.change", found, by, at)
        return Done(str(found.pk), found.version, inverse(by, "view.save", [step], at))


def _no_names(query: str) -> None:
    """Refuse a list found by a name or a number: a view is kept, and read by others."""
    if "q" in parse_qs(query):
        raise found_by_name()


def delete(view: int, *, by: Viewer, at: datetime) -> Done:
    """Delete a view one has saved; undone, it is there again."""
    with transaction.atomic():
        found = _view(view, by)
        step = make_again(found)
        _logged("view.delete", found, by, at)
        number = found.pk
        found.delete()
        return Done(str(number), undo=inverse(by, "view.save", [step], at))


def _view(view: int, by: Viewer) -> SavedView:
    by.need("view.save")
    found = SavedView.objects.filter(pk=view, owner_id=by.user_id).first()
    if found is None:
        raise Denied("view.save")
    return found


def _shared_with(by: Viewer) -> str:
    """Return the branch a view of `by` may be shared with; raise Denied where there is none."""
    if by.need("view.save").scope != "branch" or not by.branch_id:
        raise Denied("view.save")
    return by.branch_id


def _free(page: str, name: str, by: Viewer, *, another: bool = True) -> None:
    mine = SavedView.objects.filter(page=page, owner_id=by.user_id)
    if mine.filter(name=name).exists():
        raise Refused(say(f"已有名为“{name}”的视图。", f"There is a view called “{name}” already."))
    if another and mine.count() >= MOST:
        raise Refused(say(f"最多保存 {MOST} 个视图。", f"{MOST} views may be saved at the most."))


def _logged(action: str, view: SavedView, by: Viewer, at: datetime) -> None:
    audit.append(
        by, action, at=at, kind="view", object_id=str(view.pk), detail={"page": view.page, "name": view.name}
    )
