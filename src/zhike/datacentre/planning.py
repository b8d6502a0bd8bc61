"""From what a file was recognised as to the plan for reading it; what can't be planned is refused with the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.columns import Reading
from zhike.datacentre.domains import Codes
from zhike.datacentre.mapping import FeedProfile, FlagMeaning, Overrides, Recognition, TableOverrides
from zhike.datacentre.plan import Plan, Target
from zhike.datacentre.readers.layout import Block, Layout
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tables.definition import Column, Table
from zhike.engine.durable import Original

# What a statement's rows bring to the tables that its flags send them to: canonical column ← column of `trade`.
_SPLIT: Mapping[str, Mapping[str, str]] = {
    "cash_flow": {
        "flow_id": "trade_id",
        "date": "date",
        "client_id": "client_id",
        "account_id": "account_id",
        "security_id": "security_id",
        "amount": "net_amount",
        "cash_after": "cash_after",
        "flag": "flag",
    },
    "custody": {
        "custody_id": "trade_id",
        "date": "date",
        "client_id": "client_id",
        "security_id": "security_id",
        "quantity": "quantity",
    },
}
_BY_FLAG = {"trade": ("side", "kind"), "cash_flow": ("kind",), "custody": ("direction", "kind")}


@dataclass(frozen=True, slots=True)
class Recognised:
    """One delivered file as it was recognised: its text layout or its extracted cells, and what its columns are."""

    source: str
    path: Path
    encoding: str
    header: tuple[str, ...]
    header_line: int
    layout: Layout | None
    blocks: tuple[Block, ...]
    what: Recognition
    original: Original | None = None


def make_plan(
    drop: int,
    file: int,
    found: Recognised,
    own: Overrides,
    feed: str,
    today: int,
    dropped: frozenset[str] = frozenset(),
) -> Plan:
    """Plan how to read a recognised file; raise InputRejected where a required column can't be had."""
    what = found.what
    if what.table is None:
        raise ValueError(f"{found.source} belongs to no table")
    flagged = what.table in ("trade", "cash_flow") and what.kind != "contract"
    at = {
        c: i
        for i, c in reversed(list(enumerate(what.targets)))
        if c is not None and found.header[i] not in dropped
    }
    flag = at.get("flag") if flagged else None
    stamp = next((i for i, h in enumerate(found.header) if h in what.stamps), None)
    if stamp is not None and TABLES[what.table].has("time") and "time" not in at:
        at["time"] = stamp
    targets = [_target(what.table, at, what, own, flag is not None)]
    if flag is not None and what.table == "trade":
        for name, taken in _SPLIT.items():
            moved = {column: at[source] for column, source in taken.items() if source in at}
            targets.append(_target(name, moved, what, own, True))
    _complete(targets[0], flag is not None, found)
    return Plan(
        drop, file, found.source, found.path, what.kind, found.header, tuple(targets), feed, today,
        layout=found.layout,
        blocks=found.blocks,
        flag=flag,
        flags=_own_flags(own, what.table),
        numbered=what.kind != "contract",
        codes=codes_of(own.of(what.table)),
        dropped=dropped,
        original=found.original,
    )  # fmt: skip


def codes_of(mine: TableOverrides) -> Codes:
    """Return how the security codes of a table are read."""
    return Codes(mine.suffix != "as-is", mine.width.get("security_id", 0))


def _own_flags(own: Overrides, table: str) -> dict[str, FlagMeaning]:
    return dict(own.flags(table).own)


def _target(name: str, at: Mapping[str, int], what: Recognition, own: Overrides, by_flag: bool) -> Target:
    """Bring together where each column of one table comes from."""
    table, mine = TABLES[name], own.of(name)
    shared = own.of("trade").constant if by_flag else {}
    constants = {c: v for c, v in {**shared, **mine.constant}.items() if table.has(c)}
    derive = {**{c: f"{c}*quantity" for c in what.per_unit if name == what.table}, **mine.derive}
    scale = what.scale if name == what.table else {}
    widths = {**(own.of("trade").width if by_flag else {}), **mine.width}
    readings = {c.name: _reading(c, own, scale, widths) for c in table.columns}
    plain = Reading()
    return Target(
        name,
        {c: i for c, i in at.items() if table.has(c)},
        constants,
        {c: r for c, r in readings.items() if r != plain},
        {c: f for c, f in derive.items() if table.has(c)},
    )


def reading_of(profile: FeedProfile) -> Reading:
    """Return how a feed writes numbers and dates."""
    return Reading(
        thousands=bool(profile.thousands),
        parentheses=bool(profile.parentheses_negative),
        units=bool(profile.units),
        date_order=profile.date_order or "ymd",
    )


def _reading(
    column: Column, own: Overrides, scale: Mapping[str, object], widths: Mapping[str, int]
) -> Reading:
    factor = Fraction(str(scale.get(column.name, 1)))
    return replace(reading_of(own.profile), factor=factor, width=widths.get(column.name, 0))


def _complete(target: Target, by_flag: bool, found: Recognised) -> None:
    """Refuse a file that lacks a column which every row must have, saying how to supply it."""
    table = TABLES[target.table]
    given = {
        *target.columns,
        *target.constants,
        *target.derive,
        *(_BY_FLAG.get(table.name, ()) if by_flag else ()),
    }
    lacking = [c for c in table.columns if _needed(c, table) and c.name not in given]
    missing = [c.name for c in lacking]
    if not missing:
        return
    example = " | ".join(lacking[0].choices) or "…"
    asked = f"（不确定的列：{'、'.join(found.what.unsure)}）" if found.what.unsure else ""
    asked_en = f" (uncertain: {', '.join(found.what.unsure)})" if found.what.unsure else ""
    raise InputRejected(
        "missing_column",
        say(
            f"表 {table.name} 需要的列没有找到：{'、'.join(missing)}{asked}。",
            f"Columns that table {table.name} needs weren't found: {', '.join(missing)}{asked_en}.",
        ),
        column=", ".join(missing),
        next_=say(
            f'在 mapping.toml 中写 [{table.name}.columns] 某列 = "{missing[0]}"，或 [{table.name}.constant] {missing[0]} = "{example}"。',
            f'In mapping.toml write [{table.name}.columns] NAME = "{missing[0]}" or [{table.name}.constant] {missing[0]} = "{example}".',
        ),
    )


def _needed(column: Column, table: Table) -> bool:
    return not column.nullable and not (column.key and table.derived_key)
