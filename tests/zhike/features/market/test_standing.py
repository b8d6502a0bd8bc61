from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from market_rows import closes, quote_table, random_quotes, security_table, weekdays
from zhike.base.errors import UsageError
from zhike.features.market import LIMIT_UP, TRADED, Prices, Standing, StandingSettings, prices_of, standing_of

NAMES = tuple(field.name for field in fields(Standing))
NAN = float("nan")


def book_of(*rows: list[float | None], **more: Any) -> Prices:
    return prices_of(
        quote_table([r for i, closes_ in enumerate(rows) for r in closes(f"{600000 + i}.SH", closes_)])
    )


def test_a_rank_is_the_middle_of_its_place_among_those_that_could_be_traded() -> None:
    # five-day returns known on the seventh day: +10 %, 0, −10 %, −10 %
    steady = [10.0] * 7
    book = book_of([*steady[:5], 11, 11], steady, [*steady[:5], 9, 9], [*steady[:5], 9, 9])
    np.testing.assert_allclose(standing_of(book).momentum_5[:, 6], [7 / 8, 5 / 8, 2 / 8, 2 / 8])
    without = book_of([*steady[:5], 11, 11], steady, [*steady[:5], 9, 9], [*steady[:5], 9, None])
    np.testing.assert_allclose(standing_of(without).momentum_5[:, 6], [5 / 6, 3 / 6, 1 / 6, NAN])


def test_a_window_that_is_not_full_is_unknown() -> None:
    book = book_of([10.0] * 8, [None, *[10.0] * 7])
    found = standing_of(book).momentum_5
    assert np.isnan(found[:, :6]).all()
    np.testing.assert_allclose(found[0, 6:], [0.5, 0.5])
    np.testing.assert_allclose(found[1, 6:], [NAN, 0.5])


def test_cheapness_takes_the_figures_that_are_known() -> None:
    rows = [*closes("A", [10, 10], eps_ttm=[2, 2], bps=[5, 5]), *closes("B", [10, 10], eps_ttm=[1, 1], bps=[None, None]),
            *closes("C", [10, 10], eps_ttm=[-1, -1], bps=[9, 9]), *closes("D", [10, 10])]  # fmt: skip
    found = standing_of(prices_of(quote_table(rows))).cheapness[:, 1]
    # by earnings A 5/6, B 3/6, C 1/6; by book A 1/4, C 3/4; means 13/24, 12/24, 11/24
    np.testing.assert_allclose(found, [5 / 6, 3 / 6, 1 / 6, NAN], rtol=1e-6)


def test_what_closed_limit_up_within_three_days_is_flagged_for_the_three_days_after() -> None:
    book = book_of([10, 11, 11, 11, 11, 11], [10.0] * 6)
    assert book.flags[0, 1] & LIMIT_UP
    assert standing_of(book).limit_up_recent[0].tolist() == [False, False, True, True, True, False]
    assert not standing_of(book).limit_up_recent[1].any()


def test_kinds_that_are_not_ranked_stand_nowhere() -> None:
    rows = quote_table([*closes("A", [10, 10]), *closes("B", [10, 10])])
    book = prices_of(rows, security_table([{"security_id": "A", "kind": "bond"}, {"security_id": "B"}]))
    np.testing.assert_allclose(standing_of(book).return_today[:, 1], [NAN, 0.5])


def ranked(values: list[float], pool: list[bool]) -> list[float]:
    known = [v for v, p in zip(values, pool, strict=True) if p and v == v]
    return [
        (sum(w < v for w in known) + sum(w == v for w in known) / 2) / len(known) if p and v == v else NAN
        for v, p in zip(values, pool, strict=True)
    ]


