from __future__ import annotations

import numpy as np
import pytest

from zhike.models.lifecycle.activity import activity_of, pace_of

N, MONTHS = 30, 24


def told(days: np.ndarray, logins: np.ndarray | None = None, least: int = 10) -> np.ndarray:
    """Return how much likelier a fall is than none, clients × months."""
    nothing = np.full(days.shape, np.nan)
    there, group = np.ones(days.shape, np.bool_), np.zeros(len(days), np.int64)
    kinds = (days, nothing if logins is None else logins)
    paces = [pace_of(kind, there, group, 1, least) for kind in kinds]
    return np.exp(activity_of(*kinds, group, paces).fallen)


def test_the_evidence_is_the_ratio_of_two_chances_averaged_over_what_may_have_happened() -> None:
    days = np.full((N, 5), 4.0)
    days[0, 4] = 1.0
    # two months can be the first of the fall, the fourth or the fifth; before it three or four months of four days each.
    # All others have four days: the market is (29·4 + 1)/30 of what it was, and chance no more than dice
    market = [4.0, 4.0, 4.0, 4.0]
    market.append((29 * 4.0 + 1.0) / 30)
    rates, found = np.linspace(1e-4, 6.0, 60_000), []
    for before in (3, 4):
        own = rates ** (4.0 * before) * np.exp(-(1.0 + sum(market[:before])) * rates)
        seen, due = days[0, before:].sum(), sum(market[before:])

        def chance(left: float, own: np.ndarray = own, seen: float = seen, due: float = due) -> float:
            return float((own * (left * due * rates) ** seen * np.exp(-left * due * rates)).sum())

        found += [chance(left) / chance(1.0) for left in (0.5, 0.25, 0.1)]
    assert told(days)[0, 4] == pytest.approx(np.mean(found), rel=1e-3)


def test_a_market_that_moves_all_alike_tells_nothing_of_anybody() -> None:
    dice = np.random.default_rng(3)
    rate = dice.gamma(2.0, 2.0, (400, 1))
    mood = np.where(np.arange(MONTHS) < 14, 1.5, 0.4)
    days = dice.poisson(rate * mood).astype(float)
    # twice in a row ten times likelier: hardly anybody of 400 in ten quiet months
    sure = told(days) >= 10
    assert (sure[:, 14:] & sure[:, 13:-1]).mean() < 0.005


def test_a_fall_by_itself_is_found_and_logins_find_it_sooner() -> None:
    dice = np.random.default_rng(4)
    rate = np.full((400, MONTHS), 2.0)
    rate[:20, 14:] *= 0.3
    days, logins = dice.poisson(rate).astype(float), dice.poisson(5 * rate).astype(float)
    by_trades, by_both = told(days)[:20] >= 10, told(days, logins)[:20] >= 10
    assert by_both[:, 16].mean() > 0.9
    assert by_trades[:, 16].mean() < by_both[:, 16].mean()
    assert (
        by_trades[:, 19].mean() >= 0.4
    )  # the fallen are the farthest 5 %: clumps are taken for a third larger


def test_without_like_clients_nothing_is_said() -> None:
    days = np.r_[[np.r_[np.full(12, 9.0), np.zeros(12)]], np.full((5, 24), 9.0)]
    assert told(days) == pytest.approx(1.0)


def test_clumped_days_tell_less_than_even_ones() -> None:
    dice = np.random.default_rng(5)
    even = dice.poisson(4.0, (100, MONTHS)).astype(float)
    clumped = 4.0 * dice.poisson(1.0, (100, MONTHS))
    for days in (even, clumped):
        days[0] = [4.0] * 15 + [1.0] * 9
    assert told(clumped)[0, 17] < told(even)[0, 17] / 2


def clumps(days: np.ndarray) -> np.ndarray:
    """Return by how much like clients vary more than dice, month by month, as the surprise of trading days tells it."""
    there, group = np.ones(days.shape, np.bool_), np.zeros(len(days), np.int64)
    kinds = (days, np.full(days.shape, np.nan))
    a = activity_of(*kinds, group, [pace_of(kind, there, group, 1, 10) for kind in kinds])
    off = np.abs(a.surprise) > 1e-6
    c = np.full(days.shape, np.nan)
    c[off] = ((a.trading - a.trading_due)[off] / a.surprise[off]) ** 2 / a.trading_due[off]
    return np.nanmedian(c[:, 6:], axis=0)


@pytest.mark.parametrize("clients", [18, 25, 400], ids=["none-left-out", "one-left-out", "many"])
@pytest.mark.parametrize("more", [1.3, 2.0])
def test_clumps_are_told_as_large_as_they_are(more: float, clients: int) -> None:
    dice = np.random.default_rng(6)
    branches = 16 if clients == 400 else 200
    rate = dice.gamma(9.0, 2.0, (branches, clients, 1)) + 5
    # variance `more` times the mean, clients and months apart
    days = dice.negative_binomial(rate / (more - 1), 1 / more, (branches, clients, 9)).astype(float)
    told_of = np.mean([clumps(branch) for branch in days])
    # with few clients the floor of one lifts the mean of what dice throw
    assert told_of == pytest.approx(more, rel=0.04 if clients == 400 else 0.1)


def test_few_who_changed_hardly_make_all_vary() -> None:
    dice = np.random.default_rng(7)
    days = dice.poisson(20.0, (100, MONTHS)).astype(float)
    days[:4, 14:] = 0.0
    # those left out are the ones who changed: the rest, divided as if chance had put some there, are 1 ÷ 0.76 at most. With
    # nobody left out it would be 3.4
    assert clumps(days)[10:14].max() < 1.8
