"""Registers of compliance: risk assessments by what they are worth today, consent as it stands, who is frozen or erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from zhike_desk.records import scope, settings
from zhike_desk.records.models import BookClient, Consent, Hold
from zhike_desk.records.viewer import Viewer

SHOWN = 100
STATES = ("expired", "expiring", "missing")


@dataclass(frozen=True, slots=True)
class Assessment:
    """One client whose risk assessment needs something: expired, about to, or never made."""

    client_id: str
    name: str
    level: str
    assessed_on: date | None
    holds_until: date | None
    state: str
    staff_id: str


@dataclass(frozen=True, slots=True)
class Assessments:
    """How many there are of each state within the viewer's scope, and the first hundred of one of them."""

    counts: Mapping[str, int]
    rows: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a client last said of one kind of consent."""

    client_id: str
    kind: str
    given: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A client frozen or erased, since when, why, by whom; `version` for lifting it."""

    client_id: str
    kind: str
    reason: str
    by: str
    at: datetime


def assessments(viewer: Viewer, today: date, state: str) -> Assessments:
    """Return the risk assessments that need something; three queries, of open accounts only."""
    viewer.need("compliance.view")
    soon = today + timedelta(days=settings.current().shown.assessment_days)
    needs = {
        "expired": Q(risk_valid_until__lt=today),
        "expiring": Q(risk_valid_until__gte=today, risk_valid_until__lte=soon),
        "missing": Q(risk_valid_until__isnull=True),
    }
    standing = scope.clients(viewer, "client.list").filter(closed_on__isnull=True, kind="individual")
    counts = standing.aggregate(**{name: Count("pk", filter=need) for name, need in needs.items()})
    chosen = needs.get(state, needs["expired"])
    rows = standing.filter(chosen).order_by("risk_valid_until", "client_id")[:SHOWN]
    return Assessments(counts, tuple(_assessment(row, state) for row in rows))


def _assessment(row: BookClient, state: str) -> Assessment:
    until = row.risk_valid_until
    return Assessment(
        row.client_id, row.name, row.risk_level, row.risk_assessed_on, until, state, row.staff_id
    )


def consents(viewer: Viewer) -> list[Entry]:
    """Return what clients last said, newest first: the register of the desk; a hundred of them."""
    viewer.need("consent.read")
    newest = Consent.objects.values("client_id", "kind").annotate(last=Max("pk")).values("last")
    seen: QuerySet[Consent] = scope.of_clients(Consent.objects.filter(pk__in=newest), viewer, "consent.read")
    rows = seen.select_related("by").order_by("-pk")[:SHOWN]
    return [
        Entry(c.client_id, c.kind, c.given, c.reason, c.by.display_name or c.by.username, c.created_at)
        for c in rows
    ]


def opted_out(viewer: Viewer) -> int:
    """Count the clients whom the files say not to sell to, within the viewer's scope."""
    return scope.clients(viewer, "client.list").filter(opt_out=True).count()


def held(viewer: Viewer) -> list[Held]:
    """Return who is frozen or erased at the desk, newest first; for who may see them."""
    viewer.need("client.held")
    rows = Hold.objects.filter(lifted_at__isnull=True).select_related("by").order_by("-pk")[:SHOWN]
    return [
        Held(h.client_id, h.kind, h.reason, h.by.display_name or h.by.username, h.created_at) for h in rows
    ]
