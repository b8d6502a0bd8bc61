"""A client's portrait as the API gives it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike.datacentre.tables.sentences import in_words
from zhike_desk.api.telling import both, known
from zhike_desk.records.queries import client_money, peers
from zhike_desk.records.queries.client import Duty, Portrait
from zhike_desk.records.queries.client_money import DRIVERS, PARTS


def told(found: Portrait) -> dict[str, Any]:
    """Return a client, whole, by the names of `schemas.clients.Portrait`."""
    return {**_concluded(found), **_money(found), **_around(found)}


def _concluded(found: Portrait) -> dict[str, Any]:
    """Return who it is, and what the night concluded."""
    row = found.row
    return {
        "key": found.key, "name": found.name, "phone": found.phone, "kind": row.kind, "risk_level": row.risk_level,
        "logic": row.logic, **both("logic_reason", in_words(row.logic_reason)), "evidence": dict(found.evidence),
        "stage": row.stage, **both("stage_reason", in_words(row.stage_reason)), "grade": row.grade, "score": known(row.score),
        "model_version": row.model_version, "criteria": dict(found.points), "opted_out": found.opted_out,
        "measures": dict(found.measures), "peers": [_peer(c) for c in found.compared],
    }  # fmt: skip


def _money(found: Portrait) -> dict[str, Any]:
    """Return what is held, what it brought and will bring."""
    return {
        "attribution": [
            {"window_days": a.window, "pnl": a.pnl, **dict(zip(PARTS, a.parts, strict=True))} for a in found.attributions
        ],
        "expected": [_expected(e) for e in found.expected],
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


def _around(found: Portrait) -> dict[str, Any]:
    """Return who stands around a client, and what is due with them."""
    written = found.written
    return {
        "staff": list(written.staff),
        "links": list(found.links),
        "tags": [word for _, word in written.tags],
        "tasks": list(_duties(written.tasks)),
        "proposals": list(_duties(written.proposals)),
        "last_contact": written.contacted_on,
        "attempts": written.attempts,
    }


def _expected(found: client_money.Expected) -> dict[str, Any]:
    return {
        "horizon_months": found.months, "p10": found.low, "p50": found.middle, "p90": found.high, "neutral_p50": found.neutral,
        "parts": dict(zip(DRIVERS, found.parts, strict=True)) if found.parts else {}, "there": found.there,
        "model_version": found.model,
    }  # fmt: skip


def _peer(found: peers.Compared) -> dict[str, Any]:
    band = found.band
    return {
        "measure": found.measure, "value": found.value, "place": found.place,
        "low": band.low if band else None, "middle": band.middle if band else None, "high": band.high if band else None,
        "clients": band.clients if band else None,
    }  # fmt: skip


def _duties(found: Iterable[Duty]) -> Iterable[dict[str, Any]]:
    for duty in found:
        yield {
            "kind": duty.kind, **both("title", duty.title), **both("suitability", duty.suitability), "due_on": duty.due_on,
            "minutes": duty.minutes, "must_do": duty.must_do, "proposal_id": duty.proposal_id, "task_id": duty.task_id or None,
            "version": duty.version or None, "staff_id": duty.staff_id,
        }  # fmt: skip
