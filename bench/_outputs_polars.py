"""The twenty-five outputs in Polars: lazy frames, the same formulas as _outputs_sql.py, streaming where Polars can.

Days are numbers and counts 64 bits wide: Polars counts in 32 bits without a sign, and a sum of nothing is 0 to it, not null.
"""

from __future__ import annotations

import polars as pl
import pyarrow as pa
from _outputs_data import Data
from _outputs_definitions import (
    DECAY,
    FLOW_WINDOW,
    FRESH,
    LEAST_MONTHS,
    LOOK_BACK,
    LOST,
    NAMES,
    QUIET,
    SAME,
)
from _outputs_polars_states import PAIR, rests_of, scanned, states

c = pl.col


def _gained(key: str | None) -> pl.Expr:
    gain = c("close").shift(1) / c("close").shift(LOOK_BACK + 1)
    return gain.over(key) if key else gain


def outputs(data: Data) -> pa.Table:
    """Return the outputs, a row a client."""
    day = scanned(data, "day").sort("date").with_columns(c("close").cast(pl.Float64)).with_columns(moved=_gained(None)).collect()  # fmt: skip
    quote = _quotes(data, day)
    as_of = int(day["date"].max())  # type: ignore[arg-type]
    state = states(data).collect(engine="streaming")
    resting = rests_of(state).collect(engine="streaming")
    last = quote.filter(c("date") == as_of).select("security_id", "close")
    parts = [_traded(state, quote, day, as_of), _closed(state), *_gains(resting, quote), _held(resting, last), *_owned(data, day, as_of)]  # fmt: skip
    found = pl.scan_parquet(data.path("client"))
    for part in parts:
        found = found.join(part, on="client_id", how="left")
    return _finished(found).collect(engine="streaming").to_arrow()


def _quotes(data: Data, day: pl.DataFrame) -> pl.DataFrame:
    return (
        scanned(data, "quote")
        .sort("security_id", "date")
        .with_columns(c("close").cast(pl.Float64))
        .with_columns(gained=_gained("security_id"))
        .join(day.lazy().select("date", "moved"), on="date")
        .select("security_id", "date", "close", "suspended", beyond=(c("gained") - c("moved")).fill_null(0.0))
        .collect(engine="streaming")
    )


def _traded(state: pl.DataFrame, quote: pl.DataFrame, day: pl.DataFrame, as_of: int) -> pl.LazyFrame:
    buys, age, amount = c("buys"), as_of - c("date"), c("amount")
    signed = pl.when("buys").then(amount).otherwise(-amount)
    left = (-c("step")).exp() * c("cost") * c("n") / (c("after") + c("n"))
    bought, sold = amount.filter(buys).sum(), amount.filter(~buys).sum()
    both = buys.any() & (~buys).any()
    return (
        state.lazy()
        .join(quote.lazy().select("security_id", "date", "beyond"), on=["security_id", "date"])
        .join(day.lazy().select("date", "market"), on="date")
        .group_by("client_id")
        .agg(
            recency=age.min().cast(pl.Int64), first_age=age.max(), trades=pl.len().cast(pl.Int64),
            trading_days=c("date").n_unique().cast(pl.Int64), monetary=amount.sum(), fees=c("fee").sum(),
            median_ticket=amount.median(), decay=(-age / DECAY).exp().sum(),
            net_buy_bull=signed.filter(c("market") == 1).sum(), net_buy_bear=signed.filter(c("market") == -1).sum(),
            chasing=pl.when(both).then((amount * c("beyond")).filter(buys).sum() / bought - (amount * c("beyond")).filter(~buys).sum() / sold),
            profit=(amount - left).filter(~buys).sum(),
            fifo_profit=sold - (c("matched") * (amount + c("fee")) / c("n")).filter(buys).sum(),
            fifo_days=pl.when((~buys).any()).then(((c("n") * c("date")).filter(~buys).sum() - (c("matched") * c("date")).filter(buys).sum()) / c("n").filter(~buys).sum()),
        )
    )  # fmt: skip


def _closed(state: pl.DataFrame) -> pl.LazyFrame:
    return (
        state.lazy()
        .group_by([*PAIR, "episode"])
        .agg(
            brought=(c("amount") - c("fee")).filter(~c("buys")).sum(),
            paid=(c("amount") + c("fee")).filter("buys").sum(),
            least=c("after").min(),
        )
        .filter(c("least") == 0)
        .group_by("client_id")
        .agg(win_rate=(c("brought") - c("paid") > SAME * c("paid")).cast(pl.Float64).mean())
    )


