"""What a range of clients costs, and what it would take for a whole broker; with Spark here, the same night and the same queries on it.

One night of a branch made up (2,000 clients, 500 days; kept below var/bench) in one process, its CPU seconds by range and pass.
From them the hours for 20 million clients on so many cores: arithmetic, not a measurement. Where pyspark and Java are there, also the
CPU of the night on `local-spark`, and of the sums that all measures rest on as Spark's own queries against the embedded engine's.

    python bench/distributed.py [--clients N] [--days N] [--no-spark]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import _tree_cpu
import numpy as np

import zhike.run.night as night
from zhike.base.period import Calendar
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.stored import BUCKETS, without_codes
from zhike.engine import Engine, EngineSettings
from zhike.engine.spark.starting import java
from zhike.features.clients import ClientSettings, gather
from zhike.features.ledger import READS, ledger_of
from zhike.run import NightSettings, run_night
from zhike.run.market import market_of
from zhike.run.reading import read_range, share, shared_with, tables_for_measures
from zhike.run.sources import Sources
from zhike.simulate import Plan, simulate

BROKER, CORES, SELECT_CLIENTS = 20_000_000, (64, 256, 1_024), 300
ROOT = Path(__file__).resolve().parents[1]
_TODAY, _ENGINE = date(2035, 1, 1), EngineSettings(threads=1, memory=4 << 30)


class Timed:
    """Does tasks here, one after another, and notes the CPU seconds of each."""

    def __init__(self) -> None:
        self.passes: list[list[float]] = []

    def __enter__(self) -> Timed:
        """Return the workers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: there are no processes."""

    def warm(self, size: int) -> None:
        """Do nothing."""

    def spread(self, function: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        """Yield what `function` makes of each item."""
        spent: list[float] = []
        self.passes.append(spent)
        for item in items:
            begun = time.process_time()
            result = function(item)
            spent.append(time.process_time() - begun)
            yield result


def taken_in(clients: int, days: int) -> Path:
    """Return the home of a branch made up; it is made once."""
    folder = ROOT / "var" / "bench" / f"distributed-{clients}-{days}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        story = simulate(Plan(clients, days, 1), folder / "branch", "parquet")
        (folder / "home").mkdir()
        ingest(folder / "home", Request(story.drop, _TODAY, settings=EngineSettings(threads=2)))
        (folder / "whole").touch()
    return folder / "home"


def costs(home: Path, clients: int) -> None:
    """Print what ranges cost, and the arithmetic for a broker."""
    timed, spread_on = Timed(), night.spread_on
    night.spread_on = lambda engine, work: timed  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as aside:
        other = Path(shutil.copytree(home, Path(aside) / "home"))
        run_night(other, None, _ENGINE)  # loops are compiled, plans are made
        shutil.rmtree(other / "generations")
        (other / "PUBLISHED").unlink()
        timed.passes.clear()
        steps: dict[str, float] = {}
        run_night(
            other,
            None,
            _ENGINE,
            progress=lambda step, *_: steps.setdefault(step, time.process_time()) and None,
        )
        ended = time.process_time()
    night.spread_on = spread_on
    passes = dict(zip(("first pass", "logic pass", "second pass"), map(np.array, timed.passes), strict=True))
    spread = float(sum(p.sum() for p in passes.values()))
    alone = {
        "the market": steps["clients"] - steps["market"],
        "learning": steps["publish"] - steps["clients"] - spread,
        "publishing": ended - steps["publish"],
    }
    print(f"{clients} clients in {len(passes['first pass'])} ranges, CPU seconds in one process:")
    for name, spent in passes.items():
        print(
            f"  {name:12} {spent.sum():8.2f} in all  {np.median(spent):6.2f} a range  {1e3 * spent.sum() / clients:6.2f} ms a client"
        )
    for name, took in alone.items():
        print(f"  {name:12} {took:8.2f} in all  in one process, however many there are")
    each = spread / clients
    print(
        f"\nExtrapolated, not measured: {BROKER:,} clients x {1e3 * each:.2f} ms = {BROKER * each / 3600:,.0f} core hours;"
    )
    for cores in CORES:
        print(f"  on {cores:5} cores {BROKER * each / 3600 / cores:8.2f} h for the passes")


def on_spark(home: Path) -> None:
    """Print the CPU of a night in processes and on Spark, process trees as a whole."""
    script = "import sys; from zhike.cli import main; raise SystemExit(main(sys.argv[1:]))"
    for on in ("embedded", "local-spark"):
        with tempfile.TemporaryDirectory() as aside:
            other = Path(shutil.copytree(home, Path(aside) / "home"))
            command = [sys.executable, "-c", script, "run", "--home", str(other), "--engine", on]
            seconds, wall = _tree_cpu.of(command)
        print(f"  night, {on:12} {seconds:8.1f} CPU-s {wall:8.1f} s")


def selects(clients: int) -> None:
    """Print what the queries beneath the measures (figures that stand) take on either engine."""
    from zhike.engine.spark import Spark

    home = taken_in(clients, 250)
    sources, settings = Sources.of(home), NightSettings()
    as_of = night.last_day(sources)
    market = market_of(sources, as_of, settings.market, settings.standing)
    read = read_range(sources, 0, BUCKETS)
    ledger = ledger_of(
        market.book, market.prices.securities, {n: read[n] for n in READS}, len(market.book.days) - 1
    )
    calendar = Calendar.from_days(market.book.days)
    with tempfile.TemporaryDirectory() as aside:
        share(sources, Path(aside))
        others = shared_with(Path(aside), 0, BUCKETS, read)
    found = tables_for_measures(read, others, ledger, market.states, as_of, calendar, sources)
    rows = {name: without_codes(table) for name, table in found.items()}

    def asked(engine: Any) -> None:
        pieces = gather({n: engine.over(r) for n, r in rows.items()}, as_of, calendar, ClientSettings())
        for piece in pieces.values():
            engine.collect(piece)

    here = EngineSettings(threads=2, on="local-spark")
    with (
        tempfile.TemporaryDirectory() as aside,
        Engine(_ENGINE) as embedded,
        Spark(here, Path(aside)) as spark,
    ):
        for name, engine in (("embedded", embedded), ("Spark SQL", spark.tables())):
            before, begun = _tree_cpu.here(), time.perf_counter()
            asked(engine)
            print(
                f"  figures of {clients} clients, {name:10} {_tree_cpu.here() - before:8.1f} CPU-s {time.perf_counter() - begun:8.1f} s"
            )


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=500)
    parser.add_argument("--no-spark", action="store_true")
    chosen = parser.parse_args()
    home = taken_in(chosen.clients, chosen.days)
    costs(home, chosen.clients)
    if chosen.no_spark or find_spec("pyspark") is None or java() is None:
        print("\nSpark isn't measured: pyspark or Java isn't there.")
        return 0
    print("\nProcess trees, Java included:")
    on_spark(home)
    selects(SELECT_CLIENTS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
