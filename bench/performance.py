"""The page docs/performance.md, and its picture, from figures that bench/outputs.py and bench/night.py kept below var/bench.

    python bench/performance.py [--measure] [--write]

--measure runs both first, at each size (hours on a small machine; without it the figures of an earlier run are taken);
--write puts the page and the picture into docs/, else the page is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from _performance_picture import Bar, picture

HERE = Path(__file__).parent
KEPT, DOCS = HERE.parent / "var" / "bench", HERE.parent / "docs"
NIGHTS = ("2000000", "20000000", "200000000")
LIBRARIES = ("duckdb", "pyarrow", "numpy", "numba", "narwhals")


def measure() -> None:
    """Run both benches at each size, keeping their figures."""
    for size in (["--small"], [], ["--large"]):
        _bench("outputs.py", size)
    _bench("night.py", ["--trades", *NIGHTS])


def _bench(script: str, arguments: Sequence[str]) -> None:
    """Run a bench; what it found wanting is told by the page."""
    subprocess.run([sys.executable, str(HERE / script), *arguments], check=False)


def machine() -> str:
    """Describe the machine in a line: processor, cores, memory, system, versions."""
    facts = dict(
        line.split(":", 1)
        for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
        if ":" in line
    )
    model = next((v.strip() for k, v in facts.items() if k.strip() == "model name"), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def page(outputs: Sequence[Mapping[str, Any]], nights: Sequence[Mapping[str, Any]], today: str) -> str:
    """Return the page in Markdown."""
    parts = [
        "# Performance",
        f"Measured on {today} by `bench/outputs.py` and `bench/night.py`, written by `bench/performance.py`: {machine()}. The machine is small and shared: "
        "seconds are for comparing contenders of one table, not tables.",
        "![CPU seconds](performance.svg)",
        "## Twenty-five outputs a client",
        "What is worked out, by whom, and from what data: [bench/README.md](../bench/README.md). CPU is user and system of the whole "
        "process, the median of the rounds; every contender's outputs are compared with the SQL's, column by column. Promised of "
        "ours: at most 0.25 of the SQL's CPU and of Polars', at most 15 scans.",
        *(_outputs(o) for o in outputs),
        "## A whole night",
        "From a delivered branch to a published generation, everything in it: `bench/night.py`. Promised: at most 2 GB, linear "
        "within 15 %.",
        _nights(nights),
    ]
    return "\n\n".join(parts) + "\n"


def _outputs(found: Mapping[str, Any]) -> str:
    rounds = found["rounds"]
    cpu = {name: median(row["cpu"] for row in rows) for name, rows in rounds.items()}
    lines = [
        f"### {found['trades']:,} trades of {found['clients']:,} clients, {len(rounds['scan'])} round(s)\n",
        "| | wall s | CPU s | × scan | × SQL | peak GB | equal |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, rows in rounds.items():
        wall, peak = median(r["wall"] for r in rows), median(r["peak"] for r in rows)
        lines.append(
            f"| {name} | {wall:.2f} | {cpu[name]:.2f} | {cpu[name] / cpu['scan']:.1f} | {cpu[name] / cpu['sql']:.2f} "
            f"| {peak / 1e9:.2f} | {found['equal'][name]} |"
        )
    return "\n".join(lines)


def _nights(nights: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "| trades | clients | wall s | CPU s | CPU s a million trades | peak GB | published MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for n in nights:
        lines.append(
            f"| {n['trades']:,} | {n['clients']:,} | {n['wall']:.0f} | {n['cpu']:.0f} | {n['cpu'] / n['trades'] * 1e6:.1f} "
            f"| {n['peak'] / 1e9:.2f} | {n['published'] / 1e6:.0f} |"
        )
    return "\n".join(lines)


def _kept(bench: str) -> list[Any]:
    """Return what a bench kept, a size each."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob(f"{bench}-*.json"))]


def bars(found: Mapping[str, Any]) -> list[Bar]:
    """Return the picture's bars for one size."""
    return [
        Bar(name, median(r["cpu"] for r in rows), name == "ours") for name, rows in found["rounds"].items()
    ]


def main() -> int:
    """Measure where asked, and write or print the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.measure:
        measure()
    outputs = sorted(_kept("outputs"), key=lambda found: found["trades"])
    if not outputs:
        parser.error("nothing was measured yet; next: python bench/performance.py --measure")
    nights = sorted((n for found in _kept("night") for n in found), key=lambda night: night["trades"])
    text = page(outputs, nights, datetime.now(UTC).date().isoformat())
    if not asked.write:
        print(text)
        return 0
    shown = outputs[min(1, len(outputs) - 1)]
    title = f"{shown['trades']:,} trades, twenty-five outputs a client: CPU seconds"
    drawn = picture(
        title,
        f"{os.cpu_count()} cores, median; each step of the scale is ten times the one before",
        bars(shown),
    )
    (DOCS / "performance.md").write_text(text, encoding="utf-8")
    (DOCS / "performance.svg").write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
