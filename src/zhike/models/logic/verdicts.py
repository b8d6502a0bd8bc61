"""The verdict on each client: the class with its hysteresis, the evidence in numbers and in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import LOGIC
from zhike.datacentre.tables.sentences import Told, tell
from zhike.models.logic.definitions import LOGICS
from zhike.models.logic.evidence import TRAITS
from zhike.models.logic.readings import Experience, LogicSettings, Verdicts

MIXED, INSUFFICIENT = "mixed", "insufficient"


def classes(
    verdicts: Verdicts, before: npt.NDArray[np.str_], settings: LogicSettings
) -> npt.NDArray[np.str_]:
    """Return each client's class; one who had a logic `before` ("" for none) keeps it while it lies less than `stay` behind."""
    p = verdicts.probability
    order = np.argsort(-p, axis=1, kind="stable")
    rows = np.arange(len(p))
    lead = p[rows, order[:, 0]] - p[rows, order[:, 1]]
    out = np.where(lead < settings.margin, MIXED, np.array(LOGICS)[order[:, 0]])
    for k, name in enumerate(LOGICS):
        keeps = (before == name) & (p.max(1) - p[:, k] < settings.stay)
        out = np.where(keeps, name, out)
    return np.where(verdicts.enough, out, INSUFFICIENT)


def logic_table(
    clients: list[str],
    verdicts: Verdicts,
    known: Experience,
    overlays: Mapping[str, str],
    before: Mapping[str, tuple[str, Date]],
    as_of: Date,
    settings: LogicSettings,
) -> pa.Table:
    """Return the table `logic`. `before`: each client's class in the last generation, and since when it held."""
    earlier = np.array([before.get(c, ("", as_of))[0] for c in clients], dtype=np.str_)
    found = classes(verdicts, earlier, settings)
    rows = []
    for i, client in enumerate(clients):
        enough = bool(verdicts.enough[i])
        p = verdicts.probability[i] if enough else [None] * len(LOGICS)
        why = _reason(verdicts, known, i, str(found[i]), settings)
        since = before[client][1] if client in before and before[client][0] == found[i] else as_of
        rows.append(
            {
                "client_id": client, "as_of": as_of, "logic": str(found[i]),
                **{f"p_{name}": None if x is None else float(x) for name, x in zip(LOGICS, p, strict=True)},
                "overlay": overlays.get(client), "evidence": _json(verdicts, i) if enough else "{}",
                "reason": why.zh, "reason_told": why.stored, "since": since,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema_of(LOGIC))


def _json(verdicts: Verdicts, i: int) -> str:
    """Return trait → its contribution to the score of the leading logic, the strongest first; they add up to the score."""
    parts = verdicts.evidence.parts[i, int(verdicts.probability[i].argmax())]
    order = np.argsort(-np.abs(parts), kind="stable")
    return json.dumps({TRAITS[t]: round(float(parts[t]), 6) for t in order}, ensure_ascii=False)


def _reason(verdicts: Verdicts, known: Experience, i: int, name: str, settings: LogicSettings) -> Told:
    n, trips = int(verdicts.counts[i]), int(known.trips[i])
    if name == INSUFFICIENT:
        return tell(
            "logic.insufficient", n=n, spoken=float(verdicts.spoken[i]), decisions=settings.decisions, trips=trips,
            least=settings.trips, held=settings.held,
        )  # fmt: skip
    top = int(verdicts.probability[i].argmax())
    parts = verdicts.evidence.parts[i, top]
    best = [t for t in np.argsort(-parts, kind="stable")[:3] if parts[t] > 0 and TRAITS[t] != "level"]
    code = "logic.mixed" if name == MIXED else "logic.verdict"
    p, because = verdicts.probability[i, top], [TRAITS[t] for t in best]
    return tell(code, logic=LOGICS[top], p=p, n=n, trips=trips, because=because)
