"""What `zhike report phases` reads: the published table `phase`, and from when to when each wave ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa

from zhike.datacentre.tables.branch import STATES
from zhike.datacentre.tables.results import LOGICS
from zhike.engine import Engine
from zhike.models.phases import UNDATED
from zhike.run.explaining.published import latest, opened


@dataclass(frozen=True, slots=True)
class Wave:
    """A leg of the retrospective zig-zag: first and last trading day, and which way it went ("" where not yet known)."""

    name: str
    first: date
    last: date
    direction: str


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """The rows of `phase`, by logic, state and wave; the waves in order of time."""

    generation: str
    as_of: date
    rows: pa.Table
    waves: tuple[Wave, ...]


def published_phases(home: Path, generation: str | None = None) -> PhaseReport:
    """Read the table `phase` of a generation (None: the latest).

    Raises UsageError where nothing was published, or the generation hasn't the table.
    """
    found = latest(home, generation)
    with opened() as engine:
        rows = engine.collect(found.scan(engine, "phase"))
        waves: Mapping[str, Wave] = (
            _waves(engine, found.scan(engine, "market_state")) if rows.num_rows else {}
        )
    order = {wave: n for n, wave in enumerate(waves)}
    places = [
        (LOGICS.index(r["logic"]), STATES.index(r["state"]), order.get(r["wave"], len(order)))
        for r in rows.select(["logic", "state", "wave"]).to_pylist()
    ]
    rows = rows.take(pa.array(sorted(range(len(places)), key=places.__getitem__), pa.int64()))
    told = set(rows["wave"].to_pylist())
    return PhaseReport(found.id, found.manifest.as_of, rows, tuple(w for n, w in waves.items() if n in told))


def _waves(engine: Engine, states: nw.LazyFrame[Any]) -> dict[str, Wave]:
    """Return the waves by name, in order of time."""
    named = states.filter(~nw.col("state").is_null()).select(nw.col("wave").fill_null(UNDATED), "date")
    spans = named.group_by("wave").agg(
        nw.col("date").min().alias("first"), nw.col("date").max().alias("last")
    )
    rows = engine.collect(spans).sort_by([("last", "ascending"), ("wave", "ascending")]).to_pylist()
    return {r["wave"]: Wave(r["wave"], r["first"], r["last"], _direction(r["wave"])) for r in rows}


def _direction(wave: str) -> str:
    return next((d for d in ("up", "down") if f"-{d}-" in wave), "")