def slowly(book: Prices, t: int) -> dict[str, list[float]]:
    """Measure everything for day t from days before it, straight from the definitions; ranks are not taken yet."""
    made: dict[str, list[float]] = {name: [] for name in ("momentum_20", "above_ma60", "turnover_jump", "large_move",
        "drawdown_60", "size", "price", "volatility", "highest", "busy", "eps", "bps")}  # fmt: skip
    for s in range(len(book.securities)):
        a, r = book.adjusted[s, :t].astype(float), book.returns[s, :t]
        traded = (book.flags[s, :t] & TRADED) != 0
        turnover = book.amount[s, :t].astype(float) / book.float_cap[s, :t]
        made["momentum_20"].append(a[-1] / a[-21] - 1)
        made["above_ma60"].append(a[-1] / a[-60:].mean() - 1)
        usual = turnover[-121:-1][traded[-121:-1]]
        enough = len(usual[~np.isnan(usual)]) >= 60 and traded[-1]
        made["turnover_jump"].append(turnover[-1] / np.nanmean(usual) if enough else NAN)
        made["large_move"].append(float(np.abs(r[-3:]).max()))
        made["drawdown_60"].append(1 - a[-1] / a[-60:].max())
        made["size"].append(book.float_cap[s, t - 1])
        made["price"].append(-book.close[s, t - 1])
        there = r[-20:][traded[-20:]]
        made["volatility"].append(float(there.std(ddof=1)) if len(there) >= 10 else NAN)
        made["highest"].append(float(r[-20:].max()))
        busy = turnover[-20:][traded[-20:]]
        made["busy"].append(float(busy.mean()) if len(busy) >= 10 else NAN)
        made["eps"].append(float(book.eps[s, t - 1]) / book.close[s, t - 1])
        made["bps"].append(float(book.bps[s, t - 1]) / book.close[s, t - 1])
    return made


def test_a_slow_reading_of_the_definitions_gives_the_same_ranks() -> None:
    book = prices_of(random_quotes(16, 190, seed=3))
    found = standing_of(book)
    for t in (125, 150, 189):
        pool = [bool(f & TRADED) for f in book.flags[:, t]]
        raw = slowly(book, t)
        ranks = {
            name: np.array(ranked([float(np.float32(v)) for v in values], pool))
            for name, values in raw.items()
        }
        for name in ("momentum_20", "above_ma60", "turnover_jump", "large_move", "drawdown_60", "size"):
            np.testing.assert_allclose(
                getattr(found, name)[:, t], ranks[name], rtol=1e-6, err_msg=f"{name} {t}"
            )
        wild = (ranks["volatility"] + ranks["highest"]) / 2
        lottery = np.float32((ranks["price"] + wild + ranks["busy"]) / 3)
        cheap = np.float32((ranks["eps"] + ranks["bps"]) / 2)
        for name, mean in (("lottery", lottery), ("cheapness", cheap)):
            again = ranked([round(float(v), 6) for v in mean], pool)
            np.testing.assert_allclose(getattr(found, name)[:, t], again, rtol=1e-6, err_msg=f"{name} {t}")


def changed_from(table: pa.Table, day: int) -> Prices:
    """Build the book again with other figures from a day on, and the same days traded."""
    last = weekdays(day + 1)[-1]
    rows = [
        r if r["date"] < last else r | {"close": r["prev_close"], "float_cap": 7, "eps_ttm": 9}
        for r in table.to_pylist()
    ]
    return prices_of(quote_table(rows))


def seen_differently(day: int) -> set[str]:
    """Return the ranks of `day` that know what happened on it."""
    table = random_quotes(20, 160, seed=5)
    left, right = standing_of(prices_of(table)), standing_of(changed_from(table, day))
    return {
        n
        for n in NAMES
        if not np.array_equal(getattr(left, n)[:, day], getattr(right, n)[:, day], equal_nan=True)
    }


def test_nothing_but_what_is_called_today_knows_the_day_itself() -> None:
    assert seen_differently(150) == {"return_today"}


def test_windows_that_hold_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match="windows"):
        StandingSettings(high_days=0)
