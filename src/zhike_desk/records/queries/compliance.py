"""Registers of compliance: risk assessments by what they are worth today, consent as it stands, who is frozen or erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from zhike.base.text import say
from zhike_desk.records import scope, settings
from zhike_desk.records import staff as staff_of
from zhike_desk.records.masking import struck
from zhike_desk.records.models import BookClient, Consent, Hold
from zhike_desk.records.queries import listing
from zhike_desk.records.queries.listing import Column, Listed
from zhike_desk.records.viewer import Viewer

SHOWN = 100
STATES = ("expired", "expiring", "missing")
SOURCES = ("desk", "files")
_NUMBER = Column("client_id", say("客户号", "Number"), "text", say("客户号。", "The client's number."), True)
ASSESSMENTS = Listed(
    page="assessments",
    key="client_id",
    columns={
        "risk_valid_until": Column("risk_valid_until", say("有效至", "Holds until"), "date", say("测评有效至该日。", "The last day it holds."), True),
        "client_id": _NUMBER,
    },
    choices={"state": STATES},
    shown=(),
    sort="risk_valid_until",
    named="pseudonym",
)  # fmt: skip
REFUSALS = Listed(
    page="refusals", key="client_id", columns={"client_id": _NUMBER}, choices={"source": SOURCES}, shown=(), sort="client_id", named="pseudonym"
)  # fmt: skip
CONSENTS = Listed(
    page="consents",
    key="id",
    columns={
        "id": Column("id", say("次序", "Order"), "count", say("登记的次序。", "The order of entry."), True)
    },
    choices={"source": SOURCES},
    shown=(),
    sort="-id",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A client as a register names them: number, masked name, who serves them."""

    client_id: str
    name: str
    staff: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One client whose risk assessment needs something: expired, about to, or never made."""

    who: Person
    level: str
    assessed_on: date | None
    holds_until: date | None


@dataclass(frozen=True, slots=True)
class Assessments:
    """A page of the clients of one state, how many there are of each within the viewer's scope, the queries of the pages beside it.

    `ahead`: within how many days one is about to end.
    """

    state: str
    counts: Mapping[str, int]
    rows: tuple[Assessment, ...]
    newer: str
    older: str
    ahead: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a client last said of one kind of consent; `name` is empty where the client isn't in the book any more."""

    client_id: str
    name: str
    kind: str
    given: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consents:
    """A page of what the desk wrote down, or of whom the files say not to sell to, and the queries of the pages beside it."""

    source: str
    entries: tuple[Entry, ...]
    refusals: tuple[Person, ...]
    refused: int
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class Held:
    """A client frozen or erased, since when, why, by whom."""

    client_id: str
    name: str
    kind: str
    reason: str
    by: str
    at: datetime


def assessments(
    viewer: Viewer, today: date, query: Mapping[str, Sequence[str]], size: int = listing.PAGE
) -> Assessments:
    """Return the page of risk assessments that the URL asks for, of open accounts only; four queries. Raises Refused."""
    viewer.need("compliance.view")
    state = (query.get("state") or ("expired",))[-1]
    asked = listing.asked(ASSESSMENTS, {**query, "sort": ["client_id"]} if state == "missing" else query)
    state = asked.choices.get("state", ("expired",))[0]
    ahead = settings.current().shown.assessment_days
    soon = today + timedelta(days=ahead)
    needs = {
        "expired": Q(risk_valid_until__lt=today),
        "expiring": Q(risk_valid_until__gte=today, risk_valid_until__lte=soon),
        "missing": Q(risk_valid_until__isnull=True),
    }
    standing = scope.clients(viewer, "client.list").filter(closed_on__isnull=True, kind="individual")
    counts = standing.aggregate(**{name: Count("pk", filter=need) for name, need in needs.items()})
    found = listing.sliced(ASSESSMENTS, standing.filter(needs[state]), replace(asked, choices={}), size)
    people = _people(found.rows)
    rows = tuple(
        Assessment(people[r.client_id], r.risk_level, r.risk_assessed_on, r.risk_valid_until)
        for r in found.rows
    )
    newer, older = listing.beside(ASSESSMENTS, asked, found)
    return Assessments(state, counts, rows, newer, older, ahead)


def _people(rows: Sequence[BookClient]) -> dict[str, Person]:
    """Return clients as registers name them; one query, for the names of who serves them."""
    names = staff_of.names({r.staff_id for r in rows if r.staff_id})
    return {r.client_id: Person(r.client_id, r.name, names.get(r.staff_id, r.staff_id)) for r in rows}


def consents(viewer: Viewer, query: Mapping[str, Sequence[str]]) -> Consents:
    """Return the page of consent that the URL asks for: the desk's own entries, newest first, or who refused by the files. Raises Refused."""
    viewer.need("consent.read")
    refused = scope.clients(viewer, "client.list").filter(opt_out=True)
    count = refused.count()
    if (query.get("source") or ("",))[-1] == "files":
        asked = listing.asked(REFUSALS, query)
        page = listing.sliced(REFUSALS, refused, replace(asked, choices={}))
        return Consents(
            "files", (), tuple(_people(page.rows).values()), count, *listing.beside(REFUSALS, asked, page)
        )
    asked = listing.asked(CONSENTS, query)
    newest = Consent.objects.values("client_id", "kind").annotate(last=Max("pk")).values("last")
    seen: QuerySet[Consent] = scope.of_clients(Consent.objects.filter(pk__in=newest), viewer, "consent.read")
    page = listing.sliced(CONSENTS, seen.select_related("by"), replace(asked, choices={}))
    ids = {c.client_id for c in page.rows}
    known = scope.clients(viewer, "consent.read").in_bulk(ids) if ids else {}
    return Consents(
        "desk", tuple(_entry(c, known) for c in page.rows), (), count, *listing.beside(CONSENTS, asked, page)
    )


def _entry(row: Consent, known: Mapping[str, BookClient]) -> Entry:
    client = known.get(row.client_id)
    by = row.by.display_name or row.by.username
    return Entry(row.client_id, client.name if client else "", row.kind, row.given, struck(row.reason), by, row.created_at)  # fmt: skip


def held(viewer: Viewer) -> list[Held]:
    """Return who is frozen or erased at the desk, newest first; for who may see them."""
    viewer.need("client.held")
    rows = Hold.objects.filter(lifted_at__isnull=True).select_related("by").order_by("-pk")[:SHOWN]
    known = scope.clients(viewer, "client.held").in_bulk([h.client_id for h in rows])
    return [
        Held(
            h.client_id, known[h.client_id].name if h.client_id in known else "", h.kind, h.reason,
            h.by.display_name or h.by.username, h.created_at,
        )
        for h in rows
    ]  # fmt: skip
