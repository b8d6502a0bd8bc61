"""How a client's decisions divide among the sources."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from zhike.models.logic.shares import common, lattice, leading, likelihoods, posterior


def some(clients: int, decisions: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    owner = rng.integers(0, clients, decisions)
    return rng.normal(0, 2, (decisions, 4)), rng.random(decisions), owner


def test_the_lattice_holds_every_division_in_whole_steps() -> None:
    assert lattice(10).shape == (math.comb(13, 3), 4)
    assert lattice(10).sum(1) == pytest.approx(1)
    assert lattice(10).min() > 0
    assert len(np.unique(lattice(6), axis=0)) == math.comb(9, 3)


def test_the_largest_share_leads_and_equal_ones_share_the_lead() -> None:
    found = leading(np.eye(len(lattice(4))), 4)
    for division, lead in zip(lattice(4)[:, :3], found, strict=True):
        first = [bool(abs(share - max(division)) < 1e-9) for share in division]
        assert lead == pytest.approx([f / sum(first) for f in first])


@pytest.mark.parametrize("slope", [0.0, 8.0, 30.0])
def test_where_two_lead_the_lead_goes_to_the_side_towards_which_the_probability_rises(slope: float) -> None:
    # A smooth probability over the shares of two logics, summed up exactly, beside the same known on the lattice alone.
    def height(shares: np.ndarray) -> np.ndarray:
        away = shares - np.array([0.5, 0.5, 0.0, 0.0])
        return np.exp(slope * (shares[:, 0] - shares[:, 1]) - 60 * (away[:, :2] ** 2).sum(1))

    lattices = {steps: height(lattice(steps)) for steps in (10, 40)}
    coarse, fine = (leading((h / h.sum())[None, :], steps)[0] for steps, h in lattices.items())
    assert coarse[0] == pytest.approx(fine[0], abs=0.05)
    assert coarse[0] - coarse[1] == pytest.approx(0.0, abs=1e-9) if slope == 0 else coarse[0] > coarse[1]


def test_likelihoods_are_the_products_over_a_client_s_decisions() -> None:
    densities, weights, owner = some(3, 20)
    found = likelihoods(densities, weights, owner, 4, 3)
    for client in range(4):
        logs = [
            sum(
                w * math.log(sum(s * math.exp(x) for s, x in zip(division, row, strict=True)))
                for row, w, c in zip(densities, weights, owner, strict=True)
                if c == client
            )
            for division in lattice(3)
        ]
        assert found[client] == pytest.approx([math.exp(x - max(logs)) for x in logs], rel=1e-4)


def test_a_client_whose_decisions_lie_in_two_portions_is_counted_whole() -> None:
    densities, weights, owner = some(3, 45_000)
    weights /= 5_000
    one = likelihoods(densities, weights, owner, 3, 4)
    apart = [
        likelihoods(densities[owner == c], weights[owner == c], np.zeros((owner == c).sum(), np.int64), 1, 4)
        for c in range(3)
    ]
    assert one == pytest.approx(np.concatenate(apart), rel=1e-3)


def test_what_is_common_explains_the_branch_better_with_every_round() -> None:
    rng = np.random.default_rng(3)
    own = np.where(rng.random(2_000) < 0.8, np.repeat(np.arange(200) % 2, 10), 2)  # two kinds of clients
    densities = np.full((2_000, 4), -4.0)
    densities[np.arange(2_000), own] = 0.0
    likely = likelihoods(densities, np.ones(2_000), np.repeat(np.arange(200), 10), 200, 10)
    even = np.full(likely.shape[1], 1 / likely.shape[1])
    fits = [float(np.log(likely @ common(likely, even, rounds, 0.0)).sum()) for rounds in (0, 1, 5, 40)]
    assert all(before < after for before, after in pairwise(fits))
    usual = common(likely, even, 40, 1.0)
    assert usual.sum() == pytest.approx(1)
    shares = posterior(likely, usual) @ lattice(10)
    assert shares[0, 0] == pytest.approx(0.75, abs=0.1)
    assert leading(usual[None, :], 10)[0, :2] == pytest.approx([0.5, 0.5], abs=0.05)


def test_who_has_decided_nothing_is_as_probable_as_the_branch() -> None:
    usual = np.arange(1.0, 1 + len(lattice(5)))
    usual /= usual.sum()
    likely = likelihoods(np.empty((0, 4)), np.empty(0), np.empty(0, np.int64), 2, 5)
    assert posterior(likely, usual) == pytest.approx(np.stack([usual, usual]))


def test_more_decisions_make_a_lead_surer() -> None:
    row = np.array([[0.0, -1.0, -1.0, -1.0]])
    even = np.full(len(lattice(10)), 1 / len(lattice(10)))
    few, many = (
        leading(posterior(likelihoods(np.repeat(row, n, 0), np.ones(n), np.zeros(n, np.int64), 1, 10), even), 10)[0]
        for n in (2, 40)
    )  # fmt: skip
    assert 1 / 3 < few[0] < 0.7 < 0.9 < many[0]
    assert few.sum() == pytest.approx(1)
