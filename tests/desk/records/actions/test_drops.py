"""Uploads and drops: whose they are, what is asked of whom, what the log has of it, what is refused and when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from trust_ground import AT
from zhike_desk.records import staging
from zhike_desk.records.actions import approvals, drops
from zhike_desk.records.models import Approval, AuditRow, Job
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

People = Callable[[str], Viewer]
WHY = "补登录"


@pytest.fixture
def room(db: Path, tmp_path: Path) -> Iterator[Path]:
    with override_settings(DESK=tmp_path):
        (tmp_path / "keys").symlink_to(db / "desk" / "keys")
        yield tmp_path / "uploads"


def sent() -> list[staging.Incoming]:
    return [SimpleUploadedFile("a.csv", b"abc"), SimpleUploadedFile("b.csv", b"de")]


def looked_at(by: Viewer, **result: object) -> tuple[int, str]:
    """Upload a batch and have it looked at; return its job and its folder."""
    number = int(drops.upload(sent(), by=by, at=AT).id)
    Job.objects.filter(pk=number).update(state="done", result=result or {"files": [{}, {}]})
    return number, str(Job.objects.get(pk=number).arguments["folder"])


def logged(action: str) -> tuple[str, str, str, str, dict[str, object]]:
    row = AuditRow.objects.filter(action=action).latest("seq")
    return row.at, row.actor, row.kind, row.object_id, json.loads(row.detail)


AT_BRANCH = "2025-07-02T10:00:00.000+08:00"


def test_an_upload_is_kept_written_down_and_looked_at(room: Path, viewer: People) -> None:
    done = drops.upload(sent(), by=viewer("bob"), at=AT)
    job = Job.objects.get(pk=done.id)
    (folder,) = [p.name for p in room.iterdir()]
    assert (job.kind, job.arguments, job.by_id, job.created_at) == (
        "preview",
        {"folder": folder},
        viewer("bob").user_id,
        AT,
    )
    assert logged("drop.upload") == (AT_BRANCH, "bob", "drop", folder, {"bytes": 5})


@pytest.mark.parametrize("name", ["alice", "grace", "dora", "frank"])
def test_who_may_not_upload_leaves_no_byte(room: Path, viewer: People, name: str) -> None:
    with pytest.raises(Denied, match=r"^data\.upload$"):
        drops.upload(sent(), by=viewer(name), at=AT)
    assert not room.exists()


def test_a_mapping_is_written_and_the_batch_looked_at_again(room: Path, viewer: People) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)
    done = drops.put_mapping(number, 'a = "价"\n', by=bob, at=AT)
    again = Job.objects.get(pk=done.id)
    assert again.pk != number
    assert (again.kind, again.arguments, again.by_id, again.created_at) == (
        "preview",
        {"folder": folder},
        bob.user_id,
        AT,
    )
    assert staging.batch(folder) == staging.Batch(folder, (("a.csv", 3), ("b.csv", 2)), 'a = "价"\n')
    assert logged("drop.mapping") == (AT_BRANCH, "bob", "drop", folder, {})


def test_a_mapping_is_toml_and_as_long_as_is_told(
    room: Path, viewer: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAPPING_BYTES", 9)
    bob = viewer("bob")
    number, folder = looked_at(bob)
    drops.put_mapping(number, 'a = "价"', by=bob, at=AT)  # nine bytes, seven characters
    with pytest.raises(Refused, match="too long"):
        drops.put_mapping(number, 'a = "价" ', by=bob, at=AT)
    with pytest.raises(Refused, match="isn't TOML"):
        drops.put_mapping(number, "a = ", by=bob, at=AT)
    assert staging.batch(folder).mapping == 'a = "价"'  # type: ignore[union-attr]


def test_what_is_asked_to_be_taken_in_is_told_to_whoever_decides(room: Path, viewer: People) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)
    done = drops.take_in(number, feed="counter", reason=WHY, by=bob, at=AT)
    asked = Approval.objects.get(pk=done.id)
    assert done.asked
    assert (asked.action, asked.asked_by_id, asked.reason, asked.created_at) == (
        "data.commit",
        bob.user_id,
        WHY,
        AT,
    )
    assert {k: v for k, v in asked.payload.items() if k != "_says"} == {
        "do": "import",
        "folder": folder,
        "feed": "counter",
    }
    assert asked.payload["_says"] == ["导入 2 个文件（来源 counter）", "take 2 files in (feed counter)"]
    assert not Job.objects.filter(kind="import").exists()


def test_once_two_agree_it_is_put_in_line_and_a_night_after_it(room: Path, viewer: People) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)
    asked = drops.take_in(number, feed="counter", reason=WHY, by=bob, at=AT)
    done = approvals.approve(int(asked.id), seen=1, by=viewer("erin"), at=AT)
    first, second = Job.objects.exclude(kind="preview").order_by("pk")
    assert done.id == str(first.pk)
    assert (first.kind, first.arguments, first.by_id, first.created_at) == (
        "import", {"folder": folder, "feed": "counter"}, bob.user_id, AT,
    )  # fmt: skip
    assert (second.kind, second.arguments, second.by_id, second.created_at) == ("night", {}, bob.user_id, AT)


def test_a_drop_is_taken_back_once_two_agree(db: Path, viewer: People) -> None:
    bob = viewer("bob")
    done = drops.take_back(7, reason=WHY, by=bob, at=AT)
    asked = Approval.objects.get(pk=done.id)
    assert (asked.action, asked.reason, asked.created_at, asked.asked_by_id) == (
        "data.commit",
        WHY,
        AT,
        bob.user_id,
    )
    assert asked.payload == {"do": "undo", "drop": 7, "_says": ["撤回第 7 批数据", "take drop 7 back"]}
    approvals.approve(asked.pk, seen=1, by=viewer("erin"), at=AT)
    assert list(Job.objects.order_by("pk").values_list("kind", "arguments", "by_id", "created_at")) == [
        ("undo_import", {"drop": 7}, bob.user_id, AT),
        ("night", {}, bob.user_id, AT),
    ]


@pytest.mark.parametrize("name", ["alice", "dora", "frank"])
def test_who_may_not_commit_asks_for_nothing(room: Path, viewer: People, name: str) -> None:
    number, _ = looked_at(viewer("bob"))
    with pytest.raises(Denied, match=r"^data\.commit$"):
        drops.take_in(number, feed="counter", reason=WHY, by=viewer(name), at=AT)
    with pytest.raises(Denied, match=r"^data\.commit$"):
        drops.take_back(1, reason=WHY, by=viewer(name), at=AT)
    for act in (
        lambda: drops.put_mapping(number, "", by=viewer(name), at=AT),
        lambda: drops.throw_away(number, by=viewer(name), at=AT),
    ):
        with pytest.raises(Denied, match=r"^data\.upload$"):
            act()
    assert not Approval.objects.exists()


def test_another_s_batch_another_kind_of_job_and_none_are_not_there(room: Path, viewer: People) -> None:
    number, folder = looked_at(viewer("bob"))
    erin = viewer("erin")
    other = Job.objects.create(
        kind="check", arguments={"folder": folder}, by_id=erin.user_id, created_at=AT, changed_at=AT
    )
    for wrong in (number, other.pk, 0):
        with pytest.raises(Denied, match=r"^data\.upload$"):
            drops.throw_away(wrong, by=erin, at=AT)
    assert staging.batch(folder) is not None


def test_a_batch_is_taken_in_after_it_was_looked_at_while_it_is_there_from_a_feed_of_its_own(
    room: Path, viewer: People
) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)

    def refused(said: str, feed: str = "counter", reason: str = WHY) -> None:
        with pytest.raises(Refused, match=said):
            drops.take_in(number, feed=feed, reason=reason, by=bob, at=AT)

    for feed in ("desk", "made-up", "demo-upload"):
        refused("the system's own", feed)
    refused("give the reason", reason=" ")
    for state in ("waiting", "running", "failed", "cancelled"):
        Job.objects.filter(pk=number).update(state=state)
        refused("Wait until")
    staging.throw_away(folder)
    refused("are gone")
    Job.objects.filter(pk=number).update(arguments={})
    refused("are gone")
    assert not Approval.objects.exists()


def test_a_batch_that_goes_before_two_agree_is_not_taken_in(room: Path, viewer: People) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)
    asked = drops.take_in(number, feed="counter", reason=WHY, by=bob, at=AT)
    staging.throw_away(folder)
    with pytest.raises(Refused, match="upload them again"):
        approvals.approve(int(asked.id), seen=1, by=viewer("erin"), at=AT)
    assert Approval.objects.get(pk=asked.id).state == "asked"
    assert not Job.objects.exclude(kind="preview").exists()


def test_what_is_thrown_away_is_gone_and_written_down(room: Path, viewer: People) -> None:
    bob = viewer("bob")
    _, other = looked_at(bob)
    number, folder = looked_at(bob)
    assert drops.throw_away(number, by=bob, at=AT).id == folder
    assert [p.name for p in room.iterdir()] == [other]
    assert logged("drop.throw") == (AT_BRANCH, "bob", "drop", folder, {})


@pytest.mark.parametrize(
    ("kind", "state", "free"),
    [
        ("import", "waiting", False),
        ("import", "running", False),
        ("import", "done", True),
        ("import", "failed", True),
        ("check", "waiting", True),
    ],
)
def test_a_batch_on_its_way_in_is_left_alone(
    room: Path, viewer: People, kind: str, state: str, free: bool
) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)
    _, other = looked_at(bob)
    mine = {"kind": kind, "state": state, "created_at": AT, "changed_at": AT}
    Job.objects.create(arguments={"folder": other}, **mine)
    drops.put_mapping(number, "", by=bob, at=AT)
    Job.objects.create(arguments={"folder": folder}, **mine)
    acts = (
        lambda: drops.put_mapping(number, "", by=bob, at=AT),
        lambda: drops.throw_away(number, by=bob, at=AT),
    )
    for act in acts:
        if free:
            act()
        else:
            with pytest.raises(Refused, match="withdraw that first"):
                act()


@pytest.mark.parametrize(
    ("state", "action", "free"),
    [("asked", "data.commit", False), ("withdrawn", "data.commit", True), ("asked", "client.move", True)],
)
def test_a_batch_that_waits_for_the_second_person_is_left_alone(
    room: Path, viewer: People, state: str, action: str, free: bool
) -> None:
    bob = viewer("bob")
    number, folder = looked_at(bob)
    other, _ = looked_at(bob)
    drops.take_in(number, feed="counter", reason=WHY, by=bob, at=AT)
    Approval.objects.update(state=state, action=action)
    drops.throw_away(other, by=bob, at=AT)  # another batch waits for nobody
    if free:
        drops.throw_away(number, by=bob, at=AT)
        assert staging.batch(folder) is None
    else:
        with pytest.raises(Refused, match="withdraw that first"):
            drops.throw_away(number, by=bob, at=AT)
        assert staging.batch(folder) is not None
