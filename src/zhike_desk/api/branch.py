"""What programs may read of the branch: the day's list, the market, the segments; the same queries as the pages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field

from zhike_desk.api.door import ANSWERS, needs, router, viewer_of
from zhike_desk.api.schemas import branch as schemas
from zhike_desk.api.telling import both, known, shown
from zhike_desk.records import clock
from zhike_desk.records.queries import market as market_query
from zhike_desk.records.queries import segments as segment_query
from zhike_desk.records.queries import today as day_query
from zhike_desk.records.queries import workload
from zhike_desk.records.queries.entries import Moment, Person, Reason, Work
from zhike_desk.records.queries.segments import Group

YEAR = 250
_FAR = 1_000_000


@router.get("/today", response={200: schemas.Day, **ANSWERS}, operation_id="today")
@needs
def today(
    request: HttpRequest,
    staff: Annotated[str, Field(max_length=40)] = "",
    kind: Annotated[str, Field(max_length=200)] = "",
    must_do: Literal["", "yes", "no"] = "",
    after: Annotated[str, Field(max_length=80)] = "",
    ranked: Annotated[int, Field(ge=0, le=_FAR)] = 0,
    spent: Annotated[float, Field(ge=0, le=_FAR)] = 0.0,
) -> dict[str, Any]:
    """Return a stretch of the day's list in its order: one's own, or (heads) the branch's or that of one of its `staff`; kinds of reasons with commas between.

    The list holds tasks too: the token needs the scope `care.read` beside.
    """
    viewer, night = viewer_of(request), shown()
    when = Moment(clock.now(night), clock.today(night), night.as_of)
    wanted = day_query.asked({"kind": [kind], "must_do": [must_do]})
    # a part of the list doesn't say where the day is full
    room = None if wanted.choices else workload.left(viewer, when.at, staff=staff)
    found = day_query.day(viewer, when, staff=staff, wanted=wanted, after=after, spent=spent, room=room)
    return {
        "today": when.today,
        "room": room,
        "entries": [_entry(work, rank) for rank, work in enumerate(found.works, ranked + 1)],
        "after": found.older,
        "ranked": ranked + len(found.works),
        "spent": found.minutes,
    }


def _entry(work: Work, rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "client": _person(work.client) if work.client is not None else None,
        "reasons": [_reason(reason) for reason in work.reasons],
        "minutes": work.minutes,
        "must_do": work.must_do,
        "due_on": work.due_on,
        "staff_id": work.staff_id,
        "beyond": work.beyond,
    }


def _person(found: Person) -> dict[str, Any]:
    same = ("key", "name", "logic", "stage", "grade", "risk_level", "last_contact", "opt_out", "unassessed", "attempts", "reached")  # fmt: skip
    figures = {"score": known(found.score), "net_now": known(found.net_now)}
    return {**{name: getattr(found, name) for name in same}, **figures}


def _reason(found: Reason) -> dict[str, Any]:
    same = ("proposal_id", "task_id", "version", "kind", "rule", "minutes", "due_on", "must_do", "expected_value")  # fmt: skip
    words = {"title": found.title, "suitability": found.suitability, "why_not": found.why_not}
    told = {name: getattr(found, name) for name in same}
    return told | {key: text for name, said in words.items() for key, text in both(name, said).items()}


@router.get("/market", response={200: schemas.Market, **ANSWERS}, operation_id="market")
@needs
def market(request: HttpRequest, days: Annotated[int, Field(ge=1, le=10_000)] = YEAR) -> dict[str, Any]:
    """Return the market's last trading days: money effect, state, regime, breadth."""
    shown()
    viewer = viewer_of(request)
    found = market_query.days(viewer, days)
    runs = market_query.runs(viewer, found)
    return {"days": list(found), "state_days": runs["state"], "regime_days": runs["regime_known"]}


@router.get("/market/phases", response={200: list[schemas.Phase], **ANSWERS}, operation_id="market_phases")
@needs
def market_phases(request: HttpRequest) -> tuple[market_query.Phase, ...]:
    """Return what clients of each logic did in each state of the market and each wave, all clients together."""
    shown()
    return market_query.phases(viewer_of(request))


@router.get("/segments", response={200: schemas.Segments, **ANSWERS}, operation_id="segments")
@needs
def segments(
    request: HttpRequest,
    kind: Annotated[str, Field(max_length=80)] = "",
    grade: Annotated[str, Field(max_length=80)] = "",
    staff_id: Annotated[str, Field(max_length=40)] = "",
) -> dict[str, Any]:
    """Return the map of the clients within one's scope, narrowed to kinds, grades, or (heads) the clients of one of the staff."""
    shown()
    viewer = viewer_of(request)
    asked = {"kind": [kind], "grade": [grade], "staff_id": [staff_id]}
    found = segment_query.segments(viewer, segment_query.asked(viewer, asked))
    flows = segment_query.flows(viewer)
    return {
        "cells": [
            {"logic": logic, "stage": stage, "grades": dict(found.grades.get((logic, stage), {})), **_group(group)}
            for (logic, stage), group in found.cells.items()
        ],
        "logics": dict(found.logics),
        "stages": dict(found.stages),
        "quadrants": dict(found.quadrants),
        "total": found.total,
        "hidden": found.hidden,
        "transitions": flows
        and {
            name: [{"before": f.before, "after": f.after, **_group(f.group)} for f in moves]
            for name, moves in flows.items()
        },
    }  # fmt: skip


def _group(found: Group) -> dict[str, Any]:
    return {"clients": found.clients, "assets": found.assets, "revenue": found.revenue}
