"""Round trips counted from a drop's files: on which days a client's position came back to zero by a sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date as Date
from datetime import time as Time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

_EVE, _IN, _OUT = 0, 1, 100_000  # order within a day; trades lie between, by the second


def closed(drop: Path) -> Mapping[str, list[Date]]:
    """Return for each client the days on which a round trip closed, in order, a day as often as trips closed on it.

    A position is what stood on the eve, what was bought and sold, and what came and went by custody (bonus shares, new
    shares that are listed, collateral). Repos are no positions; new shares count from their listing. What stood on the eve
    has no known beginning; selling it out closes no round trip, as in the ledger.
    """
    found: dict[str, list[Date]] = {}
    held: dict[tuple[str, str], int] = {}
    old: set[tuple[str, str]] = set()
    for day, kind, client, security, moved, sale in sorted(_moves(drop)):
        place = client, security
        before = held.get(place, 0)
        held[place] = before + moved
        if kind == _EVE:
            old.add(place)
        elif before > 0 and before + moved == 0:
            if sale and place not in old:
                found.setdefault(client, []).append(day)
            old.discard(place)
    return found


def _moves(drop: Path) -> Iterator[tuple[Date, int, str, str, int, bool]]:
    """Yield (day, order within it, client, security, shares, whether by a sale)."""
    holding = _rows(drop, "holding")
    eve = min((r["date"] for r in holding), default=None)
    for r in holding:
        if r["date"] == eve:
            yield r["date"], _EVE, r["client_id"], r["security_id"], r["quantity"], False
    for r in _rows(drop, "custody", "direction"):
        into = r["direction"] == "in"
        shares = r["quantity"] if into else -r["quantity"]
        yield r["date"], _IN if into else _OUT, r["client_id"], r["security_id"], shares, False
    for r in _rows(drop, "trade", "side", "kind", "time"):
        if r["kind"] not in ("ipo", "repo"):
            sale = r["side"] == "sell"
            shares = -r["quantity"] if sale else r["quantity"]
            yield r["date"], _second(r["time"]), r["client_id"], r["security_id"], shares, sale


def _second(time: Time) -> int:
    return _IN + 1 + time.hour * 3600 + time.minute * 60 + time.second


def _rows(drop: Path, table: str, *columns: str) -> list[dict[str, Any]]:
    names = ["date", "client_id", "security_id", "quantity", *columns]
    return pq.read_table(drop / f"{table}.parquet", columns=names).to_pylist()
