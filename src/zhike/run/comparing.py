"""Two models of value held against each other on the last generation: who would move, and by which criteria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.generation import Generation
from zhike.models.value import GRADES, Scored, Standing, ValueModel, cuts_of, ordered_of, plain_grades, scored
from zhike.run.explaining.published import latest
from zhike.run.movers import Mover, farthest, reasons
from zhike.run.sources import Sources
from zhike.run.valuing import Valued, valued

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
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
    """Value the clients of the latest generation by both models. Grades are plain ones: neither model holds on to old ones.

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
    return Comparison(
        before.version, after.version, generation.id,
        tuple(_change(first[kind], second[kind], logic) for kind in kinds if kind in first),
    )  # fmt: skip


def _measured(generation: Generation, wanted: set[str]) -> pa.Table:
    if "measure" not in generation.tables:
        raise UsageError(
            say("这一期没有发布指标。", "This generation has no measures."),
            next_=say("先运行：zhike run", "First: zhike run"),
        )
    return generation.read("measure", ("client_id", *sorted(wanted)))


def _logics(generation: Generation) -> Mapping[str, str]:
    if "logic" not in generation.tables:
        return {}
    rows = generation.read("logic", ("client_id", "logic"))
    return dict(zip(rows["client_id"].to_pylist(), rows["logic"].to_pylist(), strict=True))


def _change(first: Valued, second: Valued, logic: Mapping[str, str]) -> Change:
    names: list[str] = first.clients.to_pylist()
    logics = [logic.get(c) for c in names]
    a, b = (
        _ranked(v, scored(v.model, v.values, logics, ordered_of(v.model, v.values))) for v in (first, second)
    )
    both = np.flatnonzero(~np.isnan(a.found.score + b.found.score))
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
    """Clients by one model: scores, places, plain grades (places in GRADES)."""

    model: ValueModel
    found: Scored
    rank: Ints
    grade: Ints


def _ranked(own: Valued, found: Scored) -> _Ranked:
    ordered = np.sort(found.score[~np.isnan(found.score)])
    rank = Standing(ordered).ranks(found.score)
    return _Ranked(own.model, found, rank, plain_grades(found.score, cuts_of(ordered, own.model.grades)))


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
