"""What a client does beside the logic of stocks: arbitrage, allocation to funds, trading on margin (套利, 配置, 两融)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

_ARBITRAGE = ("ipo", "repo", "conversion", "creation")


@dataclass(frozen=True, slots=True)
class OverlaySettings:
    """`margin`: share of days with debt; `funds`: average share of funds in net assets; `arbitrage`: share of trades."""

    margin: float = 0.1
    funds: float = 0.5
    arbitrage: float = 0.5
    trades: int = 3


def overlays(
    client_day: pa.Table, trade: pa.Table, since: int, settings: OverlaySettings | None = None
) -> Mapping[str, str]:
    """Return client → arbitrage, allocation or margin, for those who show one; the first that holds, in this order.

    `client_day`: rows of the last twelve months. `trade`: client_id, date, kind; those before day `since` aren't counted.
    """
    chosen = settings or OverlaySettings()
    found = _margin(client_day, chosen) | _allocation(client_day, chosen)
    return found | _arbitrage(trade, since, chosen)


def _margin(days: pa.Table, settings: OverlaySettings) -> dict[str, str]:
    owing = pc.greater(days["debt"].cast(pa.float64()).fill_null(0.0), 0.0).cast(pa.float64())
    shares = _mean(days["client_id"], owing)
    return {c: "margin" for c, s in shares.items() if s >= settings.margin}


def _allocation(days: pa.Table, settings: OverlaySettings) -> dict[str, str]:
    sums = (
        pa.table({"c": days["client_id"], "f": days["funds"].cast(pa.float64()), "n": days["net"].cast(pa.float64())})
        .group_by("c")
        .aggregate([("f", "sum"), ("n", "sum")])
    )  # fmt: skip
    return {
        str(r["c"]): "allocation"
        for r in sums.to_pylist()
        if r["n_sum"] and r["n_sum"] > 0 and (r["f_sum"] or 0) >= settings.funds * r["n_sum"]
    }


def _arbitrage(trade: pa.Table, since: int, settings: OverlaySettings) -> dict[str, str]:
    late = trade.filter(pc.greater_equal(trade["date"].cast(pa.int32()), since))
    kinds = late["kind"].cast(pa.string()).fill_null("ordinary")
    special = pc.is_in(kinds, value_set=pa.array(_ARBITRAGE)).cast(pa.float64())
    counts = _mean(late["client_id"].cast(pa.string()), special, settings.trades)
    return {c: "arbitrage" for c, s in counts.items() if s >= settings.arbitrage}


def _mean(clients: pa.ChunkedArray, values: pa.ChunkedArray, least: int = 1) -> dict[str, float]:
    rows = (
        pa.table({"c": clients, "v": values}).group_by("c").aggregate([("v", "mean"), ("v", "count")]).to_pylist()
    )  # fmt: skip
    return {str(r["c"]): float(r["v_mean"]) for r in rows if r["v_count"] >= least}
