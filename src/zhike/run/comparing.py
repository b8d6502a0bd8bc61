"""Two models of value held against each other on the last generation: who would move, and by which criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import UsageError
from zhike.base.period import day_no
from zhike.base.text import say
from zhike.datacentre.generation import Generation
from zhike.models.value import (
    GRADES,
    UNGRADED,
    Graded,
    Scored,
    Standing,
    ValueModel,
    cuts_of,
    graded,
    grades_before,
    ordered_of,
    scored,
)
from zhike.run.explaining.published import latest
from zhike.run.movers import Mover, farthest, reasons
from zhike.run.sources import Sources
from zhike.run.valuing import Valued, valued

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_SHOWN = 10
_CLIENT = ("client_id", "kind", "opened_on", "closed_on", "frozen")


@dataclass(frozen=True, slots=True)
class Change:
    """What a new model changes for clients of a kind.

    `grades`: (before, after) → clients. `order`: rank correlation of the scores (Spearman), None where there is nothing to
    compare. `up`, `down`: those who move farthest.
    """

    kind: str
    clients: int
    grades: Mapping[tuple[str, str], int]
    order: float | None
    up: tuple[Mover, ...]
    down: tuple[Mover, ...]

    @property
    def moved(self) -> int:
        """Return how many clients change their grade."""
        return sum(n for (before, after), n in self.grades.items() if before != after)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models by name, the generation they were tried on, and what changes kind by kind."""

    before: str
    after: str
    generation: str
    changes: tuple[Change, ...]


def compared(home: Path, before: ValueModel, after: ValueModel) -> Comparison:
    """Value the clients of the latest generation by both models.

    Where it was valued by `before`, grades are those published and those that a night by `after` would make of them; else what
    scores alone give.
    Raises UsageError where nothing was published, it lacks a measure, or the models have no kind of client in common.
    """
    kinds = [kind for kind in before.kinds if kind in after.kinds]
    if not kinds:
        raise UsageError(
            say("两个模型没有共同的客户类别。", "The models have no kind of client in common."),
            next_=say("比较同一类客户的两个版本。", "Compare two versions for the same kind of client."),
        )
    generation = latest(home, None)
    as_of, client = generation.manifest.as_of, Sources.of(home).rows("client", _CLIENT)
    measured, logic = _measured(generation, {*before.measures, *after.measures}), _logics(generation)

    def by(model: ValueModel) -> dict[str, Valued]:
        return {v.kind: v for v in valued([(kind, model) for kind in kinds], client, measured, as_of)}

    first, second = by(before), by(after)
    graded_before = _published(generation, before.version)
    changes = (_change(first[k], second[k], logic, graded_before, as_of) for k in kinds if k in first)
    return Comparison(before.version, after.version, generation.id, tuple(changes))


def _published(generation: Generation, version: str) -> pa.Table | None:
    """Return how clients were graded by a version; None where the generation wasn't valued by it."""
    if "value" not in generation.tables:
        return None
    rows = generation.read("value", ("client_id", "model_version", "grade", "since", "watch_since"))
    rows = rows.filter(pc.equal(rows["model_version"].cast(pa.string()), version))
    return rows if rows.num_rows else None


def _measured(generation: Generation, wanted: set[str]) -> pa.Table:
    if "measure" not in generation.tables:
        raise UsageError(
            say("这一期没有发布指标。", "This generation has no measures."),
            next_=say("先运行：zhike run", "First: zhike run"),
        )
    lacking = sorted(wanted - set(generation.schema("measure").names))
    if lacking:
        raise UsageError(
            say(f"这一期没有这些指标：{'、'.join(lacking)}。", f"This generation lacks measures: {', '.join(lacking)}."), where=generation.id,
            next_=say("先再运行一夜：zhike run", "First run a night by this release: zhike run"),
        )  # fmt: skip
    return generation.read("measure", ("client_id", *sorted(wanted)))


def _logics(generation: Generation) -> Mapping[str, str]:
    if "logic" not in generation.tables:
        return {}
    rows = generation.read("logic", ("client_id", "logic"))
    return dict(zip(rows["client_id"].to_pylist(), rows["logic"].to_pylist(), strict=True))


def _change(
    first: Valued, second: Valued, logic: Mapping[str, str], published: pa.Table | None, as_of: Date
) -> Change:
    names: list[str] = first.clients.to_pylist()
    logics = [logic.get(c) for c in names]
    earlier, other = grades_before(first.clients, second.model.version, published)
    a, b = (
        _ranked(v, scored(v.model, v.values, logics, ordered_of(v.model, v.values)), earlier, other, as_of)
        for v in (first, second)
    )
    both = np.flatnonzero(~np.isnan(a.found.score + b.found.score))
    before = np.where(earlier.grade == UNGRADED, a.grade, earlier.grade)
    a = replace(a, grade=before)
    pairs, counts = np.unique(np.stack([a.grade[both], b.grade[both]], axis=1), axis=0, return_counts=True)
    moves = {
        (GRADES[i], GRADES[j]): int(n) for (i, j), n in zip(pairs.tolist(), counts.tolist(), strict=True)
    }
    grades, places = a.grade[both] - b.grade[both], a.rank[both] - b.rank[both]
    up, down = farthest(grades, places, _SHOWN)
    made = [tuple(_mover(names[i], i, a, b) for i in both[some].tolist()) for some in (up, down)]
    return Change(first.kind, len(both), moves, _spearman(a.rank[both], b.rank[both]), made[0], made[1])


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """Clients by one model: scores, places, grades (places in GRADES)."""

    model: ValueModel
    found: Scored
    rank: Ints
    grade: Ints


def _ranked(own: Valued, found: Scored, earlier: Graded, other: Flags, as_of: Date) -> _Ranked:
    ordered = np.sort(found.score[~np.isnan(found.score)])
    grades = own.model.grades
    made = graded(found.score, earlier, cuts_of(ordered, grades), grades, day_no(as_of), other)
    return _Ranked(own.model, found, Standing(ordered).ranks(found.score), made.grade)


def _mover(client: str, i: int, a: _Ranked, b: _Ranked) -> Mover:
    return Mover(
        client, (GRADES[a.grade[i]], GRADES[b.grade[i]]), (int(a.rank[i]), int(b.rank[i])),
        (float(a.found.score[i]), float(b.found.score[i])), reasons(_points(a, i), _points(b, i)),
    )  # fmt: skip


def _points(by: _Ranked, i: int) -> dict[str, float]:
    return dict(zip(by.model.leaves, np.nan_to_num(by.found.parts[i]).tolist(), strict=True))


def _spearman(a: Ints, b: Ints) -> float | None:
    """Return the correlation of mid-ranks."""
    x, y = _middle(a), _middle(b)
    if len(x) < 2 or not x.std() or not y.std():
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _middle(ranks: Ints) -> Floats:
    _, place, counts = np.unique(ranks, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]
