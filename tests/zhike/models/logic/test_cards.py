"""The second reading: points of traits, learnt with the first reading's verdicts as labels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from logic_decisions import decisions
from zhike.models.logic import (
    CardSettings,
    Decisions,
    Experience,
    LogicSettings,
    MixtureSettings,
    judged,
)
from zhike.models.logic.cards import cards_of, common_of, form_of, read
from zhike.models.logic.decisions import BUY_FLAGS, BUY_NAMES, SELL_FLAGS, SELL_NAMES
from zhike.models.logic.readings import _points

SETTINGS = CardSettings(ridge=1e-6, rough=0.0)
MIXTURE_ONLY, CARDS_ONLY = (
    LogicSettings(cards=CardSettings(trust=1e9)),
    LogicSettings(cards=CardSettings(trust=1e-9)),
)


def known(clients: int) -> Experience:
    return Experience(np.full(clients, 6), np.zeros(clients, np.int64))


def judged_among(
    points: npt.NDArray[np.float64], spoken: npt.NDArray[np.float64], settings: CardSettings
) -> npt.NDArray[np.float64]:
    return read(points, spoken, common_of(points, spoken, settings), settings)


def told(truth: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.eye(3)[truth]


def test_a_value_is_shared_by_the_knots_beside_it_and_what_is_not_known_by_none() -> None:
    made = decisions(30, 10, 0.8).bought
    form = form_of(made, CardSettings(knots=5))
    row = np.full((2, len(BUY_NAMES)), np.nan, np.float32)
    knots = form.knots[0]
    row[0, 0] = 0.25 * knots[1] + 0.75 * knots[2]
    columns = form.columns(row)
    assert columns[0, :6] == pytest.approx([1, 0, 0.25, 0.75, 0, 0], abs=1e-5)
    assert columns[0, 6:] == pytest.approx(0.0)
    assert columns[1, 1:] == pytest.approx(0.0)
    assert form.columns(made.vectors)[:, 1:6].sum(1) == pytest.approx(1.0)


def test_points_of_a_lone_flag_are_the_log_ratios_of_how_often_clients_show_it() -> None:
    rng = np.random.default_rng(3)
    truth = np.arange(900) % 3
    client = np.repeat(np.arange(900), 20)
    shares = np.array([0.1, 0.3, 0.6])
    vectors = np.zeros((len(client), len(BUY_NAMES)), np.float32)
    vectors[:, -1] = rng.random(len(client)) < shares[truth[client]]
    bought = Decisions(client, np.ones(len(client)), vectors, BUY_FLAGS)
    fold = np.where(np.arange(900) < 3, 0, 1)  # the first card is learnt from nearly everybody
    card = cards_of([bought], fold, told(truth), replace(SETTINGS, folds=2))[0][0]
    shown = np.array([vectors[(truth[client] == k) & (client > 2), -1].mean() for k in range(3)])
    no, yes = (card.points[-1][:, at] + card.level for at in (0, 1))
    assert yes - yes.mean() == pytest.approx(np.log(shown) - np.log(shown).mean(), abs=0.02)
    assert no - no.mean() == pytest.approx(np.log(1 - shown) - np.log(1 - shown).mean(), abs=0.02)


def test_points_lie_on_lines_between_the_knots_and_are_logs_of_density_ratios() -> None:
    made = decisions(300, 10, 0.8)
    card = cards_of([made.sold], np.arange(300) % 2, told(made.truth), CardSettings(folds=2))[1][0]
    at = SELL_NAMES.index("held")
    knots = card.knots[at]
    rows = np.full((3, len(SELL_NAMES)), np.nan, np.float32)
    rows[0, at], rows[1, at] = (knots[2] + knots[3]) / 2, knots[-1] + 5
    parts = card.parts(rows)
    assert parts[0, :, at] == pytest.approx(card.points[at][:, 2:4].mean(1), abs=1e-5)
    assert parts[1, :, at] == pytest.approx(card.points[at][:, -1])
    assert parts[2, :, :-1] == pytest.approx(0.0)
    assert parts[2, :, -1] == pytest.approx(card.level)
    learnt = made.sold.only(made.sold.client % 2 == 0)
    ratio = np.exp(card.parts(learnt.vectors)[:, :, at])
    ratio /= ratio.mean(1, keepdims=True)  # the three logics are equally common
    assert ratio.mean(0) == pytest.approx(np.ones(3), abs=0.03)
    assert np.abs(card.points[at]).max() > 0.5


@pytest.mark.parametrize("hidden", ["held", "hot"])
def test_a_trait_that_is_known_of_some_says_nothing_of_the_others(hidden: str) -> None:
    rng, at = np.random.default_rng(6), SELL_NAMES.index(hidden)
    truth, client = np.arange(600) % 3, np.repeat(np.arange(600), 40)
    vectors = np.zeros((len(client), len(SELL_NAMES)), np.float32)
    told_apart = np.array([2.0, 0.8, 0.8])[truth[client]] * rng.standard_normal(len(client))
    vectors[:, at] = (
        told_apart if hidden == "held" else rng.random(len(client)) < np.array([0.9, 0.2, 0.2])[truth[client]]
    )
    vectors[client % 2 == 0, at] = np.nan
    sold = Decisions(client, np.ones(len(client)), vectors, SELL_FLAGS)
    fold, some = np.arange(600) // 2 % 2, CardSettings(folds=2)
    points = np.zeros((600, 3))
    for f, (card,) in enumerate(cards_of([sold], fold, told(truth), some)):
        mine = sold.only(fold[sold.client] == f)
        np.add.at(points, mine.client, card.parts(mine.vectors).sum(2))
    found = judged_among(points, np.full(600, 40.0), some)
    assert found[::2].mean(0) == pytest.approx(np.full(3, 1 / 3), abs=0.08)
    assert found[1::2][truth[1::2] == 0, 0].mean() > 0.9


@pytest.mark.parametrize("shares", [(0.03, 0.03, 0.94), (0.2, 0.3, 0.5)])
def test_cards_stay_sane_where_a_logic_is_rare_and_some_trade_a_hundred_times_as_much(
    shares: tuple[float, ...],
) -> None:
    worst = 0.0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        truth = rng.choice(3, 40, p=shares)
        each = np.ceil(rng.lognormal(2.0, 1.8, 40)).astype(np.int64)
        whose = np.repeat(np.arange(40), each)
        many = decisions(3, len(whose), 0.8, seed=seed)  # of each logic as many as all decide together
        rows = truth[whose] * len(whose) + np.arange(len(whose))
        sides = [replace(d.only(rows), client=whose) for d in (many.bought, many.sold)]
        for cards in cards_of(sides, np.arange(40) % 8, told(truth), CardSettings()):
            worst = max(worst, *(np.abs(p).max() for c in cards for p in (*c.points, c.level)))
    assert 1 < worst < 30


def test_trust_follows_from_the_clients_that_were_learnt_from_not_from_all() -> None:
    made = decisions(300, 40, 0.8)
    few = replace(LogicSettings(), mixture=MixtureSettings(sample=120))
    alone = replace(MIXTURE_ONLY, mixture=MixtureSettings(sample=120))
    both, first = (judged(made.bought, made.sold, known(300), s)[0].probability for s in (few, alone))
    assert both == pytest.approx(first, abs=0.02)


def test_nobody_is_read_with_points_that_know_the_own_verdict() -> None:
    made, fold = decisions(90, 10, 0.8), np.arange(90) % 3
    turned = np.where((fold == 1)[:, None], told((made.truth + 1) % 3), told(made.truth))
    keys, some, sides = fold.astype(np.uint64), CardSettings(folds=3), (made.bought, made.sold)
    before, after = (
        _points(sides, cards_of(sides, fold, labels, some), keys, some)
        for labels in (told(made.truth), turned)
    )
    assert after[fold == 1] == pytest.approx(before[fold == 1], abs=1e-9)
    assert np.abs(after[fold == 0] - before[fold == 0]).max() > 0.5


def test_what_one_client_says_again_is_discounted() -> None:
    points = np.array([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]])
    spoken = np.array([1.0, 1.0, 21.0])
    found = judged_among(points, spoken, CardSettings(repeats=0.05))
    alone = judged_among(points, np.ones(3), CardSettings(repeats=0.05))
    assert alone[0, 0] == pytest.approx(math.exp(4) / (math.exp(4) + 2))
    assert found[2, 2] < alone[2, 2]
    odds = np.log(found[2, 2] / found[2, 0]) - np.log(
        found[0, 2] / found[0, 0]
    )  # how common logics are cancels
    assert odds == pytest.approx(4 / 2 + 4)


def test_what_no_normal_shape_has_is_learnt_from_verdicts_that_are_often_wrong() -> None:
    made = decisions(600, 10, 0.6).sold
    rng, truth, held = np.random.default_rng(4), np.arange(600) % 3, SELL_NAMES.index("held")
    apart = np.where(truth[made.client] == 0, rng.choice([-1.8, 1.8], 6_000), 0.0)
    vectors = np.zeros_like(made.vectors)
    vectors[:, held] = (
        np.log1p(30) + apart + 0.3 * rng.standard_normal(6_000)
    )  # days or years, or about a month
    said_of = np.where(rng.random(600) < 0.3, rng.integers(0, 3, 600), truth)
    sold, fold, some = replace(made, vectors=vectors), np.arange(600) % 8, CardSettings()
    points = np.zeros((600, 3))
    for f, (card,) in enumerate(cards_of([sold], fold, 0.7 * told(said_of) + 0.1, some)):
        mine = sold.only(fold[sold.client] == f)
        np.add.at(points, mine.client, card.parts(mine.vectors).sum(2))
    value = judged_among(points, np.full(600, 10.0), some)[:, 0] > 0.5
    assert ((said_of == 0) == (truth == 0)).mean() < 0.9
    assert (value == (truth == 0)).mean() > 0.98


def test_the_evidence_of_the_cards_adds_up_to_the_odds() -> None:
    made = decisions(60, 8, 0.4)
    found = judged(made.bought, made.sold, known(60), CARDS_ONLY)[0]
    odds = np.log(found.probability[:, 0] / found.probability[:, 1])
    score = found.evidence.score
    discounted = 16 / (1 + 15 * CARDS_ONLY.cards.repeats)
    by_hand = (score[:, 0] - score[:, 1]) / 1.5 * discounted
    assert np.ptp(odds) > 2
    assert odds - by_hand == pytest.approx(np.full(60, odds[0] - by_hand[0]), abs=1e-6)


def test_a_handful_of_clients_is_judged_nearly_by_the_mixture_alone() -> None:
    made = decisions(3, 12, 0.8)
    both, first = (
        judged(made.bought, made.sold, known(3), s)[0].probability for s in (LogicSettings(), MIXTURE_ONLY)
    )
    assert both == pytest.approx(first, abs=9 / 2509)  # 3² of 3² + 50²
    assert np.abs(both - first).max() > 0
