"""Somebody writes for long: who reads gets the page at once and the look is logged afterwards; who reveals or exports gets nothing unlogged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.test import Client

import trust_ground as ground
from zhike_desk import turns
from zhike_desk.records import audit, clock, looks
from zhike_desk.records.actions import contacts, exports, reveal, tokens
from zhike_desk.records.models import AuditRow, Contact, User
from zhike_desk.records.viewer import Viewer

pytestmark = pytest.mark.both


@contextmanager
def somebody_writing() -> Iterator[None]:
    """Hold the log's end, and so the whole database on SQLite, in another connection, until the block ends."""
    held, over = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                audit.hold()
                held.set()
                over.wait(60)
        finally:
            held.set()
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    assert held.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def alice(transactional: Path) -> Iterator[Viewer]:
    """Give Alice, and a log that has begun; nothing is kept in the file before or after."""
    (Path(settings.DESK) / "keys" / looks.FILE).unlink(missing_ok=True)
    found = Viewer.of(User.objects.get(username="alice"))
    with transaction.atomic():
        audit.append(found, "session.begin", at=ground.AT)
    yield found
    (Path(settings.DESK) / "keys" / looks.FILE).unlink(missing_ok=True)


def browser(name: str) -> Client:
    made = Client()
    made.force_login(User.objects.get(username=name), "allauth.account.auth_backends.AuthenticationBackend")
    return made


def seen() -> list[tuple[str, str, str]]:
    rows = AuditRow.objects.filter(action="client.view").order_by("seq")
    return list(rows.values_list("actor", "role", "object_id"))


def test_a_client_is_seen_at_once_and_the_look_is_logged_when_the_writer_is_done(alice: Viewer) -> None:
    client_id, window = ground.targets_of("alice"), browser("alice")
    with somebody_writing():
        began = time.monotonic()
        answers = [window.get(f"/clients/{client_id}/").status_code for _ in range(2)]
        took = time.monotonic() - began
        assert answers == [200, 200]
        assert seen() == []
        assert looks.waiting()
    assert took < 10  # two pages; a writer is waited for 20 s
    before = clock.real()
    assert looks.write_down(clock.real()) == 1  # twice seen, once a day
    assert seen() == [("alice", "manager", client_id)]
    row = AuditRow.objects.get(action="client.view")
    assert row.at < before.astimezone(audit._BRANCH_TIME).isoformat()  # the moment of the look
    assert '"logged"' in row.detail
    assert not looks.waiting()
    assert audit.verify() == []
    assert window.get(f"/clients/{client_id}/").status_code == 200
    assert len(seen()) == 1


def test_a_token_reads_at_once_too_and_its_look_is_kept(alice: Viewer) -> None:
    client_id = ground.targets_of("alice")
    secret = tokens.create("报表", scopes=["client.view"], days=1, by=alice, at=clock.real()).secret
    with somebody_writing():
        began = time.monotonic()
        answer = Client().get(f"/api/clients/{client_id}", headers={"Authorization": f"Bearer {secret}"})
        took = time.monotonic() - began
    assert answer.status_code == 200
    assert took < 10
    assert looks.write_down(clock.real()) == 1
    assert seen() == [("alice", "manager", client_id)]


def test_what_is_kept_is_logged_once_though_a_crash_came_before_the_file_was_emptied(alice: Viewer) -> None:
    looks.keep("0020000001", alice, ground.AT)
    kept = (Path(settings.DESK) / "keys" / looks.FILE).read_bytes()
    assert looks.write_down(ground.AT) == 1
    torn = b'\n{"at": "2025-07-0'
    (Path(settings.DESK) / "keys" / looks.FILE).write_bytes(kept + torn)
    looks.keep("0020000002", alice, ground.AT)
    assert looks.write_down(ground.AT) == 1
    assert [client for *_, client in seen()] == ["0020000001", "0020000002"]


def test_a_look_that_can_be_written_nowhere_is_not_given(alice: Viewer) -> None:
    path = Path(settings.DESK) / "keys" / looks.FILE
    path.mkdir()  # nothing can be appended to a folder
    try:
        window = Client(raise_request_exception=False)
        window.force_login(
            User.objects.get(username="alice"), "allauth.account.auth_backends.AuthenticationBackend"
        )
        client_id = ground.targets_of("alice")
        with somebody_writing():
            answer = window.get(f"/clients/{client_id}/")
        assert answer.status_code == 500
        assert client_id not in answer.content.decode()
    finally:
        path.rmdir()


def test_nothing_is_revealed_exported_or_written_that_cannot_be_logged(alice: Viewer) -> None:
    client_id = ground.targets_of("alice")
    acts: list[Callable[[], object]] = [
        lambda: reveal.reveal(client_id, "name", "客户要求核对", by=alice, at=ground.AT),
        lambda: exports.small("", form="csv", purpose="周会", typed=27, by=alice, at=ground.AT),
        lambda: contacts.log(
            client_id, medium="phone", purpose="care", outcome="已沟通", by=alice, at=ground.AT
        ),
    ]
    with somebody_writing(), turns.at_most(0.2):
        for act in acts:
            with pytest.raises(OperationalError):
                act()
    assert Contact.objects.count() == 0
    assert AuditRow.objects.filter(action__in=("client.reveal", "export.small")).count() == 0


def test_who_waits_gets_the_turn_when_it_is_free_and_patience_is_as_long_as_asked_for(alice: Viewer) -> None:
    with somebody_writing():
        began = time.monotonic()
        with pytest.raises(OperationalError), turns.at_most(0.3), transaction.atomic():
            audit.hold()
        assert 0.25 < time.monotonic() - began < 5
    with transaction.atomic():
        audit.hold()
