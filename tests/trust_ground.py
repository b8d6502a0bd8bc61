"""What the proofs of trust share: clients of every kind seen from everybody, records to act on, hashes of all tables.

Who may do what is written here once more, by hand, from the requirement: O own clients · B own branch · A all. A test that asked
policy.yaml what to expect of policy.yaml could not fail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from people import OTHER, PEOPLE
from zhike_desk.records import scope
from zhike_desk.records.actions import (
    bulk,
    consent,
    contacts,
    exports,
    holds,
    moves,
    notes,
    reveal,
    suitability,
    tags,
    tasks,
    undo,
)  # fmt: skip
from zhike_desk.records.models import (
    BookClient,
    BookRelation,
    Complaint,
    Contact,
    Hold,
    Note,
    Tag,
    Task,
    User,
)  # fmt: skip
from zhike_desk.records.queries import clients, nights, outgoing, permission, timeline
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Denied, Viewer

AT = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
DUE = date(2025, 7, 9)
TARGETS = ("alice's", "grace's", "branch", "other", "frozen")
CARE = {"manager": "O", "adviser": "O", "head": "B"}
SEEN = {"manager": "O", "adviser": "O", "head": "B", "analyst": "A", "compliance": "A"}


def targets() -> dict[str, str]:
    """Choose a client of each kind, and freeze the last: served by Alice alone, by Grace alone, by neither, of the other branch."""
    alice, grace = _served("alice"), _served("grace")
    ours = set(BookClient.objects.exclude(branch_id=OTHER).values_list("client_id", flat=True))
    first, *_, last = sorted(alice - grace)
    hold(last)
    return {
        "alice's": first,
        "grace's": min(grace - alice),
        "branch": min(ours - alice - grace),
        "other": min(_served("charlie")),
        "frozen": last,
    }


def targets_of(name: str) -> str:
    """Return the first client that somebody serves."""
    return min(_served(name))


def _served(name: str) -> set[str]:
    rows = BookRelation.objects.filter(staff_id=PEOPLE[name].staff_id)
    return set(rows.values_list("client_id", flat=True))


def hold(client_id: str, kind: str = "frozen") -> None:
    """Freeze (or erase) a client at the desk, as two people of compliance would."""
    dora = User.objects.get(username="dora")
    Hold.objects.create(client_id=client_id, kind=kind, reason="—", by=dora, created_at=AT, changed_at=AT)


def viewers() -> dict[str, Viewer]:
    """Return everybody, and two tokens of Alice: one for care, one that may list clients."""
    found = {user.username: Viewer.of(user) for user in User.objects.filter(username__in=PEOPLE)}
    alice = User.objects.get(username="alice")
    found["token for care"] = Viewer.of(alice, frozenset({"care.read", "care.write", "client.view", "undo"}))
    found["token for lists"] = Viewer.of(alice, frozenset({"client.list"}))
    return found


def expected(name: str, target: str, act: Act) -> bool:
    """Tell by hand whether somebody may do an act to a client of a kind."""
    if name.startswith("token"):
        if name.removeprefix("token for ") not in act.tokens:
            return False
        name = "alice"
    letter = act.who.get(PEOPLE[name].role, "")
    if target == "frozen":
        return letter == "A" and PEOPLE[name].role == "compliance" and not act.outward
    home = OTHER if target == "other" else PEOPLE["alice"].branch_id
    return {
        "O": (name, target) in {("alice", "alice's"), ("grace", "grace's"), ("charlie", "other")},
        "B": PEOPLE[name].branch_id == home,
        "A": True,
        "": False,
    }[letter]


@dataclass(frozen=True)
class Act:
    """Something one may try with a client: who may by which letter, through which tokens, and how it is tried."""

    name: str
    who: Mapping[str, str]
    do: Callable[[Viewer, str], Any]
    tokens: tuple[str, ...] = ()
    outward: bool = False


def tried(act: Act, viewer: Viewer, client_id: str) -> str:
    """Try an act; return `done`, `refused` or `denied`. A list that doesn't hold the client has denied it."""
    try:
        with transaction.atomic():
            found = act.do(viewer, client_id)
    except Denied:
        return "denied"
    except Refused:
        return "refused"
    return "denied" if found is False else "done"


