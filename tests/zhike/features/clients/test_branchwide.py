"""What takes all clients: rates drawn towards the branch, and the place among peers in the same market."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.features.clients.branchwide import BRANCHWIDE, NEEDED, among, branchwide, share_of
from zhike.features.clients.measuring import MEASURES
from zhike.features.clients.peers import Peers, peer_percentile
from zhike.features.clients.shrinkage import Prior, RateSums, beta_share, prior_of, shrunk

NAN = float("nan")


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


def test_a_few_observations_are_drawn_most() -> None:
    # prior 2 of 4: 3 of 3 becomes 5/7, 300 of 300 becomes 302/304, nothing stays at the branch's half
    found = shrunk(floats(3, 300, 0), floats(3, 300, 0), Prior(2.0, 2.0))
    assert found.value.tolist() == pytest.approx([5 / 7, 302 / 304, 0.5])
    assert found.n.tolist() == [3, 300, 0]


def test_the_interval_is_that_of_the_posterior() -> None:
    # uniform prior, 1 hit of 1: density 2x, share x²: quantiles √0.025 and √0.975
    found = shrunk(floats(1), floats(1), Prior(1.0, 1.0))
    assert (found.low[0], found.high[0]) == (pytest.approx(0.025**0.5), pytest.approx(0.975**0.5))


def test_the_share_of_a_beta_distribution_matches_binomial_sums() -> None:
    # I_x(2, 3) = P(at least 2 of 4 at x) = 6x²(1−x)² + 4x³(1−x) + x⁴
    for x in (0.1, 0.4, 0.7, 0.95):
        assert beta_share(2.0, 3.0, x) == pytest.approx(
            6 * x**2 * (1 - x) ** 2 + 4 * x**3 * (1 - x) + x**4, rel=1e-12
        )


def test_the_prior_by_moments_is_kleinmans() -> None:
    # two clients of 10, rates 0.2 and 0.8: p = ½, S = 10·0.09·2 = 1.8, ρ = (7.2 − 1)/(20 − 10 − 1)
    prior = prior_of(RateSums.of(floats(2, 8), floats(10, 10)))
    worth = 1 / 0.5 - 1  # ρ = 0.69 is held to one half
    assert (prior.alpha, prior.beta) == (pytest.approx(worth / 2), pytest.approx(worth / 2))
    # rates 0.4 and 0.6: S = 0.2, S/(p(1−p)) = 0.8 < 1: all alike, the prior is worth the most
    alike = prior_of(RateSums.of(floats(4, 6), floats(10, 10)))
    assert alike.alpha + alike.beta == pytest.approx(999.0)


def test_buckets_merge() -> None:
    hits, trials = floats(1, 2, 0, 5, 3), floats(4, 2, 0, 9, 7)
    assert RateSums.of(hits[:2], trials[:2]) + RateSums.of(hits[2:], trials[2:]) == RateSums.of(hits, trials)


def test_the_prior_finds_the_branch_that_made_the_rates() -> None:
    chance = np.random.default_rng(5)
    trials = chance.integers(1, 40, 20_000)
    hits = chance.binomial(trials, chance.beta(3.0, 6.0, 20_000))
    prior = prior_of(RateSums.of(hits.astype(float), trials.astype(float)))
    assert (prior.alpha, prior.beta) == (pytest.approx(3.0, rel=0.05), pytest.approx(6.0, rel=0.05))


def test_ninety_five_of_a_hundred_intervals_hold_the_true_rate() -> None:
    chance = np.random.default_rng(6)
    rates, trials = chance.beta(3.0, 6.0, 20_000), chance.integers(1, 40, 20_000)
    hits = chance.binomial(trials, rates).astype(float)
    found = shrunk(hits, trials.astype(float), prior_of(RateSums.of(hits, trials.astype(float))))
    assert np.mean((found.low <= rates) & (rates <= found.high)) == pytest.approx(0.95, abs=0.01)


def test_the_place_among_peers_is_taken_within_each_state_and_weighted_by_days() -> None:
    # state 1: B above A; state 2: A above B above C. A: 10 days at 0 and 30 at 1; B: 10 at 1 and 10 at ½; C: 20 at 0
    returns = np.array([[0.01, 0.03], [0.02, 0.02], [NAN, 0.01]], np.float32)
    days = np.array([[10, 30], [10, 10], [0, 20]], np.uint16)
    assert peer_percentile(returns, days).tolist() == pytest.approx([0.75, 0.75, 0.0])


def test_a_client_who_gains_less_but_only_when_all_lose_is_not_behind() -> None:
    # in the bear state A loses least of all; B was there in the bull only: raw returns would put A last
    returns = np.array([[-0.01, NAN], [NAN, 0.02], [-0.03, 0.01]], np.float32)
    days = np.array([[20, 0], [0, 20], [20, 20]], np.uint16)
    assert peer_percentile(returns, days).tolist() == pytest.approx([1.0, 1.0, 0.0])


def test_ties_share_a_place_and_too_few_days_have_none() -> None:
    returns = np.array([[0.01], [0.01], [0.01]], np.float32)
    assert peer_percentile(returns, np.array([[9], [9], [4]], np.uint16)).tolist() == pytest.approx(
        [0.5, 0.5, NAN], nan_ok=True
    )


def test_what_is_needed_of_all_clients_are_measures_and_what_comes_out_is_in_the_dictionary() -> None:
    assert set(NEEDED) <= set(MEASURES)
    columns = {name: floats(3, 1, NAN) for name in NEEDED}
    found = branchwide(columns)
    assert set(found) == {m.name for m in BRANCHWIDE}
    assert np.isnan(found["pgr_drawn_12m"].value).tolist() == [False, False, True]
    assert all(e.low[0] < e.value[0] < e.high[0] for n, e in found.items() if n != "peer_percentile_12m")


def test_ranges_of_clients_have_to_the_last_bit_the_measures_of_all_together() -> None:
    dice = np.random.default_rng(4)
    columns = {n: dice.integers(0, 30, 300).astype(float) for n in NEEDED}
    columns |= {n: dice.normal(0, 0.01, 300) for n in NEEDED if n.startswith("return_") and "days" not in n}
    for name in NEEDED:
        columns[name][dice.random(300) < 0.1] = NAN
    whole = branchwide(columns)
    for cut in (1, 7, 60):
        parts = [{n: c[i::cut] for n, c in columns.items()} for i in range(cut)]
        shares = [share_of(part) for part in parts]
        returns = [np.concatenate([s.returns[k] for s in shares]) for k in range(len(shares[0].returns))]
        all_ = among([s.rates for s in shares], Peers.of(returns))
        for i, part in enumerate(parts):
            for name, estimate in branchwide(part, all_).items():
                assert np.array_equal(estimate.value, whole[name].value[i::cut], equal_nan=True), name
                assert np.array_equal(estimate.low, whole[name].low[i::cut], equal_nan=True), name
