"""How long positions are held, those still open counted for what they are: not yet ended (Kaplan and Meier 1958)."""

from __future__ import annotations

import narwhals as nw

from zhike.base.period import day_no
from zhike.engine.meaning import day_number, flag, quantiles
from zhike.features.clients.arithmetic import money
from zhike.features.clients.bucket import Bucket, Frame
from zhike.features.clients.settings import YEAR


def holding(bucket: Bucket) -> Frame:
    """Return for positions opened within a year: `median` and `restricted` mean of days held, `n` and how many `ended`.

    S(t) = Π over t_i ≤ t of (1 − d_i / n_i), with d_i positions ended at t_i and n_i held until then at least. The median is
    the first t with S ≤ ½ (null where most are still held); the restricted mean is the area under S up to the window's length.
    Days are calendar days; a round trip's are the mean of its shares, first in first out, to the nearest day.
    """
    horizon = bucket.horizon
    first, end = nw.lit(horizon.first(YEAR)), nw.lit(horizon.end)
    fresh = (nw.col("opened_on") >= first) & (nw.col("opened_on") <= end)
    ended = bucket.tables["round_trip"].filter(fresh, nw.col("closed_on") <= end)
    ended = ended.select("client_id", days=(nw.col("holding_days") + 0.5).floor(), ended=nw.lit(1))
    still = bucket.tables["position"].filter(fresh, nw.col("quantity") > 0)
    since = day_no(horizon.end) - day_number(nw.col("opened_on"))
    still = still.select("client_id", days=since.cast(nw.Float64), ended=nw.lit(0))
    length = float(day_no(horizon.end) - day_no(horizon.first(YEAR)) + 1)
    return _survival(nw.concat([ended, still]), length)


def _survival(spells: Frame, length: float) -> Frame:
    """Return median, restricted mean, n and ended per client of spells (client_id, days, ended)."""
    days = nw.col("days")
    counts = spells.group_by("client_id", "days").agg(nw.col("ended").sum(), nw.len().alias("count"))
    counts = counts.with_columns(
        upto=nw.col("count").cum_sum().over("client_id", order_by="days"),
        n=nw.col("count").sum().over("client_id"),
    )
    risk = nw.col("n") - nw.col("upto") + nw.col("count")
    stays = nw.when(nw.col("ended") < risk).then(1.0 - nw.col("ended") / risk)
    steps = counts.with_columns(step=stays.log().fill_null(0.0), over=flag(stays.is_null()))
    steps = steps.with_columns(log=nw.col("step").cum_sum().over("client_id", order_by="days"))
    alive = (
        nw.when(nw.col("over") == 0).then(nw.col("log").exp()).otherwise(0.0)
    )  # all end only at the last step
    curve = steps.with_columns(alive=alive)
    curve = curve.with_columns(
        before=nw.col("alive").shift(1).over("client_id", order_by="days").fill_null(1.0),
        since=days.shift(1).over("client_id", order_by="days").fill_null(0.0),
    )
    tail = nw.col("alive") * (length - days)
    curve = curve.with_columns(
        area=nw.col("before") * (days - nw.col("since")),
        tail=nw.when(nw.col("upto") == nw.col("n")).then(tail),
        half=nw.when(nw.col("alive") <= 0.5 + 1e-9).then(days),
    )
    return curve.group_by("client_id").agg(
        nw.col("half").min().alias("median"), (nw.col("area").sum() + nw.col("tail").sum()).alias("restricted"),
        nw.col("n").max(), nw.col("ended").sum(),
    )  # fmt: skip


def orders(bucket: Bucket) -> Frame:
    """Return the median size of a decision in a year: all executions of a day in one security on one side."""
    rows = bucket.aged("trade").filter(
        nw.col("age") < YEAR, nw.col("kind").fill_null("ordinary").is_in(["ordinary", "margin"])
    )
    sizes = rows.group_by("client_id", "date", "security_id", "side").agg(nw.col("amount").sum())
    return quantiles(sizes.select("client_id", value=money("amount")), {"median": 0.5})
