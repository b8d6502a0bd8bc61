"""Funds and other products of clients: what is still held by the orders, and what happened with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from zhike.datacentre.stored import schema_of, without_codes
from zhike.datacentre.tables.pages import PRODUCT_NOW
from zhike.datacentre.tables.sentences import Told, tell

_NOTHING = Decimal("0.005")
ORDER = ("client_id", "date", "product_id", "side", "amount")
"""What is read of `product_order`."""
KNOWN = ("product_id", "name", "risk_level", "term_days")
"""What is read of `product`."""


@dataclass(slots=True)
class Run:
    """One time that a client held a product: what was put in less what was taken out, since when, the last subscription, the end."""

    client: str
    product: str
    paid: Decimal
    since: date
    last: date
    end: date | None = None

    def matures(self, term: int | None) -> date | None:
        """Return the day from which it may be redeemed; None where that is any day."""
        return self.last + timedelta(days=term) if term else None


def runs(orders: pa.Table, clients: pa.Array, as_of: date) -> list[Run]:
    """Return each time that each of `clients` held a product up to `as_of`, by client, product and time.

    One ends when as much was taken out as was put in. Orders have amounts, not units: a product redeemed whole at a loss stays open.
    """
    rows = without_codes(orders.select(ORDER))
    rows = rows.filter(
        pc.and_(pc.is_in(rows["client_id"], value_set=clients), pc.less_equal(rows["date"], pa.scalar(as_of)))
    )
    order = [(n, "ascending") for n in ("client_id", "product_id", "date")] + [("side", "descending")]
    found: list[Run] = []
    for (client, product), own in groupby(
        rows.sort_by(order).to_pylist(), lambda r: (r["client_id"], r["product_id"])
    ):
        held: Run | None = None
        for row in own:
            if row["side"] == "subscribe":
                if held is None:
                    held = Run(client, product, Decimal(0), row["date"], row["date"])
                    found.append(held)
                held.paid, held.last = held.paid + row["amount"], row["date"]
            elif held is not None:
                held.paid -= row["amount"]
                if held.paid <= _NOTHING:
                    held.end, held = row["date"], None
    return found


def product_now(
    orders: pa.Table, product: pa.Table, asset: pa.Table, clients: pa.Array, as_of: date
) -> pa.Table:
    """Return the products that clients hold; none of those whose assets hold no funds on their last day."""
    terms = dict(zip(product["product_id"].to_pylist(), product["term_days"].to_pylist(), strict=True))
    held = [run for run in runs(orders, clients, as_of) if run.end is None]
    empty = _without_funds(asset, {run.client for run in held}, as_of)
    rows = [
        {
            "client_id": run.client, "product_id": run.product, "as_of": as_of, "paid": run.paid, "since": run.since,
            "matures_on": run.matures(terms.get(run.product)),
        }
        for run in held if run.client not in empty
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema_of(PRODUCT_NOW))


def _without_funds(asset: pa.Table, holders: set[str], as_of: date) -> frozenset[str]:
    """Return those of `holders` whose last row of assets has no funds."""
    rows = asset.select(("client_id", "date", "funds"))
    rows = rows.filter(
        pc.is_in(rows["client_id"].cast(pa.string()), value_set=pa.array(sorted(holders), pa.string()))
    )
    rows = without_codes(rows.filter(pc.less_equal(rows["date"], pa.scalar(as_of)))).sort_by("date")
    known = pa.table(
        {"client_id": rows["client_id"], "any": pc.greater(rows["funds"].cast(pa.float64()), 0.0)}
    )
    last = known.group_by("client_id", use_threads=False).aggregate([("any", "last")])
    return frozenset(last.filter(pc.invert(last["any_last"]))["client_id"].to_pylist())


def product_events(
    tables: Mapping[str, pa.Table], clients: pa.Array, as_of: date
) -> Iterator[tuple[str, datetime, str, Told]]:
    """Yield what clients subscribed and redeemed, and when what they held came to the end of its term."""
    if "product_order" not in tables:
        return
    known = {r["product_id"]: r for r in tables["product"].to_pylist()} if "product" in tables else {}

    def of(product: str) -> dict[str, str]:
        found = known.get(product, {})
        return {
            "name": found.get("name") or "",
            "product": f"{product} {found.get('risk_level') or ''}".strip(),
        }

    for row in without_codes(tables["product_order"]).to_pylist():
        event = tell(f"event.{row['side']}", **of(row["product_id"]), amount=row["amount"])
        yield row["client_id"], datetime.combine(row["date"], time()), row["side"], event
    for run in runs(tables["product_order"], clients, as_of):
        term = known.get(run.product, {}).get("term_days")
        ripe = run.matures(term)
        if ripe is not None and (run.end is None or run.end >= ripe):
            event = tell("event.mature", **of(run.product), days=term)
            yield run.client, datetime.combine(ripe, time()), "mature", event
