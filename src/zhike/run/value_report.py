"""What `zhike report value` reads: how value is spread over the clients of a kind, and who moved since the last generation.

Individuals, institutions and product accounts have models and scales of their own and are never put together. Money is the
measures `net_now`, `revenue_12m` and `contribution_12m`; where one isn't known of a client it adds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.datacentre.generation import Generation
from zhike.datacentre.tables.results import LOGICS, STAGE
from zhike.engine.parquet import read_groups
from zhike.models.value import GRADES, QUADRANTS, ValueModel
from zhike.models.value.model import KINDS
from zhike.models.value.versions import Versions, versions
from zhike.run.explaining.published import latest
from zhike.run.movers import LEAST, Mover, farthest, reasons
from zhike.run.sources import Sources

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_Points = dict[str, dict[str, float]]
UNKNOWN = "unknown"
"""The logic or stage of a client that has none, and the quadrant of one of whom too little is known."""
_LOGICS, _STAGES = (*LOGICS, UNKNOWN), (*STAGE.column("stage").choices, UNKNOWN)
_VALUE = ("client_id", "kind", "model_version", "score", "grade", "rank", "quadrant")
_MEASURES = ("net_now", "revenue_12m", "contribution_12m")


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What is told: the part of the `top` clients (a share of all), curves in `steps`, at most so many `movers` each way."""

    top: float = 0.2
    steps: int = 100
    movers: int = 10


@dataclass(frozen=True, slots=True)
class Sums:
    """Clients, and in CNY what they hold now and what they brought in 12 months: revenue, and contribution after the cost to serve."""

    clients: int
    assets: float
    revenue: float
    contribution: float

    def __add__(self, other: Sums) -> Sums:
        """Return both together."""
        return Sums(
            self.clients + other.clients, self.assets + other.assets, self.revenue + other.revenue,
            self.contribution + other.contribution,
        )  # fmt: skip


