"""What a branch's numbers rest on: grades of the models in force, the tariff and the price limits of a day, the night's own limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from zhike.base.exchange import BOARDS, FEES, FeeFamily, fee_table, limit_rate
from zhike.base.text import Said
from zhike.config import engine_settings, keep_settings
from zhike.models.value import GRADES
from zhike.models.value.versions import in_force
from zhike_desk.records.viewer import Viewer

GIGABYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Grading:
    """How clients of a kind are graded by the model in force: shares by grade, best first; quadrants by two criteria, high from so many points."""

    kind: str
    version: str
    shares: tuple[tuple[str, float], ...]
    band: float
    patience: int
    current: Said
    current_high: float
    potential: Said
    potential_high: float


@dataclass(frozen=True, slots=True)
class Tariff:
    """One fee of a family of securities, as in force: rates of the amount on buying and selling, the least in money, since when, by whom."""

    fee: str
    family: str
    buy: Decimal
    sell: Decimal
    minimum: Decimal
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a share of a board may move in a day, as a fraction; `st`: under special treatment. None: without limit."""

    board: str
    plain: Decimal | None
    st: Decimal | None


@dataclass(frozen=True, slots=True)
class Standards:
    """All of it, on a day; `night` is (name, value), a value None where nothing limits."""

    day: date
    gradings: tuple[Grading, ...]
    tariffs: tuple[Tariff, ...]
    limits: tuple[Limit, ...]
    night: tuple[tuple[str, float | str | None], ...]


def standards(viewer: Viewer, day: date) -> Standards:
    """Return what the numbers rest on. Raises Denied, and UsageError or DamagedStore where a document or zhike.toml can't be read."""
    viewer.need("settings.view")
    home = Path(settings.HOME)
    return Standards(day, _gradings(home), _tariffs(day), _limits(day), _night(home))


def _gradings(home: Path) -> tuple[Grading, ...]:
    return tuple(
        Grading(
            kind=kind,
            version=model.version,
            shares=tuple(zip(GRADES, (*model.grades.shares, 1 - sum(model.grades.shares)), strict=True)),
            band=model.grades.band,
            patience=model.grades.patience,
            current=model.label(model.current),
            current_high=model.high[0],
            potential=model.label(model.potential),
            potential_high=model.high[1],
        )
        for kind, model in in_force(home).by_kind
    )


def _tariffs(day: date) -> tuple[Tariff, ...]:
    table = fee_table()
    rows = [table.period(fee, family, day) for fee in FEES for family in FeeFamily]
    return tuple(
        Tariff(r.fee, r.family.name.lower(), r.buy, r.sell, r.minimum, r.since, r.source)
        for r in rows
        if r is not None and (r.buy or r.sell or r.minimum)
    )


def _limits(day: date) -> tuple[Limit, ...]:
    return tuple(
        Limit(board, limit_rate(board, False, None, day), limit_rate(board, True, None, day))
        for board in BOARDS
    )


def _night(home: Path) -> tuple[tuple[str, float | str | None], ...]:
    engine, keep = engine_settings(home), keep_settings(home)
    return (
        ("engine.threads", engine.threads),
        ("engine.memory", round(engine.memory / GIGABYTE, 1)),
        ("engine.on", engine.on),
        ("keep.generations", keep.generations),
        ("keep.generation_days", keep.generation_days),
        ("keep.raw_days", keep.raw_days),
    )
