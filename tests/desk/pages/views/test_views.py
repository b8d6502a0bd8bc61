"""Saved views after they are saved: another name, the list as it stands now, the branch's or one's own again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from zhike_desk.records.models import SavedView

SignedIn = Callable[[str], Client]


def _saved(browser: Client, name: str = "大户", query: str = "logic=trend", **more: str) -> SavedView:
    browser.post("/views/save/", {"page": "clients", "name": name, "query": query, **more})
    return SavedView.objects.get(name=name)


def _changed(browser: Client, view: SavedView, **given: str) -> int:
    form = {"page": "clients", "query": "sort=-net_now", "seen": str(view.version), "name": view.name}
    status = browser.post(f"/views/{view.pk}/change/", form | given).status_code
    view.refresh_from_db()
    return status


def test_a_view_gets_another_name_and_the_list_as_it_stands_only_where_that_is_asked(
    signed_in: SignedIn,
) -> None:
    browser = signed_in("alice")
    view = _saved(browser)
    assert _changed(browser, view, name="趋势大户") == 302
    assert (view.name, view.query) == ("趋势大户", "logic=trend")
    _changed(browser, view, renew="1")
    assert (view.name, view.query) == ("趋势大户", "sort=-net_now")
    page = browser.get("/clients/")
    assert "趋势大户" in page.content.decode()


def test_a_head_makes_a_view_the_branchs_and_their_own_again_and_it_is_undone(signed_in: SignedIn) -> None:
    bob, alice, heidi = signed_in("bob"), signed_in("alice"), signed_in("heidi")
    view = _saved(bob)
    assert "大户" not in alice.get("/clients/").content.decode()
    _changed(bob, view, shares="1", shared="1")
    assert "大户" in alice.get("/clients/").content.decode()
    assert "大户" not in heidi.get("/clients/").content.decode()
    *_, code = re.findall(r"undo:([\w-]+)", bob.get("/clients/").content.decode())
    bob.post("/undo/", {"code": code})
    assert "大户" not in alice.get("/clients/").content.decode()


def test_a_rename_leaves_a_shared_view_shared(signed_in: SignedIn) -> None:
    bob = signed_in("bob")
    view = _saved(bob, shared="1")
    _changed(bob, view, name="全营业部")  # a form without the choice says nothing about it
    assert (view.name, view.branch_id) == ("全营业部", "3101")


@pytest.mark.parametrize("given", [{"shares": "1", "shared": "1"}, {"shared": "1", "shares": ""}])
def test_who_leads_no_branch_shares_nothing(signed_in: SignedIn, given: dict[str, str]) -> None:
    browser = signed_in("alice")
    view = _saved(browser)
    assert _changed(browser, view, **given) == 404
    assert view.branch_id == ""


def test_a_view_is_changed_by_who_saved_it_alone_and_not_over_a_newer_one(signed_in: SignedIn) -> None:
    view = _saved(signed_in("bob"), shared="1")
    assert _changed(signed_in("alice"), view, name="我的") == 404
    view.version += 1
    assert _changed(signed_in("bob"), view, name="新名") == 409
    assert view.name == "大户"


def test_the_tabs_of_views_ask_for_their_counts(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    _saved(browser, query="logic=trend")
    page = browser.get("/clients/").content.decode()
    (url,) = re.findall(r'hx-get="(/clients/count/[^"]*badge=1)"', page)
    told = browser.get(url.replace("&amp;", "&")).content.decode().strip()
    whole = browser.get("/clients/count/?logic=trend").content.decode()
    assert told.isdigit()
    assert f"共 {told} 位" in whole
