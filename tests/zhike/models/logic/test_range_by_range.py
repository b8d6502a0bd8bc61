"""Clients come range by range: what is learnt from all of them reads each alike, to the last bit, whoever else is read."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from logic_decisions import decisions
from zhike.models.logic import (
    Decisions,
    Experience,
    LogicSettings,
    MixtureSettings,
    judged,
    learnt,
    lots_of,
    read_by,
    shares,
)

SETTINGS = LogicSettings()
KEYS = np.random.default_rng(7).integers(0, 1 << 32, 120).astype(np.uint64)


def known(clients: int) -> Experience:
    return Experience(np.full(clients, 6), np.zeros(clients, np.int64))


def sides() -> tuple[Decisions, Decisions]:
    made = decisions(120, 9, 0.7)
    rng = np.random.default_rng(3)
    return thinned(made.bought, rng), thinned(made.sold, rng)


def thinned(side: Decisions, rng: np.random.Generator) -> Decisions:
    """Take some decisions, so that clients have different numbers, and some of their traits."""
    vectors = side.vectors.copy()
    vectors[rng.random(vectors.shape) < 0.05] = np.nan
    return replace(side, vectors=vectors).only(rng.random(len(side.client)) < 0.7)


def of(side: Decisions, places: npt.NDArray[np.int64]) -> Decisions:
    """Return the decisions of some clients, counted anew."""
    own = side.only(np.isin(side.client, places))
    return replace(own, client=np.searchsorted(places, own.client))


@pytest.mark.parametrize("cut", [1, 2, 7, 50])
def test_a_client_is_read_alike_to_the_last_bit_alone_and_among_others(cut: int) -> None:
    bought, sold = sides()
    model = learnt((bought, sold), KEYS, SETTINGS)
    whole = read_by(model, (bought, sold), known(120), SETTINGS, KEYS)
    for places in np.array_split(np.arange(120), 120 // cut):
        own = (of(bought, places), of(sold, places))
        part = read_by(model, own, known(len(places)), SETTINGS, KEYS[places])
        assert np.array_equal(part.probability, whole.probability[places])
        assert np.array_equal(part.evidence.parts, whole.evidence.parts[places])
        assert np.array_equal(part.spoken, whole.spoken[places])


def test_a_client_with_more_decisions_than_are_read_at_once_is_read_alike_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "_PIECE", 4)
    monkeypatch.setattr(shares, "_AT_ONCE", 8)
    rng = np.random.default_rng(5)
    owner = np.repeat(np.arange(9), [1, 30, 2, 0, 5, 8, 4, 17, 3])
    densities, weights = rng.normal(0, 2, (len(owner), 4)), rng.random(len(owner))
    whole = shares.likelihoods(densities, weights, owner, 9, 6)
    for c in range(9):
        own = owner == c
        alone = shares.likelihoods(densities[own], weights[own], np.zeros(own.sum(), np.int64), 1, 6)
        assert np.array_equal(alone[0], whole[c])


def test_learning_and_reading_apart_is_judging() -> None:
    bought, sold = sides()
    model = pickle.loads(pickle.dumps(learnt((bought, sold), KEYS, SETTINGS)))  # it was just made here
    apart = read_by(model, (bought, sold), known(120), SETTINGS, KEYS)
    together, _ = judged(bought, sold, known(120), SETTINGS, KEYS)
    assert np.array_equal(apart.probability, together.probability)


def test_of_a_sample_the_mixture_takes_whom_it_would_take_of_all() -> None:
    few = replace(SETTINGS, mixture=MixtureSettings(sample=300))
    bought, sold = sides()
    all_ = len(bought.client) + len(sold.client)
    sampled = np.flatnonzero(lots_of(KEYS) < np.uint64(int(0.6 * 2**32)))
    some = learnt((of(bought, sampled), of(sold, sampled)), KEYS[sampled], few, all_)
    whole = learnt((bought, sold), KEYS, few)
    for side in ("buys", "sells"):
        a, b = (getattr(m.mixture, side).components[0].mean for m in (some, whole))
        assert a == pytest.approx(b, abs=1e-9)