def _gains(resting: pl.DataFrame, quote: pl.DataFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return gains taken, and gains kept."""
    price, cost = c("brought") / c("sold"), c("cost_before") / c("units_before")
    taken = resting.lazy().filter("takes").group_by("client_id").agg(
        rg=(price - cost > SAME * cost).cast(pl.Int64).sum(), rl=(cost - price > SAME * cost).cast(pl.Int64).sum()
    )  # fmt: skip
    days = (
        resting.lazy()
        .group_by("client_id", "date")
        .agg(takes=c("takes").any())
        .sort("client_id", "date")
        .with_columns(ordinal=c("takes").cast(pl.Int64).cum_sum().over("client_id"))
        .collect(engine="streaming")
        .lazy()
    )
    following = days.select("client_id", next_date="date", next="ordinal")
    rests = (
        resting.lazy()
        .filter(c("units") > 0)
        .join(days.select("client_id", "date", low="ordinal"), on=["client_id", "date"])
        .join(following, on=["client_id", "next_date"], how="left")
        .join(days.group_by("client_id").agg(all=c("ordinal").max()), on="client_id")
        .with_columns(high=(c("next") - (c("next_sold") > 0).cast(pl.Int64)).fill_null(c("all")))
        .filter(c("high") > c("low"))
        .select(*PAIR, cost=c("cost") / c("units"), ordinal=pl.int_ranges(c("low") + 1, c("high") + 1))
        .explode("ordinal")
    )
    sales = days.filter("takes").select("client_id", "ordinal", "date")
    quoted = quote.lazy().filter(~c("suspended")).select("security_id", "date", "close")
    above, below = c("close") - c("cost") > SAME * c("cost"), c("cost") - c("close") > SAME * c("cost")
    kept = (
        rests.join(sales, on=["client_id", "ordinal"])
        .join(quoted, on=["security_id", "date"])
        .group_by("client_id")
        .agg(pg=above.cast(pl.Int64).sum(), pl=below.cast(pl.Int64).sum())
    )
    return taken, kept


def _held(resting: pl.DataFrame, last: pl.DataFrame) -> pl.LazyFrame:
    value = c("units") * c("close")
    held = (
        resting.lazy().filter(c("next_date").is_null() & (c("units") > 0)).join(last.lazy(), on="security_id")
    )
    return held.group_by("client_id").agg(hhi=(value * value).sum() / (value.sum() * value.sum()))


def _owned(data: Data, day: pl.DataFrame, as_of: int) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return what assets say by month ends, and the transfers of late."""
    months = day.lazy().filter("month_end").select("date", x=c("close") / c("close").shift(1) - 1)
    amount = c("amount").cast(pl.Float64)
    flows = scanned(data, "transfer").select("client_id", "date", amount=amount)
    monthly = flows.sort("date").join_asof(
        months.select("date", end="date").sort("date"), on="date", strategy="forward"
    )
    moved = monthly.group_by("client_id", date="end").agg(moved=c("amount").sum())
    nets = (
        scanned(data, "asset")
        .select("client_id", "date", net=c("net").cast(pl.Float64))
        .sort("client_id", "date")
        .with_columns(earlier=c("net").shift(1).over("client_id"), peak=c("net").cum_max().over("client_id"))
        .join(months, on="date")
        .join(moved, on=["client_id", "date"], how="left")
        .with_columns(y=(c("net") - c("earlier") - c("moved").fill_null(0.0)) / c("earlier"))
    )
    known = c("y").is_not_null()
    x, y = c("x").filter(known), c("y").filter(known)
    owned = nets.group_by("client_id").agg(
        net=c("net").mean(), drawdown=(1 - c("net") / c("peak")).max(),
        beta=pl.when(known.sum() >= LEAST_MONTHS).then(pl.cov(x, y) / x.var()),
    )  # fmt: skip
    late = flows.filter(as_of - c("date") < FLOW_WINDOW)
    return owned, late.group_by("client_id").agg(net_flow_90=c("amount").sum())


def _finished(found: pl.LazyFrame) -> pl.LazyFrame:
    nullable = {"recency", "median_ticket", "chasing", "hhi", "turnover", "drawdown", "beta", "win_rate", "disposition", "fifo_days", "stage"}  # fmt: skip
    stage = (
        pl.when(c("trades") == 0).then(0).when(c("recency") > LOST).then(1).when(c("recency") > QUIET).then(2)
        .when(c("first_age") < FRESH).then(3).when(c("net_flow_90") < 0).then(4).otherwise(5)
    )  # fmt: skip
    gains, losses = c("rg") + c("pg"), c("rl") + c("pl")
    return (
        found.with_columns(c(name).fill_null(0) for name in NAMES if name not in nullable)
        .with_columns(
            turnover=c("monetary") / c("net"),
            disposition=pl.when((gains > 0) & (losses > 0)).then(c("rg") / gains - c("rl") / losses),
            stage=stage,
        )
        .select("client_id", *NAMES)
    )
