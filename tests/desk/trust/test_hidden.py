"""What one may not see changes no byte of what one sees: lists, counts, search, sort, exports, pages; whatever happens to it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import trust_ground as ground
import trust_walk
from api_caller import calling, described
from trust_ground import AT
from zhike_desk.records import audit, scope
from zhike_desk.records.actions import exports
from zhike_desk.records.following import books, follow
from zhike_desk.records.models import (
    ApiToken,
    Approval,
    BookClient,
    Consent,
    Hold,
    Move,
    Pointer,
    SavedView,
    Tag,
    User,
)  # fmt: skip
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]
SEEING = ("alice", "bob", "charlie")
QUERIES = {"clients": ("?sort=sort_key", "?sort=-net_now", "?logic=value", "?tag=打新"), "palette": ("?q=E00", "?q=zhang", "?q=0020"), "tasks": ("?sort=due_on",)}  # fmt: skip
ASKED = {
    "/api/clients": ("?sort=sort_key", "?logic=value", "?tag=打新"),
    "/api/search": ("?q=E00", "?q=zhang", "?q=0020"),
}
LEFT_OUT = frozenset({"account_logout", "healthy"})


def seen(browser: Client, viewer: Viewer) -> dict[str, str]:
    """Read every page as one viewer, and what an export would hold; address → text without what is drawn anew each time."""
    mine = scope.clients(viewer).order_by("client_id").values_list("client_id", flat=True).first() or "x"
    values = {"client_id": mine, "key": mine, "<string>": mine, "<int>": "1"}
    found = {}
    for name, address in trust_walk.addresses(values):
        if name in LEFT_OUT or name.startswith(("account_", "mfa_", "usersessions", "help", "parts")):
            continue
        for query in ("", *QUERIES.get(name, ())):
            answer = browser.get(address + query)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            found[address + query] = re.sub(r"[A-Za-z0-9]{32,}", "", body.decode("utf-8", "replace"))
    found |= _read(viewer, mine)
    rows = exports.count("", by=viewer)
    found["export"] = exports.small(
        "", form="csv", purpose="周会", typed=rows, by=viewer, at=AT
    ).content.decode()
    return found


def _read(viewer: Viewer, mine: str) -> dict[str, str]:
    """Read all that programs can with a token of one viewer's."""
    program, found = calling(viewer), {}
    for path, methods in described()["paths"].items():
        address = (
            path.replace("{key}", mine).replace("_id}", "}").replace("{job}", "1").replace("{upload}", "1")
        )
        for query in ("", *ASKED.get(path, ())) if "get" in methods else ():
            found[address + query] = program.get(address + query).content.decode()
    ApiToken.objects.filter(owner_id=viewer.user_id).delete()
    return found


