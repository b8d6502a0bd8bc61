"""The log: each role reads what is theirs to read; a row that was changed is found."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from zhike_desk.records.models import AuditRow, BookClient

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
    assert "视图 · 保存" in html
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
    assert "客户 · 查看" in signed_in("dora").get(f"/log/?client={number}").content.decode()
