"""The value of clients against known truth: simulated branches, a year of nights, grades and scores beside what clients truly bring.

Truth is what a client brings in the 245 days after the drop, discounted, as the mean of `--futures` futures in a market without drift:
what the client is worth, not one throw of the dice (whose figures stand beside). Individuals with an open account are looked at:
all of them, and those *awake*: not dormant, lost or prospects by the published stage. Who isn't awake brings two yuan a year
whoever it is, so that no ranking of all can be good; "ceiling" is a forest of trees learnt from the truth itself with every measure.

Printed for every seed: Spearman's correlation with the truth of our score, of assets, of last year's commission and of RFM (sum of
quintiles of days since the last trade, trading days and commission), 95 % of the paired bootstrap's differences, grades beside
those that the truth would give, switches of grade a client and year over the nights at twelve months' ends.

Promised (exit 1 where one is broken): among the awake Spearman ≥ .80 in the mean and above each rival with the interval's lower end
above 0 in 4 of 5 seeds; grades exact ≥ .85, within one ≥ .98, switches ≤ .5 a client and year.

    python bench/value.py [--clients 1500] [--days 600] [--seeds 1 2 3 4 5] [--futures 64] [--nights 12]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.base.period import date_of
from zhike.datacentre.generation import Generation
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.models.value import GRADES, cuts_of, default_models, plain_grades
from zhike.run import run_night
from zhike.run.sources import Sources
from zhike.simulate import Plan, simulate

Floats = npt.NDArray[np.float64]
RIVALS = ("assets", "commission", "rfm")
_ASLEEP, _DRAWS, _SEEDS = ("dormant", "lost", "prospect"), 1000, 5
_ENGINE, _TODAY = EngineSettings(threads=1), Date(2035, 1, 1)
LEAST, EXACT, WITHIN, SWITCHES = 0.80, 0.85, 0.98, 0.5
_MEASURES = ("net_now", "commission_net_12m", "trading_days_12m", "days_since_trade")


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The individuals of a branch with an open account (n,): score, rivals, truth (`worth`, `thrown`), grade, whether awake.

    `switches`: changes of grade over the nights; `years`: how many client years these span. `every`: all measures (n, k).
    """

    seed: int
    score: Floats
    rivals: Mapping[str, Floats]
    worth: Floats
    thrown: Floats
    grade: npt.NDArray[np.int64]
    awake: npt.NDArray[np.bool_]
    switches: int
    years: float
    every: Floats


def ranks(values: Floats) -> Floats:
    """Return mid-ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def spearman(a: Floats, b: Floats) -> float:
    """Return the correlation of mid-ranks."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def beyond(ours: Floats, theirs: Floats, truth: Floats, seed: int) -> tuple[float, float]:
    """Return 95 % of the differences of Spearman's correlation, ours less theirs, over clients drawn with replacement."""
    dice, n = np.random.default_rng(seed), len(truth)
    found = []
    for _ in range(_DRAWS):
        who = dice.integers(0, n, n)
        found.append(spearman(ours[who], truth[who]) - spearman(theirs[who], truth[who]))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def quintile(values: Floats) -> Floats:
    """Return 1 (least) to 5 by rank."""
    return np.ceil(5 * ranks(values) / len(values))


def lived(seed: int, clients: int, days: int, futures: int, nights: int) -> Branch:
    """Simulate a branch, take it in, run a night at each of the last months' ends and on the last day."""
    with tempfile.TemporaryDirectory() as name:
        out, home = Path(name) / "branch", Path(name) / "home"
        simulate(Plan(clients=clients, days=days, seed=seed, futures=futures), out, "parquet")
        ingest(home, Request(out / "drop", _TODAY, settings=_ENGINE))
        grades: list[dict[str, str]] = []
        for day in (*_month_ends(Sources.of(home).days("quote"), nights), None):
            generation = run_night(home, day, _ENGINE).published.generation
            grades.append(_grades(generation))
        return _branch(seed, generation, pq.read_table(out / "truth" / "client.parquet"), grades, nights)


def _month_ends(days: npt.NDArray[np.int32], nights: int) -> list[Date]:
    """Return the last trading day of each of the last whole months but the current one."""
    known = [date_of(int(d)) for d in days]
    ends = [a for a, b in pairwise(known) if (a.year, a.month) != (b.year, b.month)]
    return ends[-nights:] if nights else []


def _grades(generation: Generation) -> dict[str, str]:
    rows = generation.read("value")
    own = rows.filter(pc.equal(rows["kind"], "individual"))
    return dict(zip(own["client_id"].to_pylist(), own["grade"].to_pylist(), strict=True))


