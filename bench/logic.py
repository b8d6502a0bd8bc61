"""The profit logic against known truth and against rivals: simulated branches through ingest and night.

Whoever closed at least six round trips in the drop is judged; the class is the logic with the highest published probability,
mixed or not; who is published as insufficient counts as wrong. Promised: macro-F1 ≥ 0.95 and expected calibration error ≤ 0.05
in every market and variant; with --bullbear: the same leading logic in a bull and, by its own decisions alone, in the bear that follows for ≥ 95 %; with
--months: published classes that change for ≤ 3 % a month. Where it isn't kept: docs/methods/logic.md.

The rivals give everybody a class and have their clusters named in the way that agrees best with the truth.

    python bench/logic.py [--clients 1500] [--days 500] [--seeds 1] [--markets …] [--variants …] [--jobs 2] [--json FILE]
    python bench/logic.py --bullbear [--clients …] [--seeds 3] [--variants …]
    python bench/logic.py --months 12 [--clients …] [--seeds …] [--markets …] [--variants …]
    python bench/logic.py --from FILE              (prints the figures of a file that --json wrote, running nothing)
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import numpy as np
from _branches import LOGICS, MONTHS, ONCE, TURN, TURN_DAYS, Record, Task, records
from _figures import Floats, Ints, accuracy, by_fifth, calibration_error, macro_f1, rand_index
from _rivals import NAMES, found_by_rivals
from _stability import changes, months_line, same_leading, turn_line, turned

from zhike.simulate import VARIANTS

F1, ECE, SAME, CHANGED = 0.95, 0.05, 0.95, 0.03


def verdicts(records: list[Record]) -> tuple[Ints, Ints, Floats, Floats]:
    """Return truth, leading logic (−1: insufficient), its probability and purity of the clients of some branches."""
    rows = [row for r in records for row in r.rows]
    truth = np.array([LOGICS.index(row["truth"]) for row in rows], np.int64)
    p = [row["p"][-1] for row in rows]
    found = np.array([-1 if x is None else int(np.argmax(x)) for x in p], np.int64)
    sure = np.array([np.nan if x is None else max(x) for x in p], np.float64)
    return truth, found, sure, np.array([row["purity"] for row in rows], np.float64)


def figures(records: list[Record]) -> str:
    """Return a line of figures for some branches together."""
    truth, found, sure, purity = verdicts(records)
    counts = " ".join(f"{n:4}" for n in np.bincount(truth, minlength=3))
    fifths = " ".join("  – " if np.isnan(x) else f"{x:.2f}" for x in by_fifth(truth, found, purity))
    return (
        f"{len(truth):6} ({counts}) insufficient {(found < 0).sum():4}  F1 {macro_f1(truth, found):.3f}"
        f"  accuracy {accuracy(truth, found):.3f}  ECE {calibration_error(truth, found, sure):.3f}  by purity {fifths}"
    )


def beside(records: list[Record]) -> str:
    """Return a line for ours and for each rival; a rival divides each branch by itself, as ours does.

    The rivals' clusters are named in the way that agrees best with the truth (bench/_rivals.py): more than anybody could do.
    """
    truth, found, *_ = verdicts(records)
    ways, told = {"ours": found}, found >= 0
    each = [found_by_rivals(r.rows, verdicts([r])[0]) for r in records if r.rows]
    ways |= {name: np.concatenate([e[name] for e in each]) for name in NAMES if all(name in e for e in each)}
    lines = [
        f"{'':18}{name:17} F1 {macro_f1(truth, way):.3f}  accuracy {accuracy(truth, way):.3f}  ARI {rand_index(truth, way):.3f}"
        f"  of those whom we give a class: F1 {macro_f1(truth[told], way[told]):.3f}  accuracy {accuracy(truth[told], way[told]):.3f}"
        for name, way in ways.items()
    ]
    missing = [name for name in NAMES if name not in ways]
    note = f"{'':18}({', '.join(missing)}: needs scikit-learn and clients enough)"
    return "\n".join(lines + [note] * bool(missing))


def summed_once(records: list[Record]) -> tuple[str, bool]:
    """Return the figures of a market and variant over its seeds, with the rivals, and whether both promises are kept."""
    truth, found, sure, _ = verdicts(records)
    seeds = [macro_f1(*verdicts([r])[:2]) for r in records]
    text = f"{figures(records)}  seeds' F1 {min(seeds):.3f}–{max(seeds):.3f}\n{beside(records)}"
    return text, bool(macro_f1(truth, found) >= F1 and calibration_error(truth, found, sure) <= ECE)


def summed_turn(records: list[Record]) -> tuple[str, bool]:
    """Return how many are the same in bull and bear, and whether they are enough."""
    each, begun = turned(records)
    text = f"six trips in each:     {turn_line(each)}\n{'':18}six by the bull's end: {turn_line(begun)}"
    return text, same_leading(each) >= SAME


def summed_months(records: list[Record]) -> tuple[str, bool]:
    """Return how many change in a month, and whether they are few enough."""
    return months_line(records), bool(np.nanmean(changes(records, enough=True, published=True)) <= CHANGED)


SUMMED = {ONCE: summed_once, TURN: summed_turn, MONTHS: summed_months}


def shown(found: Iterator[Record]) -> int:
    """Print a line for each branch as it comes, after its last seed those of market and variant; return how many broke a promise.

    At the end the branches that were looked at once, all together.
    """
    kept, once = [], []
    for (kind, variant, market), group in groupby(
        found, lambda r: (r.task.kind, r.task.variant, r.task.market)
    ):
        name, together = f"{variant:9}{market:6}", []
        for r in group:
            together.append(r)
            once += [r] if kind == ONCE else []
            line = figures([r]) if kind == ONCE else SUMMED[kind]([r])[0]
            print(f"{name}{r.task.seed:3} {line}", flush=True)
        text, good = SUMMED[kind](together)
        kept.append(good)
        print(f"{name}  Σ {text}", flush=True)
    if len(kept) > 1 and once:
        print(f"all together       {figures(once)}")
    print(f"What is promised is kept in {sum(kept)} of {len(kept)}.")
    return len(kept) - sum(kept)


def read(path: Path) -> Iterator[Record]:
    """Yield the records of a file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Record.of(json.loads(line))


