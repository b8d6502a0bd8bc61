"""The simulated market keeps the exchange's rules, lets nothing be known early, and can follow a real index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.base.exchange import limit_prices, limit_rate
from zhike.base.period import date_of
from zhike.simulate import Plan
from zhike.simulate.market.assembly import make_market
from zhike.simulate.market.days import trading_days
from zhike.simulate.market.signals import signals

PLAN = Plan(50, 200, 4, start=date(2023, 6, 1))
MARKET = make_market(PLAN)


def test_the_exchanges_rest_at_weekends_and_on_holidays() -> None:
    days = {date_of(int(d)) for d in trading_days(date(2024, 2, 1), date(2024, 2, 29))}
    assert date(2024, 2, 8) in days
    assert not {date(2024, 2, 10) + timedelta(n) for n in range(6)} & days  # 春节
    assert all(d.weekday() < 5 for d in days)


def test_closes_stay_within_the_limits_of_board_and_day() -> None:
    u, tape = MARKET.universe, MARKET.tape
    for t in range(100, len(MARKET.course.days), 37):
        day = date_of(int(MARKET.course.days[t]))
        for i in range(0, u.stocks, 11):
            age = int(t - u.listed[i]) if u.listed[i] else None
            rate = (
                limit_rate(u.board[i], bool(MARKET.st[t, i]), age, day) if age is None or age >= 0 else None
            )
            if rate is not None and tape.close[t, i] > 0:
                limits = limit_prices(Decimal(int(tape.prev[t, i])) / 1000, rate)
                assert float(limits.down) <= tape.close[t, i] / 1000 <= float(limits.up)


def test_a_dividend_takes_off_the_price_what_it_pays() -> None:
    tape = MARKET.tape
    paid = np.argwhere((tape.dividend > 0) & (MARKET.ratio == 0))
    assert len(paid) > 100
    for t, i in paid:
        assert abs(tape.close[t - 1, i] - tape.dividend[t, i] - tape.prev[t, i]) <= 10
        assert tape.factor[t, i] == pytest.approx(
            tape.factor[t - 1, i] * tape.close[t - 1, i] / tape.prev[t, i]
        )


def test_ten_bonus_shares_for_ten_halve_the_price_within_a_tick() -> None:
    tape = MARKET.tape
    for t, i in np.argwhere((MARKET.ratio > 0) & (tape.dividend == 0)):
        assert abs(tape.close[t - 1, i] / (1 + MARKET.ratio[t, i]) - tape.prev[t, i]) <= 10


def test_a_suspended_share_stands_still() -> None:
    tape = MARKET.tape
    still = MARKET.halted & (tape.prev > 0)
    assert still.sum() > 100
    assert (tape.high[still] == tape.low[still]).all()
    assert (tape.close[still] == tape.prev[still]).all()


def test_earnings_are_known_only_after_the_quarter_they_are_of() -> None:
    eps = MARKET.reports.eps[:, : MARKET.universe.stocks] * MARKET.tape.adjusted[:, : MARKET.universe.stocks]
    changes = np.argwhere(np.abs(np.diff(eps, axis=0)) > 1e-9)[:, 0] + 1
    assert len(changes) > 100
    assert all(25 <= t % 61 < 60 for t in changes)


def test_a_share_s_past_does_not_depend_on_the_plan_s_length() -> None:
    longer = make_market(
        replace(PLAN, days=260, market_settings=replace(PLAN.market_settings, new_listings=0))
    )
    shorter = make_market(replace(PLAN, market_settings=replace(PLAN.market_settings, new_listings=0)))
    until = shorter.end
    assert np.array_equal(longer.tape.close[:until, :300], shorter.tape.close[:until, :300])


@pytest.mark.parametrize("variant", ["standard", "rules", "habits"])
def test_what_is_known_before_a_day_is_not_changed_by_it(variant: str) -> None:
    calm = make_market(PLAN, neutral=True)
    turn = MARKET.end
    assert not np.array_equal(MARKET.tape.close[turn:], calm.tape.close[turn:])
    one, other = signals(MARKET, variant), signals(calm, variant)
    for name in ("cheap", "above20", "above60", "month", "noticed"):
        assert np.array_equal(getattr(one, name)[: turn + 1], getattr(other, name)[: turn + 1]), name
    assert np.array_equal(one.stocks[:, : turn + 1], other.stocks[:, : turn + 1])


@pytest.mark.parametrize(("market", "sign"), [("bull", 1), ("bear", -1)])
def test_a_bull_market_rises_and_a_bear_market_falls(market: str, sign: int) -> None:
    made = make_market(replace(PLAN, market=market, days=500, start=None))
    assert sign * np.log(made.index[made.end - 1, 0] / made.index[made.first, 0]) > 0.1


def test_a_crash_takes_a_quarter_within_fifty_days() -> None:
    made = make_market(replace(PLAN, market="crash", days=500, start=None))
    breaks = made.first + 225
    assert made.index[breaks + 50, 0] / made.index[breaks, 0] < 0.75


def test_a_range_goes_nowhere_and_a_lull_is_a_bull_until_it_goes_quiet() -> None:
    range_, lull, bull = (
        make_market(replace(PLAN, market=m, days=500, start=None)) for m in ("range", "lull", "bull")
    )
    assert abs(np.log(range_.index[range_.end - 1, 0] / range_.index[range_.first, 0])) < 0.3
    turns = lull.first + 225
    assert np.array_equal(lull.course.returns[:turns], bull.course.returns[:turns])
    assert lull.heat[turns + 60 : lull.end].mean() < bull.heat[turns + 60 : lull.end].mean()


def write_index(path: Path, first: date, last: date) -> Path:
    days = trading_days(first, last)
    level = 2000 * np.exp(0.0005 * np.arange(len(days)) + 0.2 * np.sin(np.arange(len(days)) / 60))
    lines = [f"{date_of(int(d)):%Y%m%d},{v:.3f}" for d, v in zip(days, level, strict=True)]
    path.write_text("date,close\n" + "\n".join(lines) + "\n")
    return path


def test_a_real_index_gives_the_days_and_the_shanghai_index(tmp_path: Path) -> None:
    file = write_index(tmp_path / "index.csv", date(2002, 1, 2), date(2008, 12, 31))
    made = make_market(Plan(50, 300, 1, market="real", index_file=file, start=date(2005, 6, 6)))
    assert date_of(int(made.course.days[made.first])) == date(2005, 6, 6)
    assert made.course.level is not None
    assert np.allclose(
        made.index[made.first : made.end, 1], made.course.level[made.first : made.end], atol=5e-4
    )
    assert "chinext" not in made.universe.board
    shares = np.diff(np.log(made.index[made.first : made.end, 0]))
    whole = np.diff(np.log(made.index[made.first : made.end, 1]))
    assert np.corrcoef(shares, whole)[0, 1] > 0.6  # a sine of an index hardly moves; a real one moves more


def test_an_index_that_is_too_short_is_refused_with_the_days_that_do(tmp_path: Path) -> None:
    file = write_index(tmp_path / "index.csv", date(2004, 1, 5), date(2006, 12, 29))
    with pytest.raises(UsageError, match="Choose --start from"):
        make_market(Plan(50, 300, 1, market="real", index_file=file, start=date(2004, 3, 1)))
    (tmp_path / "odd.csv").write_text("day,price\n1,2\n")
    with pytest.raises(UsageError, match="date and close"):
        make_market(Plan(50, 300, 1, market="real", index_file=tmp_path / "odd.csv", start=date(2004, 3, 1)))