NOBODY = Sums(0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Cell:
    """The clients of a grade, profit logic and stage."""

    grade: str
    logic: str
    stage: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Share:
    """What part of a total the first clients make, cumulated at equal steps from none of them to all; `top`: those of `ReportSettings`.

    Parts rise above 1 where clients at the end cost more than they bring.
    """

    parts: tuple[float, ...]
    top: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Cumulated shares of clients in an order (`score` or `contribution`, the highest first); None where the total isn't above 0."""

    by: str
    contribution: Share | None
    revenue: Share | None
    assets: Share | None


@dataclass(frozen=True, slots=True)
class Movers:
    """Who moved farthest since the previous generation; `why_none` says why nobody is named."""

    up: tuple[Mover, ...] = ()
    down: tuple[Mover, ...] = ()
    why_none: Said | None = None


@dataclass(frozen=True, slots=True)
class KindReport:
    """The clients of a kind: `grades` and `quadrants` by name, the best first; `cells` only those with clients, by revenue.

    `model`: the version that valued them; `labels`: what its criteria are called. `top`: the share of clients whose part curves tell.
    """

    kind: str
    model: str
    labels: Mapping[str, Said]
    total: Sums
    grades: Mapping[str, Sums]
    quadrants: Mapping[str, Sums]
    cells: tuple[Cell, ...]
    by_score: Curve
    by_contribution: Curve
    top: float
    movers: Movers

    def crossed(self, by: Literal["logic", "stage"]) -> dict[str, dict[str, Sums]]:
        """Return the clients of each logic (or stage) that occurs, grade by grade."""
        found: dict[str, dict[str, Sums]] = {}
        for cell in self.cells:
            own = found.setdefault(cell.logic if by == "logic" else cell.stage, dict.fromkeys(GRADES, NOBODY))
            own[cell.grade] += cell.sums
        order = _LOGICS if by == "logic" else _STAGES
        return {name: found[name] for name in order if name in found}


@dataclass(frozen=True, slots=True)
class GradeMove:
    """Clients of all kinds who went from a grade to another (`none`: not valued), with their assets and revenue; a row of `transition`."""

    before: str
    after: str
    clients: int
    assets: float
    revenue: float


@dataclass(frozen=True, slots=True)
class ValueReport:
    """A generation's value, kind by kind; `moves` since `previous`, both none in the first generation.

    `previous_as_of` is None where that generation isn't kept any more.
    """

    generation: str
    as_of: date
    previous: str | None
    previous_as_of: date | None
    kinds: tuple[KindReport, ...]
    moves: tuple[GradeMove, ...]


def published_value(
    home: Path,
    generation: str | None = None,
    kind: str | None = None,
    settings: ReportSettings | None = None,
) -> ValueReport:
    """Read what a generation (None: the latest) says of value, of one kind of client or of all.

    Raises UsageError where nothing was published, the generation has no `value` or `measure`, or nobody of the kind is valued.
    """
    found = latest(home, generation)
    rows = found.read("value", _VALUE)
    present = set(pc.unique(rows["kind"]).to_pylist())
    wanted = [k for k in KINDS if k in present and kind in (None, k)]
    if not wanted:
        raise _nobody(found, kind, sorted(present))
    rows, settings = _joined(found, rows), settings or ReportSettings()
    before, models = found.previous, versions(home)
    earlier = _earlier(found, before)
    mine = tuple(
        _of_kind(found, earlier, models, rows.filter(pc.equal(rows["kind"], k)), settings) for k in wanted
    )
    return ValueReport(
        found.id, found.manifest.as_of, found.manifest.previous, before.manifest.as_of if before else None, mine, _moves(found)
    )  # fmt: skip


def _labels(model: ValueModel) -> dict[str, Said]:
    return {name: model.label(name) for name in model.leaves}


def _nobody(found: Generation, kind: str | None, present: Sequence[str]) -> UsageError:
    return UsageError(
        say(f"第 {found.id} 期没有这类客户的价值评价。", f"Generation {found.id} has valued nobody of that kind."),
        where=kind or str(found.home),
        next_=say("已评价的类别：" + "、".join(present), "Kinds that are valued: " + ", ".join(present)) if present else None,
    )  # fmt: skip


def _joined(found: Generation, rows: pa.Table) -> pa.Table:
    """Return the clients in order with their money, logic and stage beside their value."""
    rows = rows.sort_by("client_id")
    ids = rows["client_id"]
    for table, columns in (("measure", _MEASURES), ("logic", ("logic",)), ("stage", ("stage",))):
        if table != "measure" and table not in found.tables:
            rows = rows.append_column(table, pa.nulls(rows.num_rows, pa.string()))
            continue
        own = found.read(table, ("client_id", *columns))
        at = pc.index_in(ids, value_set=own["client_id"].combine_chunks())
        for name in columns:
            rows = rows.append_column(name, own[name].take(at))
    return rows


def _of_kind(
    found: Generation,
    earlier: _Earlier | Said,
    models: Versions,
    rows: pa.Table,
    settings: ReportSettings,
) -> KindReport:
    version: str = rows["model_version"][0].as_py()
    money = _money(rows)
    grade = _codes(rows["grade"], GRADES)
    quadrants = (*reversed(QUADRANTS), UNKNOWN)
    by_grade = _summed(grade, money, len(GRADES))
    by_quadrant = _summed(_codes(rows["quadrant"], quadrants), money, len(quadrants))
    score, contribution = rows["score"].to_numpy(), money[:, 2]
    return KindReport(
        rows["kind"][0].as_py(), version, _labels(models.named(version)), _summed(np.zeros(len(grade), np.int64), money, 1)[0],
        dict(zip(GRADES, by_grade, strict=True)),
        {name: sums for name, sums in zip(quadrants, by_quadrant, strict=True) if name != UNKNOWN or sums.clients},
        _cells(grade, rows, money), _curve("score", score, money, settings), _curve("contribution", contribution, money, settings), settings.top,
        _movers(found, earlier, version, rows, settings),
    )  # fmt: skip


def _money(rows: pa.Table) -> Floats:
    """Return assets, revenue and contribution (n, 3), 0 where one isn't known."""
    return np.stack([rows[name].cast(pa.float64()).fill_null(0.0).to_numpy() for name in _MEASURES], axis=1)


def _codes(column: pa.ChunkedArray, names: Sequence[str]) -> Ints:
    """Return each row's place among the names; the last where it is none of them."""
    at = pc.index_in(column.cast(pa.string()), value_set=pa.array(names, pa.string()))
    return np.asarray(at.fill_null(len(names) - 1).to_numpy(), np.int64)


def _summed(codes: Ints, money: Floats, n: int) -> list[Sums]:
    sums = [np.bincount(codes, own, n) for own in money.T]
    clients = np.bincount(codes, minlength=n)
    return [
        Sums(int(count), *(round(float(x), 4) for x in own))
        for count, *own in zip(clients, *sums, strict=True)
    ]


def _cells(grade: Ints, rows: pa.Table, money: Floats) -> tuple[Cell, ...]:
    logic, stage = _codes(rows["logic"], _LOGICS), _codes(rows["stage"], _STAGES)
    codes = (grade * len(_LOGICS) + logic) * len(_STAGES) + stage
    met, place = np.unique(codes, return_inverse=True)
    cells = []
    for code, sums in zip(met.tolist(), _summed(place, money, len(met)), strict=True):
        above, s = divmod(code, len(_STAGES))
        g, k = divmod(above, len(_LOGICS))
        cells.append(Cell(GRADES[g], _LOGICS[k], _STAGES[s], sums))
    return tuple(sorted(cells, key=lambda c: (-c.sums.revenue, -c.sums.clients)))


def _curve(by: str, order: Floats, money: Floats, settings: ReportSettings) -> Curve:
    """Cumulate money over the clients, the highest in `order` first; between clients in proportion."""
    first = np.argsort(-order, kind="stable")
    assets, revenue, contribution = (_share(own[first], settings) for own in money.T)
    return Curve(by, contribution, revenue, assets)


def _share(values: Floats, settings: ReportSettings) -> Share | None:
    cumulated = np.concatenate([[0.0], np.cumsum(values)])
    if cumulated[-1] <= 0:
        return None
    parts, places = cumulated / cumulated[-1], np.arange(len(cumulated))
    at = np.linspace(0.0, len(values), settings.steps + 1)
    told = np.interp(at, places, parts)
    return Share(tuple(told.round(6).tolist()), float(np.interp(settings.top * len(values), places, parts)))


def _moves(found: Generation) -> tuple[GradeMove, ...]:
    if found.manifest.previous is None or "transition" not in found.tables:
        return ()
    rows = found.read("transition")
    return tuple(
        GradeMove(r["from"], r["to"], r["clients"], float(r["assets"]), float(r["revenue"]))
        for r in rows.filter(pc.equal(rows["table"], "grade")).to_pylist()
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Earlier:
    """The previous generation, and its rows of `value` without clients who are frozen now."""

    generation: Generation
    rows: pa.Table


def _earlier(found: Generation, before: Generation | None) -> _Earlier | Said:
    """Return what clients moved from, or why nothing can be said of it."""
    if found.manifest.previous is None:
        return say(
            "这是第一期，没有上一期可比。", "This is the first generation: there is none to compare with."
        )
    if before is None:
        gone = found.manifest.previous
        return say(f"上一期（{gone}）已不再保留。", f"The previous generation ({gone}) isn't kept any more.")
    if "value" not in before.tables:
        return say("上一期没有价值评价。", "The previous generation has no value.")
    rows = before.read("value", ("client_id", "model_version", "score", "grade", "rank"))
    return _Earlier(
        before, rows.filter(pc.invert(pc.is_in(rows["client_id"], value_set=_frozen(found.home))))
    )


def _frozen(home: Path) -> pa.Array:
    clients = Sources.of(home).rows("client", ("client_id", "frozen"))
    frozen = clients.filter(clients["frozen"].cast(pa.bool_()).fill_null(False))
    return frozen["client_id"].cast(pa.string()).combine_chunks()


def _movers(
    found: Generation, earlier: _Earlier | Said, version: str, rows: pa.Table, settings: ReportSettings
) -> Movers:
    """Return who moved farthest among the clients of a kind that both generations valued by one model."""
    if isinstance(earlier, Said):
        return Movers(why_none=earlier)
    then = earlier.rows.filter(pc.equal(earlier.rows["model_version"], version))
    at = pc.index_in(rows["client_id"], value_set=then["client_id"].combine_chunks())
    now, then = rows.filter(at.is_valid()), then.take(at.drop_null())
    if not now.num_rows:
        return Movers(why_none=say(
            f"上一期没有按模型 {version} 评价过这些客户，得分不可比。", f"The previous generation didn't value these clients by model {version}: scores can't be compared."
        ))  # fmt: skip
    steps = _codes(then["grade"], GRADES) - _codes(now["grade"], GRADES)
    up, down = farthest(steps, _points_won(then, now), settings.movers)
    who = now["client_id"].take(np.concatenate([up, down])).combine_chunks()
    points = _points(earlier.generation, who), _points(found, who)
    return Movers(
        _named(then.take(up), now.take(up), *points), _named(then.take(down), now.take(down), *points),
        None if len(who) else say("没有客户变动。", "Nobody moved."),
    )  # fmt: skip


def _points_won(then: pa.Table, now: pa.Table) -> Floats:
    """Return by how many points each client's score rose; 0 for who keeps the place or changes by next to nothing."""
    points = now["score"].to_numpy() - then["score"].to_numpy()
    stays = (np.abs(points) < LEAST) | (now["rank"].to_numpy() == then["rank"].to_numpy())
    return np.where(stays, 0.0, points)


def _named(then: pa.Table, now: pa.Table, before: _Points, after: _Points) -> tuple[Mover, ...]:
    """Return these clients, who are the same in both tables, with the criteria that moved them."""
    return tuple(
        Mover(
            b["client_id"], (a["grade"], b["grade"]), (a["rank"], b["rank"]), (a["score"], b["score"]),
            reasons(before[b["client_id"]], after[b["client_id"]]),
        )
        for a, b in zip(then.to_pylist(), now.to_pylist(), strict=True)
    )  # fmt: skip


def _points(generation: Generation, clients: pa.Array) -> _Points:
    """Return what each criterion gave some clients, in points."""
    told: _Points = {}
    for path in generation.files("value"):
        for rows in read_groups(path, ("client_id", "criteria")):
            own = rows.filter(pc.is_in(rows["client_id"], value_set=clients))
            told |= {
                c: json.loads(t)
                for c, t in zip(own["client_id"].to_pylist(), own["criteria"].to_pylist(), strict=True)
            }
    return told