def run(tasks: list[Task], jobs: int, keep: Path | None) -> Iterator[Record]:
    """Do the tasks, write each record into `keep` as it comes, and yield it."""
    with ExitStack() as stack:
        file = stack.enter_context(keep.open("x", encoding="utf-8")) if keep else None
        for found in records(tasks, jobs):
            if file:
                file.write(json.dumps(found.plain(), separators=(",", ":")) + "\n")
                file.flush()
            yield found


def tasks_of(wanted: argparse.Namespace) -> list[Task]:
    """List the branches that are wanted, the seeds of a market and variant together."""
    kind = TURN if wanted.bullbear else MONTHS if wanted.months else ONCE
    days = 2 * TURN_DAYS if kind == TURN else wanted.days
    return [
        Task(kind, wanted.clients, days, seed, market, variant, wanted.months or 1)
        for variant in wanted.variants
        for market in (["turn"] if kind == TURN else wanted.markets)
        for seed in range(1, wanted.seeds + 1)
    ]


def main() -> int:
    """Print the figures; return 1 where a promise is broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, number in (("clients", 1_500), ("days", 500), ("seeds", 1), ("jobs", 2), ("months", 0)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--markets", nargs="+", default=["mixed", "bull", "bear", "crash"])
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--bullbear", action="store_true")
    parser.add_argument(
        "--json", type=Path, help="keep the clients' verdicts here, a branch a line (a new file)"
    )
    parser.add_argument("--from", dest="file", type=Path, help="print the figures of such a file")
    wanted = parser.parse_args()
    if wanted.bullbear and wanted.months:
        parser.error("--bullbear and --months are two runs")
    if wanted.json and wanted.json.exists():
        parser.error(f"{wanted.json} is there already; --from prints its figures")
    found = read(wanted.file) if wanted.file else run(tasks_of(wanted), wanted.jobs, wanted.json)
    return 1 if shown(found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
