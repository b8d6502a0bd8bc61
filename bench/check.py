"""Hold the costs of a small branch's night to stored bounds: rows, ranges, queries, files, bytes, and ratios. No seconds.

    python bench/check.py              # 1 where a count is out of bounds
    python bench/check.py --renew      # stores what was counted in bench/bounds.toml

A branch of 150 clients and 260 days (fixed seed) is taken in and its night run in one process, its clients cut into two ranges.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from _bounds import Bound, load, rendered, verdicts
from _counted import counted, delivered

BOUNDS = Path(__file__).with_name("bounds.toml")


def main(words: list[str] | None = None) -> int:
    """Count, compare, tell; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--renew", action="store_true", help="store what was counted as the bounds")
    parser.add_argument("--bounds", type=Path, default=BOUNDS, help="another file of bounds")
    chosen = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="zhike-check-") as aside:
        measured = counted(delivered(Path(aside) / "branch"), Path(aside) / "home")
    if chosen.renew:
        chosen.bounds.write_text(rendered(load(chosen.bounds), measured), "utf-8")
    return told(load(chosen.bounds), measured, chosen.bounds)


def told(bounds: Mapping[str, Bound], measured: Mapping[str, float], path: Path) -> int:
    """Print every count beside its bound, and what is out of bounds; return the exit code."""
    found = verdicts(bounds, measured)
    print(f"{'count':42}{'bound':>14}{'± %':>6}{'counted':>14}{'change %':>10}")
    for name, verdict in found.items():
        print(_line(name, bounds.get(name), measured.get(name), verdict))
    wrong = [name for name, verdict in found.items() if verdict]
    if not wrong:
        print(f"\nAll {len(found)} counts are within their bounds.")
        return 0
    print(f"\n{len(wrong)} of {len(found)} counts are out of bounds.\nWhere: {path}", file=sys.stderr)
    for name in wrong:
        print(
            f"  {name}: {found[name]}. {bounds[name].why if name in bounds else ''}".rstrip(), file=sys.stderr
        )
    print(
        "Next: find what reads or writes more than before (or less: see whether it still does its work). Where it is meant:"
        " make bench-check RENEW=1, say why behind each new count, and in the commit why the values moved.",
        file=sys.stderr,
    )
    return 1


def _line(name: str, bound: Bound | None, counted: float | None, verdict: str) -> str:
    share = f"{bound.tolerance * 100:g}" if bound else ""
    change = (
        f"{(counted / bound.value - 1) * 100:+.1f}" if bound and bound.value and counted is not None else ""
    )
    return f"{name:42}{_shown(bound.value if bound else None):>14}{share:>6}{_shown(counted):>14}{change:>10}  {verdict}".rstrip()


def _shown(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4f}"


if __name__ == "__main__":
    raise SystemExit(main())
