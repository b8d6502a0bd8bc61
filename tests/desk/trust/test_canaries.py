"""Who a client is leaves the desk through a reveal or an approved export, and nowhere else: no page, no address, no log line."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import trust_ground as ground
import trust_walk
from people import PEOPLE
from trust_canaries import CARD, PHONE, canaries, found
from trust_ground import AT
from zhike_desk.records import masking
from zhike_desk.records.actions import contacts, notes, reveal, tasks
from zhike_desk.records.models import AuditRow, BookClient, BookIdentity
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]
QUERIES = (
    "?sort=sort_key",
    "?sort=-net_now&cols=sort_key,staff_id,score",
    "?q={name}",
    "?q={phone}",
    "?q={four}",
)
SEARCHED = ("clients", "clients_count", "tasks", "palette", "log", "team")


@pytest.mark.parametrize("person", sorted(PEOPLE))
def test_no_page_names_a_client_unmasked_to_anybody(
    person: str, busy: dict[str, str], signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser, marks, read = signed_in(person), canaries(), 0
    if PEOPLE[person].role == "analyst":
        pseudonym = BookClient.objects.values_list("pseudonym", flat=True).get(client_id=busy["client_id"])
        busy = {name: pseudonym if value == busy["client_id"] else value for name, value in busy.items()}
        marks = [*marks, *BookClient.objects.values_list("client_id", flat=True)]
    identity = BookIdentity.objects.get(client_id=ground.targets_of("alice"))
    for name, address in trust_walk.addresses(busy):
        if name == "account_logout":
            continue
        for query in ("", *QUERIES) if name in SEARCHED else ("",):
            asked = query.format(name=identity.name, phone=identity.phone, four=identity.phone[-4:])
            answer = browser.get(address + asked)
            assert answer.status_code < 500, address
            text = b"".join(answer.streaming_content).decode("utf-8", "replace") if answer.streaming else answer.content.decode("utf-8", "replace")  # fmt: skip
            said = [identity.name, identity.phone] if "q={" in query else []  # what one typed oneself
            assert [m for m in found(text + answer.headers.get("Location", ""), marks) if m not in said] == [], address + asked  # fmt: skip
            read += answer.status_code == 200
    assert read > 10
    assert found(_lines_of(caplog), marks) == []


def _lines_of(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was logged; SQL of debug runs is no log of ours."""
    return "\n".join(r.getMessage() for r in caplog.records if r.name != "django.db.backends")


def test_a_page_that_names_a_client_would_be_caught(db: Path) -> None:
    marks = canaries()
    name, pinyin = BookIdentity.objects.values_list("name", flat=True).first(), BookClient.objects.first()
    assert pinyin is not None
    hidden = base64.urlsafe_b64encode(json.dumps([pinyin.sort_key, "x"]).encode()).decode().rstrip("=")
    assert found(f"<td>{name}</td>", marks) == [name]
    assert found(json.dumps({"name": name}), marks) == [name]
    assert pinyin.sort_key in found(f'<a href="?after={hidden}">', marks)
    assert len(marks) > 200


@pytest.mark.parametrize("words", [f"打 {PHONE}", f"证件 {CARD}", "写信 zhang@example.com"])
def test_who_a_client_is_cannot_be_written_into_notes_tasks_contacts_or_reasons(
    words: str, db: Path, viewer: Callable[[str], Viewer]
) -> None:
    client_id, alice, before = ground.targets_of("alice"), viewer("alice"), ground.tables()
    for write in (
        lambda: notes.add(client_id, text_=words, by=alice, at=AT),
        lambda: tasks.add(words, due_on=ground.DUE, client_id=client_id, by=alice, at=AT),
        lambda: contacts.log(client_id, medium="phone", purpose="care", outcome=words, by=alice, at=AT),
        lambda: reveal.reveal(client_id, "name", words, by=alice, at=AT),
    ):
        with pytest.raises(Refused, match="No telephone number"):
            write()
    assert ground.tables() == before


def test_what_is_revealed_is_written_down_without_being_written_out(
    busy: dict[str, str], viewer: Callable[[str], Viewer]
) -> None:
    shown = reveal.reveal(busy["client_id"], "name", "客户要求核对", by=viewer("alice"), at=AT)
    assert shown == BookIdentity.objects.get(client_id=busy["client_id"]).name
    rows = "\n".join(f"{r.object_id} {r.detail}" for r in AuditRow.objects.all())
    assert found(rows, canaries()) == []


def test_no_file_of_the_desk_beside_its_databases_names_a_client(
    busy: dict[str, str], signed_in: SignedIn
) -> None:
    signed_in("alice").get("/clients/")
    marks = canaries()
    for path in Path(settings.DESK).rglob("*"):
        if path.is_file() and ".sqlite3" not in path.name and "exports" not in path.parts:
            assert found(path.read_bytes().decode("utf-8", "replace"), marks) == [], path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话 13912345678 已换", "电话 *******5678 已换"),
        ("139-1234-5678", "*******5678"),
        ("139 1234 5678", "*******5678"),
        ("证件310101199001011234", "证件****************34"),
        ("310101900101123", "*************23"),
        ("31010119900101123X，", "****************3X，"),
        ("写到 zhang.san@example.com 了", "写到 ***@*** 了"),
        ("客户号 0020000001，金额 1234567", "客户号 0020000001，金额 1234567"),
        ("订单 1391234567890", "订单 1391234567890"),
    ],
)
def test_numbers_that_name_a_person_are_struck_out_and_others_stay(text: str, shown: str) -> None:
    assert masking.struck(text) == shown
