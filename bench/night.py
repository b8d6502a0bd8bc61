"""What a whole night costs, from a delivered branch to a published generation, as branches grow.

Promises (exit 1 where one isn't kept): the processes of a night together never hold more than 2 GB at once; CPU a trade grows by at
most 15 % from the smallest branch to the largest. Wall and CPU seconds are told.

Branches are those of bench/outputs.py (200 trades a client, log-normal; 3,000 securities × 500 days), delivered as Parquet
and ingested once below var/bench. Each night is a process of its own in a home without generations. CPU is that of all its
processes, memory what they hold for themselves plus their share of what they hold together, looked at ten times a second.

    python bench/night.py [--trades 2000000 20000000] [--threads 2] [--rounds 1]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from _measure import Watched, watched
from _night_drop import drop_of
from _outputs_data import made

ROOT = Path(__file__).parent.parent / "var" / "bench"
A_CLIENT = 200  # trades
MEMORY, GROWTH = 2_000_000_000, 1.15
_KEPT = ("CURRENT", "LOCK", "drops", "feeds", "raw", "states", "zhike.toml")


@dataclass(frozen=True, slots=True)
class Night:
    """One night: of how many trades and clients, seconds on the wall and of CPU, most memory held, bytes and rows published."""

    trades: int
    clients: int
    wall: float
    cpu: float
    peak: int
    published: int


def ingested(trades: int) -> Path:
    """Return the home of a branch, made and taken in unless it is there already."""
    clients = trades // A_CLIENT
    folder = ROOT / f"night-1-{trades}-{clients}"
    if not (folder / "ingested").exists():
        shutil.rmtree(folder / "home", ignore_errors=True)
        drop_of(made(ROOT, trades, clients), folder)
        subprocess.run(
            [sys.executable, "-m", "zhike", "ingest", str(folder / "drop"), "--home", str(folder / "home")],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        (folder / "ingested").touch()
    return folder / "home"


def night_of(trades: int, threads: int) -> Night:
    """Run one night on a branch that has had none."""
    home = ingested(trades)
    for path in home.iterdir():
        if path.name not in _KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (home / "zhike.toml").write_text(f"[engine]\nthreads = {threads}\n", encoding="utf-8")
    begun = time.perf_counter()
    took: Watched = watched([sys.executable, "-m", "zhike", "run", "--home", str(home), "--format", "json"])
    wall = time.perf_counter() - begun
    size = sum(f.stat().st_size for f in (home / "generations").rglob("*") if f.is_file())
    return Night(trades, trades // A_CLIENT, wall, took.cpu, took.peak, size)


def line(nights: list[Night]) -> str:
    """Return a branch's line of the table: medians."""
    n = nights[0]
    wall, cpu, peak = (median(getattr(x, name) for x in nights) for name in ("wall", "cpu", "peak"))
    return (
        f"| {n.trades:,} | {n.clients:,} | {wall:.0f} | {cpu:.0f} | {cpu / n.trades * 1e6:.1f} | {cpu / n.clients * 1e3:.2f} "
        f"| {peak / 1e9:.2f} | {n.published / 1e6:.0f} |"
    )


def main() -> int:
    """Run, print, and say whether the promises are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trades", type=int, nargs="+", default=[2_000_000, 20_000_000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    print(
        "| trades | clients | wall s | CPU s | CPU s a million trades | CPU ms a client | peak GB | published MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    each: list[float] = []
    kept = True
    for trades in asked.trades:
        nights = [night_of(trades, asked.threads) for _ in range(asked.rounds)]
        print(line(nights), flush=True)
        (ROOT / f"night-{trades}.json").write_text(json.dumps([asdict(n) for n in nights]), encoding="utf-8")
        each.append(median(n.cpu for n in nights) / trades)
        kept &= max(n.peak for n in nights) <= MEMORY
    kept &= max(each) <= GROWTH * each[0]
    print("kept" if kept else "NOT kept: 2 GB, or growth within 15 %")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
