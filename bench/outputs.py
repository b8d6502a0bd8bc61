"""What a night's path measures cost: the same twenty-five outputs a client by DuckDB's SQL, Polars, pandas and our ledger.

Promise: whoever takes part gives the same outputs, a client and a column at a time (counts and nulls exactly, numbers to
1e-9); exit 1 where one doesn't. What the outputs are: _outputs_definitions.py. Times are told, not promised.

- scan: DuckDB reads the eight columns of the trades that all the others read. The floor.
- sql: windows and joins by hand, in buckets of clients, 2 GB.
- polars, pandas: where they are installed; pandas up to 500,000 trades.
- loop: a compiled loop that works out these outputs and nothing else, in the style of our ledger.
- ours: the ledger, asked for the columns that are needed, and a walk over the days it leaves behind; what it can't say,
  and how its profit may differ, stands in _outputs_ours.py.

Data (_outputs_data.py): activity is log-normal, 3,000 securities × 500 days, made once below var/bench. Contenders take
turns, each in its own process; medians. Ratios are of CPU seconds.

    python bench/outputs.py [--small | --large] [--rounds 3] [--only scan sql ours]

20 million trades of 100,000 clients; --small a tenth of it, --large ten times as much (scan, sql and ours, whose memory is bounded,
one round); or any --trades and --clients. The figures are kept below var/bench, for bench/performance.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq
from _outputs_compare import columns_of, differences
from _outputs_data import Data, made
from _outputs_definitions import OUTPUTS
from _outputs_ours import rounding
from _outputs_run import MODULES

HERE = Path(__file__).parent
ROOT = HERE.parent / "var" / "bench"
PANDAS_UP_TO = 500_000
SMALL, USUAL, LARGE = (2_000_000, 10_000), (20_000_000, 100_000), (200_000_000, 1_000_000)
BOUNDED = ("scan", "sql", "ours")
NOT_FROM_THE_LEDGER = {"median_ticket", "fifo_profit", "fifo_days"}
REFERENCE = "sql"


def taking_part(trades: int, only: list[str]) -> list[str]:
    """Return the contenders, saying who is left out and why."""
    chosen = []
    for name in MODULES:
        if name in ("polars", "pandas") and importlib.util.find_spec(name) is None:
            print(f"{name}: left out, not installed")
        elif name == "pandas" and trades > PANDAS_UP_TO:
            print(f"pandas: left out above {PANDAS_UP_TO:,} trades")
        elif not only or name in {*only, REFERENCE}:
            chosen.append(name)
    return chosen


def measured(data: Data, contenders: list[str], rounds: int) -> dict[str, list[dict[str, float]]]:
    """Let the contenders take turns; return what each round took."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name in contenders:
            command = [sys.executable, str(HERE / "_outputs_run.py"), name, str(data.folder), str(_file(data, name))]  # fmt: skip
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found[name].append(json.loads(told))
    return found


def _file(data: Data, name: str) -> Path:
    return data.folder / f"found-{name}.parquet"


def compared(data: Data, contenders: list[str]) -> dict[str, list[str]]:
    """Return for each contender in which columns it differs from the reference."""
    table = pq.read_table(_file(data, REFERENCE))
    reference, beside = columns_of(table), rounding(table)
    return {
        name: differences(reference, columns_of(_read(data, name)), beside if name == "ours" else None)
        for name in contenders
        if name not in ("scan", REFERENCE)
    }


def _read(data: Data, name: str) -> pa.Table:
    return pq.read_table(_file(data, name))


def line(name: str, rows: list[dict[str, float]], scan: float | None, ours: float | None, equal: str) -> str:
    """Return a contender's line of the table."""
    wall, cpu, peak = (median(row[key] for row in rows) for key in ("wall", "cpu", "peak"))
    by_scan = f"{cpu / scan:.1f}" if scan else "–"
    by_ours = f"{cpu / ours:.2f}" if ours else "–"
    return f"| {name} | {wall:.2f} | {cpu:.2f} | {peak / 1e9:.2f} | {by_scan} | {by_ours} | {equal} |"


def arguments() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_const", dest="size", const=SMALL, default=USUAL)
    size.add_argument("--large", action="store_const", dest="size", const=LARGE)
    parser.add_argument("--trades", type=int)
    parser.add_argument("--clients", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", nargs="*", default=[], choices=list(MODULES))
    asked = parser.parse_args()
    large = asked.size == LARGE
    asked.trades, asked.clients = asked.trades or asked.size[0], asked.clients or asked.size[1]
    asked.rounds = asked.rounds or (1 if large else 3)
    if large:
        asked.only = [name for name in asked.only or BOUNDED if name in BOUNDED]
    return asked


def main() -> int:
    """Make the data, measure, compare, print; say whether all are equal."""
    asked = arguments()
    data = made(ROOT, asked.trades, asked.clients)
    contenders = taking_part(asked.trades, asked.only)
    took = measured(data, contenders, asked.rounds)
    apart = compared(data, contenders)
    cpu = {name: median(row["cpu"] for row in rows) for name, rows in took.items()}
    n = len(OUTPUTS)
    equal = {name: f"{n - len(apart[name])} of {n}" if name in apart else "–" for name in contenders}
    print(f"{asked.trades:,} trades of {asked.clients:,} clients, {n} outputs, median of {asked.rounds}")
    print("| | wall s | CPU s | peak GB | × scan | × ours | equal to sql |\n|---|---|---|---|---|---|---|")
    for name in contenders:
        print(line(name, took[name], cpu.get("scan"), cpu.get("ours"), equal[name]))
    figures = {"trades": asked.trades, "clients": asked.clients, "rounds": took, "equal": equal}
    (ROOT / f"outputs-{asked.trades}.json").write_text(json.dumps(figures), encoding="utf-8")
    if "ours" in contenders:
        print(
            f"ours: {n - len(NOT_FROM_THE_LEDGER)} of {n} from the ledger's tables; not from them: "
            f"{', '.join(sorted(NOT_FROM_THE_LEDGER))}; profit equal to half a 0.0001 yuan a trade"
        )
    for name, columns in apart.items():
        for told in columns:
            print(f"{name}: {told}")
    return 1 if any(apart.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