def different(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [address for address, text in before.items() if after[address] != text]


def hidden(viewer: Viewer) -> list[str]:
    """Return the clients a viewer may not see, those first whose figures would come first."""
    mine = scope.clients(viewer).values("client_id")
    rows = BookClient.objects.exclude(client_id__in=mine).order_by("-score")
    return list(rows.values_list("client_id", flat=True))


@contextmanager
def put_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _user(name: str) -> Viewer:
    return Viewer.of(User.objects.get(username=name))


def _held(client_id: str) -> None:
    ground.hold(client_id)


def _lifted(client_id: str) -> None:
    ground.hold(client_id)
    Hold.objects.update(lifted_at=AT)


def _tagged(client_id: str) -> None:
    by = User.objects.get(username="heidi")
    for word in ("打新", "不可告人"):
        Tag.objects.create(client_id=client_id, word=word, by=by, created_at=AT, changed_at=AT)


def _consented(client_id: str) -> None:
    by = User.objects.get(username="dora")
    Consent.objects.create(
        client_id=client_id, kind="marketing", given=False, reason="—", by=by, created_at=AT, changed_at=AT
    )


def _handed_on(client_id: str) -> None:
    by = User.objects.get(username="heidi")
    Move.objects.create(
        client_id=client_id,
        branch_id="3199",
        from_staff="E0098",
        to_staff="E0099",
        reason="—",
        by=by,
        created_at=AT,
        changed_at=AT,
    )


def _asked(client_id: str) -> None:
    by = User.objects.get(username="dora")
    Approval.objects.create(
        action="client.hold",
        branch_id="3199",
        payload={"client_id": client_id},
        summary="—",
        reason="—",
        asked_by=by,
        created_at=AT,
        changed_at=AT,
    )


def _saved(client_id: str) -> None:
    by = User.objects.get(username="dora")
    SavedView.objects.create(page="clients", name=client_id, query="", owner=by, created_at=AT, changed_at=AT)


HAPPENINGS: dict[str, Callable[[str], object]] = {
    "a contact": lambda c: ground.contact(_user("dora"), c, staff_id="E0099"),
    "a task": lambda c: ground.task(_user("dora"), c, staff_id="E0099"),
    "a note": lambda c: ground.note(_user("dora"), c),
    "tags": _tagged,
    "consent": _consented,
    "a hold": _held,
    "a hold lifted": _lifted,
    "a hand-over": _handed_on,
    "an approval": _asked,
    "a saved view": _saved,
    "a row of the log": lambda c: audit.append(
        _user("dora"), "client.hold", at=AT, kind="client", object_id=c
    ),
}

BY_TURNS = ("a hold", "a hold lifted", "a hand-over", "tags")
AT_ONCE = tuple(name for name in HAPPENINGS if name not in BY_TURNS)


@pytest.mark.parametrize("person", SEEING)
def test_whatever_is_done_about_hidden_clients_changes_nothing_one_sees(
    person: str, db: Path, signed_in: SignedIn, viewer: Callable[[str], Viewer]
) -> None:
    browser, looking = signed_in(person), viewer(person)
    others = hidden(looking)
    with put_back():
        before = seen(browser, looking)
    assert before
    assert others

    with put_back():
        for number, client_id in enumerate(others[:12]):
            for what in AT_ONCE:
                HAPPENINGS[what](client_id)
            HAPPENINGS[BY_TURNS[number % len(BY_TURNS)]](client_id)
        assert different(before, seen(browser, looking)) == []


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("person", SEEING)
def test_no_mixture_of_doings_about_hidden_clients_changes_what_one_sees(
    person: str, db: Path, signed_in: SignedIn, viewer: Callable[[str], Viewer]
) -> None:
    browser, looking = signed_in(person), viewer(person)
    others = hidden(looking)
    with put_back():
        before = seen(browser, looking)

    # Not shrunk: each example walks all pages, and its doings say enough.
    @examples(
        max_examples=20, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        turns=st.lists(
            st.tuples(st.sampled_from([*AT_ONCE, *BY_TURNS]), st.sampled_from(others)),
            max_size=20,
            unique_by=lambda t: t[1],
        )
    )
    def unseen(turns: list[tuple[str, str]]) -> None:
        with put_back():
            for what, client_id in turns:
                HAPPENINGS[what](client_id)
            assert different(before, seen(browser, looking)) == [], turns

    unseen()


@pytest.mark.parametrize("person", SEEING)
def test_whatever_a_night_says_about_hidden_clients_changes_nothing_one_sees(
    person: str, transactional: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("books are files on SQLite only")
    browser, looking = Client(), _user(person)
    browser.force_login(User.objects.get(username=person), settings.AUTHENTICATION_BACKENDS[0])
    others = hidden(looking)
    seen(browser, looking)  # what is written on a first visit (when somebody was last here) is written
    with put_back():
        before = seen(browser, looking)
    with _changed_night(others):
        after = seen(browser, looking)
    assert different(before, after) == []


def test_a_change_to_what_one_does_see_is_seen(
    db: Path, signed_in: SignedIn, viewer: Callable[[str], Viewer]
) -> None:
    browser, alice = signed_in("alice"), viewer("alice")
    with put_back():
        before = seen(browser, alice)
        ground.hold(scope.clients(alice).order_by("-score")[0].client_id)
        after = seen(browser, alice)
    assert {"/clients/", "/api/clients", "/api/segments"} <= set(different(before, after))
    assert "export" in different(before, after)


@contextmanager
def _changed_night(others: list[str]) -> Iterator[None]:
    """Show the same night with other figures, classes, names, tokens, events for clients that are hidden (books that are files)."""
    standing = Pointer.objects.get().publication.place
    fresh, kept = books() / f"changed-{len(others)}.sqlite3", books() / f"kept-{standing}"
    shutil.copy(books() / standing, fresh)
    fresh.chmod(0o600)
    marks = ", ".join("?" * len(others))
    book = sqlite3.connect(fresh)
    for change in CHANGES:
        book.execute(f"{change} WHERE client_id IN ({marks})", others)
    book.commit()
    book.close()
    (books() / standing).rename(kept)
    fresh.rename(books() / standing)
    connections.close_all()
    follow()
    try:
        with put_back():
            yield
    finally:
        kept.replace(books() / standing)
        connections.close_all()
        follow()


CHANGES = (
    "UPDATE book_client SET score = 1000 + score, net_now = 1e12, logic = 'value', stage = 'lost', grade = 'diamond', "
    "grade_rank = 1, sort_key = 'a ' || client_id, name = '变*', days_since_contact = 0, days_since_trade = 0",
    "UPDATE book_identity SET name = '变了', phone = '13999999999'",
    "UPDATE book_token SET token = 'zhang' || id",
    "UPDATE book_timeline SET text = '变了'",
    "UPDATE book_holding SET market_value = market_value * 100",
    "UPDATE book_proposal SET must_do = 1, place = 0, expected_value = 1e9, reason = '变了'",
)
