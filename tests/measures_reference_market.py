"""The measures of how clients follow the market again, in slow plain Python: least squares over lists of rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from measures_reference import Plain, Row, Value, over

STATES = ("frozen", "ebbing", "ranging", "warming", "hot")


def solve(a: list[list[float]], b: list[float]) -> list[float]:
    """Solve a small linear system by elimination."""
    n = len(b)
    rows = [[*a[i], b[i]] for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(n):
            if k != i:
                f = rows[k][i] / rows[i][i]
                rows[k] = [u - f * v for u, v in zip(rows[k], rows[i], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def least_squares(xs: Sequence[Sequence[float]], ys: Sequence[float]) -> list[float]:
    k = len(xs[0])
    a = [[math.fsum(x[i] * x[j] for x in xs) for j in range(k)] for i in range(k)]
    return solve(a, [math.fsum(x[i] * y for x, y in zip(xs, ys, strict=True)) for i in range(k)])


def by_state(p: Plain, market: Sequence[Row]) -> dict[str, Value]:
    effect = {r["date"]: r["money_effect"] / 10 for r in market if r["money_effect"] is not None}
    state = {r["date"]: r["state"] for r in market}
    before = dict(zip(p.trading[1:], p.trading, strict=False))
    found: dict[str, Value] = {}
    for s in STATES:
        logs = [r["log_return"] for r in p.within(250) if r["return_days"] and state.get(r["date"]) == s]
        found |= {
            f"return_{s}_12m": over(math.fsum(logs), len(logs)),
            f"return_days_{s}_12m": float(len(logs)),
        }
    xs, ys, exposed = [], [], []
    for r in p.within(250):
        last = effect.get(before.get(r["date"], date.min))
        now = effect.get(r["date"])
        if r["days"] and float(r["assets_before"]) >= 100 and last is not None and now is not None:
            xs.append((1.0, now - last, r["sum_x"]))
            ys.append((float(r["buy_amount"]) - float(r["sell_amount"])) / float(r["assets_before"]))
        if r["exposure_days"] and now is not None:
            exposed.append((now, r["exposure"]))
    enough = least_squares(xs, ys) if len(xs) >= 60 else [None, None, None]
    found |= {"money_effect_beta_12m": enough[1], "market_beta_of_buying_12m": enough[2]}
    tilt = (
        least_squares([(1.0, m) for m, _ in exposed], [e for _, e in exposed])[1]
        if len(exposed) >= 60
        else None
    )
    return found | {"exposure_tilt_12m": tilt}
