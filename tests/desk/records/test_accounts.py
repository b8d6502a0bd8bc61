"""Accounts made at the machine, and those of a branch made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.base.errors import UsageError
from zhike_desk.records import accounts, audit, clock, demo
from zhike_desk.records.models import AuditRow, User


def test_a_first_password_is_shown_once_and_kept_as_a_hash_alone(db: Path) -> None:
    given = accounts.add("lisi", role="manager", staff_id="E0007", branch_id="3101", at=clock.real())
    user = User.objects.get(username="lisi")
    assert user.check_password(given)
    assert given not in user.password
    row = AuditRow.objects.get(object_id="lisi")
    assert "command line" in row.detail
    assert given not in row.detail
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("name", "role", "staff", "branch", "lacks"),
    [
        ("Li", "admin", "", "", "small letter"),
        ("li", "boss", "", "", "no such role"),
        ("li", "manager", "", "3101", "--staff"),
        ("li", "head", "E1", "", "--branch"),
        ("alice", "admin", "", "", "already"),
        ("li", "admin", "E 1", "", "number of staff"),
    ],
)
def test_what_cannot_be_an_account_is_refused_with_what_it_lacks(
    db: Path, name: str, role: str, staff: str, branch: str, lacks: str
) -> None:
    before = User.objects.count()
    with pytest.raises(UsageError) as refused:
        accounts.add(name, role=role, staff_id=staff, branch_id=branch, at=clock.real())
    assert lacks in refused.value.sentence("en")
    assert User.objects.count() == before


def test_a_disabled_account_no_longer_signs_in_and_may_again(db: Path) -> None:
    accounts.enable("alice", False, clock.real())
    assert not User.objects.get(username="alice").is_active
    accounts.enable("alice", True, clock.real())
    assert User.objects.get(username="alice").is_active
    with pytest.raises(UsageError):
        accounts.enable("nobody", False, clock.real())


def test_a_new_password_ends_the_old_one(db: Path) -> None:
    given = accounts.renew("alice", clock.real())
    user = User.objects.get(username="alice")
    assert user.check_password(given)
    assert not user.check_password("alice-is-here")


def test_demo_accounts_are_one_of_each_role_tied_to_who_has_clients(db: Path) -> None:
    User.objects.filter(username__in=demo.NAMES).delete()
    found = {name: (role, staff) for name, role, staff, _ in demo.prepare()}
    assert {role for role, _ in found.values()} == {
        "manager",
        "adviser",
        "head",
        "analyst",
        "compliance",
        "admin",
    }
    assert found["alice"][1].startswith("E")
    assert User.objects.get(username="alice").check_password(demo.PASSWORD)
    assert User.objects.get(username="bob").branch_id == "3101"
    assert demo.prepare() == demo.prepare()


def test_where_the_branch_is_real_the_demo_accounts_close(db: Path) -> None:
    User.objects.filter(username__in=demo.NAMES).delete()
    demo.prepare()
    User.objects.filter(username="grace").update(password="!")  # somebody else's account of the same name
    assert demo.close() == []
    assert list(User.objects.filter(username__in=demo.NAMES, is_active=True).values_list("username", flat=True)) == ["grace"]  # fmt: skip
