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

from _measure import Run, measured, middle, table
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


def _ingest(drop: Path, home: Path, *, fresh: bool) -> Run:
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    return measured(
        [sys.executable, "-m", "zhike", "--home", str(home), "ingest", str(drop), "--format", "json"]
    )


def _convert(program: str, source: Path) -> Run:
    target = WORK / "converted.parquet"
    run = measured([sys.executable, "-c", program, str(source), str(target)])
    target.unlink()
    return run


def rounds(rows: int, times: int, *, pandas: bool) -> dict[str, list[Run]]:
    """Run every contender in turn, `times` times."""
    utf8 = write(WORK / f"trades-{rows}-utf8" / "trade.csv", rows)
    gb = write(WORK / f"trades-{rows}-gb18030" / "trade.csv", rows, "gb18030")
    runs: dict[str, list[Run]] = {}
    for _ in range(times):
        runs.setdefault("DuckDB COPY to Parquet (UTF-8)", []).append(_convert(_DUCKDB, utf8))
        runs.setdefault("zhike ingest (UTF-8)", []).append(_ingest(utf8.parent, WORK / "home", fresh=True))
        runs.setdefault("zhike ingest, same drop again", []).append(
            _ingest(utf8.parent, WORK / "home", fresh=False)
        )
        runs.setdefault("zhike ingest (GB18030)", []).append(_ingest(gb.parent, WORK / "home", fresh=True))
        if pandas:
            runs.setdefault("pandas read_csv + to_parquet", []).append(_convert(_PANDAS, utf8))
    return runs


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
    medians = {
        n: middle(r) for n, r in rounds(wanted.rows, wanted.rounds, pandas=not wanted.without_pandas).items()
    }
    if wanted.double:
        twice = write(WORK / f"trades-{2 * wanted.rows}-utf8" / "trade.csv", 2 * wanted.rows)
        medians["zhike ingest, twice the rows"] = _ingest(twice.parent, WORK / "home", fresh=True)
    base = medians["DuckDB COPY to Parquet (UTF-8)"]
    print(
        f"{wanted.rows:,} rows, median of {wanted.rounds} rounds, × against DuckDB\n\n{table(list(medians.items()), base)}\n"
    )
    broken = [said for said, kept in _promises(medians, base) if not kept]
    print("\n".join(broken) or "All promises kept.")
    return 1 if broken else 0


def _promises(medians: dict[str, Run], base: Run) -> list[tuple[str, bool]]:
    first, again = medians["zhike ingest (UTF-8)"], medians["zhike ingest, same drop again"]
    gb, pandas = medians["zhike ingest (GB18030)"], medians.get("pandas read_csv + to_parquet")
    twice = medians.get("zhike ingest, twice the rows")
    peak = max(r.peak for n, r in medians.items() if n.startswith("zhike"))
    return [
        (f"UTF-8: {first.wall / base.wall:.2f} × DuckDB, promised 2.0", first.wall <= 2 * base.wall),
        (f"GB18030: {gb.wall / base.wall:.2f} × DuckDB, promised 2.0", gb.wall <= 2 * base.wall),
        (
            f"again: {again.wall / first.wall:.3f} × the first time, promised 0.1",
            again.wall <= 0.1 * first.wall,
        ),
        (f"peak {peak / 1e6:.0f} MB, promised 2,000", peak <= 2_000_000_000),
        ("slower than pandas", pandas is None or first.wall < pandas.wall),
        ("more memory for twice the rows", twice is None or twice.peak <= 1.1 * first.peak),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