def _branch(
    seed: int, generation: Generation, truth: pa.Table, grades: Sequence[Mapping[str, str]], nights: int
) -> Branch:
    value, stage = generation.read("value"), generation.read("stage")
    value = value.filter(pc.equal(value["kind"], "individual"))
    ids = value["client_id"].to_pylist()
    measured = _of(generation.read("measure"), ids)
    known = {n: _floats(measured[n]) for n in measured.column_names if n not in ("client_id", "as_of")}
    stages = dict(zip(stage["client_id"].to_pylist(), stage["stage"].to_pylist(), strict=True))
    true = _of(truth, ids)
    assets, commission, days, since = (np.nan_to_num(known[n], nan=0.0) for n in _MEASURES)
    since = np.where(np.isnan(known["days_since_trade"]), np.inf, since)
    pairs = [(a[c], b[c]) for a, b in pairwise(grades) for c in a.keys() & b.keys()]
    return Branch(
        seed, value["score"].to_numpy(), {"assets": assets, "commission": commission, "rfm": quintile(-since) + quintile(days) + quintile(commission)},
        _floats(true["contribution_neutral"]), _floats(true["contribution"]), np.array([GRADES.index(g) for g in value["grade"].to_pylist()]),
        np.array([stages.get(c) not in _ASLEEP for c in ids]), sum(a != b for a, b in pairs), len(pairs) / 12, np.stack(list(known.values()), axis=1),
    )  # fmt: skip


def _of(rows: pa.Table, ids: list[str]) -> pa.Table:
    return rows.take(
        pc.index_in(pa.array(ids), value_set=rows["client_id"].cast(pa.string()).combine_chunks())
    )


def _floats(column: pa.ChunkedArray) -> Floats:
    return column.cast(pa.float64()).fill_null(np.nan).to_numpy()


def ceiling(branch: Branch, who: npt.NDArray[np.bool_]) -> float:
    """Return Spearman's correlation of what a forest says that was learnt from the truth of four fifths of the clients, five times over."""
    try:
        from sklearn.ensemble import ExtraTreesRegressor
        from sklearn.model_selection import KFold, cross_val_predict
    except ModuleNotFoundError:
        return float("nan")
    x = np.apply_along_axis(ranks, 0, np.nan_to_num(branch.every[who], nan=-1e9))
    forest = ExtraTreesRegressor(150, min_samples_leaf=5, max_features=0.4, random_state=0)
    said = cross_val_predict(forest, x, ranks(branch.worth[who]), cv=KFold(5, shuffle=True, random_state=0))
    return spearman(said, branch.worth[who])


def true_grades(branch: Branch) -> npt.NDArray[np.int64]:
    """Return the grades that the truth would give with the same shares."""
    shares = next(m for m in default_models() if "individual" in m.kinds).grades
    return plain_grades(branch.worth, cuts_of(np.sort(branch.worth), shares))


def told(branch: Branch) -> dict[str, bool]:
    """Print a branch's figures; return which rivals are behind us beyond doubt among the awake."""
    kept = {}
    for name, who in (("open", np.ones(len(branch.score), np.bool_)), ("awake", branch.awake)):
        own, truth = branch.score[who], branch.worth[who]
        line = f"seed {branch.seed} {name:5} {who.sum():5}  ours {spearman(own, truth):.3f} (one throw {spearman(own, branch.thrown[who]):.3f})  ceiling {ceiling(branch, who):.3f}"
        for rival in RIVALS:
            theirs = branch.rivals[rival][who]
            low, high = beyond(own, theirs, truth, branch.seed)
            kept[rival] = low > 0
            line += f"  {rival} {spearman(theirs, truth):.3f} [{low:+.3f} {high:+.3f}]"
        print(line, flush=True)
    apart = np.abs(true_grades(branch) - branch.grade)
    print(
        f"seed {branch.seed} grades: exact {(apart == 0).mean():.3f}, within one {(apart <= 1).mean():.3f};"
        f" switches a client and year {branch.switches / max(branch.years, 1e-9):.3f}", flush=True,
    )  # fmt: skip
    return kept


def broken(branches: Sequence[Branch], kept: Sequence[Mapping[str, bool]]) -> list[str]:
    """Return the promises that aren't kept."""
    mean = float(np.mean([spearman(b.score[b.awake], b.worth[b.awake]) for b in branches]))
    apart = np.concatenate([np.abs(true_grades(b) - b.grade) for b in branches])
    switches = sum(b.switches for b in branches) / max(sum(b.years for b in branches), 1e-9)
    exact, within = float((apart == 0).mean()), float((apart <= 1).mean())
    checks = [
        (mean >= LEAST, f"Spearman among the awake {mean:.3f}, below {LEAST}"), (exact >= EXACT, f"grades exact {exact:.3f}, below {EXACT}"),
        (within >= WITHIN, f"within one {within:.3f}, below {WITHIN}"), (switches <= SWITCHES, f"switches {switches:.3f}, above {SWITCHES}"),
        *((sum(k[r] for k in kept) >= 0.8 * len(kept), f"not above {r} beyond doubt in four fifths of the seeds") for r in RIVALS),
    ]  # fmt: skip
    print(
        f"all: Spearman among the awake {mean:.3f}, grades exact {exact:.3f}, within one {within:.3f}, switches {switches:.3f}"
    )
    return [said for well, said in checks if not well]


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=1500)
    parser.add_argument("--days", type=int, default=600)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, _SEEDS + 1)))
    parser.add_argument("--futures", type=int, default=64)
    parser.add_argument("--nights", type=int, default=12)
    args = parser.parse_args()
    branches = [lived(seed, args.clients, args.days, args.futures, args.nights) for seed in args.seeds]
    wrong = broken(branches, [told(b) for b in branches])
    for said in wrong:
        print("BROKEN: " + said)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
