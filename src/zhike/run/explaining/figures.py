"""The rows behind a figure: what stands rather than happens, so that no sum over days gives it.

Each finder returns rows with `contribution` (None: only read), and whether the contributions add up to the figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pyarrow as pa

from zhike.base.period import date_of, day_no
from zhike.features.clients.settings import RHYTHM, YEAR
from zhike.features.clients.sums import Want
from zhike.run.explaining.retold import Retold

Found = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows of a table behind a figure. `exact`: their contributions add up to it."""

    table: str
    rows: Found
    exact: bool = False


def behind(want: Want, told: Retold) -> Behind:
    """Return the rows behind a figure."""
    return _FINDERS[want.of](want.column, told)


def _days(told: Retold, within: int | None = None) -> Found:
    """Return the client's days with their ages, the oldest first; those within a window."""
    days = told.bucket.horizon.days
    first = date.min if within is None else told.bucket.horizon.first(within)
    rows = [r for r in told.ledger.client_day.to_pylist() if r["date"] >= first]
    at = {date_of(int(d)): len(days) - 1 - i for i, d in enumerate(days)}
    return [r | {"age": at[r["date"]]} for r in sorted(rows, key=lambda r: r["date"])]


def _worth(rows: Found, value: Callable[[Mapping[str, Any]], float | None]) -> Found:
    return [r | {"contribution": float(v)} for r in rows if (v := value(r)) is not None]


def _span(column: str, told: Retold) -> Behind:
    rows = _days(told)
    ends = rows[:1] if column.startswith("first_") else rows[-1:]
    name = column.partition("_")[2]
    if column == "known":
        return Behind("client_day", [])
    return Behind("client_day", _worth(ends, lambda r: r.get(name)), name != "age")


def _known_assets(column: str, told: Retold) -> Behind:
    known = [r for r in _days(told) if r["net"] is not None][-1:]
    return Behind("client_day", _worth(known, lambda r: r.get(column)), True)


def _fall(column: str, told: Retold) -> Behind:
    falls = [r for r in _days(told, YEAR) if r["return_days"] and r["log_return"] < 0]
    return Behind("client_day", _worth(falls, lambda r: r["log_return"]))


def _rhythm(column: str, told: Retold) -> Behind:
    traded = [r for r in _days(told, RHYTHM) if r["trades"]]
    gaps = [late | {"contribution": float(early["age"] - late["age"])} for early, late in pairwise(traded)]
    return Behind("client_day", gaps)


def _months(column: str, told: Retold) -> Behind:
    first, last = told.bucket.horizon.last_months(12)
    rows = [r for r in _days(told) if first <= r["date"] <= last and r["trades"]]
    return Behind("client_day", _worth(rows, lambda r: r["buy_amount"] + r["sell_amount"]))


def _states(column: str, told: Retold) -> Behind:
    rows, (kind, _, state) = _days(told, YEAR), column.partition("_")
    if kind not in ("days", "log"):
        acts = [r for r in rows if r["trades"]]
        return Behind("client_day", _worth(acts, lambda r: r["buy_amount"] - r["sell_amount"]))
    states = told.market.states
    on = dict(zip(states["date"].to_pylist(), states["state"].cast(pa.string()).to_pylist(), strict=True))
    here = [r for r in rows if r["return_days"] and on.get(r["date"]) == state]
    return Behind("client_day", _worth(here, lambda r: 1.0 if kind == "days" else r["log_return"]), True)


def _holding(column: str, told: Retold) -> Behind:
    first = told.bucket.horizon.first(YEAR)
    trips = [r for r in told.ledger.round_trip.to_pylist() if r["opened_on"] >= first]
    if trips:
        return Behind("round_trip", _worth(trips, lambda r: r["holding_days"]))
    end = told.bucket.horizon.end
    open_ = [r for r in told.ledger.position.to_pylist() if r["opened_on"] >= first and r["quantity"] > 0]
    return Behind("position", _worth(open_, lambda r: day_no(end) - day_no(r["opened_on"])))


def _orders(column: str, told: Retold) -> Behind:
    rows = told.deliveries.between("trade", told.bucket.horizon.first(YEAR), told.bucket.horizon.end)
    wanted = [r for r in rows.to_pylist() if (r["kind"] or "ordinary") in ("ordinary", "margin")]
    return Behind("trade", _worth(wanted, lambda r: r["amount"]))


def _position(column: str, told: Retold) -> Behind:
    held = [r for r in told.ledger.position.to_pylist() if r["quantity"] != 0]
    if column != "floating":
        held = [r for r in held if r["quantity"] > 0 and not r["seeded"]]
    value: dict[str, Callable[[Mapping[str, Any]], float | None]] = {
        "known_cost": lambda r: r["cost"], "known": lambda r: 1.0,
        "under": lambda r: 1.0 if r["market_value"] < r["cost"] else None,
    }  # fmt: skip
    return Behind("position", _worth(held, value.get(column, lambda r: r["market_value"] - r["cost"])), True)


def _products(column: str, told: Retold) -> Behind:
    rows = [
        r for r in told.deliveries.rows("product_order").to_pylist() if r["date"] <= told.bucket.horizon.end
    ]
    return Behind(
        "product_order", _worth(rows, lambda r: r["amount"] if r["side"] == "subscribe" else -r["amount"])
    )


def _read(table: str) -> Callable[[str, Retold], Behind]:
    """Return a finder of all the client's rows of a delivered table: the figure was read from them."""
    return lambda column, told: Behind(
        table, [r | {"contribution": None} for r in told.deliveries.rows(table).to_pylist()]
    )


def _referred(table: str) -> Callable[[str, Retold], Behind]:
    """Return a finder of the rows that name the client as the one who referred; those of frozen clients aren't shown."""

    def find(column: str, told: Retold) -> Behind:
        rows = told.deliveries.referred(table).to_pylist()
        return Behind(table, [r | {"contribution": 1.0} for r in rows if not r.get("frozen")])

    return find


_FINDERS: Mapping[str, Callable[[str, Retold], Behind]] = {
    "span": _span, "known_assets": _known_assets, "fall": _fall, "rhythm": _rhythm, "months": _months, "states": _states,
    "holding": _holding, "orders": _orders, "position_now": _position, "client_now": _read("client"),
    "account_now": _read("account"), "relation_now": _read("relation"), "products_now": _products,
    "leads_made": _referred("lead"), "clients_referred": _referred("client"),
}  # fmt: skip
