"""Ratings mode at the size of a large branch: 1,000,000 clients × 10 criteria scored and ranked in at most 1 s of CPU.

The scores come as float64 columns, some of them missing. Beside it, not promised: percentiles of the raw measures first.

    python bench/ahp_ratings.py [--clients 1000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from zhike.models.ahp.ratings import rate
from zhike.models.value.functions import Percentile

CRITERIA, MISSING, MOST = 10, 0.05, 1.0


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median CPU seconds of a piece of work."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return median(taken)


def main() -> int:
    """Print the figures; return 1 where the promise isn't kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    dice = np.random.default_rng(1)
    scores = [dice.random(args.clients) for _ in range(CRITERIA)]
    weights = dice.dirichlet(np.ones(CRITERIA))
    holes = [np.where(dice.random(args.clients) < MISSING, np.nan, column) for column in scores]
    whole = seconds(lambda: rate(scores, weights), args.rounds)
    partly = seconds(lambda: rate(holes, weights), args.rounds)
    percentile = seconds(lambda: Percentile()(scores[0]), args.rounds)
    print(f"{args.clients:,} clients x {CRITERIA} criteria, CPU seconds, median of {args.rounds}")
    print(f"  scored and ranked                 {whole:.2f}")
    print(f"  the same, {MISSING:.0%} of scores missing    {partly:.2f}   (promise: {MOST:.2f})")
    print(f"  one percentile of one measure     {percentile:.2f}")
    return int(max(whole, partly) > MOST)


if __name__ == "__main__":
    sys.exit(main())
