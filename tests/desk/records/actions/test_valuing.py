"""Panels, judgements, publishing: who may, what is written, what is undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zhike.models.value.versions import versions
from zhike_desk.records.actions import approvals, judgements, panels, undo, valuing
from zhike_desk.records.actions.writing import Conflict, Refused
from zhike_desk.records.models import Approval, AuditRow, Expert, Judgement, Panel, Task, User
from zhike_desk.records.queries import ahp, drafts
from zhike_desk.records.viewer import Denied, Viewer

AT = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
Who = Callable[[str], Viewer]
# institution-1's scale: market_value, pledgeable, cash
NODE = "scale"


@pytest.fixture
def panel(db: Path, viewer: Who) -> int:
    ids = [User.objects.get(username=name).pk for name in ("alice", "erin")]
    return int(panels.begin("机构三季度", "institution-1", ids, by=viewer("bob"), at=AT).id)


@pytest.fixture
def models(db: Path, tmp_path: Path) -> Iterator[Path]:
    """Give the home; put its models back afterwards, which no rollback does."""
    shutil.copytree(db / "models", tmp_path / "models")
    yield db
    shutil.rmtree(db / "models")
    shutil.copytree(tmp_path / "models", db / "models")


def say(panel: int, by: Viewer, first: float | None, second: float | None, third: float | None) -> None:
    pairs = (("market_value", "pledgeable"), ("market_value", "cash"), ("pledgeable", "cash"))
    for (left, right), value in zip(pairs, (first, second, third), strict=True):
        judgements.judge(panel, NODE, left, right, value, seen=0, by=by, at=AT)


def test_a_judgement_is_kept_with_its_expert_and_a_row_in_the_log(panel: int, viewer: Who) -> None:
    done = judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=viewer("alice"), at=AT)
    kept = Judgement.objects.get(pk=done.id)
    assert (kept.expert.user.username, kept.parent, kept.value, kept.version) == ("alice", NODE, 3.0, 1)
    assert kept.judgement_id
    assert AuditRow.objects.filter(action="ahp.judge", actor="alice").count() == 1


def test_the_same_value_again_writes_nothing(panel: int, viewer: Who) -> None:
    alice = viewer("alice")
    first = judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=alice, at=AT)
    again = judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=alice, at=AT)
    assert (again.id, again.version, again.undo) == (first.id, 1, "")
    assert AuditRow.objects.filter(action="ahp.judge").count() == 1


def test_an_edit_from_a_second_window_is_a_conflict_that_tells_both_values(panel: int, viewer: Who) -> None:
    alice = viewer("alice")
    judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=alice, at=AT)
    judgements.judge(panel, NODE, "market_value", "cash", 5.0, seen=1, by=alice, at=AT)
    with pytest.raises(Conflict) as beaten:
        judgements.judge(panel, NODE, "market_value", "cash", 7.0, seen=1, by=alice, at=AT)
    assert (beaten.value.theirs, beaten.value.mine, beaten.value.version) == (
        {"value": 5.0, "delivered_in": ""},
        {"value": 7.0, "delivered_in": ""},
        2,
    )
    assert Judgement.objects.get().value == 5.0


def test_undone_a_judgement_has_its_former_value_and_a_first_one_none(panel: int, viewer: Who) -> None:
    alice = viewer("alice")
    first = judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=alice, at=AT)
    second = judgements.judge(panel, NODE, "market_value", "cash", 5.0, seen=1, by=alice, at=AT)
    undo.undo(second.undo, by=alice, at=AT)
    assert Judgement.objects.get().value == 3.0
    with pytest.raises(Conflict):
        undo.undo(first.undo, by=alice, at=AT)
    other = judgements.judge(panel, NODE, "market_value", "pledgeable", 2.0, seen=0, by=alice, at=AT)
    undo.undo(other.undo, by=alice, at=AT)
    assert Judgement.objects.get(pk=other.id).value is None


def test_who_is_not_invited_does_not_judge_and_nobody_judges_a_pair_that_is_not_there(
    panel: int, viewer: Who
) -> None:
    for who, key, left, right in (
        ("grace", NODE, "market_value", "cash"),
        ("dora", NODE, "market_value", "cash"),
        ("alice", NODE, "cash", "market_value"),
        ("alice", "elsewhere", "market_value", "cash"),
    ):
        with pytest.raises(Denied):
            judgements.judge(panel, key, left, right, 3.0, seen=0, by=viewer(who), at=AT)
    with pytest.raises(Refused):
        judgements.judge(panel, NODE, "market_value", "cash", 12.0, seen=0, by=viewer("alice"), at=AT)
    assert not Judgement.objects.exists()


def test_a_manager_sees_only_panels_she_is_invited_to(panel: int, viewer: Who) -> None:
    assert [row.id for row in ahp.panels(viewer("alice"))] == [panel]
    assert ahp.panels(viewer("grace")) == ()
    with pytest.raises(Denied):
        ahp.panel(viewer("grace"), panel)
    assert ahp.panel(viewer("dora"), panel).sees_all


def test_an_expert_sees_what_all_say_only_after_judging_and_without_names(panel: int, viewer: Who) -> None:
    say(panel, viewer("erin"), 2.0, 4.0, 2.0)
    assert ahp.joint(ahp.panel(viewer("alice"), panel), NODE) is None
    say(panel, viewer("alice"), 2.0, 4.0, 2.0)
    seen = ahp.joint(ahp.panel(viewer("alice"), panel), NODE)
    assert seen is not None
    assert [v.name for v in seen.voices] == ["#1", "#2"]
    led = ahp.joint(ahp.panel(viewer("bob"), panel), NODE)
    assert led is not None
    assert led.judged.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))


def test_an_invitation_is_taken_back_only_while_nothing_was_judged(panel: int, viewer: Who) -> None:
    bob = viewer("bob")
    grace = User.objects.get(username="grace").pk
    invited = panels.invite(panel, grace, by=bob, at=AT)
    judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=viewer("grace"), at=AT)
    with pytest.raises(Refused):
        panels.dismiss(int(invited.id), by=bob, at=AT)
    with pytest.raises(Conflict):
        undo.undo(invited.undo, by=bob, at=AT)
    assert Judgement.objects.count() == 1
    other = panels.invite(panel, User.objects.get(username="bob").pk, by=bob, at=AT)
    undo.undo(other.undo, by=bob, at=AT)
    assert not Expert.objects.filter(user__username="bob").exists()


def test_a_reminder_is_a_task_once_a_day_and_never_for_who_has_judged_all(panel: int, viewer: Who) -> None:
    bob, alice = viewer("bob"), Expert.objects.get(user__username="alice")
    panels.remind(alice.pk, by=bob, at=AT)
    task = Task.objects.get(staff_id="E0002")
    assert "机构三季度" in task.title
    with pytest.raises(Refused):
        panels.remind(alice.pk, by=bob, at=AT + timedelta(hours=2))
    panels.remind(alice.pk, by=bob, at=AT + timedelta(days=1))


def test_a_weight_counts_and_can_be_undone(panel: int, viewer: Who) -> None:
    bob = viewer("bob")
    say(panel, viewer("alice"), 1.0, 1.0, 1.0)
    say(panel, viewer("erin"), 2.0, 4.0, 2.0)
    alice = Expert.objects.get(user__username="alice")
    done = panels.weigh(alice.pk, 0.0, seen=alice.version, by=bob, at=AT)
    joint = ahp.joint(ahp.panel(bob, panel), NODE)
    assert joint is not None
    assert joint.judged.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    undo.undo(done.undo, by=bob, at=AT)
    assert Expert.objects.get(pk=alice.pk).weight == 1.0
    with pytest.raises(Refused):
        panels.weigh(alice.pk, 11.0, seen=3, by=bob, at=AT)


def test_a_manager_leads_no_panel(panel: int, viewer: Who) -> None:
    for act in (
        lambda by: panels.begin("x", "institution-1", [], by=by, at=AT),
        lambda by: panels.drop(panel, seen=1, by=by, at=AT),
        lambda by: valuing.ask_to_publish(panel, "institution-2", seen=1, reason="x", by=by, at=AT),
    ):
        with pytest.raises(Denied):
            act(viewer("alice"))
    assert Panel.objects.get().state == "judging"


def test_a_dropped_panel_is_judged_no_more_until_that_is_undone(panel: int, viewer: Who) -> None:
    done = panels.drop(panel, seen=1, by=viewer("bob"), at=AT)
    with pytest.raises(Refused):
        judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=viewer("alice"), at=AT)
    undo.undo(done.undo, by=viewer("bob"), at=AT)
    judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=viewer("alice"), at=AT)


def test_what_is_missing_or_contradicts_itself_cannot_be_published(panel: int, viewer: Who) -> None:
    bob, alice = viewer("bob"), viewer("alice")
    assert drafts.draft(panel, "institution-2").obstacles
    judgements.judge(panel, NODE, "market_value", "cash", 3.0, seen=0, by=alice, at=AT)
    (apart,) = drafts.draft(panel, "institution-2").obstacles
    assert "还差 1 对" in apart.zh
    judgements.judge(panel, NODE, "market_value", "pledgeable", 1 / 9, seen=0, by=alice, at=AT)
    judgements.judge(panel, NODE, "pledgeable", "cash", 1 / 9, seen=0, by=alice, at=AT)
    (against,) = drafts.draft(panel, "institution-2").obstacles
    assert "CR" in against.zh
    with pytest.raises(Refused):
        valuing.ask_to_publish(panel, "institution-2", seen=1, reason="x", by=bob, at=AT)
    assert not Approval.objects.exists()


def test_two_people_publish_a_version_that_is_in_force_and_immutable(
    models: Path, panel: int, viewer: Who
) -> None:
    bob, erin, alice = viewer("bob"), viewer("erin"), viewer("alice")
    say(panel, alice, 2.0, 4.0, 2.0)
    asked = valuing.ask_to_publish(panel, "institution-2", seen=1, reason="三季度", by=bob, at=AT)
    assert asked.asked
    with pytest.raises(Refused):  # what is being approved doesn't change under the approver's eyes
        judgements.judge(panel, NODE, "market_value", "cash", 5.0, seen=1, by=alice, at=AT)
    with pytest.raises(Denied):
        approvals.approve(int(asked.id), seen=1, by=bob, at=AT)
    approvals.approve(int(asked.id), seen=1, by=erin, at=AT)
    found = versions(models)
    assert found.active["institution"] == "institution-2"
    scale = found.named("institution-2").weights.node(NODE)
    assert scale is not None
    assert scale.weights == pytest.approx((4 / 7, 2 / 7, 1 / 7))
    assert Panel.objects.get(pk=panel).published_as == "institution-2"
    with pytest.raises(Refused):
        panels.drop(panel, seen=3, by=bob, at=AT)


def test_refused_a_panel_goes_on(panel: int, viewer: Who) -> None:
    bob, alice = viewer("bob"), viewer("alice")
    say(panel, alice, 2.0, 4.0, 2.0)
    asked = valuing.ask_to_publish(panel, "institution-2", seen=1, reason="三季度", by=bob, at=AT)
    approvals.refuse(int(asked.id), seen=1, remark="再议", by=viewer("erin"), at=AT)
    kept = Judgement.objects.get(left="market_value", right="cash")
    judgements.judge(panel, NODE, "market_value", "cash", 5.0, seen=kept.version, by=alice, at=AT)
    assert Panel.objects.get(pk=panel).state == "judging"


def test_a_version_that_is_there_is_never_published_again(panel: int, viewer: Who) -> None:
    say(panel, viewer("alice"), 2.0, 4.0, 2.0)
    for name in ("institution-1", "Institution 2", "../x"):
        with pytest.raises(Refused):
            valuing.ask_to_publish(panel, name, seen=1, reason="x", by=viewer("bob"), at=AT)


def test_a_trial_counts_every_client_of_the_night_and_stays_with_the_panel(panel: int, viewer: Who) -> None:
    say(panel, viewer("alice"), 2.0, 4.0, 2.0)
    found = valuing.try_out(panel, AT)
    assert (found["before"], found["after"]) == ("institution-1", "institution-2")
    for change in found["changes"]:
        assert sum(n for _, _, n in change["grades"]) == change["clients"]
    assert Panel.objects.get(pk=panel).diff == found
