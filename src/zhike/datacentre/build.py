"""From a batch of text rows to typed rows of the contract's tables, each row checked and accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.finding import Severity
from zhike.datacentre import columns, texts
from zhike.datacentre.catalogue import check
from zhike.datacentre.checks import rows as row_checks
from zhike.datacentre.checks.facts import JUDGED_BY, Facts
from zhike.datacentre.checks.faults import Faults
from zhike.datacentre.columns import Problem, Problems, Reading, TextCells, Typed
from zhike.datacentre.domains import SecurityCode
from zhike.datacentre.mapping import FlagMeaning, builtin_flags
from zhike.datacentre.plan import Plan, Target
from zhike.datacentre.readers.delimited import Rows
from zhike.datacentre.stored import LINE
from zhike.datacentre.tables import table as table_called
from zhike.datacentre.tables.definition import Column, Table

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Built:
    """Typed rows of one table: `good` marks the accepted ones; `pending` accepted but for a client not known yet."""

    table: Table
    lines: Ints
    columns: Mapping[str, Typed]
    good: Bools
    pending: Bools
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch of rows became. `lost`: rows kept out before a table was known; `other`: lines that are no data."""

    built: tuple[Built, ...]
    lost: tuple[Problem, ...]
    lost_rows: int
    other: int
    lines: Ints


def build_batch(rows: Rows, plan: Plan, facts: Facts) -> Batch:
    """Turn a batch of text rows into typed rows of every table the file feeds."""
    lost = Problems(rows.lines)
    built, other = [], rows.other
    for target, keep, route in _routed(rows, plan, lost):
        if target is None:
            other += int(keep.sum())
        elif keep.any():
            built.append(_build(rows, keep, target, route, plan, facts))
    return Batch(tuple(built), tuple(lost.found), sum(len(p.rows) for p in lost.found), other, rows.lines)


def _routed(
    rows: Rows, plan: Plan, lost: Problems
) -> Iterator[tuple[Target | None, Bools, Mapping[str, Typed]]]:
    """Yield (target, rows, columns that the flag decides); a None target takes the rows that are no data."""
    n = len(rows.lines)
    if plan.flag is None:
        yield plan.targets[0], np.ones(n, np.bool_), {}
        return
    cells = rows.cells[plan.flag]
    distinct, at = cells.distinct()
    flags = builtin_flags().with_own(plan.flags)
    routes = [_route(flags.meaning(t)) for t in distinct]
    lost.add("unknown_flag", cells.name, np.array([r is None for r in routes], np.bool_)[at], cells)
    fed = {target.table for target in plan.targets}
    nothing = np.array([r is not None and r.table not in fed for r in routes], np.bool_)[at]
    yield None, nothing, {}
    moved = _free_of_money(rows, plan)
    for target in plan.targets:
        if target.table == "custody":
            keep = np.array([r is not None and r.table == "custody" for r in routes], np.bool_)[at]
            trades = np.array(
                [r is not None and r.table == "trade" and r.sign != 0 for r in routes], np.bool_
            )[at]
            keep |= trades & moved
        else:
            keep = np.array([r is not None and r.table == target.table for r in routes], np.bool_)[at]
            if target.table == "trade" and plan.target("custody"):
                keep &= ~(moved & np.array([r is not None and r.sign != 0 for r in routes], np.bool_)[at])
        yield target, keep, _decided(target, routes, at, keep)


@dataclass(frozen=True, slots=True)
class Route:
    """What a flag means: the table its rows go to (None: no data), and what it says of them.

    `sign`: +1 money or securities come in, -1 they go out, 0 not said. `priced`: price × quantity is the amount.
    """

    table: str | None
    side: str
    kind: str
    sign: int
    priced: bool


def _route(meaning: FlagMeaning | None) -> Route | None:
    if meaning is None:
        return None
    sign = {"in": 1, "out": -1, "buy": 1, "sell": -1}.get(meaning.direction or meaning.side or "", 0)
    table = None if meaning.table == "none" else meaning.table
    return Route(table, meaning.side or "", meaning.kind or "", sign, meaning.priced)


def _free_of_money(rows: Rows, plan: Plan) -> Bools:
    """Mark trades without any money (price, amount and net amount all zero, a quantity moved): securities being booked in."""
    trade = plan.target("trade")
    out = np.zeros(len(rows.lines), np.bool_)
    if trade is None or not {"price", "amount", "net_amount", "quantity"} <= set(trade.columns):
        return out
    quiet = Problems(rows.lines)
    numbers = {}
    for name in ("price", "amount", "net_amount", "quantity"):
        column = table_called("trade").column(name)
        typed = columns.read_column(rows.cells[trade.columns[name]], "trade", column, Reading(), quiet)
        numbers[name] = typed.numbers if typed.numbers is not None else np.zeros(len(out), np.int64)
    no_money = (numbers["price"] == 0) & (numbers["amount"] == 0) & (numbers["net_amount"] == 0)
    return np.asarray(no_money & (numbers["quantity"] != 0))


