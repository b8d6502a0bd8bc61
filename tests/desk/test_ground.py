"""The ground the desk's tests stand on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from people import BRANCH, OTHER, PEOPLE
from zhike_desk.records.models import BookClient, BookRelation, BookStaff, User
from zhike_desk.records.viewer import Viewer

pytestmark = pytest.mark.both


def test_the_database_is_the_one_asked_for(db: Path) -> None:
    wanted = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
    assert connection.vendor == wanted


def test_charlie_and_his_clients_are_another_branch(db: Path) -> None:
    own = set(
        BookRelation.objects.filter(staff_id=PEOPLE["charlie"].staff_id).values_list("client_id", flat=True)
    )
    assert own == set(BookClient.objects.filter(branch_id=OTHER).values_list("client_id", flat=True))
    assert 5 <= len(own) <= 40
    assert BookStaff.objects.get(staff_id=PEOPLE["charlie"].staff_id).branch_id == OTHER


@pytest.mark.parametrize("name", ["alice", "grace"])
def test_alice_and_grace_have_clients_of_their_branch(viewer: Callable[[str], Viewer], name: str) -> None:
    who = viewer(name)
    own = BookRelation.objects.filter(staff_id=who.staff_id).values("client_id")
    found = BookClient.objects.filter(client_id__in=own)
    assert found.count() >= 5
    assert {c.branch_id for c in found} == {BRANCH}


def test_what_a_test_writes_is_gone_with_it(db: Path) -> None:
    assert not User.objects.filter(username="mallory").exists()
    User.objects.create_user("mallory", role="manager")


def test_what_a_test_writes_was_gone(db: Path) -> None:
    assert not User.objects.filter(username="mallory").exists()


def test_what_a_test_commits_is_put_back(transactional: Path) -> None:
    assert User.objects.count() == len(PEOPLE)
    User.objects.create_user("mallory", role="manager")
    User.objects.filter(username="alice").update(role="admin")


def test_what_a_test_committed_was_put_back(transactional: Path) -> None:
    assert not User.objects.filter(username="mallory").exists()
    assert User.objects.get(username="alice").role == "manager"
    assert BookClient.objects.count() == 80
