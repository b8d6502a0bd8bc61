"""People: who signs in with which role, the staff of a branch, who decides in a head's place, tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from zhike_desk.records.models import ApiToken, BookStaff, Deputy, User
from zhike_desk.records.viewer import Denied, Viewer


@dataclass(frozen=True, slots=True)
class Person:
    """A user: role, staff number, branch, whether they may sign in, when they last did."""

    id: int
    username: str
    name: str
    role: str
    staff_id: str
    branch_id: str
    active: bool
    last_login: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as the files name them; `user` is who of the desk they are, empty for nobody."""

    staff_id: str
    name: str
    role: str
    branch_id: str
    team: str
    hired_on: date | None
    left_on: date | None
    capacity_hours: float | None
    clients: int
    user: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A deputy: whose, until when."""

    id: int
    head: str
    deputy: str
    until: date
    mine: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the viewer's own; its secret is kept nowhere."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def users(viewer: Viewer) -> list[Person]:
    """Return the users of the desk for who may see them all; a head gets those of the branch."""
    cell = viewer.may("users.view") or viewer.may("users.write")
    if cell is None:
        raise Denied("users.view")
    rows = User.objects.order_by("branch_id", "role", "username")
    if cell.scope != "all":
        rows = rows.filter(branch_id=viewer.branch_id) if viewer.branch_id else rows.none()
    return [
        Person(u.pk, u.username, u.display_name or u.username, u.role, u.staff_id, u.branch_id, u.is_active, u.last_login, u.version)
        for u in rows
    ]  # fmt: skip


def staff(viewer: Viewer) -> list[Member]:
    """Return the staff the viewer may see: themselves, the branch, all."""
    cell = viewer.need("team.view")
    rows = BookStaff.objects.order_by("branch_id", "role", "staff_id")
    if cell.scope == "branch":
        rows = rows.filter(branch_id=viewer.branch_id) if viewer.branch_id else rows.none()
    elif cell.scope != "all":
        rows = rows.filter(staff_id=viewer.staff_id) if viewer.staff_id else rows.none()
    names = {u.staff_id: u.username for u in User.objects.exclude(staff_id="").filter(is_active=True)}
    return [
        Member(s.staff_id, s.name, s.role, s.branch_id, s.team, s.hired_on, s.left_on, s.capacity_hours, s.clients,
               names.get(s.staff_id, ""))
        for s in rows
    ]  # fmt: skip


def fit_deputies(viewer: Viewer) -> QuerySet[User]:
    """Return who may decide in the viewer's place: those of the branch who serve clients; never who checks or administers."""
    if not viewer.branch_id:
        return User.objects.none()
    found = User.objects.filter(is_active=True, branch_id=viewer.branch_id, role__in=("manager", "adviser"))
    return found.exclude(pk=viewer.user_id).order_by("role", "username")


def candidates(viewer: Viewer) -> list[tuple[int, str, str]]:
    """Return whom the viewer may name as deputy, as (number, name, role); for who names deputies."""
    viewer.need("deputy.name")
    return [(u.pk, u.display_name or u.username, u.role) for u in fit_deputies(viewer)]


def deputies(viewer: Viewer, on: date) -> list[Standing]:
    """Return who decides in whose place on a day: a head sees their own, compliance all, a deputy what they stand for."""
    rows = Deputy.objects.filter(until__gte=on, ended_at__isnull=True).select_related("head", "deputy")
    if viewer.may("deputy.approve") is None:
        rows = rows.filter(Q(head_id=viewer.user_id) | Q(deputy_id=viewer.user_id))
    return [
        Standing(d.pk, d.head.display_name or d.head.username, d.deputy.display_name or d.deputy.username, d.until,
                 d.head_id == viewer.user_id)
        for d in rows.order_by("id")
    ]  # fmt: skip


def tokens(viewer: Viewer) -> list[Token]:
    """Return the viewer's own tokens, newest first."""
    viewer.need("token.write")
    rows = ApiToken.objects.filter(owner_id=viewer.user_id).order_by("-id")[:50]
    return [
        Token(t.pk, t.name, tuple(t.scopes), t.created_at, t.expires_at, t.revoked_at, t.last_used_at)
        for t in rows
    ]
