"""What is known of Chinese retail branches shows in a simulated one; the figures are printed (pytest -s)."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

import branch_facts as facts
from made_up import branch

SEEDS = (1, 2, 3)
SIZE = {"clients": 600, "days": 500}
BRANCHES = [pytest.param("mixed", s, id=f"mixed-{s}") for s in SEEDS]


@pytest.mark.parametrize(("market", "seed"), BRANCHES)
def test_in_a_month_35_to_50_percent_hold_and_17_to_28_percent_trade(market: str, seed: int) -> None:
    months = np.array(facts.shares_by_month(branch(**SIZE, market=market, seed=seed) / "drop"))
    held, traded = months.mean(axis=0)
    print(f"\n{market} {seed}: holding {held:.3f} ({months[:, 0].min():.2f}–{months[:, 0].max():.2f}), "
          f"trading {traded:.3f} ({months[:, 1].min():.2f}–{months[:, 1].max():.2f})")  # fmt: skip
    assert 0.35 <= held <= 0.50
    assert 0.17 <= traded <= 0.28


@pytest.mark.parametrize(("market", "seed"), BRANCHES)
def test_the_richest_fifth_has_at_least_three_quarters_of_the_assets(market: str, seed: int) -> None:
    share = facts.share_of_richest_fifth(branch(**SIZE, market=market, seed=seed) / "drop")
    print(f"\n{market} {seed}: richest fifth {share:.3f}")
    assert share >= 0.75


@pytest.mark.parametrize(("market", "seed"), BRANCHES)
def test_gains_are_realised_1_2_to_1_8_times_as_readily_as_losses(market: str, seed: int) -> None:
    sold = facts.gains_realised(branch(**SIZE, market=market, seed=seed) / "drop")
    print(f"\n{market} {seed}: PGR {sold.pgr:.3f}, PLR {sold.plr:.3f}, ratio {sold.pgr / sold.plr:.2f}")
    assert 1.2 <= sold.pgr / sold.plr <= 1.8


def test_small_accounts_lose_by_timing_by_selection_and_by_cost() -> None:
    parts = [facts.attribution(branch(**SIZE, seed=s) / "drop")["small"] for s in SEEDS]
    clients = sum(p.clients for p in parts)
    timing, selection, cost = (
        sum(getattr(p, n) for p in parts) / clients for n in ("timing", "selection", "cost")
    )
    print(
        f"\n{clients} small accounts, two years, yuan each: timing {timing:.0f}, selection {selection:.0f}, cost {cost:.0f}"
    )
    assert timing < 0
    assert selection < 0
    assert cost < 0


@pytest.mark.parametrize(("market", "seed"), BRANCHES)
def test_turnover_spreads_over_the_trade_s_bands(market: str, seed: int) -> None:
    bands = facts.turnover_bands(branch(**SIZE, market=market, seed=seed) / "drop")
    print(f"\n{market} {seed}: " + ", ".join(f"{k} {v:.2f}" for k, v in bands.items()))
    assert bands["long"] >= 0.25
    assert bands["medium"] >= 0.25
    assert bands["short"] + bands["high"] > 0


def without_trend(values: np.ndarray) -> np.ndarray:
    time = np.arange(len(values))
    return values - np.polyval(np.polyfit(time, values, 1), time)


def test_clients_trade_more_when_the_market_is_lively() -> None:
    together = []
    for seed in SEEDS:
        folder = branch(**SIZE, seed=seed)
        trade, regime = (
            facts.table(folder / "drop", "trade"),
            pq.read_table(folder / "truth" / "regime.parquet"),
        )
        count = dict.fromkeys(regime["date"].to_pylist(), 0)
        for day in trade["date"].to_pylist():
            count[day] += 1
        mood, trades = np.array(regime["heat"])[:-1], np.array(list(count.values()))[1:]
        together.append(np.corrcoef(without_trend(mood), without_trend(trades))[0, 1])
    print("\ncorrelation of trades with yesterday's market mood:", [f"{r:.2f}" for r in together])
    assert np.mean(together) > 0.3
    assert min(together) > 0.1


def test_a_twentieth_to_a_fifth_of_the_clients_are_lost_in_a_year() -> None:
    shares = []
    for seed in SEEDS:
        stage = pq.read_table(branch(**SIZE, seed=seed) / "truth" / "stage.parquet").to_pylist()
        awake = {r["client_id"] for r in stage if r["stage"] in ("growing", "mature", "returned")}
        lost = {r["client_id"] for r in stage if r["stage"] == "lost"} & awake
        shares.append(len(lost) / len(awake) * 245 / SIZE["days"])
    print("\nlost a year, of clients who were awake:", [f"{s:.3f}" for s in shares])
    assert all(0.03 <= s <= 0.20 for s in shares)
