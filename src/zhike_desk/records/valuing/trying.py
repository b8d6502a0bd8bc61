"""Two models tried on the published night: who would change grade. Long work, the worker's, never a request's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zhike.run.comparing import Change, Comparison, compared
from zhike.run.movers import Mover
from zhike_desk.records.valuing import drafting


def tried(home: Path, before: str, after: str) -> dict[str, Any]:
    """Value the clients of the published night by two documents; return what changes, as JSON keeps it.

    `changes`: a kind of client each, with `grades` as [from, to, clients] and `up`, `down`: who moves farthest, by number.
    Raises UsageError where nothing was published, or the night lacks a measure.
    """
    return _plain(compared(home, drafting.model(before), drafting.model(after)))


def _plain(found: Comparison) -> dict[str, Any]:
    return {
        "before": found.before,
        "after": found.after,
        "generation": found.generation,
        "changes": [_change(change) for change in found.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "clients": change.clients,
        "moved": change.moved,
        "order": change.order,
        "grades": [[a, b, n] for (a, b), n in sorted(change.grades.items())],
        "up": [_mover(m) for m in change.up],
        "down": [_mover(m) for m in change.down],
    }


def _mover(mover: Mover) -> dict[str, Any]:
    return {
        "client_id": mover.client,
        "grade": list(mover.grade),
        "rank": list(mover.rank),
        "score": list(mover.score),
        "reasons": [[r.criterion, r.points] for r in mover.reasons],
    }
