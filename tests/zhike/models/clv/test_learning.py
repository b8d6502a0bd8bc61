"""What is learnt from clients' months, on branches made so that the answer is known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from zhike.models.clv.learning import Served, learn
from zhike.models.clv.market import MarketMonths
from zhike.models.clv.months import READS, UNSEEN, Months, month_of, months_of, stages_of
from zhike.models.clv.settings import BEAR, BULL, CLOSED, NEUTRAL, STAGES, ClvSettings
from zhike.models.lifecycle.people import NEVER

MATURE, DORMANT, LOST = (STAGES.index(name) for name in ("mature", "dormant", "lost"))
SURE = ClvSettings(like_clients=1e-9, like_months=1e-9, own_months=1e-9)


def branch(
    n: int, m: int, market: MarketMonths, *, slope: float = 0.0, stage: np.ndarray | None = None
) -> Months:
    """Return clients who trade on 4 · e^(slope × mood) days a month, at 5 yuan and 0.001 of assets a day beyond."""
    full = np.ones((n, m))
    days = 4 * np.exp(slope * market.mood(m, 3)) * full
    stages = np.full((n, m), MATURE, np.int64) if stage is None else stage
    return Months(
        full * 50_000, full * 50_000, days, days, days * 10_000, days * (5 + 50), full * 1_000, stages
    )  # fmt: skip


def nothing(n: int) -> Served:
    return Served(*(np.zeros(n) for _ in range(4)))


def test_rates_and_the_answer_to_the_market_are_found() -> None:
    dice = np.random.default_rng(0)
    market = MarketMonths(dice.normal(0, 0.06, 40), np.full(40, NEUTRAL))
    learnt = learn(branch(30, 30, market, slope=1.5), np.zeros(30, np.int64), nothing(30), market, SURE)
    assert learnt.mood[0] == pytest.approx(1.5)
    assert learnt.days[0] == pytest.approx(4)
    assert learnt.day[0] == pytest.approx(5)
    assert learnt.per_asset[0] == pytest.approx(0.001)
    assert learnt.busy[0] == 1
    assert learnt.flow[MATURE] == pytest.approx(0.02)
    assert learnt.activity[MATURE] == pytest.approx(1)


def test_a_logic_with_few_clients_is_drawn_towards_the_whole() -> None:
    market = MarketMonths(np.zeros(24), np.full(24, NEUTRAL))
    m = branch(101, 24, market)
    m.days[100] = 12.0
    logic = np.zeros(101, np.int64)
    logic[100] = 1
    whole = (100 * 4 + 12) / 101
    learnt = learn(m, logic, nothing(101), market, ClvSettings(like_clients=3.0))
    assert learnt.days[1] == pytest.approx((12 + 3 * whole) / 4)
    assert learnt.days[2] == pytest.approx(whole)  # nobody of it: as the whole


def test_chances_between_stages_are_counted_by_regime_and_closing_is_the_end() -> None:
    regime = np.repeat([BULL, BEAR], 12)
    stage = np.full((100, 24), MATURE, np.int64)
    stage[:10, 18:] = CLOSED  # in the bear, 10 of 100 in its seventh month
    stage[10:20, 15:] = LOST
    stage[10:12, 20:] = MATURE
    market = MarketMonths(np.zeros(24), regime)
    m = branch(100, 24, market, stage=stage)
    chain = learn(
        m, np.zeros(100, np.int64), nothing(100), market, ClvSettings(warm_up=0, like_months=1e-9)
    ).chain
    assert chain[BULL, MATURE, MATURE] == pytest.approx(1)
    begun = {
        k: int((stage[:, 12:23] == k).sum()) for k in (MATURE, LOST)
    }  # what the bear's months 13 to 23 began with
    assert chain[BEAR, MATURE, CLOSED] == pytest.approx(10 / begun[MATURE])
    assert chain[BEAR, LOST, MATURE] == pytest.approx(2 / begun[LOST])
    assert (chain[:, CLOSED] == np.eye(len(STAGES) + 1)[CLOSED]).all()
    assert chain.sum(axis=2) == pytest.approx(1)


def test_silence_that_led_to_dormancy_does_not_lower_what_a_client_does_when_awake() -> None:
    market = MarketMonths(np.zeros(24), np.full(24, NEUTRAL))
    stage = np.full((2, 24), MATURE, np.int64)
    stage[1, 22:] = DORMANT
    m = branch(2, 24, market, stage=stage)
    for values in (m.days, m.trades, m.kept, m.traded):
        values[:, 16:] = 0
    both = learn(m, np.array([0, 1]), nothing(2), market, SURE)
    assert both.days[1] == pytest.approx(4)  # dormant since month 22, silent since 16: awake until then
    assert both.days[0] == pytest.approx(
        4 * 4 / 12
    )  # not called dormant: months 12 to 23 count, 4 of them with trades


def test_months_are_counted_back_from_the_last_day_and_hold_what_their_days_sum_to() -> None:
    days = np.arange(20_000, 20_007)
    assert month_of(days, 3).tolist() == [-1, 0, 0, 0, 1, 1, 1]
    rows = {name: [0.0] * 4 for name in READS if name not in ("client_id", "date")}
    rows["net"] = [100.0, 300.0, None, 50.0]
    rows["trades"] = [2, 1, 0, 9]
    rows["buy_amount"], rows["sell_amount"] = [10.0, 0.0, 0.0, 7.0], [1.0, 2.0, 0.0, 0.0]
    rows["commission"], rows["exchange_fee"] = [5.0, 5.0, 0.0, 5.0], [1.0, 0.0, 0.0, 0.0]
    rows["flow_in"], rows["flow_out"] = [0.0, 30.0, 0.0, 0.0], [20.0, 0.0, 0.0, 0.0]
    who, when = ["a", "a", "a", "x"], [20_003, 20_001, 20_002, 20_003]
    table = pa.table({"client_id": who, "date": pa.array(np.array(when, np.int32)).view(pa.date32()), **rows})
    m = months_of(table, ["a", "b"], days, np.full((2, 2), UNSEEN), 3)
    assert m.assets.tolist() == [[200, 0], [0, 0]]
    assert m.left.tolist() == [[100, 0], [0, 0]]  # of the last day known, whatever the order of rows
    assert m.trades.tolist() == [[3, 0], [0, 0]]
    assert m.days.tolist() == [[2, 0], [0, 0]]
    assert m.traded.tolist() == [[13, 0], [0, 0]]
    assert m.kept.tolist() == [[9, 0], [0, 0]]
    assert m.flow.tolist() == [[10, 0], [0, 0]]


def test_a_month_ends_at_the_stage_last_judged_and_closed_from_the_closing_day_on() -> None:
    days = np.arange(20_000, 20_010)  # months of three days end on 20_003, 20_006, 20_009
    found = SimpleNamespace(
        clients=("a", "b"), month_ends=np.array([20_004, 20_009]), stage=np.array([[MATURE, LOST], [MATURE, LOST]]),
        closed=np.array([NEVER, 20_006]),
    )  # fmt: skip
    assert stages_of(found, ["b", "x", "a"], days, 3).tolist() == [
        [UNSEEN, CLOSED, CLOSED],
        [UNSEEN, UNSEEN, UNSEEN],
        [UNSEEN, MATURE, LOST],
    ]
    nobody = SimpleNamespace(clients=(), month_ends=np.empty(0), stage=np.empty((0, 0)), closed=np.empty(0))
    assert stages_of(nobody, ["a"], days, 3).tolist() == [[UNSEEN] * 3]
