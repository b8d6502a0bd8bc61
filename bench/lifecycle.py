"""The life cycle against known truth: simulated branches, each month's end of the second year, found beside true.

Three truths of a decline, for it is one thing to have turned away in one's heart and another to do less: *will* (the simulator's
stage), *halved* (own activity, market apart, at most half of its peak of twelve months), *cooling* (either, or below three
quarters). Prints for each branch how many are called declining, how many of these are right by each truth, how many of the
truly declining are found, how many of those who aren't cooling are called (false: the share that no quiet market may raise),
how many spells of halved activity are found and how late; with logins and without. At the end the confusion of all stages.

LIKE CLIENTS ARE GROUPED BY THE TRUE LOGIC, and who is dormant is judged by it; a night has only the logic it has judged itself. So
every line is given once more with the logic left out ("no logic"): all clients alike, six months for everybody. What a night
reaches isn't measured here.

Promised of each market and variant, of branches of at least 1,500 clients and 500 days, with logic and without (PROMISED): see
there. Exits 1 where a promise is broken.

    python bench/lifecycle.py [--clients 1500] [--days 500] [--seeds 2] [--markets mixed …] [--variants standard]
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _lifecycle_truth import DECLINING, Beside, Branch, beside, found_in, taken_in

from zhike.models.lifecycle import STAGES
from zhike.simulate import MARKETS, VARIANTS, Plan, simulate

_LATE = 6


@dataclass(frozen=True, slots=True)
class Way:
    """What the life cycle is given of a branch: logins or trades alone, the true logic or none."""

    logins: bool
    logic: bool

    def __str__(self) -> str:
        """Return the way as it stands in a line."""
        return ("logins" if self.logins else "trades") + (", true logic" if self.logic else ", no logic  ")


WAYS = tuple(Way(logins, logic) for logins in (True, False) for logic in (True, False))
# with logins, by trades alone: most falsely called, least right (halved), least found (halved). Of fifteen single branches the
# worst showed 0.0038, 0.60, 0.15 and 0.018, 0.10, 0.032
PROMISED = {True: (0.006, 0.55, 0.12), False: (0.025, 0.08, 0.025)}


def broken(n: dict[str, int], *, logins: bool) -> list[str]:
    """Return the promises that a market's figures break."""
    most, right, found = PROMISED[logins]
    false = _part(n["called"] - n["right_cooling"], n["awake"] - n["cooling"])
    held = [
        (false <= most, f"false {false:.4f}, more than {most}"),
        (
            _part(n["right_halved"], n["called"]) >= right,
            f"right {_part(n['right_halved'], n['called']):.3f}, less than {right}",
        ),
        (
            _part(n["right_halved"], n["halved"]) >= found,
            f"found {_part(n['right_halved'], n['halved']):.3f}, less than {found}",
        ),
    ]
    return [text for good, text in held if not good]


