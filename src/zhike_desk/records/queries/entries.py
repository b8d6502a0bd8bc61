"""What stands on the day's list: one entry a client, with every reason to call, what is known of them, and what may not be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhike.base.text import Said
from zhike_desk.records import scope, sentences
from zhike_desk.records import staff as staff_of
from zhike_desk.records.models import BookClient, BookProposal, Contact, Task
from zhike_desk.records.queries import permission
from zhike_desk.records.queries.permission import SELLING, Permission
from zhike_desk.records.reaching import last_reached, reached
from zhike_desk.records.viewer import Viewer

Row = BookProposal | Task


@dataclass(frozen=True, slots=True)
class Moment:
    """When the list is looked at: the moment itself, the day work is planned for, the day the night's numbers hold for (None: no night yet)."""

    at: datetime
    today: date
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """The client of an entry: how they are named, what is known of them at a glance, what was tried today.

    `last_contact`: the day they were last reached; `unassessed`: their risk assessment has run out.
    """

    key: str
    name: str
    logic: str
    stage: str
    grade: str
    risk_level: str
    score: float
    net_now: float
    last_contact: date | None
    opt_out: bool
    unassessed: bool
    attempts: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of an entry: a proposal (`proposal_id`) or a task (`task_id`, at `version`); what to do, why, until when.

    `why_not` says why it may not be done today.
    """

    proposal_id: str
    task_id: int | None
    version: int
    kind: str
    rule: str
    title: Said
    suitability: Said
    minutes: float
    due_on: date
    must_do: bool
    expected_value: float | None
    why_not: Said | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One entry of the day: a client with all that is to be done for them, or a task of nobody's. The first reason leads.

    `beyond`: it is the first that the hours of the day have no room for any more.
    """

    reasons: tuple[Reason, ...]
    staff_id: str
    staff: str
    client: Person | None
    beyond: bool = False

    @property
    def must_do(self) -> bool:
        """Tell whether any of it must be done."""
        return any(r.must_do for r in self.reasons)

    @property
    def minutes(self) -> float:
        """Return how long it takes: one call deals with all, as long as the longest of what may be done."""
        return longest(r.minutes for r in self.reasons if r.why_not is None)

    @property
    def due_on(self) -> date:
        """Return the first day anything of it is due."""
        return min(r.due_on for r in self.reasons)


def longest(minutes: Iterable[float]) -> float:
    """Return how long one call takes that deals with several matters."""
    return max(minutes, default=0.0)


def works(viewer: Viewer, entries: Sequence[Sequence[Row]], when: Moment, *, named: bool) -> tuple[Work, ...]:
    """Put beside each entry's rows its client, whether they may be approached, what was tried: queries don't grow with rows."""
    rows = [row for entry in entries for row in entry]
    ids = sorted({row.client_id for row in rows if row.client_id})
    clients = scope.clients(viewer, "today.view").in_bulk(ids) if ids else {}
    opted = {c.client_id: c.opt_out for c in clients.values()}
    allowed = permission.judged(opted, when.at, when.as_of) if clients else {}
    contacts = _contacts(list(clients), when) if clients else {}
    staff = staff_of.names({entry[0].staff_id for entry in entries}) if named else {}
    wanted = [t.proposal_id for t in rows if isinstance(t, Task) and t.proposal_id]
    origins = BookProposal.objects.in_bulk(wanted) if wanted else {}
    people = {c: _person(row, allowed.get(c), contacts.get(c, ()), when) for c, row in clients.items()}
    return tuple(
        Work(
            reasons=tuple(_reason(row, origins, allowed.get(row.client_id)) for row in entry),
            staff_id=entry[0].staff_id,
            staff=staff.get(entry[0].staff_id, entry[0].staff_id),
            client=people.get(entry[0].client_id),
        )
        for entry in entries
    )


def _reason(row: Row, origins: Mapping[str, BookProposal], allowed: Permission | None) -> Reason:
    proposal = row if isinstance(row, BookProposal) else None
    origin = proposal or origins.get(row.proposal_id)
    return Reason(
        proposal_id=row.proposal_id if proposal else "",
        task_id=row.pk if isinstance(row, Task) else None,
        version=row.version if isinstance(row, Task) else 1,
        kind=row.kind,
        rule=origin.rule if origin is not None else "",
        title=sentences.titled(row) if isinstance(row, Task) else sentences.told(row.reason),
        suitability=sentences.told(origin.suitability if origin is not None else ""),
        minutes=row.minutes,
        due_on=row.due_on,
        must_do=row.must_do,
        expected_value=origin.expected_value if origin is not None else None,
        why_not=_why_not(row, allowed),
    )


def _person(
    client: BookClient, allowed: Permission | None, contacts: Sequence[tuple[datetime, str]], when: Moment
) -> Person:
    here = [outcome for t, outcome in contacts if scope.day_of(t) == scope.day_of(when.at)]
    until = client.risk_valid_until
    return Person(
        key=client.client_id,
        name=client.name,
        logic=client.logic,
        stage=client.stage,
        grade=client.grade,
        risk_level=client.risk_level,
        score=client.score,
        net_now=client.net_now,
        last_contact=_last(client, contacts, when.as_of),
        opt_out=client.opt_out if allowed is None else not allowed.selling,
        unassessed=until is not None and until < when.today,
        attempts=sum(not reached(outcome) for outcome in here),
        reached=any(reached(outcome) for outcome in here),
    )


def _why_not(row: Any, allowed: Permission | None) -> Said | None:
    """Say why the work may not be done today; what must be done always may."""
    if allowed is None or row.must_do:
        return None
    if not allowed.allowed or (row.kind in SELLING and not allowed.selling):
        return allowed.why
    return None


def _last(client: BookClient, contacts: Sequence[tuple[datetime, str]], as_of: date | None) -> date | None:
    here = [scope.day_of(t) for t, outcome in contacts if reached(outcome)]
    return last_reached(client.days_since_contact, as_of, here)


def _contacts(ids: list[str], when: Moment) -> dict[str, list[tuple[datetime, str]]]:
    """Return what was logged at the desk from the day of the night on: client → moment and outcome."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    rows = Contact.objects.filter(
        client_id__in=ids, undone_at__isnull=True, at__date__gte=when.as_of, at__lte=when.at
    )
    for client_id, moment, outcome in rows.order_by("at").values_list("client_id", "at", "outcome"):
        found.setdefault(client_id, []).append((moment, outcome))
    return found
