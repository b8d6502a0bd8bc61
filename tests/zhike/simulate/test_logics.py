"""The three logics do what their definitions say, whichever mechanics carry them out."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow.parquet as pq
import pytest

import branch_facts as facts
from made_up import branch

VARIANTS = ("standard", "rules", "habits")
LOGICS = ("value", "trend", "sentiment")


class Bought:
    """What clients of each logic bought: median rank of 60- and 20-day return and of earnings yield, and days held."""

    def __init__(self, variant: str) -> None:
        folder = branch(400, 250, 1, "mixed", variant)
        truth = pq.read_table(folder / "truth" / "client.parquet").to_pylist()
        logic = {
            r["client_id"]: r["logic"] for r in truth if r["purity"] > 0.7 and r["overlay"] != "arbitrage"
        }
        quote = facts.table(folder / "drop", "quote")
        days = sorted(set(quote["date"].to_pylist()))
        ids = sorted(
            {
                s
                for s, e in zip(quote["security_id"].to_pylist(), quote["eps_ttm"].to_pylist(), strict=True)
                if e is not None
            }
        )
        day_at, id_at = {d: k for k, d in enumerate(days)}, {s: k for k, s in enumerate(ids)}
        close, worth = np.full((len(days), len(ids)), np.nan), np.full((len(days), len(ids)), np.nan)
        for row in quote.select(["date", "security_id", "close", "adj_factor", "eps_ttm"]).to_pylist():
            if row["security_id"] in id_at:
                at = day_at[row["date"]], id_at[row["security_id"]]
                close[at] = float(row["close"] * row["adj_factor"])
                worth[at] = float(row["eps_ttm"] / row["close"])
        self.quarter, self.yields = defaultdict(list), defaultdict(list)
        self.held: dict[str, list[int]] = defaultdict(list)
        opened: dict[tuple, int] = {}
        for row in sorted(
            facts.table(folder / "drop", "trade").to_pylist(), key=lambda r: (r["date"], r["time"])
        ):
            key = row["client_id"], row["security_id"]
            if row["kind"] not in ("ordinary", "margin") or key[0] not in logic or key[1] not in id_at:
                continue
            t, i, who = day_at[row["date"]], id_at[key[1]], logic[key[0]]
            if row["side"] == "buy":
                opened.setdefault(key, t)
                self.quarter[who].append(_rank(close[t - 1] / close[t - 61], i))
                self.yields[who].append(_rank(worth[t - 1], i))
            elif key in opened:
                self.held[who].append(t - opened.pop(key))


def _rank(values: np.ndarray, i: int) -> float:
    known = values[np.isfinite(values)]
    return float((known < values[i]).mean())


@pytest.mark.parametrize("variant", VARIANTS)
def test_value_buys_cheap_trend_buys_strength_sentiment_holds_briefly(variant: str) -> None:
    bought = Bought(variant)
    cheap = {k: np.median(bought.yields[k]) for k in LOGICS}
    strong = {k: np.median(bought.quarter[k]) for k in LOGICS}
    days = {k: np.median(bought.held[k]) for k in LOGICS}
    print(f"\n{variant}: earnings yield {cheap}, 60-day strength {strong}, days held {days}")
    assert cheap["value"] == max(cheap.values())
    assert strong["trend"] == max(strong.values())
    assert strong["value"] == min(strong.values())
    assert days["value"] == max(days.values())
    assert days["sentiment"] <= days["trend"]
