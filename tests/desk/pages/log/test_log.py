"""The log: each role reads what is theirs to read; a row that was changed is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from zhike_desk.records import clock
from zhike_desk.records.actions import reveal
from zhike_desk.records.models import AuditRow, BookClient
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]


def noted(signed_in: SignedIn) -> None:
    for name in ("alice", "bob"):
        signed_in(name).post(
            "/views/save/", {"page": "clients", "name": f"{name} 的视图", "query": "logic=trend"}
        )


def test_one_sees_one_s_own_and_compliance_sees_all(signed_in: SignedIn) -> None:
    noted(signed_in)
    own = signed_in("alice").get("/log/").content.decode()
    assert "alice" in own
    assert "<td>bob" not in own
    every = signed_in("dora").get("/log/").content.decode()
    assert "<td>alice" in every
    assert "<td>bob" in every


def test_an_administrator_sees_that_it_happened_and_not_to_what(signed_in: SignedIn) -> None:
    noted(signed_in)
    html = signed_in("frank").get("/log/?action=view.").content.decode()
    assert "保存视图" in html
    assert "logic=trend" not in html
    assert "您只能看到发生过什么" in html


def test_filters_narrow_it_and_a_day_that_is_none_is_refused(signed_in: SignedIn) -> None:
    noted(signed_in)
    dora = signed_in("dora")
    assert "<td>bob" not in dora.get("/log/?actor=alice").content.decode()
    assert "没有符合条件的记录" in dora.get("/log/?until=2001-01-01").content.decode()
    assert dora.get("/log/?since=yesterday").status_code == 422


def test_the_chain_is_verified_and_a_changed_row_is_named(signed_in: SignedIn) -> None:
    noted(signed_in)
    dora = signed_in("dora")
    assert "日志链完整" in dora.post("/log/verify/").content.decode()
    row = AuditRow.objects.filter(actor="alice").latest("seq")
    AuditRow.objects.filter(seq=row.seq).update(actor="mallory")
    assert f"#{row.seq}" in dora.post("/log/verify/").content.decode()
    assert signed_in("alice").post("/log/verify/").status_code == 404


def test_a_look_at_a_client_is_written_down_once_a_day(signed_in: SignedIn) -> None:
    alice = signed_in("alice")
    number = BookClient.objects.filter(staff_id="E0002").order_by("client_id")[0].client_id
    for _ in range(3):
        assert alice.get(f"/clients/{number}/").status_code == 200
    rows = AuditRow.objects.filter(action="client.view")
    assert [(r.actor, r.object_id) for r in rows] == [("alice", number)]
    assert "查看客户" in signed_in("dora").get(f"/log/?client={number}").content.decode()


def test_at_a_branch_made_up_the_log_s_time_is_real_and_the_day_at_the_desk_stands_beside_it(
    signed_in: SignedIn,
) -> None:
    alice, begun = signed_in("alice"), timezone.now()
    number = BookClient.objects.filter(staff_id="E0002").order_by("client_id")[0].client_id
    alice.get(f"/clients/{number}/")
    alice.post(f"/clients/{number}/reveal/", {"field": "name", "reason": "客户要求核对"})
    noted(signed_in)
    rows = list(AuditRow.objects.filter(actor="alice"))
    assert {row.action for row in rows} == {"client.view", "client.reveal", "view.save"}
    for row in rows:
        assert abs(datetime.fromisoformat(row.at) - begun) < timedelta(minutes=5), row.action
        assert json.loads(row.detail)["desk_day"] == clock.today().isoformat()
    html = signed_in("dora").get("/log/").content.decode()
    assert f"工作台日期 {clock.today()}" in html
    assert "desk_day" not in html


def test_the_day_s_quota_counts_reveals_by_the_log_s_own_day(
    signed_in: SignedIn, viewer: Callable[[str], Viewer]
) -> None:
    number = BookClient.objects.filter(staff_id="E0002").order_by("client_id")[0].client_id
    signed_in("alice").post(f"/clients/{number}/reveal/", {"field": "name", "reason": "客户要求核对"})
    assert reveal.used(viewer("alice"), clock.now()) == 1
