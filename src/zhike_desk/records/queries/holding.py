"""Whom a freeze or an erasure is about, shown before it is asked for and again to who decides it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from zhike_desk.records import scope, settings
from zhike_desk.records import staff as staff_of
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.models import BookClient, Hold
from zhike_desk.records.retention import kept_until
from zhike_desk.records.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Subject:
    """A client: masked name, number, branch, who serves them, net assets (None: not known), until when the law keeps the records.

    `open`: an account is still open, so the time hasn't begun; `standing`: frozen or erased already (else empty).
    """

    client_id: str
    name: str
    kind: str
    branch_id: str
    staff: str
    net: float | None
    opened_on: date | None
    closed_on: date | None
    kept_until: date | None
    kept: bool
    standing: str

    @property
    def open(self) -> bool:
        """Tell whether an account is still open."""
        return self.closed_on is None


def subject(viewer: Viewer, client_id: str, on: date) -> Subject | None:
    """Return the client of a number as the form shows it; None where there is none to be seen."""
    return subjects(viewer, [client_id], on).get(client_id)


def subjects(viewer: Viewer, ids: Collection[str], on: date) -> Mapping[str, Subject]:
    """Return clients by number, of those `viewer` may freeze or see; four queries, none for nobody."""
    if not ids or viewer.may("client.hold") is None:
        return {}
    rows = list(scope.clients(viewer, "client.hold").filter(client_id__in=ids))
    names = staff_of.names({row.staff_id for row in rows if row.staff_id})
    held = dict(
        Hold.objects.filter(client_id__in=ids, lifted_at__isnull=True).values_list("client_id", "kind")
    )
    years = settings.current().retention.years
    return {row.client_id: _subject(row, names, held.get(row.client_id, ""), years, on) for row in rows}


def _subject(row: BookClient, names: Mapping[str, str], standing: str, years: int, on: date) -> Subject:
    until = kept_until(row, years)
    return Subject(
        client_id=row.client_id,
        name=row.name,
        kind=row.kind,
        branch_id=row.branch_id,
        staff=names.get(row.staff_id, row.staff_id),
        net=None if row.net_now == UNKNOWN else row.net_now,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        kept_until=until,
        kept=until is None or on < until,
        standing=standing,
    )
