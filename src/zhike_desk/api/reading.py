"""What programs may read: the same queries as the pages."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field

from zhike.base.measure import UNITS
from zhike_desk.api import portraits
from zhike_desk.api.door import ANSWERS, needs, router, viewer_of
from zhike_desk.api.schemas import clients as schemas
from zhike_desk.api.schemas import work
from zhike_desk.api.telling import both, known, shown
from zhike_desk.records import clock, scope
from zhike_desk.records.actions import seeing
from zhike_desk.records.queries import client as client_query
from zhike_desk.records.queries import clients as client_list
from zhike_desk.records.queries import complaints as complaint_list
from zhike_desk.records.queries import nights, search
from zhike_desk.records.queries import tasks as task_list
from zhike_desk.records.queries import timeline as stream

_COLUMNS = "sort_key,logic,stage,grade,score,net_now,revenue_12m,days_since_trade,days_since_contact"


@router.get("/night", response={200: schemas.Night, **ANSWERS}, operation_id="night")
@needs
def night(request: HttpRequest) -> nights.Shown:
    """Return the night that is shown; 404 before the first."""
    return shown()


@router.get("/clients", response={200: schemas.Clients, **ANSWERS}, operation_id="clients")
@needs
def clients(
    request: HttpRequest,
    sort: Annotated[str, Field(max_length=40)] = "-score",
    after: str = "",
    before: str = "",
) -> dict[str, Any]:
    """Return one page of clients. The query is a list's address in the workbench: `logic=trend&net_now.min=100000&col=m.turnover_3m`."""
    shown()
    page = client_list.page(viewer_of(request), client_list.asked(_list_query(request)))
    return {"rows": [_client(row) for row in page.rows], "newer": page.newer, "older": page.older}


@router.get("/clients/count", response={200: schemas.Count, **ANSWERS}, operation_id="clients_count")
@needs
def clients_count(request: HttpRequest) -> dict[str, Any]:
    """Count the clients the query asks for, up to a cap."""
    shown()
    count, more = client_list.count(viewer_of(request), client_list.asked(dict(request.GET.lists())))
    return {"count": count, "more": more}


@router.get("/clients/{key}", response={200: schemas.Portrait, **ANSWERS}, operation_id="client")
@needs
def client(request: HttpRequest, key: str) -> dict[str, Any]:
    """Return a client, whole; money only where the token may see it."""
    night = shown()
    found = client_query.portrait(viewer_of(request), key, night)
    seeing.seen(found.row.client_id, by=viewer_of(request), at=clock.now(night))
    return portraits.told(found)


@router.get(
    "/clients/{key}/timeline", response={200: schemas.Timeline, **ANSWERS}, operation_id="client_timeline"
)
@needs
def client_timeline(
    request: HttpRequest,
    key: str,
    only: Annotated[str, Field(max_length=20)] = "",
    after: Annotated[str, Field(max_length=60)] = "",
) -> dict[str, Any]:
    """Return a page of a client's timeline, newest first; `only` narrows it: contact, task, note, trade, product, money, risk, system."""
    viewer, night = viewer_of(request), shown()
    row = scope.client(viewer, key)
    found = stream.of_client(viewer, row, night, only=only, after=after)
    seeing.seen(row.client_id, by=viewer, at=clock.now(night))
    return {
        "events": [
            {
                "at": e.at, "kind": e.kind, **both("text", e.text), "medium": e.medium, "outcome": e.outcome,
                "minutes": e.minutes, "who": e.who,
            }
            for e in found.events
        ],
        "older": found.older,
    }  # fmt: skip


@router.get(
    "/clients/{key}/complaints",
    response={200: list[schemas.Complaint], **ANSWERS},
    operation_id="client_complaints",
)
@needs
def client_complaints(request: HttpRequest, key: str) -> tuple[complaint_list.Line, ...]:
    """Return the newest complaints of a client, of the desk and of the files, open and closed."""
    viewer, night = viewer_of(request), shown()
    row = scope.client(viewer, key, "care.read")
    seeing.seen(row.client_id, by=viewer, at=clock.now(night))
    return complaint_list.of_client(viewer, row)


@router.get("/search", response={200: list[schemas.Found], **ANSWERS}, operation_id="search_clients")
@needs
def search_clients(request: HttpRequest, q: Annotated[str, Field(max_length=80)]) -> list[search.Found]:
    """Find clients by name, pinyin, initials, number, or the last four of the telephone."""
    shown()
    return search.clients(viewer_of(request), q)


@router.get("/measures", response={200: list[schemas.Measure], **ANSWERS}, operation_id="measures")
@needs
def measures(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the measures of the night, each with what it is called, its unit and its meaning, in both languages."""
    shown()
    return [
        {
            "name": m.name, "title": m.label.zh, "title_en": m.label.en, "unit": m.unit,
            "unit_zh": UNITS[m.unit].zh if m.unit in UNITS else m.unit, "meaning": m.says.zh, "meaning_en": m.says.en,
            "window": m.window.zh, "window_en": m.window.en, "group": m.group,
        }
        for m in client_list.measures().values()
    ]  # fmt: skip


@router.get("/tasks", response={200: work.Tasks, **ANSWERS}, operation_id="tasks")
@needs
def tasks(request: HttpRequest, after: str = "", before: str = "") -> dict[str, Any]:
    """Return one page of tasks: open ones, unless the query names a state."""
    shown()
    page = task_list.page(viewer_of(request), task_list.asked(dict(request.GET.lists())))
    rows = [
        {**{name: getattr(row, name) for name in _TASK}, **both("title", row.title), "client_id": row.key}
        for row in page.rows
    ]
    return {"rows": rows, "newer": page.newer, "older": page.older}


_TASK = ("id", "version", "kind", "due_on", "minutes", "must_do", "staff_id", "state", "outcome")


def _list_query(request: HttpRequest) -> dict[str, list[str]]:
    return {**dict(request.GET.lists()), "cols": [_COLUMNS]}


def _client(row: client_list.Row) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if name != "sort_key"}
    plain = {name: known(value) if isinstance(value, float) else value for name, value in values.items()}
    return {"key": row.key, "name": row.name, "phone": row.phone, **plain, "measures": dict(row.measures)}
