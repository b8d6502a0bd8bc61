"""The page of clients: few queries whatever the branch's size, only one's own, saved views, acts on many."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.records import clock
from zhike_desk.records.actions import exports
from zhike_desk.records.models import AuditRow, BookRelation, SavedView, Tag
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]


def numbers(html: str) -> set[str]:
    return set(re.findall(r"/clients/(\d{6,})/", html))


def test_a_page_costs_at_most_twelve_queries(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    browser.get("/clients/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get("/clients/?cols=sort_key,staff_id,score&col=m.positions_now").status_code == 200
    assert len(queries) <= 12


def test_a_manager_sees_own_clients_and_no_other(signed_in: SignedIn) -> None:
    own = set(BookRelation.objects.filter(staff_id="E0002").values_list("client_id", flat=True))
    html = signed_in("alice").get("/clients/").content.decode()
    found = numbers(html)
    assert found
    assert found <= own


def test_the_count_is_told_after_the_table(signed_in: SignedIn, viewer: object) -> None:
    from zhike_desk.records.queries import clients

    browser = signed_in("bob")
    assert 'hx-get="/clients/count/' in browser.get("/clients/").content.decode()
    number, _ = clients.count(viewer("bob"), clients.asked({}))  # type: ignore[operator]
    assert f"共 {number:,} 位" in browser.get("/clients/count/").content.decode()


def test_a_filter_that_cannot_be_understood_is_told_not_ignored(signed_in: SignedIn) -> None:
    response = signed_in("bob").get("/clients/?logic=astrology")
    assert response.status_code == 422
    assert "astrology" in response.content.decode()


def test_a_view_is_saved_found_again_and_forgotten(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    browser.post(
        "/views/save/", {"page": "clients", "name": "趋势大户", "query": "logic=trend&sort=-net_now"}
    )
    view = SavedView.objects.get(name="趋势大户")
    assert "趋势大户" in browser.get("/clients/").content.decode()
    assert "趋势大户" not in signed_in("grace").get("/clients/").content.decode()
    browser.post(f"/views/{view.pk}/forget/", {"page": "clients"})
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_a_tag_hangs_on_the_clients_chosen_and_the_count_told_is_the_rows_changed(
    signed_in: SignedIn,
) -> None:
    browser = signed_in("alice")
    chosen = sorted(numbers(browser.get("/clients/").content.decode()))[:3]
    before = AuditRow.objects.count()
    response = browser.post("/clients/bulk/", {"act": "tag", "word": "双11", "key": chosen}, follow=True)
    assert sorted(Tag.objects.filter(word="双11").values_list("client_id", flat=True)) == chosen
    assert "已更改 3 位客户" in response.content.decode()
    assert re.search(r'data-code="[^"]*\bundo:\w', response.content.decode())  # the toast can take it back
    assert AuditRow.objects.count() == before + 1
    assert numbers(browser.get("/clients/?tag=双11").content.decode()) == set(chosen)


def test_all_that_fit_means_all_of_ones_own(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    browser.post("/clients/bulk/", {"act": "tag", "word": "全部", "all": "1"})
    own = set(BookRelation.objects.filter(staff_id="E0002").values_list("client_id", flat=True))
    tagged = set(Tag.objects.filter(word="全部").values_list("client_id", flat=True))
    assert tagged
    assert tagged <= own


@pytest.mark.parametrize("name", ["erin", "dora"])
def test_who_may_not_care_for_clients_cannot_tag_them(signed_in: SignedIn, name: str) -> None:
    browser = signed_in(name)
    assert "data-bulk-bar" not in browser.get("/clients/").content.decode()
    assert browser.post("/clients/bulk/", {"act": "tag", "word": "x", "key": ["1"]}).status_code == 404
    assert not Tag.objects.filter(word="x").exists()


def test_before_the_first_night_the_page_says_what_comes_next(db: Path, signed_in: SignedIn) -> None:
    from zhike_desk.records.models import Pointer

    Pointer.objects.all().delete()
    html = signed_in("bob").get("/clients/").content.decode()
    assert "还没有跑过一夜" in html


def test_a_measure_is_called_by_its_name_in_heads_filters_the_dialog_and_files(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    for language, name, unit in (("zh-hans", "近12月资产周转率", "倍"), ("en", "Turnover, 12 m", "times")):
        browser.cookies["zhike_language"] = language
        page = browser.get("/clients/?col=m.turnover_12m&m.turnover_12m.min=1").content.decode()
        assert f"{name} ≥ 1" in page
        assert f"{name} <small>{unit}</small>" in page
        assert "turnover_12m" not in re.sub(r"(href|hx-get|data-bulk|value|name)=\"[^\"]*\"", "", page)
        assert f'<option value="{name}">' in browser.get("/clients/measures/").content.decode()
        picked = browser.get("/clients/", {"measure": name, "low": "1", "show": "1"}).content.decode()
        assert f"{name} ≥ 1" in picked


def test_a_file_of_a_list_is_headed_by_names_and_units(viewer: Callable[[str], Viewer]) -> None:
    query = "col=m.turnover_12m&col=m.win_rate_12m&m.positions_now.min=1"
    by = viewer("bob")
    count = exports.count(query, by=by)
    for language, head in (("zh", "近12月资产周转率（倍）"), ("en", "Turnover, 12 m (times)")):
        made = exports.small(
            query, form="csv", purpose="核对", typed=count, language=language, by=by, at=clock.now()
        )
        assert head in made.content.decode("utf-8-sig").splitlines()[0]