def _decided(target: Target, routes: list[Route | None], at: Ints, keep: Bools) -> dict[str, Typed]:
    """Return the columns that the flag's meaning fills: side, kind, direction; and the sign and priced marks for checks."""

    def words(of: Callable[[Route], str]) -> list[texts.Value]:
        return [of(r) or None if r is not None else None for r in routes]

    definition = table_called(target.table)
    chosen: dict[str, list[texts.Value]] = {}
    if target.table == "trade":
        chosen = {
            "side": words(lambda r: r.side),
            "kind": words(lambda r: r.kind if r.table == "trade" else ""),
        }
    elif target.table == "cash_flow":
        chosen = {"kind": words(lambda r: r.kind or "other")}
    elif target.table == "custody":
        chosen = {
            "direction": words(lambda r: "in" if r.sign > 0 or r.side == "buy" else "out"),
            "kind": words(lambda r: r.kind if r.table == "custody" and r.kind else "listing"),
        }
    out = {name: columns.spread(values, at[keep], definition.column(name)) for name, values in chosen.items()}
    signs = np.array([r.sign if r is not None else 0 for r in routes], np.int64)[at[keep]]
    priced = np.array([r is not None and r.priced for r in routes], np.int64)[at[keep]]
    blank = np.zeros(len(signs), np.bool_)
    out["*sign"] = Typed(pa.nulls(0), blank, signs)
    out["*priced"] = Typed(pa.nulls(0), blank, priced)
    return out


def _build(
    rows: Rows, keep: Bools, target: Target, decided: Mapping[str, Typed], plan: Plan, facts: Facts
) -> Built:
    definition = table_called(target.table)
    whole = bool(keep.all())
    cells = {j: (c if whole else c.taken(keep)) for j, c in rows.cells.items()}
    lines = rows.lines if whole else rows.lines[keep]
    problems = Problems(lines)
    typed: dict[str, Typed] = {}
    for column in definition.columns:
        typed[column.name] = _column(column, cells, target, decided, plan, problems, len(lines))
    typed = row_checks.completed(definition, typed, decided, plan, target, problems)
    names = {name: cells[j].name for name, j in target.columns.items()}
    for column in definition.columns:
        if not (column.nullable or column.name in decided or _key_is_made(column, definition, target, plan)):
            source = names.get(column.name, column.name)
            problems.add("missing_value", source, _missing(typed[column.name], source, problems))
    row_checks.run(definition, typed, decided, names, facts, plan.today, problems)
    bad = np.zeros(len(lines), np.bool_)
    for problem in problems.found:
        if check(problem.check).severity is Severity.ERROR:
            bad[problem.rows] = True
    about = [n for n in JUDGED_BY if definition.has(n)]
    stored = pa.table({LINE: lines, **{n: typed[n].array for n in about}})
    nameless, closed = (marked & ~bad for marked in facts.reasons(definition, stored))
    faults = Faults(definition, typed, names, problems)
    faults.add("unknown_client", "client_id", nameless)
    faults.add("not_a_trading_day", "date", closed)
    pending = nameless | closed
    return Built(
        definition,
        lines,
        {c.name: typed[c.name] for c in definition.columns},
        ~bad & ~pending,
        pending,
        tuple(problems.found),
    )


def _key_is_made(column: Column, table: Table, target: Target, plan: Plan) -> bool:
    """Tell whether rows get this key from their content: the file has none, or one that numbers rows within a day."""
    delivered = column.name in target.columns or column.name in target.constants
    return column.key and table.derived_key and (plan.numbered or not delivered)


def _missing(typed: Typed, source: str, problems: Problems) -> Bools:
    """Mark rows without a value that no other check has already named for this column."""
    missing = typed.absent.copy()
    for problem in problems.found:
        if problem.column == source and check(problem.check).severity is Severity.ERROR:
            missing[problem.rows] = False
    return missing


def _column(
    column: Column,
    cells: Mapping[int, TextCells],
    target: Target,
    decided: Mapping[str, Typed],
    plan: Plan,
    problems: Problems,
    n: int,
) -> Typed:
    """Type one canonical column from its source column, the flag's meaning or the mapping's constant."""
    name = column.name
    how = _reading(column, target, plan)
    if name in target.columns and not (name in decided and not decided[name].absent.all()):
        source = cells[target.columns[name]]
        if name == "security_id" and source.as_number is not None:
            how = replace(how, recode=SecurityCode(plan.codes, True))
        return columns.read_column(source, target.table, column, how, problems)
    if name in decided:
        return decided[name]
    if name in target.constants:
        return columns.constant_column(target.constants[name], n, target.table, column, how, problems)
    return columns.empty_column(n, column)


def _reading(column: Column, target: Target, plan: Plan) -> Reading:
    how = target.readings.get(column.name, Reading())
    if column.name == "security_id":
        return replace(how, recode=SecurityCode(plan.codes, False))
    return how
