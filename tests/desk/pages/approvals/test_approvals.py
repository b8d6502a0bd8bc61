"""Approvals: nobody decides their own request; a decision is carried out at once, or told why not."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from trust_ground import AT
from zhike_desk.records.actions import exports
from zhike_desk.records.models import Approval, AuditRow, BookClient, BookStaff, Job, Move, Panel, User

SignedIn = Callable[[str], Client]


def asked_by_bob(signed_in: SignedIn) -> Approval:
    client = BookClient.objects.filter(branch_id="3101", staff_id="E0002").order_by("client_id").first()
    assert client is not None
    signed_in("bob").post("/team/hand-over/", {"clients": client.client_id, "to": "E0003", "reason": "转岗"})
    return Approval.objects.get(action="client.move")


def test_what_one_asked_for_is_shown_to_who_may_decide_and_to_oneself_without_buttons(
    signed_in: SignedIn,
) -> None:
    found = asked_by_bob(signed_in)
    own = signed_in("bob").get("/approvals/").content.decode()
    assert f"/approvals/{found.pk}/withdraw/" in own
    assert f'action="/approvals/{found.pk}/"' not in own
    assert f'action="/approvals/{found.pk}/"' in signed_in("dora").get("/approvals/").content.decode()
    assert "转岗" not in signed_in("alice").get("/approvals/").content.decode()


def test_nobody_decides_their_own(signed_in: SignedIn) -> None:
    found = asked_by_bob(signed_in)
    answer = signed_in("bob").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    assert answer.status_code == 404
    assert not Move.objects.exists()


def test_approved_is_done_at_once_and_written_down(signed_in: SignedIn) -> None:
    found = asked_by_bob(signed_in)
    signed_in("dora").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    found.refresh_from_db()
    assert found.state == "done"
    assert Move.objects.get().to_staff == "E0003"
    assert AuditRow.objects.filter(action="approval.done", object_id=str(found.pk)).count() == 1


def test_refusing_needs_a_reason_and_does_nothing_else(signed_in: SignedIn) -> None:
    found = asked_by_bob(signed_in)
    dora = signed_in("dora")
    assert (
        dora.post(f"/approvals/{found.pk}/", {"act": "refuse", "version": found.version}).status_code == 422
    )
    dora.post(f"/approvals/{found.pk}/", {"act": "refuse", "version": found.version, "remark": "客户不同意"})
    assert Approval.objects.get(pk=found.pk).state == "refused"
    assert not Move.objects.exists()


def test_who_comes_second_is_told_what_stands_now(signed_in: SignedIn) -> None:
    found = asked_by_bob(signed_in)
    signed_in("bob").post(f"/approvals/{found.pk}/withdraw/", {"version": found.version})
    late = signed_in("dora").post(f"/approvals/{found.pk}/", {"act": "approve", "version": found.version})
    assert late.status_code == 409
    assert not Move.objects.exists()


def test_an_approved_export_is_downloaded_by_who_asked_and_by_nobody_else(signed_in: SignedIn) -> None:
    alice, bob = signed_in("alice"), signed_in("bob")
    words = {"query": "", "purpose": "监管报送", "form": "csv", "act": "ask", "typed": "27"}
    assert alice.post("/clients/export/", words).status_code == 302
    asked = Approval.objects.get(action="export.large")
    bob.post(f"/approvals/{asked.pk}/", {"act": "approve", "version": asked.version})
    job = Job.objects.get(kind="export")
    assert "正在生成" in alice.get("/approvals/").content.decode()
    Job.objects.filter(pk=job.pk).update(state="done", result=exports.produce(job.pk, job.created_at))
    address = f"/approvals/exports/{job.pk}/"
    assert address in alice.get("/approvals/").content.decode()
    assert address not in bob.get("/approvals/").content.decode()
    answer = alice.post(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()) == 27 + 2
    assert answer["Content-Disposition"] == f'attachment; filename="zhike-clients-{job.pk}.csv"'
    assert AuditRow.objects.filter(action="export.download", actor="alice").count() == 1
    assert bob.post(address).status_code == 404
    assert alice.get(address).status_code == 405


def test_an_export_that_would_be_larger_than_was_approved_is_not_made(signed_in: SignedIn) -> None:
    words = {"query": "", "purpose": "监管报送", "form": "csv", "act": "ask", "typed": "27"}
    signed_in("alice").post("/clients/export/", words)
    asked = Approval.objects.get(action="export.large")
    Approval.objects.filter(pk=asked.pk).update(payload={**asked.payload, "rows": 26})
    answer = signed_in("bob").post(f"/approvals/{asked.pk}/", {"act": "approve", "version": asked.version})
    assert answer.status_code == 422
    asked.refresh_from_db()
    assert (asked.state, Job.objects.count()) == ("asked", 0)


def test_a_hand_over_leads_to_its_clients_for_who_may_open_them_and_tells_its_fields_in_words(
    signed_in: SignedIn,
) -> None:
    found = asked_by_bob(signed_in)
    (client,) = found.payload["clients"]
    for name in ("bob", "dora"):
        page = signed_in(name).get("/approvals/").content.decode()
        assert f'href="/clients/{client}/"' in page
    assert "<dt>新服务人员</dt><dd>" in page
    (taker,) = BookStaff.objects.filter(staff_id="E0003")
    assert f"<dd>{taker.name} · E0003</dd>" in page
    assert f"给{taker.name}" in page
    for raw in ("to_staff", "from_staff"):
        assert raw not in page


def test_a_request_leads_nowhere_for_who_may_open_no_client(signed_in: SignedIn) -> None:
    client = BookClient.objects.filter(branch_id="3101").order_by("client_id")[0].client_id
    asker = User.objects.get(username="frank")
    Approval.objects.create(action="consent.write", branch_id="3101", payload={"client_id": client, "given": True}, summary="s",
                            reason="r", asked_by=asker, created_at=AT, changed_at=AT)  # fmt: skip
    page = signed_in("frank").get("/approvals/").content.decode()
    assert "/clients/" not in page.split("<main")[1]
    assert f'href="/clients/{client}/"' in signed_in("dora").get("/approvals/").content.decode()


def test_a_model_to_be_published_leads_to_its_panel(signed_in: SignedIn) -> None:
    asker = User.objects.get(username="erin")
    panel = Panel.objects.create(
        name="t", kind="individual", base_version="individual-1", document={}, by=asker, created_at=AT, changed_at=AT
    )  # fmt: skip
    Approval.objects.create(action="ahp.publish", branch_id="3101", payload={"panel": panel.pk, "version": "x-2", "document": "long"},
                            summary="s", reason="r", asked_by=asker, created_at=AT, changed_at=AT)  # fmt: skip
    page = signed_in("bob").get("/approvals/").content.decode()
    assert f'href="/value/panels/{panel.pk}/"' in page
    assert "<dt>模型版本</dt><dd>x-2</dd>" in page
    assert "long" not in page.split("<main")[1].split("批准后将执行")[1].split("</dl>")[0]
