"""R4 beyond the pages: what the API answers, what errors say, what is logged (by the desk and by its processes), what lies in temporary files."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.log import configure_logging

import desk_ground
import trust_canaries as canary
import trust_ground as ground
from api_caller import caller, described, everything, token
from desk_served import served
from forms_over_http import Browser
from people import PEOPLE
from trust_ground import AT
from zhike_desk import made_up
from zhike_desk.pages.approvals import words
from zhike_desk.records import demo
from zhike_desk.records.actions import approvals, drops, exports, views
from zhike_desk.records.models import BookClient, BookIdentity
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer
from zhike_desk.worker import doing, kinds, one

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]


def operations(busy: dict[str, str]) -> list[tuple[str, str]]:
    """Return every operation of the API: its method, and an address it answers to."""
    return [
        (method, path.format_map(busy))
        for path, methods in described()["paths"].items()
        for method in methods
    ]


MORE = ("", "?q={name}", "?q={four}", "?sort=sort_key", "?after=x", "?col=nothing")
BODY = {
    "medium": "phone",
    "purpose": "care",
    "title": "回访",
    "due_on": "2025-07-09",
    "text": "好",
    "version": 1,
    "word": "打新",
    "kind": "csat",
    "score": 4,
    "category": "服务",
    "severity": 1,
    "upheld": True,
    "reason": "客户出国",
    "how": "reached",
    "lines": [{"task_id": 1}],
    "code": "x",
}


def calling(who: Viewer) -> Client:
    """Return what calls the API with a token of somebody's, for all they may have one for."""
    scopes = everything(who)
    return caller(token(who, *scopes)) if scopes and who.may("token.write") is not None else Client()


def asked(busy: dict[str, str], identity: BookIdentity) -> Iterator[tuple[str, str, str]]:
    """Yield method, address and body of everything that is asked of the API."""
    words = {"name": quote(identity.name), "four": identity.phone[-4:]}
    for method, address in operations(busy):
        for more in MORE:
            sent = {**BODY, "client_id": busy["client_id"]}
            for body in ({}, sent) if method in ("post", "patch") else ("",):
                yield method.upper(), address + more.format(**words), json.dumps(body) if body != "" else ""


UPLOADED = (
    "client_id,kind,name,phone\n0077000001,individual,{name},{phone}\n0077000002,individual,{name},{phone}1\n"
)


def looked_at(who: Viewer, identity: BookIdentity) -> str:
    """Upload a file that names somebody, in right and wrong cells, and have it looked at; return its number."""
    text = UPLOADED.format(name=identity.name, phone=identity.phone)
    done = drops.upload([SimpleUploadedFile("client.csv", text.encode())], by=who, at=AT)
    kinds.load()
    job = doing.take(AT)
    assert job is not None
    one.do(job.pk)
    job.refresh_from_db()
    assert (str(job.pk), job.state) == (done.id, "done")
    return done.id