def _part(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def made(plan: Plan) -> Branch:
    """Simulate a branch and take it in."""
    with tempfile.TemporaryDirectory(prefix="zhike-bench-") as folder:
        simulate(plan, Path(folder) / "branch", "parquet")
        return taken_in(Path(folder) / "branch")


def delays(b: Beside) -> list[int | None]:
    """Return for each spell of halved activity that begins in these months how many months later it is called, None if never.

    A spell that isn't followed for six months isn't counted.
    """
    begins = (b.halved[:, 1:] & ~b.halved[:, :-1] & b.awake[:, :-1])[:, :-_LATE]
    out: list[int | None] = []
    for client, month in zip(*np.nonzero(begins), strict=True):
        called = np.flatnonzero(b.called[client, month + 1 : month + 2 + _LATE])
        out.append(int(called[0]) if len(called) else None)
    return out


def counts(b: Beside) -> dict[str, int]:
    """Return the sums that shares are made of; client months in which the client is truly awake."""
    called, awake = b.called & b.awake, b.awake
    will = awake & (b.true == DECLINING)
    spells = delays(b)
    told = [d for d in spells if d is not None]
    return {
        "called": int(called.sum()), "right_will": int((called & will).sum()), "right_halved": int((called & b.halved).sum()),
        "right_cooling": int((called & b.cooling).sum()), "gone": int((b.called & ~awake).sum()), "awake": int(awake.sum()),
        "will": int(will.sum()), "halved": int(b.halved.sum()), "cooling": int((awake & b.cooling).sum()),
        "spells": len(spells), "told": len(told), "months": sum(told),
        "same": int(((b.found == b.true) & (b.true >= 0)).sum()), "all": int((b.true >= 0).sum()),
    }  # fmt: skip


def line(n: dict[str, int]) -> str:
    """Return the figures of one branch, or of several added up."""

    def share(part: int, whole: int) -> str:
        return f"{part / whole:.3f}" if whole else "  –  "

    return (
        f"called {n['called']:5}  right: halved {share(n['right_halved'], n['called'])} cooling {share(n['right_cooling'], n['called'])}"
        f" will {share(n['right_will'], n['called'])}  found: halved {share(n['right_halved'], n['halved'])}"
        f" will {share(n['right_will'], n['will'])}  false {_part(n['called'] - n['right_cooling'], n['awake'] - n['cooling']):.4f}"
        f"  spells {share(n['told'], n['spells'])} of {n['spells']:3} after {share(n['months'], n['told'])} months"
        f"  agree {share(n['same'], n['all'])}"
    )


def confusion(found: list[Beside]) -> str:
    """Return how often each true stage (row) was taken for which (column)."""
    table = np.zeros((len(STAGES), len(STAGES)), np.int64)
    for b in found:
        known = (b.true >= 0) & (b.found >= 0)
        np.add.at(table, (b.true[known], b.found[known]), 1)
    rows = [" " * 10 + " ".join(f"{name:>10}" for name in STAGES)]
    rows += [f"{name:10}" + " ".join(f"{n:10}" for n in row) for name, row in zip(STAGES, table, strict=True)]
    return "\n".join(rows)


def main() -> int:
    """Print a line for each branch and way, their sums by market, the confusion, and the promises broken."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, number in (("clients", 1_500), ("days", 500), ("seeds", 2)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--markets", nargs="+", default=list(MARKETS))
    parser.add_argument("--variants", nargs="+", default=["standard"], choices=VARIANTS)
    wanted = parser.parse_args()
    every: dict[Way, list[Beside]] = {way: [] for way in WAYS}
    failed: list[str] = []
    for variant in wanted.variants:
        for market in wanted.markets:
            plans = [
                Plan(wanted.clients, wanted.days, seed + 1, market=market, variant=variant, futures=0)
                for seed in range(wanted.seeds)
            ]
            failed += judged(f"{variant:9}{market:6}", [made(plan) for plan in plans], every)
    for way, found in every.items():
        print(f"\nall, {way}: {line(added(found))}\n{confusion(found)}")
    print("\n" + ("\n".join(f"broken: {text}" for text in failed) or "every promise kept"))
    return 1 if failed else 0


def judged(name: str, branches: list[Branch], every: dict[Way, list[Beside]]) -> list[str]:
    """Print the lines of one market, add what was found to `every` and return the promises it breaks."""
    failed = []
    for way in every:
        found = [beside(b, found_in(b, logins=way.logins, logic=way.logic)) for b in branches]
        every[way] += found
        for seed, b in enumerate(found):
            print(f"{name} {way} {seed + 1} {line(counts(b))}", flush=True)
        total = added(found)
        print(f"{name} {way} Σ {line(total)}", flush=True)
        failed += [f"{name} {way}: {text}" for text in broken(total, logins=way.logins)]
    return failed


def added(found: list[Beside]) -> dict[str, int]:
    """Return the counts of several branches together."""
    each = [counts(b) for b in found]
    return {name: sum(n[name] for n in each) for name in each[0]}


if __name__ == "__main__":
    raise SystemExit(main())
