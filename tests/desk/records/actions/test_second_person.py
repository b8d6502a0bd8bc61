"""What needs two people: nobody decides their own, who decides is who the policy names, and it happens once, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from trust_ground import AT, DUE
from zhike_desk.records import scope, settings
from zhike_desk.records.actions import (
    approvals,
    consent,
    deputies,
    holds,
    moves,
    notes,
    people,
    tags,
    tokens,
    undo,
)
from zhike_desk.records.actions import reveal as revealing
from zhike_desk.records.actions import settings as setting
from zhike_desk.records.actions.asking import ACTS
from zhike_desk.records.models import (
    ApiToken,
    Approval,
    AuditRow,
    Consent,
    Hold,
    Inverse,
    Move,
    Setting,
    Tag,
    Task,
    User,
)
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import approvals as asked
from zhike_desk.records.queries import people as staff_query
from zhike_desk.records.refusals import Conflict, Refused
from zhike_desk.records.viewer import Denied, Viewer

People = Callable[[str], Viewer]
DECIDERS = {
    "client.move": {"bob", "dora"},
    "client.hold": {"dora"},
    "consent.write": {"bob", "dora"},
    "suitability.write": {"bob", "dora"},
    "export.large": {"bob", "dora"},
    "deputy.name": {"dora"},
    "users.write": {"dora", "frank"},
    "settings.write": {"dora", "frank"},
    "data.commit": {"bob", "erin"},
    "ahp.publish": {"bob", "erin"},
}


def ask(action: str, by: str) -> Approval:
    """Write an approval somebody asked for in branch 3101, past all rules."""
    asker = User.objects.get(username=by)
    return Approval.objects.create(
        action=action,
        branch_id="3101",
        payload={},
        summary="—",
        reason="—",
        asked_by=asker,
        created_at=AT,
        changed_at=AT,
    )


@pytest.mark.parametrize("action", sorted(DECIDERS))
def test_who_may_decide_is_who_is_named_and_never_who_asked(action: str, db: Path) -> None:
    assert set(policy().seconds) == set(DECIDERS)
    everybody = ground.viewers()
    for asker in ("bob", "dora", "frank", "erin"):
        waiting = ask(action, asker)
        may = {
            name for name, viewer in everybody.items() if asked.may_decide(viewer, waiting, scope.day_of(AT))
        }
        assert may == DECIDERS[action] - {asker}
        for name in set(everybody) - may:
            with pytest.raises(Denied):
                approvals.refuse(waiting.pk, seen=1, remark="不行", by=everybody[name], at=AT)


def test_every_act_that_needs_a_second_person_can_be_carried_out_where_it_is_approved() -> None:
    assert set(ACTS) == set(policy().seconds)
    assert {act.__module__ for act in ACTS.values()} == {room.__name__ for room in approvals.ROOMS}


def test_a_client_handed_over_is_seen_by_the_next_and_not_by_the_last_with_the_open_tasks(
    db: Path, viewer: People
) -> None:
    alice, bob, dora, grace = (viewer(name) for name in ("alice", "bob", "dora", "grace"))
    client = ground.targets()["alice's"]
    task = ground.task(alice, client, staff_id=scope.clients(bob).get(client_id=client).staff_id)
    request = moves.hand_over([client], to_staff="E0003", reason="休产假", by=bob, at=AT)
    assert (request.asked, Move.objects.count()) == (True, 0)
    with pytest.raises(Denied):
        approvals.approve(int(request.id), seen=1, by=bob, at=AT)
    approvals.approve(int(request.id), seen=1, by=dora, at=AT)
    assert scope.clients(grace).filter(client_id=client).exists()
    task.refresh_from_db()
    assert task.staff_id == "E0003"
    with pytest.raises(Conflict):
        approvals.approve(int(request.id), seen=1, by=dora, at=AT)
    back = moves.hand_over([client], to_staff="E0001", reason="回来了", by=bob, at=AT)
    approvals.approve(int(back.id), seen=1, by=dora, at=AT)
    assert not scope.clients(grace).filter(client_id=client).exists()
    assert Move.objects.filter(ended_at__isnull=True).count() == 1


def test_a_hand_over_ends_the_right_of_whom_the_files_name_also_when_it_is_the_second(
    db: Path, viewer: People
) -> None:
    alice, bob, dora = viewer("alice"), viewer("bob"), viewer("dora")
    client = scope.clients(alice).filter(staff_id="E0002").first()
    assert client is not None
    for to_staff in ("E0003", "E0001"):
        request = moves.hand_over([client.client_id], to_staff=to_staff, reason="调整", by=bob, at=AT)
        approvals.approve(int(request.id), seen=1, by=dora, at=AT)
        assert not scope.clients(alice).filter(client_id=client.client_id).exists()


def test_a_deputy_decides_in_the_heads_branch_until_the_day_and_never_what_they_asked_for(
    db: Path, viewer: People
) -> None:
    alice, bob, dora = viewer("alice"), viewer("bob"), viewer("dora")
    request = deputies.name(alice.user_id, until=DUE, reason="休假", by=bob, at=AT)
    with pytest.raises(Denied):
        approvals.approve(int(request.id), seen=1, by=viewer("frank"), at=AT)
    deputy = int(approvals.approve(int(request.id), seen=1, by=dora, at=AT).id)
    own, heads, other = ask("client.move", "alice"), ask("client.move", "bob"), ask("client.move", "heidi")
    Approval.objects.filter(pk=other.pk).update(branch_id="3102")
    days = [scope.day_of(AT), DUE, DUE + timedelta(days=1)]
    assert [[asked.may_decide(alice, a, day) for a in (own, heads, other)] for day in days] == [
        [False, True, False],
        [False, True, False],
        [False, False, False],
    ]
    deputies.end(deputy, by=bob, at=AT)
    assert not asked.may_decide(alice, heads, scope.day_of(AT))


def test_only_who_serves_clients_may_stand_in_for_a_head(db: Path, viewer: People) -> None:
    bob = viewer("bob")
    User.objects.update(branch_id="3101")
    assert {role for *_, role in staff_query.candidates(bob)} == {"manager", "adviser"}
    for other in ("frank", "erin", "dora", "bob"):
        with pytest.raises(Refused, match="manager or adviser"):
            deputies.name(viewer(other).user_id, until=DUE, reason="休假", by=bob, at=AT)
    assert not Approval.objects.exists()


def test_a_deputy_who_moved_to_another_branch_decides_nothing_where_they_were(
    db: Path, viewer: People
) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    request = deputies.name(alice.user_id, until=DUE, reason="休假", by=bob, at=AT)
    approvals.approve(int(request.id), seen=1, by=viewer("dora"), at=AT)
    heads = ask("client.move", "bob")
    assert asked.may_decide(alice, heads, scope.day_of(AT))
    User.objects.filter(username="alice").update(branch_id="3102")
    assert not asked.may_decide(viewer("alice"), heads, scope.day_of(AT))


def test_a_second_account_of_the_same_member_of_staff_is_no_second_person(db: Path, viewer: People) -> None:
    bob = User.objects.get(username="bob")
    other = User.objects.create_user("bob2", role="compliance", staff_id=bob.staff_id or "E0009")
    User.objects.filter(pk=bob.pk).update(staff_id=other.staff_id)
    waiting = ask("client.move", "bob")
    assert not asked.may_decide(Viewer.of(other), waiting, scope.day_of(AT))
    assert asked.may_decide(viewer("dora"), waiting, scope.day_of(AT))


def test_a_head_does_not_learn_that_compliance_means_to_freeze_a_client(db: Path, viewer: People) -> None:
    bob, dora, client = viewer("bob"), viewer("dora"), ground.targets()["alice's"]
    holds.hold(client, kind="frozen", reason="可疑交易", by=dora, at=AT)
    move = ask("client.move", "bob")
    assert [row.id for row in asked.asked(bob, AT)] == [move.pk]
    assert {row.action for row in asked.asked(dora, AT)} == {"client.move", "client.hold"}


def test_a_hand_over_ends_when_the_files_name_somebody_else_than_before(db: Path, viewer: People) -> None:
    alice, bob, dora = viewer("alice"), viewer("bob"), viewer("dora")
    client = scope.clients(alice).filter(staff_id="E0002").first()
    assert client is not None
    request = moves.hand_over([client.client_id], to_staff="E0003", reason="调整", by=bob, at=AT)
    approvals.approve(int(request.id), seen=1, by=dora, at=AT)
    assert moves.settle(AT) == 0  # the files don't know of it yet
    move = Move.objects.get(ended_at__isnull=True)
    Move.objects.filter(pk=move.pk).update(
        from_staff="E0077"
    )  # as if the files had named E0077 and now say E0002
    assert moves.settle(AT) == 1
    move.refresh_from_db()
    assert move.ended_at == AT
    assert scope.clients(alice).filter(client_id=client.client_id).exists()
    assert AuditRow.objects.order_by("-seq")[0].object_id == client.client_id


def test_what_was_written_about_an_erased_client_does_not_come_back_by_undo(db: Path, viewer: People) -> None:
    alice, client = viewer("alice"), ground.targets()["alice's"]
    note = ground.note(alice, client)
    edited = notes.edit(note.pk, text_="换了工作", seen=note.version, by=alice, at=AT)
    tags.add(client, word="打新", by=alice, at=AT)
    off = tags.take_off(client, word="打新", by=alice, at=AT)
    holds.forget(client, AT)
    for code in (edited.undo, off.undo):
        with pytest.raises(Denied):
            undo.undo(code, by=alice, at=AT)
    note.refresh_from_db()
    assert (note.text, Tag.objects.count()) == ("", 0)
    assert "打新" not in str(list(Inverse.objects.values_list("payload", flat=True)))


def test_nothing_is_undone_about_a_client_who_was_frozen_since(db: Path, viewer: People) -> None:
    alice, client = viewer("alice"), ground.targets()["alice's"]
    done = notes.add(client, text_="好", by=alice, at=AT)
    ground.hold(client)
    with pytest.raises(Denied):
        undo.undo(done.undo, by=alice, at=AT)
    assert undo.sweep(AT + timedelta(hours=24)) == 0
    assert undo.sweep(AT + timedelta(hours=24, minutes=31)) == 1


def test_erasing_who_the_law_still_keeps_freezes_and_after_its_years_what_was_written_is_gone(
    db: Path, viewer: People
) -> None:
    dora = viewer("dora")
    second = Viewer.of(User.objects.create_user("dan", role="compliance"))
    client = ground.targets()["alice's"]
    note = ground.note(viewer("alice"), client)
    request = holds.hold(client, kind="erased", reason="客户要求", by=dora, at=AT)
    done = approvals.approve(int(request.id), seen=1, by=second, at=AT)
    assert "frozen instead" in str(done.warning)
    assert Hold.objects.get(client_id=client).kind == "frozen"
    note.refresh_from_db()
    assert note.text == "喜欢打新"
    closed = scope.BookClient(client_id="x", closed_on=DUE.replace(year=2005))
    assert [holds.kept_by_law(closed, DUE.replace(day=day), 20) for day in (8, 9)] == [True, False]
    assert holds.kept_by_law(scope.BookClient(client_id="x"), DUE, 20)
    ended = scope.BookClient(client_id="x", closed_on=date(2005, 3, 31))
    assert [holds.kept_by_law(ended, day, 20) for day in (date(2025, 3, 30), date(2025, 3, 31))] == [
        True,
        False,
    ]
    leap = scope.BookClient(client_id="x", closed_on=date(2004, 2, 29))
    assert [holds.kept_by_law(leap, date(2025, m, d), 21) for m, d in ((2, 28), (3, 1))] == [True, False]


def test_a_head_asks_for_consent_a_manager_writes_it(db: Path, viewer: People) -> None:
    client, words = (
        ground.targets_of("alice"),
        {"kind": "marketing", "given": False, "reason": "来电", "at": AT},
    )
    assert not consent.record(client, by=viewer("alice"), **words).asked  # type: ignore[arg-type]
    request = consent.record(client, by=viewer("bob"), **words)  # type: ignore[arg-type]
    assert (request.asked, Consent.objects.count()) == (True, 1)
    approvals.refuse(int(request.id), seen=1, remark="缺录音", by=viewer("dora"), at=AT)
    assert (Consent.objects.count(), Approval.objects.get(pk=request.id).remark) == (1, "缺录音")


def test_a_user_is_made_by_two_the_password_is_seen_once_and_a_disabled_one_loses_their_tokens(
    db: Path, viewer: People
) -> None:
    frank, dora, bob = viewer("frank"), viewer("dora"), viewer("bob")
    request = people.add(
        "gina", role="manager", staff_id="E0009", branch_id="3101", reason="新入职", by=frank, at=AT
    )
    assert not User.objects.filter(username="gina").exists()
    done = approvals.approve(int(request.id), seen=1, by=dora, at=AT)
    gina = User.objects.get(username="gina")
    assert gina.check_password(done.secret)
    assert done.secret not in repr(done)
    token = tokens.create("报表", scopes=["client.list"], days=90, by=Viewer.of(gina), at=AT)
    assert tokens.viewer(token.secret, AT) == Viewer.of(gina, frozenset({"client.list"}))
    off = people.disable(gina.pk, seen=1, reason="离职", by=frank, at=AT)
    approvals.approve(int(off.id), seen=1, by=dora, at=AT)
    assert tokens.viewer(token.secret, AT) is None
    for role in ("head", "admin", "compliance"):
        with pytest.raises(Refused, match="managers and advisers only"):
            people.add("zoe", role=role, staff_id="E1", reason="—", by=bob, at=AT)
    with pytest.raises(Denied):
        people.disable(frank.user_id, seen=1, reason="—", by=bob, at=AT)
    with pytest.raises(Denied):
        people.add(
            "zoe", role="manager", staff_id="E1", branch_id="3101", reason="—", by=viewer("alice"), at=AT
        )


def test_settings_are_checked_on_entry_changed_by_two_and_hold_from_then_on(db: Path, viewer: People) -> None:
    frank, dora = viewer("frank"), viewer("dora")
    for wrong in (
        {"care.contacts": "21"},
        {"night.at": "24:00"},
        {"no.such": 1},
        {"export.rows": 201},
        {"undo.seconds": True},
    ):
        with pytest.raises(Refused):
            setting.put(wrong, seen={}, reason="试", by=frank, at=AT)
    request = setting.put({"care.contacts": "3", "night.at": "03:00"}, seen={}, reason="试", by=frank, at=AT)
    assert settings.current().care.contacts == 2
    approvals.approve(int(request.id), seen=1, by=dora, at=AT)
    assert (settings.current().care.contacts, settings.current().night.at) == (3, "03:00")
    late = setting.put({"care.contacts": 4}, seen={"care.contacts": 1}, reason="试", by=frank, at=AT)
    Setting.objects.filter(name="care.contacts").update(version=2)
    with pytest.raises(Conflict):
        approvals.approve(int(late.id), seen=1, by=dora, at=AT)
    assert Approval.objects.get(pk=late.id).state == "asked"


def test_reveals_stop_at_the_days_quota_and_begin_anew_the_next_day(db: Path, viewer: People) -> None:
    Setting.objects.create(name="reveal.manager", value=2, created_at=AT, changed_at=AT)
    alice, client = viewer("alice"), ground.targets_of("alice")
    for _ in range(2):
        revealing.reveal(client, "phone", "客户要求核对", by=alice, at=AT)
    before = ground.tables()
    with pytest.raises(Refused, match="used up"):
        revealing.reveal(client, "phone", "客户要求核对", by=alice, at=AT)
    with pytest.raises(Refused, match="needs 4 characters"):
        revealing.reveal(client, "phone", "看看", by=alice, at=AT + timedelta(days=1))
    with pytest.raises(Refused, match="no such field"):
        revealing.reveal(client, "pseudonym", "客户要求核对", by=alice, at=AT + timedelta(days=1))
    assert ground.tables() == before
    revealing.reveal(client, "phone", "客户要求核对", by=alice, at=AT + timedelta(days=1))


def test_nothing_is_revealed_where_the_log_cannot_be_written(
    db: Path, viewer: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zhike_desk.records.audit.append", full)
    with pytest.raises(OSError, match="No space"):
        revealing.reveal(ground.targets_of("alice"), "name", "客户要求核对", by=viewer("alice"), at=AT)


def test_a_token_may_no_more_than_its_owner_not_for_long_and_not_decide(db: Path, viewer: People) -> None:
    alice = viewer("alice")
    for scopes, days in (
        ([], 9),
        (["client.move"], 9),
        (["care.read"], 91),
        (["care.read"], 0),
        (["data.upload"], 9),
    ):
        with pytest.raises(Refused):
            tokens.create("x", scopes=scopes, days=days, by=alice, at=AT)
    made = tokens.create("x", scopes=["care.read"], days=90, by=alice, at=AT)
    assert made.secret not in str(list(ApiToken.objects.values()))
    found = tokens.viewer(made.secret, AT + timedelta(days=90) - timedelta(seconds=1))
    assert found is not None
    assert (found.may("care.read") is not None, found.may("care.write"), found.may("approval.decide")) == (
        True,
        None,
        None,
    )
    assert tokens.viewer(made.secret, AT + timedelta(days=90)) is None
    assert tokens.viewer("zhike_wrong", AT) is None
    with pytest.raises(Denied):
        tokens.revoke(int(made.id), by=viewer("bob"), at=AT)
    tokens.revoke(int(made.id), by=alice, at=AT)
    assert tokens.viewer(made.secret, AT) is None


def test_what_one_asked_for_may_be_withdrawn_once(db: Path, viewer: People) -> None:
    bob = viewer("bob")
    request = deputies.name(viewer("alice").user_id, until=DUE, reason="休假", by=bob, at=AT)
    with pytest.raises(Denied):
        approvals.withdraw(int(request.id), seen=1, by=viewer("dora"), at=AT)
    approvals.withdraw(int(request.id), seen=1, by=bob, at=AT)
    with pytest.raises(Refused, match="decided already"):
        approvals.approve(int(request.id), seen=2, by=viewer("dora"), at=AT)
    assert not Task.objects.exists()