@pytest.mark.parametrize("person", sorted(set(PEOPLE) - {"frank"}))
def test_no_answer_of_the_api_names_a_client_unmasked(
    person: str, busy: dict[str, str], viewer: Who, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    who, marks, read = viewer(person), canary.canaries(), set()
    asks = calling(who)
    identity = BookIdentity.objects.get(client_id=ground.targets_of("alice"))
    if who.role == "analyst":
        pseudonym = BookClient.objects.values_list("pseudonym", flat=True).get(client_id=busy["client_id"])
        busy = {n: pseudonym if v == busy["client_id"] else v for n, v in busy.items()}
        marks = [*marks, *BookClient.objects.values_list("client_id", flat=True)]
    busy |= dict.fromkeys(("upload_id", "job_id"), busy["task"])
    if who.may("data.upload"):
        busy |= dict.fromkeys(("upload_id", "job_id"), looked_at(who, identity))
    for method, address, body in asked(busy, identity):
        with transaction.atomic():
            answer = asks.generic(method, address, body, content_type="application/json")
            transaction.set_rollback(True)
        assert answer.status_code < 500, address
        said = [identity.name, identity.phone] if "q=" in address else []  # what one typed oneself
        text = answer.content.decode() + str(dict(answer.headers))
        assert [m for m in canary.found(text, marks) if m not in said] == [], (method, address)
        if answer.status_code == 200 and method == "GET":
            read.add(address.partition("?")[0])
    lines = "\n".join(r.getMessage() for r in caplog.records if r.name != "django.db.backends")
    assert canary.found(lines, marks) == []
    every = {address for method, address in operations(busy) if method == "get"}
    unread = UNREAD.get(who.role, set()) | (HERS if person in ("charlie", "grace", "heidi") else set())
    left = {of.format_map(busy) for of in unread} if who.may("token.write") else every
    assert every - read == left


HERS = {"/api/clients/{key}", "/api/clients/{key}/timeline", "/api/clients/{key}/complaints"}
"""What is told of Alice's client to nobody who doesn't serve it, nor leads her branch."""
UNREAD: dict[str, set[str]] = {
    "head": set(),
    "manager": {"/api/uploads/{upload_id}", "/api/jobs/{job_id}"},  # none of their own
    "adviser": {"/api/uploads/{upload_id}", "/api/jobs/{job_id}"},
    "analyst": {"/api/tasks", "/api/clients/{key}/complaints", "/api/today"},
}
"""What of the API each role reads nothing of: all the rest was read, and looked through."""


def test_errors_name_nobody(busy: dict[str, str], signed_in: SignedIn) -> None:
    """Missing, refused, conflicting, unreadable and broken: the page says what is wrong, and nobody's name."""
    alice, marks, seen = signed_in("alice"), canary.canaries(), set()
    client_id, task = busy["client_id"], busy["task"]
    tries: list[tuple[str, str, dict[str, str]]] = [
        ("get", "/clients/0000000000/", {}),
        ("get", "/clients/?sort=nothing", {}),
        ("get", "/log/?since=never", {}),
        ("post", f"/clients/{client_id}/reveal/", {"field": "name", "reason": ""}),
        ("post", f"/clients/{client_id}/reveal/", {"field": "x", "reason": "客户要求核对"}),
        ("post", f"/clients/{client_id}/note/", {"text": ""}),
        ("post", f"/tasks/{task}/edit/", {"version": "99", "due_on": "2025-07-09"}),
        (
            "post",
            f"/clients/{client_id}/contact/",
            {"medium": "phone", "purpose": "care", "outcome": "打 13900001111"},
        ),
        ("post", "/clients/export/", {"query": "", "form": "csv", "purpose": "", "typed": "1"}),
    ]
    for method, path, form in tries:
        answer = getattr(alice, method)(path, form)
        seen.add(answer.status_code)
        assert canary.found(answer.content.decode(), marks) == [], path
    assert {404, 422} <= seen


def test_a_page_that_breaks_tells_nobody_what_it_held_and_the_log_strikes_what_names_a_person(
    busy: dict[str, str],
    signed_in: SignedIn,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice, name = signed_in("alice"), BookIdentity.objects.get(client_id=busy["client_id"])
    alice.raise_request_exception = False
    quoted = f'duplicate key\nDETAIL:  Failing row contains ({name.name}, {name.phone}).\nCONTEXT:  COPY book_identity, line 3: "{name.name}"'

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"{quoted}\nphone {canary.PHONE}, card {canary.CARD}, a.b@example.com")

    monkeypatch.setattr("zhike_desk.pages.client.views.build", broken)
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    answer = alice.get(f"/clients/{busy['client_id']}/")
    logged = capfd.readouterr().err
    assert answer.status_code == 500
    assert canary.found(answer.content.decode(), canary.canaries()) == []
    assert "RuntimeError" in logged
    assert "duplicate key" in logged
    assert canary.found(logged, [*canary.canaries(), "a.b@example.com"]) == []


def test_what_was_searched_for_is_not_exported_by_nor_kept_in_a_view_nor_told_to_who_decides(
    busy: dict[str, str], viewer: Who
) -> None:
    alice, before = viewer("alice"), ground.tables()
    name = BookIdentity.objects.get(client_id=busy["client_id"]).name
    query = f"q={quote(name)}&sort=-score"
    for act in (
        lambda: exports.small(query, form="csv", purpose="周会", typed=1, by=alice, at=AT),
        lambda: exports.request(query, form="csv", purpose="周会", typed=1, by=alice, at=AT),
        lambda: views.save("clients", "张", query, by=alice, at=AT),
    ):
        with pytest.raises(Refused, match="found by a name or a number"):
            act()
    assert ground.tables() == before
    assert (
        words.written("query", query) == "q=***&sort=-score"
    )  # one that was asked for by an earlier release


def test_an_export_leaves_nothing_in_the_scratch_folder_and_what_a_killed_one_left_goes(
    db: Path, viewer: Who, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    asked = exports.request(
        "", form="xlsx", identity=["name"], purpose="监管", typed=27, by=viewer("alice"), at=AT
    )
    job = int(approvals.approve(int(asked.id), seen=1, by=viewer("bob"), at=AT).id)
    exports.produce(job, timezone.now())
    assert list(tmp_path.rglob("*")) == []
    left = tmp_path / "zhike-xlsx-killed"
    left.mkdir()
    (left / "rows").write_text("张三")
    exports.sweep(timezone.now())
    assert left.exists()
    exports.sweep(timezone.now() + timedelta(days=2))
    assert not left.exists()


def test_what_the_processes_print_and_leave_behind_names_nobody(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Serve a branch, sign in, search by name and phone, export, ask for the impossible; then read what was printed and what lies about."""
    home = Path(
        shutil.copytree(desk_ground.kept_home(request.config.cache.mkdir("desk-home")), tmp_path / "home")
    )
    made_up.mark(home, {"clients": desk_ground.CLIENTS})
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setenv("TMPDIR", str(aside))
    with served(home, "--workers", "1") as desk:
        desk.wait(240, told="alice")
        browser = Browser(desk)
        browser.get("/account/login/")
        assert browser.post("/account/login/", login="alice", password=demo.PASSWORD) == 302
        marks = _bothered(browser, home)
        assert desk.stop() == 0
        printed = desk.said()
    assert len(marks) > 100
    assert "Not Found" in printed  # what is looked through isn't empty
    assert canary.found(printed, marks) == []
    for path in (p for root in (aside, home / "desk") for p in root.rglob("*") if p.is_file()):
        if ".sqlite3" not in path.name and "static" not in path.parts and "books" not in path.parts:
            assert canary.found(path.read_bytes().decode("utf-8", "replace"), marks) == [], path


def _bothered(browser: Browser, home: Path) -> list[str]:
    """Search by name and phone, ask for the impossible, export; return the canaries to look for."""
    marks, name, phone = _own(home)
    for path in (
        f"/clients/?q={quote(name)}",
        f"/clients/?q={phone}",
        "/today/",
        f"/palette/?q={quote(name)}",
    ):
        browser.get(path)
    assert browser.post(f"/clients/{phone}/note/", text=name) == 404
    assert browser.post(f"/nothing/{quote(name)}/", x=phone) == 404
    assert (
        browser.post("/clients/export/", query=f"q={quote(name)}", form="xlsx", purpose="周会", typed="1")
        < 500
    )
    return marks


def _own(home: Path) -> tuple[list[str], str, str]:
    """Return every identity of the branch's book, and the name and the telephone number of one client of Alice's."""
    book = max((home / "desk" / "books").glob("*"), key=os.path.getmtime)
    with sqlite3.connect(book) as read:
        rows = read.execute("SELECT name, phone, id_number, email, client_id FROM book_identity").fetchall()
        staff = {r[0] for r in read.execute("SELECT name FROM book_staff")}
    with sqlite3.connect(home / "desk" / "desk.sqlite3") as desk:
        number = desk.execute("SELECT staff_id FROM records_user WHERE username = 'alice'").fetchone()[0]
    with sqlite3.connect(book) as read:
        mine = read.execute(
            "SELECT client_id FROM book_relation WHERE staff_id = ? LIMIT 1", [number]
        ).fetchone()[0]
    values = sorted({v for *who, _ in rows for v in who if v and len(v) > 1} - staff)
    name, phone = next((r[0], r[1]) for r in rows if r[4] == mine)
    return values, name, phone
