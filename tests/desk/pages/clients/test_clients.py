"""The page of clients: few queries whatever the branch's size, only one's own, saved views, acts on many."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.records import clock
from zhike_desk.records.actions import exports
from zhike_desk.records.models import AuditRow, BookRelation, Pointer, SavedView, Tag, User
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


def test_columns_are_chosen_the_client_stands_first_and_heads_fit_their_cells(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    form = browser.get("/clients/measures/?logic=trend&col=m.positions_now").content.decode()
    assert '<input type="checkbox" name="col" value="m.positions_now" checked>' in form
    assert '<input type="hidden" name="logic" value="trend">' in form
    html = browser.get(
        "/clients/?cols=sort_key&cols=revenue_12m&cols=score&col=m.net_now&col=m.positions_now"
    ).content.decode()
    heads = re.findall(r'<th scope="col" class="([^"]*)"', html)
    first = html[html.index("<tbody") : html.index("</tr>", html.index("<tbody"))]
    assert [h.split()[-1] for h in heads] == ["pick", "keep", "n", "n", "n", "n"]
    assert (first.count("<td"), first.count("<th")) == (5, 1)
    assert "净资产 <small>万元</small>" in html
    assert "持有证券数 <small>只</small>" in html
    assert browser.get("/clients/?cols=score").content.decode().count('class=" keep"') == 1


def test_a_head_narrows_the_list_to_one_of_the_staff_by_name_and_to_a_tag(signed_in: SignedIn) -> None:
    bob, alice = signed_in("bob"), signed_in("alice")
    assert 'name="staff_id"' not in alice.get("/clients/").content.decode()
    page = bob.get("/clients/?staff_id=E0002&tag=打新").content.decode()
    assert '<option value="E0002" selected>' in bob.get("/clients/more/?staff_id=E0002").content.decode()
    assert re.search(r"客户经理：(?!E0002)", page)
    assert page.count('name="staff_id"') == page.count('name="tag"') == 1  # each stands in the form once


@pytest.mark.parametrize("name", ["erin", "dora"])
def test_who_may_not_care_for_clients_cannot_tag_them(signed_in: SignedIn, name: str) -> None:
    browser = signed_in(name)
    assert "data-bulk-bar" not in browser.get("/clients/").content.decode()
    assert browser.post("/clients/bulk/", {"act": "tag", "word": "x", "key": ["1"]}).status_code == 404
    assert not Tag.objects.filter(word="x").exists()


def test_before_the_first_night_the_page_says_what_comes_next(transactional: Path) -> None:
    Pointer.objects.all().delete()
    bob, alice = Client(), Client()
    for browser, name in ((bob, "bob"), (alice, "alice")):
        browser.force_login(User.objects.get(username=name), settings.AUTHENTICATION_BACKENDS[0])
    assert "还没有夜间运行过" in bob.get("/clients/").content.decode()
    for page in ("/clients/", "/market/", "/segments/", "/tasks/"):
        leads = 'class="button first" href="/data/"'
        assert leads in bob.get(page).content.decode(), page
        assert leads not in alice.get(page).content.decode(), page  # it would lead nowhere


def test_what_was_typed_is_looked_for_and_never_saved(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    number = sorted(numbers(browser.get("/clients/").content.decode()))[0]
    html = browser.get(f"/clients/?q={number}").content.decode()
    assert numbers(html) == {number}
    assert f'name="q" value="{number}"' in html
    assert (
        browser.post("/views/save/", {"page": "clients", "name": "某人", "query": f"q={number}"}).status_code
        == 422
    )
    assert not SavedView.objects.filter(name="某人").exists()
    assert (
        browser.post(f"/clients/bulk/?q={number}", {"act": "tag", "word": "x", "all": "1"}).status_code == 422
    )
    assert browser.get(f"/clients/export/form/?q={number}").status_code == 422


def test_tags_managers_and_refusals_are_filters_one_can_click(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    chosen = sorted(numbers(browser.get("/clients/").content.decode()))[:2]
    browser.post("/clients/bulk/", {"act": "tag", "word": "回访", "key": chosen})
    sheet = browser.get("/clients/more/?tag=回访").content.decode()
    assert "<option selected>回访</option>" in sheet
    staff = re.findall(r'<option value="(E\d+)">', sheet)
    assert staff
    mine = numbers(browser.get(f"/clients/?staff_id={staff[0]}").content.decode())
    assert mine
    assert not mine & numbers(browser.get(f"/clients/?staff_id={staff[-1]}").content.decode())
    # a filter set here is carried along by the form, whose sheet isn't loaded yet
    assert (
        '<input type="hidden" name="tag" value="回访">' in browser.get("/clients/?tag=回访").content.decode()
    )
    assert "回访" not in signed_in("erin").get("/clients/more/").content.decode()


def test_bounds_are_asked_in_the_units_of_the_columns(signed_in: SignedIn) -> None:
    html = signed_in("bob").get("/clients/?net_now.min=250000&twr_12m.max=0.07").content.decode()
    assert 'name="net_now.min" value="25"' in html
    assert 'name="twr_12m.max" value="7"' in html
    assert "≥ 25 万元" in html
    assert "≤ 7 %" in html


def test_an_institution_is_told_apart_beside_its_name(signed_in: SignedIn) -> None:
    html = signed_in("bob").get("/clients/?kind=institution").content.decode()
    assert html.count('#building"') >= len(numbers(html)) > 0
    people = signed_in("bob").get("/clients/?kind=individual").content.decode()
    assert '#building"' not in people


def test_a_measure_is_called_by_its_name_in_heads_filters_the_dialog_and_files(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    for language, name, unit in (("zh-hans", "近12月资产周转率", "倍"), ("en", "Turnover, 12 m", "times")):
        browser.cookies["zhike_language"] = language
        page = browser.get("/clients/?col=m.turnover_12m&m.turnover_12m.min=1").content.decode()
        assert f"{name} ≥ 1" in page
        assert f"{name} <small>{unit}</small>" in page
        assert "turnover_12m" not in re.sub(
            r"(href|hx-get|data-bulk|formaction|value|name)=\"[^\"]*\"", "", page
        )
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
