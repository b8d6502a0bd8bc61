"""The profit logic against known truth: simulated branches through ingest and night, the published verdict beside the truth.

Clients with at least six round trips closed in the twelve months that the verdict looks at; the class is the logic with the
highest probability, mixed or not. Prints macro-F1, accuracy, expected calibration error and accuracy by fifth of purity.

    python bench/logic.py [--clients 3000] [--days 500] [--seeds 1] [--markets mixed bull bear crash] [--variants standard]
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.models.logic.definitions import LOGICS
from zhike.run import run_night
from zhike.simulate import Plan, simulate

ENGINE, TRIPS, TODAY = EngineSettings(), 6, date(2035, 1, 1)


def verdicts(plan: Plan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate a branch and run its night; return truth (n,), probabilities (n, 3) and purity (n,) of clients who traded enough."""
    with tempfile.TemporaryDirectory(prefix="zhike-bench-") as folder:
        story, home = simulate(plan, Path(folder) / "branch", "parquet"), Path(folder) / "home"
        home.mkdir()
        ingest(home, Request(story.drop, TODAY, settings=ENGINE))
        generation = run_night(home, None, ENGINE).published.generation
        truth = {r["client_id"]: r for r in pq.read_table(story.truth / "client.parquet").to_pylist()}
        trips = {r["client_id"]: r["round_trips_12m"] or 0 for r in generation.read("measure").to_pylist()}
        known = [
            (LOGICS.index(truth[r["client_id"]]["logic"]), [r[f"p_{n}"] for n in LOGICS], truth[r["client_id"]]["purity"])
            for r in generation.read("logic").to_pylist()
            if r["p_value"] is not None
            and trips.get(r["client_id"], 0) >= TRIPS
            and truth.get(r["client_id"], {}).get("logic") in LOGICS
        ]  # fmt: skip
    return tuple(np.array(column) for column in zip(*known, strict=True))  # type: ignore[return-value]


def figures(truth: np.ndarray, probability: np.ndarray, purity: np.ndarray) -> str:
    """Return a line of figures."""
    found, sure = probability.argmax(1), probability.max(1)
    hit = found == truth
    f1 = [
        2 * ((truth == k) & (found == k)).sum() / max(1, (truth == k).sum() + (found == k).sum())
        for k in range(3)
    ]
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(
        (bins == b).mean() * abs(hit[bins == b].mean() - sure[bins == b].mean()) for b in np.unique(bins)
    )
    edges = np.linspace(0.55, 0.95, 6)
    fifths = [hit[(purity >= a) & (purity <= b)] for a, b in pairwise(edges)]
    by_purity = " ".join(f"{h.mean():.2f}" if len(h) else "  – " for h in fifths)
    counts = " ".join(f"{n:4}" for n in np.bincount(truth, minlength=3))
    return f"{len(truth):6} ({counts})  F1 {np.mean(f1):.3f}  accuracy {hit.mean():.3f}  ECE {error:.3f}  by purity {by_purity}"


def main() -> int:
    """Print a line for each branch."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, number in (("clients", 3_000), ("days", 500), ("seeds", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--markets", nargs="+", default=["mixed", "bull", "bear", "crash"])
    parser.add_argument("--variants", nargs="+", default=["standard"])
    wanted = parser.parse_args()
    for variant in wanted.variants:
        for market in wanted.markets:
            for seed in range(1, wanted.seeds + 1):
                plan = Plan(wanted.clients, wanted.days, seed, market=market, variant=variant)
                print(f"{variant:9}{market:6}{seed:3} {figures(*verdicts(plan))}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
