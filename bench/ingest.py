"""Ingest of a trade CSV against the plain conversion of the same file by DuckDB and by pandas.

Promises: with every check on, at most 2.0 × the wall time of DuckDB's `COPY (FROM read_csv(…)) TO parquet` of the
UTF-8 file (for the GB18030 file too), faster than pandas, at most 2 GB of memory whatever the rows, and the same drop
again in at most a tenth of the first time. The rivals only convert: no checks, no keys, no findings, no sorting, no
page checksums, nothing flushed to disk.

    python bench/ingest.py [--rows 10000000] [--rounds 3] [--double] [--without-pandas]
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from statistics import median

from _measure import timed, weighed
from _trades import write

HERE = Path(__file__).parent
WORK = HERE.parent / "var" / "bench"
_DUCKDB = """
import duckdb, sys
source, target = sys.argv[1:]
names = open(source, encoding="utf-8").readline().replace('"', "").strip().split(",")
decimals = set("quantity price amount commission stamp_duty transfer_fee net_amount cash_after quantity_after".split())
columns = {n: "DECIMAL(18,4)" if n in decimals else {"date": "DATE", "time": "TIME"}.get(n, "VARCHAR") for n in names}
connection = duckdb.connect(config={"threads": 2})
connection.execute(f"COPY (FROM read_csv('{source}', header=true, auto_detect=false, columns={columns})) "
                   f"TO '{target}' (FORMAT parquet)")
"""
_PANDAS = """
import pandas, sys
source, target = sys.argv[1:]
text = "trade_id date time client_id account_id security_id side kind currency order_id flag".split()
pandas.read_csv(source, dtype={c: "string" for c in text}).to_parquet(target)
"""


def _ingest(drop: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "zhike", "--home", str(WORK / "home")),
        *("ingest", str(drop), "--format", "json"),
    ]


def _afresh() -> None:
    shutil.rmtree(WORK / "home", ignore_errors=True)


def _convert(program: str, source: Path) -> list[str]:
    return [sys.executable, "-c", program, str(source), str(WORK / "converted.parquet")]


DUCKDB, PANDAS = "DuckDB COPY to Parquet (UTF-8)", "pandas read_csv + to_parquet"
FIRST, AGAIN, GB18030 = "zhike ingest (UTF-8)", "zhike ingest, same drop again", "zhike ingest (GB18030)"
DOUBLE = "zhike ingest, twice the rows"


def seconds(utf8: Path, gb18030: Path, times: int, *, pandas: bool) -> dict[str, list[float]]:
    """Run every contender in turn, `times` times; return the seconds each took."""
    rivals = {DUCKDB: _DUCKDB, **({PANDAS: _PANDAS} if pandas else {})}
    runs: dict[str, list[float]] = {}
    for _ in range(times):
        for name, program in rivals.items():
            runs.setdefault(name, []).append(timed(_convert(program, utf8), utf8))
            (WORK / "converted.parquet").unlink()
        for name, source in ((GB18030, gb18030), (FIRST, utf8)):
            _afresh()
            runs.setdefault(name, []).append(timed(_ingest(source.parent), source))
        runs.setdefault(AGAIN, []).append(timed(_ingest(utf8.parent), utf8))
    return runs


def bytes_held(drops: dict[str, Path]) -> dict[str, int]:
    """Ingest each drop into an empty home folder once; return the most memory each held."""
    held = {}
    for name, drop in drops.items():
        _afresh()
        held[name] = weighed(_ingest(drop))
    return held


def main() -> int:
    """Measure, print, and return 1 where a promise is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--double", action="store_true", help="ingest twice the rows too, for the memory")
    parser.add_argument("--without-pandas", action="store_true")
    wanted = parser.parse_args()
    rows = wanted.rows
    utf8 = write(WORK / f"trades-{rows}-utf8" / "trade.csv", rows)
    gb = write(WORK / f"trades-{rows}-gb18030" / "trade.csv", rows, "gb18030")
    runs = seconds(utf8, gb, wanted.rounds, pandas=not wanted.without_pandas)
    drops = {FIRST: utf8.parent, GB18030: gb.parent}
    if wanted.double:
        drops[DOUBLE] = write(WORK / f"trades-{2 * rows}-utf8" / "trade.csv", 2 * rows).parent
    held, wall = bytes_held(drops), {name: median(times) for name, times in runs.items()}
    print(
        f"{rows:,} rows, median of {wanted.rounds} rounds, × against DuckDB\n\n{_table(runs, wall, held)}\n"
    )
    broken = [said for said, kept in _promises(wall, held) if not kept]
    print("\n".join(broken) or "All promises kept.")
    return 1 if broken else 0


def _table(runs: dict[str, list[float]], wall: dict[str, float], held: dict[str, int]) -> str:
    lines = [f"{'':34}{'wall s':>9}{'×':>7}{'peak MB':>9}  each round"]
    for name in [*runs, *(n for n in held if n not in runs)]:
        time = f"{wall[name]:9.2f}{wall[name] / wall[DUCKDB]:7.2f}" if name in wall else " " * 16
        memory = f"{held[name] / 1e6:9.0f}" if name in held else " " * 9
        lines.append(f"{name:34}{time}{memory}  {' '.join(f'{t:.1f}' for t in runs.get(name, []))}")
    return "\n".join(lines)


def _promises(wall: dict[str, float], held: dict[str, int]) -> list[tuple[str, bool]]:
    against = {name: wall[name] / wall[DUCKDB] for name in (FIRST, GB18030)}
    again, peak = wall[AGAIN] / wall[FIRST], max(held.values())
    return [
        *((f"{name}: {ratio:.2f} × DuckDB, promised 2.0", ratio <= 2) for name, ratio in against.items()),
        (f"again: {again:.3f} × the first time, promised 0.1", again <= 0.1),
        (f"peak {peak / 1e6:.0f} MB, promised 2,000", peak <= 2_000_000_000),
        ("slower than pandas", PANDAS not in wall or wall[FIRST] < wall[PANDAS]),
        ("more memory for twice the rows", DOUBLE not in held or held[DOUBLE] <= 1.1 * held[FIRST]),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
