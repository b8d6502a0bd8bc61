"""What a night has to say of its own data: what was missing, and what had to be assumed."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.features.market import missing_parts
from zhike.run.jumps import jumps_found
from zhike.run.market import Market
from zhike.run.sources import Sources

_OPTIONAL = (
    "asset",
    "cash_flow",
    "holding",
    "custody",
    "login",
    "contact",
    "complaint",
    "survey",
    "product_order",
)


def findings_of(
    run_id: str, as_of: date, market: Market, states: pa.Table, sources: Sources, seeded: int
) -> pa.Table:
    """Return the rows of `finding`: a missing table, a missing part of the market's state, prices that jump, positions older than the trades."""
    found: list[tuple[str | None, str, str, str, int]] = [
        (name, "missing_table", f"没有 {name} 表，依赖它的指标为空。", "info", 1)
        for name in _OPTIONAL
        if not sources.has(name)
    ]
    for part in missing_parts(states, market.prices, market.index):
        found.append(("market_state", "missing_part", f"{part.column}：{part.reason.zh}", "info", 1))
    if seeded:
        found.append(
            (
                "position",
                "seeded_position",
                "持仓早于成交记录，成本按首份持仓或前收盘价补足，不计入盈亏次数。",
                "info",
                seeded,
            )
        )
    rows: list[dict[str, object]] = [
        {
            "table": table, "check": check, "reason": reason, "severity": severity, "count": count,
        }
        for table, check, reason, severity, count in found
    ]  # fmt: skip
    named: dict[str, object] = {"run_id": run_id, "as_of": as_of, "source": "run"}
    rows = [named | {"ordinal": n} | row for n, row in enumerate([*jumps_found(market.prices), *rows], 1)]
    return pa.Table.from_pylist(rows, schema=schema_of(table_called("finding")))
