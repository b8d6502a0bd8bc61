"""What must be read in order of time: first and last day, falls from a peak, own rhythm, months, acts by market state."""

from __future__ import annotations

import narwhals as nw

from zhike.datacentre.tables.branch import STATES
from zhike.engine.meaning import at_first, at_last, flag, least, positive, quantiles, with_ends
from zhike.features.clients.arithmetic import money
from zhike.features.clients.bucket import Bucket, Frame
from zhike.features.clients.settings import RHYTHM, YEAR

_MONTHS = 12


def span(bucket: Bucket) -> Frame:
    """Return each client's first day and last day in client_day: their ages, and what stood there."""
    first, last = ("net", "pnl", "flow_in", "flow_out"), ("stocks", "positions", "largest")
    rows = with_ends(
        bucket.aged("client_day").with_columns(known=nw.lit(bucket.horizon.known)), "date", "client_id"
    )
    return rows.group_by("client_id").agg(
        nw.col("age").max().alias("first_age"),
        nw.col("age").min().alias("last_age"),
        nw.col("known").max(),
        *(at_first(c).alias(f"first_{c}") for c in first),
        *(at_last(c).alias(f"last_{c}") for c in last),
    )


def known_assets(bucket: Bucket) -> Frame:
    """Return each client's assets on the last day for which they are known."""
    rows = with_ends(bucket.aged("client_day").filter(~nw.col("net").is_null()), "date", "client_id")
    return rows.group_by("client_id").agg(at_last(c).alias(c) for c in ("net", "cash", "funds", "debt"))


def fall(bucket: Bucket) -> Frame:
    """Return the deepest and the present fall of a year's chained return from its highest, as fractions.

    The chain starts at 1 before the window and leaves out what the client brought or took (log returns add up).
    """
    rows = bucket.aged("client_day").filter(nw.col("age") < YEAR, nw.col("return_days") > 0)
    chain = rows.select(
        "client_id", "date", level=nw.col("log_return").cum_sum().over("client_id", order_by="date")
    )
    peaks = chain.with_columns(peak=nw.col("level").cum_max().over("client_id", order_by="date"))
    top = nw.when(nw.col("peak") > 0).then(nw.col("peak")).otherwise(0.0)
    falls = with_ends(peaks.with_columns(depth=1.0 - (nw.col("level") - top).exp()), "date", "client_id")
    return falls.group_by("client_id").agg(
        nw.col("depth").max().alias("deepest"), at_last("depth").alias("now")
    )


def rhythm(bucket: Bucket) -> Frame:
    """Return the usual gaps between a client's trading days in two years, in trading days: median and 90 % quantile."""
    rows = bucket.aged("client_day").filter(nw.col("age") < RHYTHM, nw.col("trades") > 0)
    before = nw.col("age").shift(1).over("client_id", order_by="date")
    gaps = rows.select("client_id", value=before - nw.col("age")).filter(~nw.col("value").is_null())
    return quantiles(gaps, {"median": 0.5, "long": 0.9})


def months(bucket: Bucket) -> Frame:
    """Return the turnover of stocks in the last twelve whole months, as Barber and Odean (2000) count it, by account.

    A month's turnover is ½ (min(1, sold ÷ opening value) + min(1, bought ÷ closing value)); a side without a value to be
    measured against doesn't count. Also `active`: how many of these months have a trade.
    """
    first, last = bucket.horizon.last_months(_MONTHS)
    rows = bucket.tables["client_day"].filter(nw.col("date") >= nw.lit(first), nw.col("date") <= nw.lit(last))
    month = nw.col("date").dt.year() * 12 + nw.col("date").dt.month()
    by_month = with_ends(rows.with_columns(month=month), "date", "client_id", "month").group_by("client_id", "month").agg(
        at_first("stocks_before").alias("opening"), at_last("stocks").alias("closing"),
        nw.col("buy_amount").sum(), nw.col("sell_amount").sum(), nw.col("trades").sum(),
    )  # fmt: skip
    sold = money("sell_amount") / positive(money("opening"))
    bought = money("buy_amount") / positive(money("closing"))
    sides = by_month.with_columns(sold=least(sold, nw.lit(1.0)), bought=least(bought, nw.lit(1.0)))
    known = sides.with_columns(sides=flag(~sold.is_null()) + flag(~bought.is_null()))
    turned = nw.col("sold").fill_null(0.0) + nw.col("bought").fill_null(0.0)
    return known.with_columns(turned=turned, active=flag(nw.col("trades") > 0)).group_by("client_id").agg(
        nw.col("turned").sum(), nw.col("sides").sum(), nw.col("active").sum()
    )  # fmt: skip


def states(bucket: Bucket) -> Frame:
    """Return a year's sums by market state, and those for slopes on the money effect.

    `days_S`, `log_S`: days with a return in state S and their log returns. With x₁ the change of money effect in tens of
    points, x₂ the market's return and y net buying over the assets of the day before: n, x1, …, yy. With m the money
    effect in tens of points and e the exposure: me_n, me_m, me_mm, me_e, me_me, me_ee.
    """
    market = bucket.tables["market_state"].select("date", "state", effect=nw.col("money_effect") / 10.0)
    market = market.with_columns(change=nw.col("effect") - nw.col("effect").shift(1).over(order_by="date"))
    rows = bucket.aged("client_day").filter(nw.col("age") < YEAR).join(market, on="date", how="inner")
    assets = money("assets_before")
    able = (assets >= bucket.settings.least_assets) & (nw.col("days") > 0) & ~nw.col("change").is_null()
    bought = (money("buy_amount") - money("sell_amount")) / positive(assets)
    rows = rows.with_columns(
        n=flag(able), x1=nw.when(able).then(nw.col("change")), x2=nw.when(able).then(nw.col("sum_x")),
        y=nw.when(able).then(bought), me_n=flag(nw.col("exposure_days") > 0),
        me_m=nw.when(nw.col("exposure_days") > 0).then(nw.col("effect")),
        me_e=nw.when(nw.col("exposure_days") > 0).then(nw.col("exposure")),
    )  # fmt: skip
    pairs = {
        f"{a}{b}": nw.col(a) * nw.col(b)
        for a, b in (("x1", "x1"), ("x1", "x2"), ("x2", "x2"), ("x1", "y"), ("x2", "y"), ("y", "y"))
    }
    pairs |= {
        "me_mm": nw.col("me_m") * nw.col("me_m"),
        "me_me": nw.col("me_m") * nw.col("me_e"),
        "me_ee": nw.col("me_e") * nw.col("me_e"),
    }
    for state in STATES:
        here = (nw.col("state") == state) & (nw.col("return_days") > 0)
        pairs |= {f"days_{state}": flag(here), f"log_{state}": nw.when(here).then(nw.col("log_return"))}
    names = ("n", "x1", "x2", "y", "me_n", "me_m", "me_e", *pairs)
    return rows.with_columns(**pairs).group_by("client_id").agg(*(nw.col(c).sum() for c in names))
