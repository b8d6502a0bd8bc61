"""Approvals: nobody decides their own request; a decision is carried out at once, or told why not."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from zhike_desk.records.models import Approval, AuditRow, BookClient, Move

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
