"""The day's list as its tests read it: whole, by reasons; rows of the book changed for a test; a client with two reasons."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client

from zhike_desk.records import clock
from zhike_desk.records.actions import tasks
from zhike_desk.records.models import BookProposal
from zhike_desk.records.queries import nights, today
from zhike_desk.records.queries.entries import Moment, Reason, Work
from zhike_desk.records.viewer import Viewer

SignedIn = Callable[[str], Client]
Who = Callable[[str], Viewer]


def when() -> Moment:
    night = nights.shown()
    assert night is not None
    return Moment(clock.now(), clock.today(night), night.as_of)


def whole(viewer: Viewer, staff: str = "") -> list[Work]:
    """Read the list to its end, page by page."""
    found: list[Work] = []
    after = ""
    while True:
        day = today.day(viewer, when(), staff=staff, after=after)
        found += day.works
        if not day.older:
            return found
        after = day.older


def proposals(**of: object) -> set[str]:
    return set(BookProposal.objects.filter(**of).values_list("proposal_id", flat=True))


def planted(table: str, change: str, *values: object) -> None:
    """Change rows of the book: a copy of the table stands before the book's own until the test is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE planted AS SELECT * FROM {table}")
        cursor.execute(f"UPDATE planted SET {change}", values)
        cursor.execute(f"ALTER TABLE planted RENAME TO {table}")


def reasons(works: list[Work]) -> list[Reason]:
    return [r for w in works for r in w.reasons]


def listed(works: list[Work]) -> set[str]:
    return {r.proposal_id for r in reasons(works)}


def planted_again(table: str, change: str) -> None:
    """Change rows of a table of the book that was planted already."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")


def may_do(viewer: Viewer) -> Reason:
    return next(r for r in reasons(whole(viewer)) if not r.must_do)


def must_do(viewer: Viewer) -> Reason:
    return next(r for r in reasons(whole(viewer)) if r.must_do)


def entry_of(viewer: Viewer, reason: Reason) -> Work:
    return next(w for w in whole(viewer) if reason.proposal_id in {r.proposal_id for r in w.reasons})


def ends(*of: str, how: str = "reached", **more: object) -> dict[str, object]:
    return {"line": [f"proposal:{p}" for p in of], "how": how, **more}


def twins(viewer: Viewer) -> Work:
    """Make a client's two proposals of what were two clients', for a small branch has no such client; return the entry."""
    first, other = (
        w.reasons[0] for w in [w for w in whole(viewer) if not w.must_do and len(w.reasons) == 1][:2]
    )
    client = entry_of(viewer, first).client
    assert client is not None
    planted("book_proposal", "client_id = %s, place = (SELECT p.place FROM book_proposal p WHERE p.proposal_id = %s) WHERE proposal_id = %s",
            client.key, first.proposal_id, other.proposal_id)  # fmt: skip
    return entry_of(viewer, first)


def task(by: Viewer, title: str, client: str = "") -> int:
    return int(tasks.add(title, due_on=when().today, client_id=client, by=by, at=clock.now()).id)
