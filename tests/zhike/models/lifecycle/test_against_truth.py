"""The life cycle beside the truth of simulated clients: a quiet market makes nobody decline, who turns away is noticed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from _lifecycle_truth import Beside, Branch, beside, found_in, taken_in

from made_up import branch
from zhike.models.lifecycle import History

MARKETS = ("bull", "lull")  # both lively until 45 % of the days are over; then one goes quiet


@cache
def told(market: str, *, logins: bool) -> tuple[History, Beside]:
    made = _taken_in(market)
    found = found_in(made, logins=logins)
    return found, beside(made, found)


@cache
def _taken_in(market: str) -> Branch:
    return taken_in(branch(600, 500, 1, market=market))


def wrongly_called(b: Beside) -> float:
    """Return the share of those who are as active as ever, the market apart, that is called declining."""
    well = b.awake & ~b.cooling
    return float((b.called & well).sum() / well.sum())


@pytest.mark.parametrize("logins", [True, False], ids=["with-logins", "by-trades-alone"])
def test_a_quiet_market_makes_nobody_decline(logins: bool) -> None:
    found, quiet = told("lull", logins=logins)
    well = quiet.awake & ~quiet.cooling
    days = np.where(found.months.net > 0, found.months.trading_days, np.nan)[:, 12:]
    by_month = np.array([np.nanmean(np.where(well, days, np.nan)[:, m]) for m in range(days.shape[1])])
    # the market did go quiet, and who looks at a client's own peak alone takes a quarter of the unchanged for declining
    assert by_month[4:8].mean() < 0.7 * by_month[:3].mean()
    assert (found.levels.revenue_share[:, 12:] <= 0.5)[well].mean() > 0.25
    most = 0.01 if logins else 0.03
    assert wrongly_called(quiet) <= most
    assert wrongly_called(quiet) <= wrongly_called(told("bull", logins=logins)[1]) + 0.01


@pytest.mark.parametrize("market", MARKETS)
def test_who_turns_away_is_found_far_better_than_by_chance(market: str) -> None:
    _, b = told(market, logins=True)
    chance = b.halved.sum() / b.awake.sum()
    right = (b.called & b.halved).sum() / (b.called & b.awake).sum()
    assert right >= 8 * chance
    assert (b.called & b.halved).sum() / b.halved.sum() >= 0.2


@pytest.mark.parametrize("market", MARKETS)
def test_trades_alone_tell_little_but_more_than_chance(market: str) -> None:
    _, b = told(market, logins=False)
    chance = b.halved.sum() / b.awake.sum()
    assert (b.called & b.halved).sum() / (b.called & b.awake).sum() >= 2 * chance
