"""Tasks taken out as clients are: masked, few at once, more by a second person, never more than one may see; nobody who is frozen."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

import trust_ground as ground
from zhike_desk.records import clock
from zhike_desk.records.actions import approvals, exports, tasks
from zhike_desk.records.models import (
    Approval,
    AuditRow,
    BookClient,
    BookIdentity,
    BookStaff,
    Job,
    Setting,
    Task,
)
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]
AT = ground.AT


def add(by: Viewer, title: str, days: int = 0, client: str = "", **more: object) -> None:
    tasks.add(
        title, due_on=clock.today() + timedelta(days=days), client_id=client, by=by, at=clock.now(), **more
    )  # type: ignore[arg-type]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_list_of_tasks_goes_out_masked_as_it_stands_with_its_watermark_and_a_row_in_the_log(
    signed_in: SignedIn, viewer: Who
) -> None:
    alice, browser = viewer("alice"), signed_in("alice")
    hers = BookClient.objects.filter(staff_id="E0002", frozen=False).order_by("client_id")[0]
    add(alice, "后做", 3)
    add(alice, "先做", 1, hers.client_id)
    form = browser.get("/tasks/export/form/").content.decode()
    assert "输入行数 2 以确认" in form
    assert 'action="/tasks/export/"' in form
    given = {"query": "cols=due_on,title,staff_id,state", "form": "csv", "purpose": "周会", "typed": "2"}
    answer = browser.post("/tasks/export/", {**given, "act": "small"})
    *told, mark = rows(answer.content)
    assert [row["任务"] for row in told] == ["先做", "后做"]
    first = told[0]
    assert (first["客户号"], first["姓名"], first["手机号码"]) == (hers.client_id, hers.name, hers.phone)
    assert BookIdentity.objects.get(client_id=hers.client_id).name not in answer.content.decode("utf-8-sig")
    assert first["到期"] == (clock.today() + timedelta(days=1)).isoformat()
    assert (first["负责人"], first["状态"]) == (BookStaff.objects.get(staff_id="E0002").name, "未完成")
    assert "预计用时" not in first
    assert "周会" in mark["客户号"]
    last = AuditRow.objects.latest("seq")
    assert (last.action, last.kind, last.object_id) == ("export.small", "tasks", "2")


def test_another_count_no_purpose_and_too_many_are_refused(viewer: Who) -> None:
    alice = viewer("alice")
    for n in range(3):
        add(alice, f"任务{n}")
    for typed, purpose in ((2, "周会"), (3, "")):
        with pytest.raises(Refused):
            exports.small("", of="tasks", form="csv", purpose=purpose, typed=typed, by=alice, at=AT)
    Setting.objects.create(name="export.rows", value=2, created_at=AT, changed_at=AT)
    with pytest.raises(Refused, match="more than 2 need approval"):
        exports.small("", of="tasks", form="csv", purpose="周会", typed=3, by=alice, at=AT)


def test_who_may_not_read_tasks_or_take_out_rows_gets_none(signed_in: SignedIn, viewer: Who) -> None:
    add(viewer("alice"), "一项")
    for name in ("erin", "dora", "frank"):
        with pytest.raises(Denied):
            exports.small("", of="tasks", form="csv", purpose="周会", typed=1, by=viewer(name), at=AT)
        assert signed_in(name).get("/tasks/export/form/").status_code == 404
    assert exports.count("", of="tasks", by=viewer("charlie")) == 0
    assert exports.count("", of="tasks", by=viewer("bob")) == 1


def test_more_or_unmasked_ones_wait_for_a_second_person_and_are_made_in_the_background(
    signed_in: SignedIn, viewer: Who
) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    hers = BookClient.objects.filter(staff_id="E0002", frozen=False).order_by("client_id")[0]
    add(alice, "回访", 0, hers.client_id)
    add(alice, "整理")
    given = {"query": "", "form": "csv", "purpose": "外呼", "typed": "2", "act": "ask", "identity": "phone"}
    assert signed_in("alice").post("/tasks/export/", given)["Location"] == "/tasks/?"
    found = Approval.objects.get()
    assert found.summary == "导出 2 项任务，含未脱敏字段：手机号码"
    job = int(approvals.approve(found.pk, seen=found.version, by=bob, at=AT).id)
    result = exports.produce(job, AT)
    assert result["file"].startswith("tasks-")
    Job.objects.filter(pk=job).update(state="done", result=result)
    path, _ = exports.download(job, by=alice, at=AT)
    phones = {row["客户号"]: row["手机号码"] for row in rows(path.read_bytes())[:-1]}
    assert phones == {hers.client_id: BookIdentity.objects.get(client_id=hers.client_id).phone, "": ""}
    answer = signed_in("alice").post(f"/approvals/exports/{job}/")
    assert answer["Content-Disposition"] == f'attachment; filename="zhike-tasks-{job}.csv"'


def test_a_client_frozen_since_takes_their_tasks_out_of_it(viewer: Who) -> None:
    alice, stays, goes = viewer("alice"), *sorted(ground._served("alice"))[:2]
    add(alice, "还在", 0, stays)
    add(alice, "已封存", 0, goes)
    assert exports.count("", of="tasks", by=alice) == 2
    ground.hold(goes)
    assert exports.count("", of="tasks", by=alice) == 1


def test_columns_of_the_list_are_chosen_and_a_line_drawn_anew_has_those_of_its_table(
    signed_in: SignedIn, viewer: Who
) -> None:
    browser, alice = signed_in("alice"), viewer("alice")
    add(alice, "一项")
    address = "/tasks/?sort=-minutes&cols=due_on,title&cols=state"
    html = browser.get(address).content.decode()
    heads = html[html.index("<thead>") : html.index("</thead>")]
    assert ">状态</th>" in heads
    assert "客户" not in heads
    assert '<input type="hidden" name="sort" value="-minutes">' in html
    here = {"HX-Current-URL": address}
    number = Task.objects.get().pk
    for line in (f"/tasks/{number}/", f"/tasks/{number}/edit/"):
        row = browser.get(line, headers=here).content.decode()
        assert (row.count("<td"), "<td>未完成</td>" in row) == (4, True)  # pick, due, state, acts
    assert browser.get(f"/tasks/{number}/").content.decode().count("<td") == 7
