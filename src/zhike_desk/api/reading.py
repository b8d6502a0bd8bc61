"""What programs may read: the same queries as the pages."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field

from zhike.base.measure import UNITS
from zhike.base.text import Said
from zhike.datacentre.tables.sentences import in_words
from zhike_desk.api import schemas
from zhike_desk.api.door import ANSWERS, needs, router, viewer_of
from zhike_desk.records import clock
from zhike_desk.records.actions import seeing
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.queries import client as client_query
from zhike_desk.records.queries import clients as client_list
from zhike_desk.records.queries import nights, search
from zhike_desk.records.queries import tasks as task_list
from zhike_desk.records.queries import timeline as stream
from zhike_desk.records.queries.client_money import DRIVERS, PARTS
from zhike_desk.records.viewer import Denied

_COLUMNS = "sort_key,logic,stage,grade,score,net_now,revenue_12m,days_since_trade,days_since_contact"


@router.get("/night", response={200: schemas.Night, **ANSWERS}, operation_id="night")
@needs
def night(request: HttpRequest) -> nights.Shown:
    """Return the night that is shown; 404 before the first."""
    return _shown()


@router.get("/clients", response={200: schemas.Clients, **ANSWERS}, operation_id="clients")
@needs
def clients(
    request: HttpRequest,
    sort: Annotated[str, Field(max_length=40)] = "-score",
    after: str = "",
    before: str = "",
) -> dict[str, Any]:
    """Return one page of clients. The query is a list's address in the workbench: `logic=trend&net_now.min=100000&col=m.turnover_3m`."""
    _shown()
    page = client_list.page(viewer_of(request), client_list.asked(_list_query(request)))
    return {"rows": [_client(row) for row in page.rows], "newer": page.newer, "older": page.older}


@router.get("/clients/count", response={200: schemas.Count, **ANSWERS}, operation_id="clients_count")
@needs
def clients_count(request: HttpRequest) -> dict[str, Any]:
    """Count the clients the query asks for, up to a cap."""
    _shown()
    count, more = client_list.count(viewer_of(request), client_list.asked(dict(request.GET.lists())))
    return {"count": count, "more": more}


@router.get("/clients/{key}", response={200: schemas.Portrait, **ANSWERS}, operation_id="client")
@needs
def client(request: HttpRequest, key: str) -> dict[str, Any]:
    """Return a client, whole; money only where the token may see it."""
    night = _shown()
    found = client_query.portrait(viewer_of(request), key, night)
    row = found.row
    seeing.seen(row.client_id, by=viewer_of(request), at=clock.now(night))
    return {
        "key": found.key, "name": found.name, "phone": found.phone, "kind": row.kind, "risk_level": row.risk_level,
        "logic": row.logic, **_both("logic_reason", in_words(row.logic_reason)), "evidence": dict(found.evidence),
        "stage": row.stage, **_both("stage_reason", in_words(row.stage_reason)), "grade": row.grade, "score": _known(row.score),
        "model_version": row.model_version, "criteria": dict(found.points), "opted_out": found.opted_out,
        "measures": dict(found.measures),
        "attribution": [
            {"window_days": a.window, "pnl": a.pnl, **dict(zip(PARTS, a.parts, strict=True))} for a in found.attributions
        ],
        "expected": [
            {
                "horizon_months": e.months, "p10": e.low, "p50": e.middle, "p90": e.high, "neutral_p50": e.neutral,
                "parts": dict(zip(DRIVERS, e.parts, strict=True)) if e.parts else {}, "there": e.there, "model_version": e.model,
            }
            for e in found.expected
        ],
        "holdings": [
            {"security_id": h.security_id, "name": h.name, "quantity": h.quantity, "market_value": h.market_value}
            for h in found.held.rows
        ],
        "products": [
            {
                "product_id": p.product_id, "name": p.name, "category": p.category, "risk_level": p.risk_level, "paid": p.paid,
                "since": p.since, "matures_on": p.matures_on,
            }
            for p in found.held.products
        ],
    }  # fmt: skip


@router.get(
    "/clients/{key}/timeline", response={200: schemas.Timeline, **ANSWERS}, operation_id="client_timeline"
)
@needs
def client_timeline(
    request: HttpRequest, key: str, after: Annotated[str, Field(max_length=60)] = ""
) -> dict[str, Any]:
    """Return a page of a client's timeline, newest first."""
    found = stream.page(viewer_of(request), key, _shown(), after=after)
    return {
        "events": [{"at": e.at, "kind": e.kind, **_both("text", e.text)} for e in found.events],
        "older": found.older,
    }


@router.get("/search", response={200: list[schemas.Found], **ANSWERS}, operation_id="search_clients")
@needs
def search_clients(request: HttpRequest, q: Annotated[str, Field(max_length=80)]) -> list[search.Found]:
    """Find clients by name, pinyin, initials, number, or the last four of the telephone."""
    _shown()
    return search.clients(viewer_of(request), q)


@router.get("/measures", response={200: list[schemas.Measure], **ANSWERS}, operation_id="measures")
@needs
def measures(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the measures of the night, each with what it is called, its unit and its meaning, in both languages."""
    _shown()
    return [
        {
            "name": m.name, "title": m.label.zh, "title_en": m.label.en, "unit": m.unit,
            "unit_zh": UNITS[m.unit].zh if m.unit in UNITS else m.unit, "meaning": m.says.zh, "meaning_en": m.says.en,
            "window": m.window.zh, "window_en": m.window.en, "group": m.group,
        }
        for m in client_list.measures().values()
    ]  # fmt: skip


@router.get("/tasks", response={200: schemas.Tasks, **ANSWERS}, operation_id="tasks")
@needs
def tasks(request: HttpRequest, after: str = "", before: str = "") -> dict[str, Any]:
    """Return one page of tasks: open ones, unless the query names a state."""
    _shown()
    page = task_list.page(viewer_of(request), task_list.asked(dict(request.GET.lists())))
    rows = [
        {**{name: getattr(row, name) for name in _TASK}, **_both("title", row.title), "client_id": row.key}
        for row in page.rows
    ]
    return {"rows": rows, "newer": page.newer, "older": page.older}


_TASK = ("id", "version", "kind", "due_on", "minutes", "must_do", "staff_id", "state", "outcome")


def _shown() -> nights.Shown:
    found = nights.shown()
    if found is None:
        raise Denied("night")
    return found


def _list_query(request: HttpRequest) -> dict[str, list[str]]:
    return {**dict(request.GET.lists()), "cols": [_COLUMNS]}


def _client(row: client_list.Row) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if name != "sort_key"}
    plain = {name: _known(value) if isinstance(value, float) else value for name, value in values.items()}
    return {"key": row.key, "name": row.name, "phone": row.phone, **plain, "measures": dict(row.measures)}


def _both(name: str, words: Said) -> dict[str, str]:
    return {name: words.zh, f"{name}_en": words.en}


def _known(value: float) -> float | None:
    return None if value == UNKNOWN else value
