"""A reveal: one field, of a client of one's own, for a reason, counted, written down before it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

import trust_ground as ground
from trust_ground import AT
from zhike_desk.records import audit
from zhike_desk.records.actions import reveal
from zhike_desk.records.models import AuditRow, BookIdentity, Setting
from zhike_desk.records.policy import policy
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

People = Callable[[str], Viewer]
WHY = "客户要求核对"


def test_each_field_is_shown_as_the_files_have_it_and_written_down_with_its_reason(
    db: Path, viewer: People
) -> None:
    client, alice = ground.targets_of("alice"), viewer("alice")
    identity = BookIdentity.objects.get(client_id=client)
    for field in policy().fields["reveal"]:
        value = getattr(identity, field)
        assert reveal.reveal(client, field, f" {WHY} ", by=alice, at=AT) == (
            "" if value is None else str(value)
        )
        row = AuditRow.objects.latest("seq")
        assert (row.at, row.actor, row.action) == ("2025-07-02T10:00:00.000+08:00", "alice", "client.reveal")
        assert (row.kind, row.object_id) == ("client", client)
        assert json.loads(row.detail) == {"field": field, "reason": WHY}


def test_a_field_that_the_files_leave_empty_is_empty_and_a_day_is_written_as_one(
    db: Path, viewer: People
) -> None:
    bare = BookIdentity.objects.filter(birth_date=None).values_list("client_id", flat=True)[0]
    born = BookIdentity.objects.exclude(birth_date=None)[0]
    dora = viewer("dora")
    assert reveal.reveal(bare, "birth_date", WHY, by=dora, at=AT) == ""
    assert (
        date.fromisoformat(reveal.reveal(born.client_id, "birth_date", WHY, by=dora, at=AT))
        == born.birth_date
    )


@pytest.mark.parametrize("who", ["grace", "erin", "frank", "charlie"])
def test_who_may_not_reveal_a_client_is_denied_and_nothing_is_written(
    db: Path, viewer: People, who: str
) -> None:
    before = AuditRow.objects.count()
    with pytest.raises(Denied, match=r"client\.reveal"):
        reveal.reveal(ground.targets_of("alice"), "name", WHY, by=viewer(who), at=AT)
    assert AuditRow.objects.count() == before


@pytest.mark.parametrize(
    ("reason", "said"), [("看看吧", "needs 4"), ("", "give the"), ("因" * 201, "may have 200")]
)
def test_a_reason_is_neither_missing_nor_too_short_nor_too_long(
    db: Path, viewer: People, reason: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        reveal.reveal(ground.targets_of("alice"), "name", reason, by=viewer("alice"), at=AT)


@pytest.mark.parametrize("reason", ["核对身份", "因" * 200])
def test_the_shortest_and_the_longest_reason_do(db: Path, viewer: People, reason: str) -> None:
    assert reveal.reveal(ground.targets_of("alice"), "name", reason, by=viewer("alice"), at=AT)


@pytest.mark.parametrize("field", ["client_id", "id_type", "Name", ""])
def test_what_is_no_field_to_reveal_is_refused(db: Path, viewer: People, field: str) -> None:
    with pytest.raises(Refused):
        reveal.reveal(ground.targets_of("alice"), field, WHY, by=viewer("alice"), at=AT)


def test_used_are_one_s_own_reveals_of_the_day_at_the_branch(db: Path, viewer: People) -> None:
    alice, bob = viewer("alice"), viewer("bob")
    midnight = AT.replace(hour=16, minute=0)  # of the branch: the third begins
    for who, action, at in (
        (alice, "client.reveal", AT),
        (alice, "client.reveal", midnight - timedelta(milliseconds=1)),
        (alice, "client.reveal", midnight - timedelta(days=1)),
        (alice, "client.reveal", midnight),
        (alice, "client.reveal", midnight - timedelta(days=1, milliseconds=1)),
        (alice, "note.add", AT),
        (bob, "client.reveal", AT),
    ):
        audit.append(who, action, at=at)
    assert [reveal.used(alice, AT + timedelta(days=n)) for n in (-1, 0, 1, 2)] == [1, 3, 1, 0]
    assert reveal.used(bob, AT) == 1


def test_the_quota_is_of_the_role_and_the_last_within_it_is_shown(db: Path, viewer: People) -> None:
    assert {n: reveal.quota(viewer(n)) for n in ("alice", "bob", "dora", "frank")} == {
        "alice": 20, "bob": 40, "dora": 100, "frank": 0,
    }  # fmt: skip
    Setting.objects.create(name="reveal.manager", value=1, created_at=AT, changed_at=AT)
    alice, client = viewer("alice"), ground.targets_of("alice")
    reveal.reveal(client, "name", WHY, by=alice, at=AT)
    with pytest.raises(Refused, match=r"Today's 1 reveals"):
        reveal.reveal(client, "name", WHY, by=alice, at=AT)
    assert reveal.used(alice, AT) == 1
