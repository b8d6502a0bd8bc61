"""What no sum over days gives: what stands rather than happens, and what is read along a client's days; one row a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import narwhals as nw
import pyarrow as pa

from zhike.base.period import day_no
from zhike.engine.meaning import day_number, flag
from zhike.features.clients import holding, paths
from zhike.features.clients.arithmetic import money
from zhike.features.clients.bucket import Bucket, Frame
from zhike.features.clients.settings import YEAR
from zhike.features.clients.walk import Held


@dataclass(frozen=True, slots=True)
class Figure:
    """A lazy table of one row a client, and the tables it is made from."""

    needs: tuple[str, ...]
    build: Callable[[Bucket], Frame]


@dataclass(frozen=True, slots=True)
class Path:
    """A table of one row a client made by a compiled loop over rows in memory, and the tables it is made from."""

    needs: tuple[str, ...]
    build: Callable[[Held], pa.Table]


def _position(bucket: Bucket) -> Frame:
    value, cost = money("market_value"), money("cost")
    known = (nw.col("quantity") > 0) & ~nw.col("seeded")
    held = bucket.tables["position"].filter(nw.col("quantity") != 0)
    return held.select(
        "client_id", floating=value - cost, known_cost=nw.when(known).then(cost),
        known_floating=nw.when(known).then(value - cost), under=flag(known & (value < cost)), known=flag(known),
    ).group_by("client_id").agg(
        *(nw.col(c).sum() for c in ("floating", "known_cost", "known_floating", "under", "known"))
    )  # fmt: skip


def _client(bucket: Bucket) -> Frame:
    end = day_no(bucket.horizon.end)
    return bucket.tables["client"].select(
        "client_id", "declared_wealth", "commission_rate",
        tenure=end - day_number(nw.col("opened_on")), age=end - day_number(nw.col("birth_date")),
        assessed=end - day_number(nw.col("risk_assessed_on")),
    )  # fmt: skip


def _account(bucket: Bucket) -> Frame:
    end = nw.lit(bucket.horizon.end)
    open_now = nw.col("closed_on").is_null() | (nw.col("closed_on") > end)
    begun = nw.col("opened_on").is_null() | (nw.col("opened_on") <= end)
    rows = bucket.tables["account"].filter(open_now & begun)
    return rows.select("client_id", margin=flag(nw.col("kind") == "margin")).group_by("client_id").agg(
        nw.len().alias("accounts"), nw.col("margin").max()
    )  # fmt: skip


def _relation(bucket: Bucket) -> Frame:
    end = nw.lit(bucket.horizon.end)
    lasting = nw.col("end_on").is_null() | (nw.col("end_on") > end)
    rows = bucket.tables["relation"].filter((nw.col("start_on") <= end) & lasting)
    people = rows.select("client_id", "staff_id").unique().group_by("client_id").agg(nw.len().alias("people"))
    advised = rows.select("client_id", advised=flag(nw.col("role") == "adviser"))
    return people.join(advised.group_by("client_id").agg(nw.col("advised").max()), on="client_id", how="left")


def _products(bucket: Bucket) -> Frame:
    rows = bucket.aged("product_order")
    signed = nw.when(nw.col("side") == "subscribe").then(money("amount")).otherwise(-money("amount"))
    by_product = (
        rows.with_columns(signed=signed).group_by("client_id", "product_id").agg(nw.col("signed").sum())
    )
    left = nw.when(nw.col("signed") > 0).then(nw.col("signed"))
    return by_product.with_columns(held=flag(nw.col("signed") > 0.005), left=left).group_by("client_id").agg(
        nw.col("held").sum(), nw.col("left").sum()
    )  # fmt: skip


def _leads(bucket: Bucket) -> Frame:
    """Count the leads that each client referred in a year. The table holds those of other clients too."""
    rows = bucket.aged("lead", nw.col("created_at").dt.date())
    rows = rows.filter(~nw.col("referrer_id").is_null(), nw.col("age") < YEAR)
    return rows.group_by("referrer_id").agg(nw.len().alias("leads")).rename({"referrer_id": "client_id"})


def _referred(bucket: Bucket) -> Frame:
    """Count the clients that each client referred. The table holds those of other clients too."""
    end = nw.lit(bucket.horizon.end)
    opened = nw.col("opened_on").is_null() | (nw.col("opened_on") <= end)
    rows = bucket.tables["referred"].filter(~nw.col("referrer_id").is_null() & opened)
    return rows.group_by("referrer_id").agg(nw.len().alias("clients")).rename({"referrer_id": "client_id"})


PATHS: Mapping[str, Path] = {
    "span": Path(("client_day",), paths.span),
    "known_assets": Path(("client_day",), paths.known_assets),
    "fall": Path(("client_day",), paths.fall),
    "rhythm": Path(("client_day",), paths.rhythm),
    "months": Path(("client_day",), paths.months),
    "states": Path(("client_day", "market_state"), paths.states),
    "holding": Path(("round_trip", "position"), holding.holding),
    "orders": Path(("trade",), holding.orders),
}
STANDING: Mapping[str, Figure] = {
    "position_now": Figure(("position",), _position),
    "client_now": Figure(("client",), _client),
    "account_now": Figure(("account",), _account),
    "relation_now": Figure(("relation",), _relation),
    "products_now": Figure(("product_order",), _products),
    "leads_made": Figure(("lead",), _leads),
    "clients_referred": Figure(("referred",), _referred),
}
FIGURES: Mapping[str, Path | Figure] = {**PATHS, **STANDING}
