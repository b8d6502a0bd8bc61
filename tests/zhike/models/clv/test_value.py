"""The lifetime value on sums that can be done by hand: one client, a market that stands still, chances of 0 or 1."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from zhike.base.errors import BrokenPromise, UsageError
from zhike.models.clv.learning import Learnt, Served, learn
from zhike.models.clv.market import MarketMonths, Paths, market_months, paths_of
from zhike.models.clv.months import Months
from zhike.models.clv.settings import BEAR, BULL, CLOSED, COUNT, NEUTRAL, STAGES, ClvSettings
from zhike.models.clv.value import Outlook, Values, ahead, outlook, value_of

MATURE, DORMANT = STAGES.index("mature"), STAGES.index("dormant")
PLAIN = ClvSettings(
    horizons=(12, 24), discount=0.0, paths=50, own_months=1e-9, own_days=1e-9, own_products=1e-9, own_costs=1e-9, drift=0.0,
    year_months=12.0,
)  # fmt: skip
STILL = MarketMonths(np.zeros(24), np.full(24, NEUTRAL))
ZERO = np.zeros(5)


def known(**changed: object) -> Learnt:
    """Return what might have been learnt: who is there stays as is, active as ever, without any flow."""
    plain = Learnt(
        days=np.ones(5), mood=ZERO, day=np.ones(5), per_asset=ZERO, busy=np.full(5, 0.5), size=ZERO, exposure=ZERO,
        activity=np.isin(np.arange(COUNT), (2, 3, 4, 7)).astype(float), flow=np.zeros(COUNT), cost=np.zeros(COUNT), flow_mood=0.0,
        chain=np.broadcast_to(np.eye(COUNT), (3, COUNT, COUNT)), products=0.0, orders=1.0, contact=10.0, arrival=0.0,
    )  # fmt: skip
    return replace(plain, **changed)


def months(n: int = 1, *, stage: int = MATURE, fee: float = 5.0, assets: float = 100_000.0) -> Months:
    """Return clients who traded twice in each of 12 months, on two days, at `fee` a trade."""
    full = np.ones((n, 12))
    return Months(
        full * assets, full * assets, full * 2, full * 2, full * 20_000, full * 2 * fee, full * 0,
        np.full((n, 12), stage, np.int64) if stage == MATURE else np.where(np.arange(12) < 11, MATURE, stage) * np.ones((n, 1), np.int64),
    )  # fmt: skip


def served(n: int = 1, *, interest: float = 0.0, products: float = 0.0, cost: float = 0.0) -> Served:
    return Served(*(np.full(n, v) for v in (interest, products, cost, cost / 10)))


def valued(learnt: Learnt, m: Months, s: Served, settings: ClvSettings = PLAIN, market: MarketMonths = STILL) -> Values:  # fmt: skip
    return value_of(m, np.zeros(len(m), np.int64), s, outlook(learnt, market, settings))


def test_one_client_in_a_market_that_stands_still_is_worth_the_plain_sum() -> None:
    # a month: 2 trades × 5 yuan + 24/12 interest + 12/12 product fees − 36/12 to serve = 10 + 2 + 1 − 3 = 10
    found = valued(known(), months(), served(interest=24, products=12, cost=36))
    assert found.expected[0].tolist() == pytest.approx([120, 240])
    assert found.neutral_expected[0].tolist() == pytest.approx([120, 240])
    assert found.there[0].tolist() == [1, 1]


def test_the_parts_of_what_is_expected_are_those_of_a_calm_market_and_what_the_market_adds() -> None:
    bull = MarketMonths(np.full(24, 0.05), np.full(24, BULL))
    found = valued(
        known(mood=np.full(5, 2.0)), months(), served(interest=24, products=12, cost=36), market=bull
    )
    parts = {n: getattr(found, n)[0].tolist() for n in ("trading", "interest", "products", "cost")}
    usual = 10 * np.exp(-2 * 0.15)  # what was seen, was seen in a mood of 15 %
    assert parts["trading"] == pytest.approx([12 * usual, 24 * usual])
    assert parts["interest"] == pytest.approx([24, 48])
    assert parts["products"] == pytest.approx([12, 24])
    assert parts["cost"] == pytest.approx([-36, -72])
    assert found.market[0, 0] == pytest.approx(usual * (np.exp(0.2) + np.exp(0.1) - 2))
    assert sum(parts[n][0] for n in parts) + found.market[0, 0] == pytest.approx(found.expected[0, 0])


def test_another_setting_is_another_version_of_the_model() -> None:
    assert PLAIN.version == replace(PLAIN).version
    assert PLAIN.version != replace(PLAIN, paths=51).version


def test_who_leaves_with_certainty_brings_the_first_month_only_and_who_has_left_nothing() -> None:
    chain = np.broadcast_to(np.eye(COUNT), (3, COUNT, COUNT)).copy()
    chain[:, MATURE] = np.eye(COUNT)[CLOSED]
    leaves = valued(known(chain=chain), months(), served(interest=24))
    assert leaves.expected[0].tolist() == pytest.approx([12, 12])  # the month begun, then gone
    assert leaves.there[0].tolist() == [0, 0]
    gone = valued(known(arrival=1e6), months(stage=CLOSED), served(interest=24, products=12, cost=36))
    for f in fields(Values):
        assert getattr(gone, f.name).tolist() == [[0, 0]], f.name


def test_who_rests_trades_nothing_but_still_costs() -> None:
    found = valued(known(), months(stage=DORMANT), served(cost=36))
    assert found.expected[0].tolist() == pytest.approx([-36, -72])


def test_a_month_is_discounted_from_its_middle() -> None:
    found = valued(known(), months(), served(), replace(PLAIN, discount=0.21, horizons=(1, 12)))
    assert found.expected[0, 0] == pytest.approx(10 * 1.21 ** (-0.5 / 12))
    assert found.expected[0, 1] == pytest.approx(sum(10 * 1.21 ** (-(k + 0.5) / 12) for k in range(12)))


def test_only_what_goes_beyond_the_least_fee_grows_with_assets() -> None:
    # 10 % a month of inflow: mean assets of month k are 1.1^k · 1.05
    learnt = known(flow=np.full(COUNT, 0.1))
    assert valued(learnt, months(fee=5), served()).expected[0, 0] == pytest.approx(120)
    grown = sum(1.1**k * 1.05 for k in range(12))
    assert valued(learnt, months(fee=25), served()).expected[0, 0] == pytest.approx(120 + 40 * grown)


def test_what_goes_on_to_the_exchange_is_taken_off() -> None:
    found = valued(known(), months(fee=25), served(), replace(PLAIN, trade_cost=0.0001))
    assert found.expected[0, 0] == pytest.approx(12 * (50 - 2))


def test_a_bull_market_is_worth_more_than_the_neutral_one_where_turnover_follows_the_mood() -> None:
    bull = MarketMonths(np.full(24, 0.05), np.full(24, BULL))
    learnt = known(mood=np.full(5, 2.0))
    # all that was seen was seen in a mood of 15 %; two known months of 5 % last into the first two ahead
    found = valued(learnt, months(), served(), market=bull)
    usual = 10 * np.exp(-2 * 0.15)
    assert found.neutral_expected[0, 0] == pytest.approx(12 * usual)
    assert found.expected[0, 0] == pytest.approx(usual * (np.exp(0.2) + np.exp(0.1) + 10))


def test_nobody_is_worth_more_or_less_for_who_else_is_valued() -> None:
    dice = np.random.default_rng(4)
    n = 60
    m = Months(
        *(dice.gamma(1, 1000, (n, 30)) for _ in range(2)), *(dice.poisson(2, (n, 30)).astype(float) for _ in range(2)),
        *(dice.gamma(1, 500, (n, 30)) for _ in range(2)), dice.normal(0, 100, (n, 30)), dice.integers(-1, COUNT, (n, 30)),
    )  # fmt: skip
    logic, s = dice.integers(0, 5, n), Served(*(dice.gamma(1, 10, n) for _ in range(4)))
    market = MarketMonths(dice.normal(0, 0.05, 40), dice.integers(0, 3, 40))
    learnt = learn(m, logic, s, market)
    whole = value_of(m, logic, s, outlook(learnt, market))
    small = outlook(learnt, market, ClvSettings(chunk=7))
    chunked, alone = (
        value_of(m, logic, s, small),
        value_of(m.rows(slice(5, 6)), logic[5:6], s.rows(slice(5, 6)), small),
    )
    for f in fields(Values):
        assert np.isfinite(getattr(whole, f.name)).all()
        assert np.array_equal(getattr(whole, f.name), getattr(chunked, f.name)), f.name
        assert np.array_equal(getattr(whole, f.name)[5:6], getattr(alone, f.name)), f.name
    assert (whole.p10 <= whole.p50).all()
    assert (whole.p50 <= whole.p90).all()


def test_what_comes_in_clumps_is_spread_about_the_same_mean() -> None:
    seldom = months()
    for name in ("trades", "days", "traded", "kept"):
        getattr(seldom, name)[:, 1::2] = 0
    learnt = known(size=np.ones(5))
    settings = replace(PLAIN, paths=4_000, horizons=(12,), memory_months=1e9)
    often, rare = (valued(learnt, m, served(), settings) for m in (months(), seldom))
    assert rare.p90[0, 0] / rare.expected[0, 0] > often.p90[0, 0] / often.expected[0, 0] > 1.3
    assert often.p10[0, 0] < often.p50[0, 0] < often.expected[0, 0]
    assert rare.expected[0, 0] == pytest.approx(
        120 * 5 / 11
    )  # of eleven months that began awake five had trades


def test_no_clients_at_all_are_learnt_from_and_valued() -> None:
    none = months(0)
    learnt = learn(none, np.empty(0, np.int64), served(0), STILL)
    found = value_of(none, np.empty(0, np.int64), served(0), outlook(learnt, STILL, PLAIN))
    assert found.expected.shape == (0, 2)
    assert valued(learnt, months(), served()).expected.shape == (1, 2)


def test_what_is_not_known_is_refused_and_not_taken_for_nothing() -> None:
    bad = months().assets.copy()
    bad[0, 3] = np.nan
    with pytest.raises(BrokenPromise, match="assets"):
        replace(months(), assets=bad)
    with pytest.raises(BrokenPromise, match="cost"):
        replace(served(), cost=np.array([np.nan]))
    with pytest.raises(BrokenPromise, match="index"):
        market_months(np.array([0.1, np.nan]), np.array([BULL, BULL]), 1)
    for wrong in ({"horizons": ()}, {"horizons": (24, 12)}, {"discount": -0.1}, {"paths": 0}, {"stay": 1.0}, {"memory_months": np.nan}):  # fmt: skip
        with pytest.raises(UsageError):
            ClvSettings(**wrong)


def test_months_ahead_have_no_drift_though_the_past_had_and_regimes_lean_both_ways() -> None:
    dice = np.random.default_rng(1)
    regime = np.repeat([BULL, BEAR, BULL, BEAR], 12)
    past = MarketMonths(np.where(regime == BULL, 0.06, 0.02) + dice.normal(0, 0.02, 48), regime)
    settings = ClvSettings(paths=4_000, regime_months=1e-6)
    paths = paths_of(past, settings)
    assert paths.returns[:, -1].mean() == pytest.approx(0, abs=0.01)  # the past's drift was 4 % a month
    in_bull, in_bear = (paths.returns[paths.regime == r].mean() for r in (BULL, BEAR))
    assert (in_bull, in_bear) == pytest.approx((0.02, -0.02), abs=0.004)
    assert (paths.regime[:, 0] == BEAR).all()  # where the market stands
    calm = paths_of(past, settings, neutral=True)
    assert abs(calm.returns.mean()) < 0.001
    assert (calm.regime == NEUTRAL).all()


def test_the_mood_is_the_return_of_three_months_the_last_ones_known_included() -> None:
    past = MarketMonths(np.array([0.0, 0.3, 0.1]), np.full(3, NEUTRAL))
    assert past.mood(2, 3).tolist() == pytest.approx([0.3, 0.4])
    assert past.mood(5, 3).tolist() == pytest.approx([0, 0, 0, 0.3, 0.4])
    paths = paths_of(past, ClvSettings(paths=10))
    first = paths.returns[:, 0]
    assert paths.mood[:, 0] == pytest.approx(0.4 + first)
    assert paths.mood[:, 2] == pytest.approx(paths.returns[:, :3].sum(axis=1))


def test_the_same_market_and_settings_give_the_same_paths_and_another_seed_others() -> None:
    dice = np.random.default_rng(2)
    past = MarketMonths(dice.normal(0, 0.05, 30), dice.integers(0, 2, 30))
    one, again, other = (paths_of(past, ClvSettings(seed=k)).returns for k in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_paths_of_a_market_that_is_known_can_be_walked_too() -> None:
    up = Paths(np.full((3, 12), np.log(1.02)), np.zeros((3, 12)), np.full((3, 12), NEUTRAL))
    settings = replace(PLAIN, paths=3, horizons=(12,))
    learnt = known(exposure=np.ones(5))
    calm = outlook(learnt, STILL, settings)
    o = Outlook(learnt, STILL, ahead(learnt, up, settings), calm.neutral, calm.dice, settings)
    found = value_of(months(), np.zeros(1, np.int64), served(interest=12), o)
    assert found.expected[0, 0] == pytest.approx(120 + sum(1.02**k * 1.01 for k in range(12)))
