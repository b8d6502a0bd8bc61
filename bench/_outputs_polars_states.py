"""Positions and their costs after each trade and each day, in Polars."""

from __future__ import annotations

import polars as pl
from _outputs_data import Data
from _outputs_definitions import TRADE_COLUMNS

ORDERED = ["client_id", "security_id", "date", "trade_id"]
PAIR = ["client_id", "security_id"]
c = pl.col


def scanned(data: Data, name: str) -> pl.LazyFrame:
    """Open a table, its dates as day numbers."""
    return pl.scan_parquet(data.path(name)).with_columns(c("date").to_physical())


def states(data: Data) -> pl.LazyFrame:
    """Return the trades with what the positions and their costs are after each."""
    buys, n = c("side").cast(pl.String) == "buy", c("quantity").cast(pl.Float64)
    fee = c("commission").cast(pl.Float64).fill_null(0.0)
    episode = [*PAIR, "episode"]
    return (
        scanned(data, "trade")
        .select(TRADE_COLUMNS)
        .select(*ORDERED, buys=buys, n=n, amount=c("amount").cast(pl.Float64), fee=fee)
        .sort(ORDERED)
        .with_columns(
            after=pl.when("buys").then(c("n")).otherwise(-c("n")).cum_sum().over(PAIR),
            bought=pl.when("buys").then(c("n")).otherwise(0.0).cum_sum().over(PAIR),
            sold=pl.when("buys").then(0.0).otherwise(c("n")).sum().over(PAIR),
        )
        .with_columns(
            step=pl.when(c("buys") | (c("after") == 0))
            .then(0.0)
            .otherwise((c("after") / (c("after") + c("n"))).log()),
            episode=(c("buys") & (c("after") == c("n"))).cast(pl.Int64).cum_sum().over(PAIR),
            matched=(c("sold") - (c("bought") - c("n"))).clip(0.0, c("n")),
        )
        .with_columns(level=c("step").cum_sum().over(episode))
        .with_columns(
            paid=pl.when("buys").then((c("amount") + c("fee")) * (-c("level")).exp()).otherwise(0.0)
        )
        .with_columns(cost=c("level").exp() * c("paid").cum_sum().over(episode))
    )


def rests_of(state: pl.DataFrame) -> pl.LazyFrame:
    """Return positions day by day of their own trades, with what they were before and when the next trade comes."""
    sells = ~c("buys")
    return (
        state.lazy()
        .group_by([*PAIR, "date"], maintain_order=True)
        .agg(
            units=c("after").last(), cost=c("cost").last(), sold=c("n").filter(sells).sum(),
            brought=c("amount").filter(sells).sum(),
        )
        .with_columns(
            units_before=c("units").shift(1).over(PAIR).fill_null(0.0), cost_before=c("cost").shift(1).over(PAIR),
            next_date=c("date").shift(-1).over(PAIR), next_sold=c("sold").shift(-1).over(PAIR),
        )
        .with_columns(takes=(c("sold") > 0) & (c("units_before") > 0))
    )  # fmt: skip