def tables() -> str:
    """Hash every row of every table of the desk."""
    digest = hashlib.sha256()
    for model in sorted(apps.get_app_config("records").get_models(), key=lambda m: m.__name__):
        digest.update(repr(list(model._default_manager.order_by("pk").values_list())).encode())
    return digest.hexdigest()


def contact(by: Viewer, client_id: str, **more: Any) -> Contact:
    """Write a contact of somebody's with a client, past all rules."""
    fields = {
        "staff_id": by.staff_id or "E0002",
        "contact_id": f"desk-{Contact.objects.count()}",
        "at": AT,
        "medium": "phone",
        "purpose": "care",
        **more,
    }
    return Contact.objects.create(
        client_id=client_id,
        by_id=by.user_id,
        created_at=AT,
        changed_at=AT,
        **fields,
    )


def task(by: Viewer, client_id: str, **more: Any) -> Task:
    """Write a task of somebody's for a client, past all rules."""
    branch = BookClient.objects.filter(client_id=client_id).values_list("branch_id", flat=True).first() or ""
    fields = {"title": "回访", "due_on": DUE, "staff_id": by.staff_id, "branch_id": branch, **more}
    return Task.objects.create(client_id=client_id, by_id=by.user_id, created_at=AT, changed_at=AT, **fields)


def note(by: Viewer, client_id: str, text: str = "喜欢打新") -> Note:
    """Write a note of somebody's about a client, past all rules."""
    return Note.objects.create(client_id=client_id, text=text, by_id=by.user_id, created_at=AT, changed_at=AT)


def complaint(by: Viewer, client_id: str, **more: Any) -> Complaint:
    """Write a complaint of a client's down, past all rules."""
    fields = {"complaint_id": f"desk-{Complaint.objects.count()}", "opened_at": AT, "category": "服务", "severity": 1, **more}  # fmt: skip
    return Complaint.objects.create(
        client_id=client_id, by_id=by.user_id, created_at=AT, changed_at=AT, **fields
    )


def _undone(by: Viewer, client_id: str) -> Any:
    return undo.undo(
        contacts.log(client_id, medium="phone", purpose="care", outcome="好", by=by, at=AT).undo, by=by, at=AT
    )


def _untagged(by: Viewer, client_id: str) -> Any:
    Tag.objects.create(client_id=client_id, word="打新", by_id=by.user_id, created_at=AT, changed_at=AT)
    return tags.take_off(client_id, word="打新", by=by, at=AT)


def _key(by: Viewer, client_id: str) -> str:
    """Return what a client is found by: a pseudonym for who sees no number."""
    if by.role != "analyst":
        return client_id
    return BookClient.objects.values_list("pseudonym", flat=True).get(client_id=client_id)


def _listed(by: Viewer, client_id: str, action: str = "client.list") -> bool:
    return clients.matching(by, clients.asked({}), action).filter(client_id=client_id).exists()


def _exported(by: Viewer, client_id: str, action: str) -> bool:
    by.need(action)
    if by.role == "analyst":
        exports.count("", by=by)
        raise Denied(action)
    return outgoing.matching_clients("", by, action).filter(client_id=client_id).exists()


def _timeline(by: Viewer, client_id: str) -> Any:
    shown = nights.shown()
    assert shown is not None
    return timeline.page(by, _key(by, client_id), shown)


def _tasks(by: Viewer, client_id: str) -> None:
    made = task(by, client_id)
    if not scope.tasks(by, "care.read").filter(pk=made.pk).exists():
        raise Denied("care.read")


def _notes(by: Viewer, client_id: str) -> None:
    note(by, client_id)
    if not scope.of_clients(Note.objects.filter(client_id=client_id), by, "care.read").exists():
        raise Denied("care.read")


def _handed_over(by: Viewer, client_id: str) -> Any:
    to_staff = "E0004" if by.branch_id == OTHER else "E0001"
    return moves.hand_over([client_id], to_staff=to_staff, reason="休假", by=by, at=AT)


