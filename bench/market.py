"""The price book, the ranks across the market and the market's states, against pandas on the same grids.

Promises: 5,000 securities × 1,250 days of quotes become a price book in at most 1 GB and are ranked in at most 30 s;
three momenta ranked day by day take at most half the time pandas takes for them. Rolling percentiles are printed, not
promised. pandas gets the grids ready made: the price book has no rival here, since nothing comparable builds one.

    python bench/market.py [--securities 5000] [--days 1250] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from _measure import weighed
from _quotes import batches

from zhike.features.market import Prices, market_states, prices_of, standing, standing_of
from zhike.features.market.kernels import backward, rolling

FAR = date(2100, 1, 1)
RANKS = "three momenta ranked"
_BOOK = """
import sys
sys.path.insert(0, {here!r})
from _quotes import batches
from zhike.features.market import prices_of
prices_of(batches({securities}, {days}))
"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def momenta(prices: Prices) -> None:
    """Rank three momenta as `standing_of` does."""
    pool = np.ascontiguousarray(prices.flags & 1 != 0)
    for days in (5, 20, 60):
        standing.ranked(backward.gain(prices.adjusted, days), pool)


def momenta_by_pandas(adjusted: pd.DataFrame, traded: pd.DataFrame) -> None:
    """Rank the same three momenta; `adjusted` and `traded` have a row a day."""
    for days in (5, 20, 60):
        known = adjusted.shift(1)
        (known / known.shift(days) - 1).where(traded).rank(axis=1, pct=True)


def compared(prices: Prices, rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds of ours and of pandas', taking turns."""
    adjusted = pd.DataFrame(np.ascontiguousarray(prices.adjusted.T))
    traded = pd.DataFrame(np.ascontiguousarray((prices.flags & 1 != 0).T))
    walk = np.cumsum(np.random.default_rng(0).normal(size=100_000))
    series = pd.Series(walk)
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        RANKS: (lambda: momenta(prices), lambda: momenta_by_pandas(adjusted, traded)),
        "rolling percentile, 100,000 days": (
            lambda: rolling.percentile(walk, 250, 60),
            lambda: series.rolling(250, min_periods=60).rank(pct=True),
        ),
    }
    taken = {
        name: [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
        for name, (ours, theirs) in pairs.items()
    }
    return {name: (median(a for a, _ in each), median(b for _, b in each)) for name, each in taken.items()}


def main() -> int:
    """Print the table; return 1 where a promise is broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--securities", type=int, default=5000)
    parser.add_argument("--days", type=int, default=1250)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    market_states(prices_of(batches(10, 80)), None, FAR)  # compiled before anything is measured
    standing_of(prices_of(batches(10, 80)))
    rows = list(batches(asked.securities, asked.days))
    book = prices_of(iter(rows))
    times = {
        "price book": median(seconds(lambda: prices_of(iter(rows))) for _ in range(asked.rounds)),
        "all ranks": seconds(lambda: standing_of(book)),
        "market states": seconds(lambda: market_states(book, None, FAR)),
    }
    program = _BOOK.format(here=str(Path(__file__).parent), securities=asked.securities, days=asked.days)
    peak = weighed([sys.executable, "-c", program])
    print(f"{asked.securities:,} securities × {asked.days:,} days; price book: {peak / 1e9:.2f} GB at most")
    for name, taken in times.items():
        print(f"{name:34}{taken:8.2f} s")
    found = compared(book, asked.rounds)
    for name, (ours, theirs) in found.items():
        print(f"{name:34}{ours:8.3f} s   pandas {theirs:8.3f} s   ratio {ours / theirs:.2f}")
    ours, theirs = found[RANKS]
    kept = peak <= 1e9 and times["all ranks"] <= 30 and ours <= 0.5 * theirs
    print("kept" if kept else "a promise is broken")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
