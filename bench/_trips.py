"""Round trips counted from a drop's files: on which days a client's position came back to zero by a sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date as Date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

_FIRST, _IN, _OUT = 0, 1, 2  # within a day what comes in stands before what goes out


def closed(drop: Path) -> Mapping[str, list[Date]]:
    """Return for each client the days on which a round trip closed, in order, a day as often as trips closed on it.

    A position is what stood on the eve, what was bought and sold, and what came and went by custody (bonus shares, new
    shares that are listed, collateral). Repos are no positions; new shares count from their listing.
    """
    found: dict[str, list[Date]] = {}
    held: dict[tuple[str, str], int] = {}
    for day, _, client, security, moved, sale in sorted(_moves(drop)):
        before = held.get((client, security), 0)
        held[client, security] = before + moved
        if sale and before > 0 and before + moved == 0:
            found.setdefault(client, []).append(day)
    return found


def _moves(drop: Path) -> Iterator[tuple[Date, int, str, str, int, bool]]:
    """Yield (day, order within it, client, security, shares, whether by a sale)."""
    holding = _rows(drop, "holding", "quantity")
    eve = min((r["date"] for r in holding), default=None)
    for r in holding:
        if r["date"] == eve:
            yield r["date"], _FIRST, r["client_id"], r["security_id"], r["quantity"], False
    for r in _rows(drop, "custody", "quantity", "direction"):
        into = r["direction"] == "in"
        shares = r["quantity"] if into else -r["quantity"]
        yield r["date"], _IN if into else _OUT, r["client_id"], r["security_id"], shares, False
    for r in _rows(drop, "trade", "quantity", "side", "kind"):
        if r["kind"] not in ("ipo", "repo"):
            sale = r["side"] == "sell"
            shares = -r["quantity"] if sale else r["quantity"]
            yield r["date"], _OUT if sale else _IN, r["client_id"], r["security_id"], shares, sale


def _rows(drop: Path, table: str, *columns: str) -> list[dict[str, Any]]:
    names = ["date", "client_id", "security_id", *columns]
    return pq.read_table(drop / f"{table}.parquet", columns=names).to_pylist()