_BOTH = ("care",)
ACTS = (
    Act("log a contact", CARE, lambda v, c: contacts.log(c, medium="phone", purpose="care", outcome="好", by=v, at=AT), _BOTH),
    Act("edit a contact", CARE, lambda v, c: contacts.edit(contact(v, c).pk, seen=1, medium="visit", purpose="care", outcome="满意", by=v, at=AT), _BOTH),
    Act("undo a contact", CARE, _undone, _BOTH),
    Act("add a task", CARE, lambda v, c: tasks.add("回访", due_on=DUE, client_id=c, by=v, at=AT), _BOTH),
    Act("close a task", CARE, lambda v, c: tasks.close(task(v, c).pk, outcome="好", seen=1, by=v, at=AT), _BOTH),
    Act("drop a task", CARE, lambda v, c: tasks.drop(task(v, c).pk, reason="已办", seen=1, by=v, at=AT), _BOTH),
    Act("move a task", CARE, lambda v, c: tasks.move(task(v, c).pk, due_on=DUE, seen=1, by=v, at=AT), _BOTH),
    Act("add a note", CARE, lambda v, c: notes.add(c, text_="好", by=v, at=AT), _BOTH),
    Act("edit a note", CARE, lambda v, c: notes.edit(note(v, c).pk, text_="好", seen=1, by=v, at=AT), _BOTH),
    Act("take a note away", CARE, lambda v, c: notes.take_away(note(v, c).pk, seen=1, by=v, at=AT), _BOTH),
    Act("hang a tag", CARE, lambda v, c: tags.add(c, word="打新", by=v, at=AT), _BOTH),
    Act("take a tag off", CARE, _untagged, _BOTH),
    Act("tag many", CARE, lambda v, c: bulk.apply("tag.add", [c], {"word": "打新"}, by=v, at=AT).rows == 1, _BOTH),
    Act("a task for many", CARE, lambda v, c: bulk.apply("task.add", [c], {"title": "回访", "due_on": "2025-07-09"}, by=v, at=AT).rows == 1, _BOTH),
    Act("read the timeline", SEEN, _timeline, _BOTH),
    Act("read its tasks", CARE, _tasks, _BOTH),
    Act("read its notes", CARE, _notes, _BOTH),
    Act("ask whether it may be approached", CARE, lambda v, c: c in permission.allowed(v, [c], AT), _BOTH),
    Act("read what is done for it", CARE, lambda v, c: scope.client(v, c, "care.read"), _BOTH),
    Act("see it in the list", SEEN, _listed, ("lists",)),
    Act("view it", SEEN, lambda v, c: scope.client(v, _key(v, c), "client.view"), _BOTH),
    Act("see its money", SEEN, lambda v, c: scope.client(v, _key(v, c), "client.money")),
    Act("reveal its name", {"manager": "O", "head": "B", "compliance": "A"}, lambda v, c: reveal.reveal(c, "name", "客户要求核对", by=v, at=AT)),
    Act("read its consent", {"manager": "O", "head": "B", "compliance": "A"}, lambda v, c: scope.client(v, c, "consent.read")),
    Act("write consent", {"manager": "O", "head": "B", "compliance": "A"}, lambda v, c: consent.record(c, kind="marketing", given=False, reason="来电", by=v, at=AT)),
    Act("write its risk assessment", {"manager": "O", "head": "B", "compliance": "A"}, lambda v, c: suitability.assess(c, level="C2", assessed_on=AT.date(), reason="问卷 7", by=v, at=AT)),
    Act("freeze it", {"compliance": "A"}, lambda v, c: holds.hold(c, kind="frozen", reason="法院", by=v, at=AT)),
    Act("erase it", {"compliance": "A"}, lambda v, c: holds.hold(c, kind="erased", reason="客户要求", by=v, at=AT)),
    Act("hand it over", {"head": "B"}, _handed_over),
    Act("export it masked", {"manager": "O", "adviser": "O", "head": "B", "compliance": "A"}, lambda v, c: _exported(v, c, "export.small"), outward=True),
    Act("export it unmasked", {"manager": "O", "head": "B", "compliance": "A"}, lambda v, c: _exported(v, c, "export.large"), outward=True),
)  # fmt: skip
