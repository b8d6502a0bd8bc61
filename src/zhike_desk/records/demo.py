"""The accounts of a branch made up: one for each role, the same password, known to everybody. Outside such a branch they close."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from zhike.datacentre.store.house import Store
from zhike_desk.records import audit, entry
from zhike_desk.records.models import User

PASSWORD = "zhike-demo-2025"
NAMES = {
    "alice": "manager",
    "grace": "adviser",
    "bob": "head",
    "erin": "analyst",
    "dora": "compliance",
    "frank": "admin",
}
_KIND = "demo-account"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the branch's staff, with how many clients they serve."""

    staff_id: str
    name: str
    branch_id: str
    role: str
    clients: int


def prepare() -> list[tuple[str, str, str, str]]:
    """Make the demo accounts that aren't there, tied to staff who have clients; return each with role, staff number, password."""
    at = timezone.now()
    with transaction.atomic():
        staff = _chosen(Path(settings.HOME))
        for name, role in NAMES.items():
            _make(name, role, staff.get(role), at)
    found = User.objects.filter(username__in=NAMES, is_active=True)
    known = {u.username: u for u in found}
    return [
        (n, known[n].role, known[n].staff_id or known[n].branch_id, PASSWORD) for n in NAMES if n in known
    ]


def close() -> list[tuple[str, str, str, str]]:
    """Close the demo accounts of a branch that isn't, or is no longer, made up; there are none to tell of then."""
    at = timezone.now()
    with transaction.atomic():
        for user in User.objects.filter(username__in=NAMES, is_active=True):
            if user.check_password(PASSWORD):
                user.is_active = False
                user.set_unusable_password()
                user.save(update_fields=["is_active", "password"])
                entry.end(user.pk, at)
                audit.append(None, "users.write", at=at, kind=_KIND, object_id=user.username, detail={"closed": True})  # fmt: skip
    return []


def shown() -> list[tuple[str, str, str]]:
    """Return who may be signed in as on a branch made up: account, role, name of the member of staff; nobody elsewhere."""
    if not settings.DEMO:
        return []
    found = User.objects.filter(username__in=NAMES, is_active=True)
    known = {u.username: (u.username, u.role, u.display_name) for u in found}
    return [known[name] for name in NAMES if name in known]


def _make(name: str, role: str, person: Person | None, at: datetime) -> None:
    tied = {
        "staff_id": person.staff_id if person and role in ("manager", "adviser", "head") else "",
        "branch_id": person.branch_id if person else "",
        "display_name": person.name if person else "",
    }
    user = User.objects.filter(username=name).first()
    if user is None:
        User.objects.create(username=name, role=role, password=make_password(PASSWORD), **tied)
        audit.append(None, "users.write", at=at, kind=_KIND, object_id=name, detail={"role": role, **tied})
    elif not user.branch_id and tied["branch_id"]:
        User.objects.filter(pk=user.pk).update(**tied)


def _chosen(home: Path) -> dict[str, Person]:
    """Choose for each role the member of staff who serves most clients now; roles that own none stand in the head's branch."""
    people = _staff(home)
    best: dict[str, Person] = {}
    for person in sorted(people, key=lambda p: (-p.clients, p.staff_id)):
        best.setdefault(person.role, person)
    anybody = best.get("head") or best.get("manager")
    if anybody is not None:
        for role in ("analyst", "compliance", "admin"):
            best[role] = Person("", "", anybody.branch_id, role, 0)
    return best


def _staff(home: Path) -> list[Person]:
    """Read who is on the staff of the store's state, and count the clients of each."""
    store = Store(home)
    state = store.manifest()

    def column(table: str, name: str) -> list[str | None]:
        values: list[str | None] = store.column(state, table, name).to_pylist()
        return values

    if not state.rows("staff") or not state.rows("relation"):
        return []
    ends, holders = column("relation", "end_on"), column("relation", "staff_id")
    clients = Counter(s for s, end in zip(holders, ends, strict=True) if s and end is None)
    columns = [column("staff", name) for name in ("staff_id", "name", "branch_id", "role", "left_on")]
    return [
        Person(str(s), n or "", b or "", str(r), clients[s])
        for s, n, b, r, left in zip(*columns, strict=True)
        if left is None
    ]
