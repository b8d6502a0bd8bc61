"""A trait that isn't known of a decision speaks for no source and against none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logic_decisions import decisions
from zhike.models.logic import Decisions, Experience, LogicSettings, judged
from zhike.models.logic.components import Component, Side, alike
from zhike.models.logic.decisions import BUY_NAMES, SELL_NAMES

SETTINGS = LogicSettings()
NAN = math.nan


def without(side: Decisions, names: tuple[str, ...], *gone: str, share: float = 1.0) -> Decisions:
    vectors = side.vectors.copy()
    rows = np.random.default_rng(5).random(len(vectors)) < share
    for name in gone:
        vectors[rows, names.index(name)] = NAN
    return Decisions(side.client, side.weight, vectors, side.flags)


def known(clients: int) -> Experience:
    return Experience(np.full(clients, 6), np.zeros(clients, np.int64))


def test_the_density_of_what_is_known_is_the_marginal_one() -> None:
    covariance = np.array([[4.0, 1.0], [1.0, 1.0]])
    component = Component(np.array([1.0, -1.0]), covariance, np.array([0.2]))
    side = Side(2, (component,) * 4)
    rows = np.array([[3.0, NAN, 1.0], [NAN, 0.0, 0.0], [NAN, NAN, NAN], [3.0, 0.0, NAN]], np.float32)
    both = np.array([2.0, 1.0])
    by_hand = [
        -0.5 * math.log(4) - 0.5 * (3 - 1) ** 2 / 4 + math.log(0.2),
        -0.5 * math.log(1) - 0.5 * (0 + 1) ** 2 / 1 + math.log(0.8),
        0.0,
        -0.5 * math.log(np.linalg.det(covariance)) - 0.5 * both @ np.linalg.inv(covariance) @ both,
    ]
    assert side.log_density(rows)[:, 0] == pytest.approx(by_hand)


def test_rows_are_put_together_by_what_they_know() -> None:
    found = alike(np.array([[1, NAN], [2, 3], [4, NAN], [NAN, NAN]], np.float32))
    told = {tuple(seen.tolist()): rows.tolist() for rows, seen in found}
    assert told == {(True, False): [0, 2], (True, True): [1], (False, False): [3]}


@pytest.mark.parametrize("share", [0.4, 1.0])
def test_clients_are_told_where_cheapness_was_never_or_seldom_known(share: float) -> None:
    made = decisions(150, 12, 0.75)
    bought = without(made.bought, BUY_NAMES, "cheap", share=share)
    sold = without(made.sold, SELL_NAMES, "cheap", "gain", "from_peak", share=share)
    found, mixture = judged(bought, sold, known(150), SETTINGS)
    assert (found.probability.argmax(1) == made.truth).mean() > 0.9
    if share == 1.0:
        cheap = [c.mean[BUY_NAMES.index("cheap")] for c in mixture.buys.components]
        assert cheap == pytest.approx(
            [0.9, 0.0, -0.3, 0.0], abs=0.1
        )  # as the definitions say, for nothing else was told
        assert found.evidence.parts[:, :, 2] == pytest.approx(0.0)  # and it is no evidence


def test_of_whom_nothing_is_known_nothing_is_said() -> None:
    made = decisions(90, 12, 0.9)
    mostly = (
        np.isin(np.arange(90), (0, 1, 2)) | (made.truth == 0) | (np.arange(90) < 20)
    )  # value is the usual thing here
    blind = [
        Decisions(d.client, d.weight, np.where(d.client[:, None] < 3, NAN, d.vectors).astype(np.float32), d.flags).only(
            mostly[d.client]
        )
        for d in (made.bought, made.sold)
    ]  # fmt: skip
    found, _ = judged(blind[0], blind[1], known(90), SETTINGS)
    assert found.probability[:3].argmax(1).tolist() == [0, 0, 0]  # as all that is known is the branch
    assert not found.enough[:3].any()  # which isn't enough to say of anybody
    assert found.evidence.parts[:3] == pytest.approx(0.0)
    assert (found.probability.argmax(1) == made.truth)[mostly][3:].mean() > 0.95


def test_what_is_known_of_some_decisions_stands_for_all() -> None:
    made = decisions(300, 10, 1.0, shift=0.4)
    whole = judged(made.bought, made.sold, known(300), SETTINGS)[1]
    part = judged(without(made.bought, BUY_NAMES, "mom60", share=0.5), made.sold, known(300), SETTINGS)[1]
    for a, b in zip(whole.buys.components[:3], part.buys.components[:3], strict=True):
        assert a.mean == pytest.approx(b.mean, abs=0.1)
        assert np.diag(a.covariance) == pytest.approx(np.diag(b.covariance), abs=0.25)
