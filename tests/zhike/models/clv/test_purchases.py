"""Purchase models against published figures, against sums done by hand and against simulated buyers."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.clv.purchases import Histories, Purchasing, Spending, fit_purchasing, fit_spending

KNOWN = {"r": 0.7, "alpha": 5.0, "a": 0.9, "b": 3.0}


def simulated(
    n: int, weeks: float, seed: int, *, modified: bool
) -> tuple[Histories, list[np.ndarray], np.ndarray]:
    """Return buyers seen for `weeks`, the times of all purchases they would make, and when each left."""
    dice = np.random.default_rng(seed)
    rates = dice.gamma(KNOWN["r"], 1 / KNOWN["alpha"], n)
    leave = dice.beta(KNOWN["a"], KNOWN["b"], n)
    every, gone = [], np.empty(n)
    for i, (rate, chance) in enumerate(zip(rates, leave, strict=True)):
        times = np.cumsum(dice.exponential(1 / rate, 400))
        out = np.flatnonzero(dice.random(400 + modified) < chance)
        stays = (out[0] + 1 - modified) if len(out) else 400
        every.append(times[:stays])
        gone[i] = np.inf if not len(out) else (0.0 if stays == 0 else times[stays - 1])
    x = np.array([np.sum(t <= weeks) for t in every])
    last = np.array([t[k - 1] if k else 0.0 for t, k in zip(every, x, strict=True)])
    return Histories(x, last, np.full(n, weeks)), every, gone


@pytest.mark.real
def test_cdnow_gives_the_published_parameters(real_data: Path) -> None:
    _, x, last, observed = np.loadtxt(
        real_data / "cdnow" / "cdnow_customers_summary.csv", delimiter=",", skiprows=1
    ).T
    h = Histories(x, last, observed)
    found = [fit_purchasing(h, modified=m) for m in (False, True)]
    assert all(f.converged for f in found)
    assert [[round(v, 3) for v in (f.r, f.alpha, f.a, f.b)] for f in found] == [
        [0.243, 4.414, 0.793, 2.426],
        [0.525, 6.183, 0.891, 1.614],
    ]
    assert [round(f.log_likelihood, 1) for f in found] == [-9582.4, -9582.1]


@pytest.mark.real
def test_cdnow_gives_the_published_spending(real_data: Path) -> None:
    spent: dict[str, dict[str, float]] = {}
    for line in (real_data / "cdnow" / "CDNOW_sample.txt").read_text("ascii").splitlines():
        client, _, day, _, money = line.split()
        if Date.fromisoformat(day) <= Date(1997, 9, 30):
            days = spent.setdefault(client, {})
            days[day] = days.get(day, 0.0) + float(money)
    repeats = [[days[d] for d in sorted(days)[1:]] for days in spent.values() if len(days) > 1]
    found = fit_spending([len(r) for r in repeats], [np.mean(r) for r in repeats])
    assert len(repeats) == 946
    assert found.converged
    assert (round(found.p, 2), round(found.q, 2), round(found.v, 2)) == (6.25, 3.74, 15.44)


@pytest.mark.parametrize("modified", [False, True])
def test_parameters_of_simulated_buyers_are_found_again(modified: bool) -> None:
    h, _, _ = simulated(20_000, 52, 7, modified=modified)
    found = fit_purchasing(h, modified=modified)
    assert found.converged
    for name, value in KNOWN.items():
        assert getattr(found, name) == pytest.approx(value, rel=0.15), name


@pytest.mark.parametrize("modified", [False, True])
def test_expected_purchases_and_chance_to_be_there_agree_with_simulated_buyers(modified: bool) -> None:
    h, every, gone = simulated(40_000, 26, 11, modified=modified)
    model = Purchasing(modified, **KNOWN, log_likelihood=0.0, converged=True)
    after = np.array([np.sum((t > 26) & (t <= 65)) for t in every])
    here = gone > 26
    expected, alive = model.expected(h, 39), model.alive(h)
    for some in (h.repeats == 0, h.repeats == 1, (h.repeats > 1) & (h.last < 13), h.repeats >= 5):
        assert expected[some].mean() == pytest.approx(after[some].mean(), rel=0.06)
        assert alive[some].mean() == pytest.approx(here[some].mean(), rel=0.03)


def test_nobody_can_have_left_before_a_first_repeat_unless_the_model_is_the_modified_one() -> None:
    nothing = Histories([0], [0], [10])
    assert Purchasing(False, 1, 2, 1, 1, 0, True).alive(nothing)[0] == 1
    # gone at once: ½ · α^−r = ½ · ½; here: ½ · (α+T)^−r = ½ · 1/12; so here with 1/12 ÷ (1/12 + 1/2) = 1/7
    assert Purchasing(True, 1, 2, 1, 1, 0, True).alive(nothing)[0] == pytest.approx(1 / 7)


def test_the_expectation_is_an_integral_over_what_a_client_may_be() -> None:
    # here at T: rate gamma(r+x, α+T), chance beta(a, b+x); (1 − e^(−rate·p·t)) ÷ p purchases in t
    h = Histories([3], [20], [30])
    for a in (0.6, 1.0, 1.7):
        model = Purchasing(False, 0.8, 4.0, a, 2.5, 0, True)
        dice = np.random.default_rng(3)
        rate, p = dice.gamma(3.8, 1 / 34, 400_000), dice.beta(a, 5.5, 400_000)
        mean = float(np.mean(-np.expm1(-rate * p * 50) / p))
        assert model.expected(h, 50)[0] == pytest.approx(model.alive(h)[0] * mean, rel=0.01)


def test_the_likelihood_is_the_integral_of_a_single_history() -> None:
    # x = 1, t_x = 4, T = 10: ∫ λ e^(−λ·4)·[(1−p)·e^(−λ·6) + p] over gamma(r, α) and beta(a, b), highest at the fit
    h = Histories([1, 1, 0, 2], [4, 4, 0, 7], [10, 10, 10, 10])
    best = fit_purchasing(h, modified=True)
    dice = np.random.default_rng(5)
    rate = dice.gamma(best.r, 1 / best.alpha, 1_000_000)
    p = dice.beta(best.a, best.b, 1_000_000)

    def one(x: int, last: float) -> float:
        stays = (1 - p) ** (x + 1) * np.exp(-rate * 10) + p * (1 - p) ** x * np.exp(-rate * last)
        return float(np.log(np.mean(rate**x * stays)))

    assert best.log_likelihood == pytest.approx(2 * one(1, 4) + one(0, 0) + one(2, 7), abs=0.05)


def test_a_longer_horizon_brings_more_and_none_brings_nothing() -> None:
    model = Purchasing(False, **KNOWN, log_likelihood=0.0, converged=True)
    h = Histories([0, 2, 5000], [0, 30, 39.9], [40, 40, 40])
    ahead = np.array([model.expected(h, t) for t in (0, 1, 10, 100)])
    assert np.array_equal(ahead[0], np.zeros(3))
    assert (np.diff(ahead, axis=0) > 0).all()
    assert np.isfinite(ahead).all()


def test_the_unit_of_time_changes_the_unit_of_the_answer_and_nothing_else() -> None:
    h, _, _ = simulated(2_000, 40, 3, modified=False)
    weeks = fit_purchasing(h)
    days = fit_purchasing(Histories(h.repeats, h.last * 7, h.observed * 7))
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-3)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-3)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - h.repeats.sum() * np.log(7))


def test_spending_of_simulated_buyers_is_found_again_and_drawn_to_the_mean() -> None:
    dice = np.random.default_rng(2)
    n, p, q, v = 20_000, 5.0, 4.0, 20.0
    times = dice.integers(1, 9, n)
    mean = dice.gamma(p * times, 1 / dice.gamma(q, 1 / v, n)) / times
    found = fit_spending(np.append(times, 0), np.append(mean, 0.0))
    assert found.converged
    assert (found.p, found.q, found.v) == pytest.approx((p, q, v), rel=0.1)
    expected = Spending(p, q, v, 0, True).expected([0, 1, 1000], [999.0, 100.0, 100.0])
    # 5·20 ÷ 3; 5·(20 + 100) ÷ (5 + 3); nearly the client's own 100
    assert expected[:2].tolist() == pytest.approx([100 / 3, 75.0])
    assert expected[2] == pytest.approx(100, rel=0.01)


def test_where_nobody_came_again_nothing_is_claimed() -> None:
    assert not fit_purchasing(Histories(np.zeros(50), np.zeros(50), np.full(50, 30.0))).converged


@pytest.mark.parametrize(
    ("x", "last", "observed"),
    [([1], [5], [4]), ([0], [1], [4]), ([-1], [0], [4]), ([1.5], [1], [4]), ([np.nan], [0], [4]), ([1], [1], [np.inf]), ([1, 2], [1], [4])],
)  # fmt: skip
def test_histories_that_cannot_be_are_refused(
    x: list[float], last: list[float], observed: list[float]
) -> None:
    with pytest.raises(UsageError):
        Histories(np.array(x), np.array(last), np.array(observed))


def test_no_clients_and_spendings_of_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match="no clients"):
        fit_purchasing(Histories(np.empty(0), np.empty(0), np.empty(0)))
    for times, mean in (([0], [5.0]), ([1], [0.0]), ([1], [np.nan]), ([-1], [5.0]), ([1, 2], [5.0])):
        with pytest.raises(UsageError):
            fit_spending(times, mean)
    with pytest.raises(UsageError, match="horizon"):
        Purchasing(False, **KNOWN, log_likelihood=0.0, converged=True).expected(
            Histories([0], [0], [1]), np.nan
        )
