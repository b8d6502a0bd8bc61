"""The table `value`: score, grade, rank and quadrant of each client, and what each criterion gave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import day_no
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import VALUE
from zhike.datacentre.tables.sentences import Told, tell
from zhike.models.value.grades import GRADES, NEVER, UNGRADED, Graded, cuts_of, graded
from zhike.models.value.model import ValueModel
from zhike.models.value.scoring import Scored

Floats = npt.NDArray[np.float64]
QUADRANTS = ("reduce", "maintain", "develop", "keep")
"""By whether current (2nd, 4th) and potential value (3rd, 4th) are high."""
_SCHEMA = schema_of(VALUE)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The scores of all clients of a kind, rising: what each is ranked and graded among."""

    ordered: Floats

    def ranks(self, score: Floats) -> npt.NDArray[np.int64]:
        """Return each score's place, 1 the best; equal scores share it."""
        return len(self.ordered) - np.searchsorted(self.ordered, score, "right") + 1


def value_table(
    clients: pa.Array,
    kind: str,
    model: ValueModel,
    found: Scored,
    among: Standing,
    before: pa.Table | None,
    as_of: Date,
) -> pa.Table:
    """Return the rows of clients of one kind. `before`: rows of `value` in the last generation, which grades hold on to.

    Who has no score, because nothing is known, has no row.
    """
    there = np.flatnonzero(~np.isnan(found.score))
    clients, score = clients.take(pa.array(there)), found.score[there]
    earlier, other = grades_before(clients, model.version, before)
    grades = graded(score, earlier, cuts_of(among.ordered, model.grades), model.grades, day_no(as_of), other)
    parts = found.parts[there]
    columns = {
        "client_id": clients, "as_of": pa.repeat(pa.scalar(as_of, pa.date32()), len(there)), "kind": pa.repeat(kind, len(there)),
        "model_version": pa.repeat(model.version, len(there)), "score": pa.array(score),
        "grade": pa.array(np.array(GRADES)[grades.grade].tolist(), pa.string()), "rank": pa.array(among.ranks(score)),
        "criteria": pa.array(_told(model, parts), pa.string()), "current": _known(found.current[there]),
        "potential": _known(found.potential[there]), "quadrant": _quadrants(model, found, there),
        "since": _days(grades.since, None), "watch_since": _days(grades.below, NEVER),
        **_notes(model, parts),
    }  # fmt: skip
    return pa.table([columns[f.name].cast(f.type) for f in _SCHEMA], schema=_SCHEMA)


def grades_before(
    clients: pa.Array, version: str, before: pa.Table | None
) -> tuple[Graded, npt.NDArray[np.bool_]]:
    """Return how these clients were graded in the last generation, and who of them by another model than `version`."""
    n = len(clients)
    grade, since, below = np.full(n, UNGRADED), np.zeros(n, np.int64), np.full(n, NEVER)
    other = np.zeros(n, np.bool_)
    if before is not None:
        places = {c: i for i, c in enumerate(clients.to_pylist())}
        for row in before.select(("client_id", "model_version", "grade", "since", "watch_since")).to_pylist():
            i = places.get(row["client_id"])
            if i is not None:
                grade[i], since[i] = GRADES.index(row["grade"]), day_no(row["since"])
                below[i] = NEVER if row["watch_since"] is None else day_no(row["watch_since"])
                other[i] = row["model_version"] != version
    return Graded(grade, since, below), other


def _told(model: ValueModel, parts: Floats) -> list[str]:
    """Return criterion → its points, those unknown left out."""
    names = model.leaves
    return [
        json.dumps({name: round(x, 6) for name, x in zip(names, row, strict=True) if x == x})
        for row in parts.tolist()
    ]


def _notes(model: ValueModel, parts: Floats) -> dict[str, pa.Array]:
    """Say of each client which criteria aren't known; few patterns, so each is put into words once."""
    unknown, which = np.unique(np.isnan(parts), axis=0, return_inverse=True)
    told = [_note(model, np.flatnonzero(row)) for row in unknown]
    of = which.reshape(-1)
    words = {"note": [t and t.zh for t in told], "note_told": [t and t.stored for t in told]}
    return {name: pa.array([said[k] for k in of], pa.string()) for name, said in words.items()}


def _note(model: ValueModel, lacking: npt.NDArray[np.int64]) -> Told | None:
    if not len(lacking):
        return None
    labels = [model.label(model.leaves[k]) for k in lacking]
    return tell("value.lacking", names=[(label.zh, label.en) for label in labels])


def _quadrants(model: ValueModel, found: Scored, there: npt.NDArray[np.int64]) -> pa.Array:
    current, potential = found.current[there], found.potential[there]
    place = (current >= model.high[0]) * 1 + (potential >= model.high[1]) * 2
    return pa.array(np.array(QUADRANTS)[place].tolist(), pa.string(), mask=np.isnan(current + potential))


def _known(values: Floats) -> pa.Array:
    return pa.array(values, from_pandas=True)


def _days(days: npt.NDArray[np.int64], never: int | None) -> pa.Array:
    none = np.zeros(len(days), np.bool_) if never is None else days == never
    return pa.array(np.where(none, 0, days).astype(np.int32), pa.int32(), mask=none).cast(pa.date32())
