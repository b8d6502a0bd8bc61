"""Handing over from the list and from the team: whom it is about stands there before it is asked for; many are a job two people agreed on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhike_desk.pages.team import handing as page
from zhike_desk.records import clock
from zhike_desk.records.actions import bulk, moves
from zhike_desk.records.models import Approval, AuditRow, BookClient, BookStaff, Job, Move, Task
from zhike_desk.records.queries import handing
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer
from zhike_desk.worker import doing, kinds, one

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]
FORM = "/team/hand-over/form/"
AT_ONCE = 10


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds.load()
    for room in (bulk, moves, page):
        monkeypatch.setattr(room, "BULK_ROWS", AT_ONCE)


def clients_of(staff: str) -> list[str]:
    rows = BookClient.objects.filter(staff_id=staff, frozen=False).order_by("client_id")
    return list(rows.values_list("client_id", flat=True))


def name_of(staff: str) -> str:
    return BookStaff.objects.get(staff_id=staff).name


def fields(html: str) -> dict[str, str]:
    form = html[html.index('<form class="body form"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def approve(signed_in: SignedIn, by: str = "dora") -> None:
    found = Approval.objects.get(state="asked")
    answer = signed_in(by).post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    assert answer.status_code == 302, answer.content.decode()


def test_clients_ticked_in_the_list_are_handed_over_by_name(signed_in: SignedIn) -> None:
    bob, keys = signed_in("bob"), clients_of("E0002")[:2]
    assert f'formaction="{FORM}?' in bob.get("/clients/").content.decode()
    html = bob.post(FORM, {"key": keys}).content.decode()
    assert "共 2 位客户" in html
    assert f"{name_of('E0002')} 2" in html
    for key in keys:
        assert f'href="/clients/{key}/"' in html
    bob.post("/team/hand-over/", {**fields(html), "to": "E0003", "reason": "转岗"})
    assert not Move.objects.exists()
    approve(signed_in)
    assert sorted(Move.objects.values_list("client_id", "to_staff")) == [(key, "E0003") for key in keys]
    standing = bob.get("/team/").content.decode().partition('id="moves"')[2]
    assert f"<td>{name_of('E0002')}</td><td>{name_of('E0003')}</td>" in standing


def test_a_book_is_whom_somebody_serves_now_not_who_went_since(signed_in: SignedIn, viewer: Who) -> None:
    bob, hers = viewer("bob"), clients_of("E0002")
    done = moves.hand_over(hers[:3], to_staff="E0003", reason="休假", by=bob, at=clock.now())
    assert done.asked
    approve(signed_in)
    assert handing.of_staff("E0002", by=bob) == hers[3:]
    assert set(handing.of_staff("E0003", by=bob)) == {*clients_of("E0003"), *hers[:3]}
    html = signed_in("bob").get(f"{FORM}?staff=E0002").content.decode()
    assert f"共 {len(hers) - 3} 位客户" in html
    assert name_of("E0002") in html
    chooser = html[html.index('id="move-to"') :].partition("</select>")[0]
    assert 'value="E0002"' not in chooser
    assert 'value="E0003"' in chooser


def test_numbers_that_were_pasted_are_handed_over_whole_also_when_they_are_many(
    few_at_once: None, signed_in: SignedIn
) -> None:
    bob, hers = signed_in("bob"), clients_of("E0002")
    assert len(hers) > AT_ONCE
    given = {
        **fields(bob.post(FORM, {"clients": "，".join(hers)}).content.decode()),
        "to": "E0003",
        "reason": "离职",
    }
    assert bob.post("/team/hand-over/", given).status_code == 302
    assert sorted(Approval.objects.get(state="asked").payload["clients"]) == sorted(hers)


def test_more_than_at_once_are_a_job_that_two_agreed_on_and_leaves_who_went_elsewhere(
    few_at_once: None, signed_in: SignedIn, viewer: Who
) -> None:
    bob, browser, hers = viewer("bob"), signed_in("bob"), clients_of("E0002")
    Task.objects.create(client_id=hers[-1], staff_id="E0002", branch_id="3101", title="t", due_on=clock.today(), created_at=clock.now(),
                        changed_at=clock.now(), by_id=bob.user_id)  # fmt: skip
    html = browser.get(f"{FORM}?staff=E0002").content.decode()
    given = {**fields(html), "to": "E0003", "reason": "离职"}
    assert (given["staff"], given["typed"]) == ("E0002", str(len(hers)))
    assert browser.post("/team/hand-over/", {**given, "typed": "3"}).status_code == 422
    assert browser.post("/team/hand-over/", given).status_code == 302
    approve(signed_in)
    assert not Move.objects.exists()
    gone = hers[0]
    handed = moves.hand_over([gone], to_staff="E0001", reason="x", by=bob, at=clock.now())
    assert handed.asked
    approve(signed_in)
    job = doing.take(clock.real())
    assert job is not None
    one.do(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["rows"], job.done) == ("done", len(hers) - 1, len(hers))
    assert Move.objects.filter(to_staff="E0003", ended_at__isnull=True).count() == len(hers) - 1
    assert Move.objects.get(client_id=gone, ended_at__isnull=True).to_staff == "E0001"
    assert Task.objects.get(title="t").staff_id == "E0003"
    assert AuditRow.objects.filter(action="client.move").count() == len(hers)
    seen = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert f"移交给{name_of('E0003')}" in seen
    assert "服务人员已变更 1" in seen


def test_all_of_a_list_is_meant_only_as_its_address_says(
    few_at_once: None, signed_in: SignedIn, viewer: Who
) -> None:
    bob = signed_in("bob")
    wanted = handing.of_list("stage=mature", by=viewer("bob"))
    assert 0 < len(wanted) < len(handing.of_list("", by=viewer("bob")))
    html = bob.post(f"{FORM}?stage=mature", {"all": "1"}).content.decode()
    assert f"共 {len(wanted)} 位客户" in html
    assert bob.post(f"{FORM}?q=zhang", {"all": "1"}).status_code == 422  # found by a name: not as a whole
    assert bob.post(FORM, {}).status_code == 422


def test_nobody_asks_for_the_job_without_a_second_person(viewer: Who) -> None:
    bob, given = viewer("bob"), {"staff_id": "E0003", "reason": "x"}
    with pytest.raises(Refused):
        bulk.ask(moves.ACT, "", given, typed=1, by=bob, at=clock.now())
    with pytest.raises(Refused):
        bulk.apply(moves.ACT, [(clients_of("E0002")[0], "E0002")], given, by=bob, at=clock.now())
    assert not Job.objects.exists()


def test_another_branchs_clients_and_other_roles_are_nobodys_to_hand_over(
    signed_in: SignedIn, viewer: Who
) -> None:
    (theirs,) = clients_of("E0004")[:1]
    assert signed_in("bob").post(FORM, {"key": [theirs]}).status_code == 404
    assert handing.of_staff("E0004", by=viewer("bob")) == []
    assert signed_in("bob").get(f"{FORM}?staff=E0004").status_code == 422
    with pytest.raises(Denied):
        handing.of_staff("E0002", by=viewer("alice"))
    assert signed_in("alice").get(f"{FORM}?staff=E0002").status_code == 404
    assert FORM not in signed_in("alice").get("/clients/").content.decode()


def test_the_form_and_the_team_stay_within_twelve_queries(signed_in: SignedIn) -> None:
    bob = signed_in("bob")
    for address in (f"{FORM}?staff=E0002", "/team/"):
        bob.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert bob.get(address).status_code == 200
        assert len(asked) <= 12, [q["sql"][:120] for q in asked]


def test_staff_are_filtered_by_in_names(signed_in: SignedIn) -> None:
    assert f"负责人：{name_of('E0003')}" in signed_in("bob").get("/tasks/?staff_id=E0003").content.decode()
