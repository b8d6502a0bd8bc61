"""From decisions to a verdict on each client."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest

from logic_decisions import decisions
from zhike.base.errors import UsageError
from zhike.models.logic import (
    CardSettings,
    Decisions,
    Experience,
    LogicSettings,
    Memory,
    MixtureSettings,
    ShareSettings,
    judged,
    logic_table,
)
from zhike.models.logic.decisions import normal_scores
from zhike.models.logic.definitions import LOGICS
from zhike.models.logic.readings import Verdicts
from zhike.models.logic.verdicts import classes

SETTINGS = LogicSettings()
DAY = date(2025, 6, 30)


def known(clients: int, trips: int = 6) -> Experience:
    return Experience(np.full(clients, trips), np.zeros(clients, np.int64))


def verdict(*probability: float, enough: bool = True) -> Verdicts:
    made = decisions(1, 6, 1.0)
    found, _ = judged(made.bought, made.sold, known(1), SETTINGS)
    return Verdicts(np.array([probability]), found.counts, found.spoken, np.array([enough]), found.evidence)


def test_a_place_becomes_its_normal_score() -> None:
    places = np.array([0.025, 0.5, 0.841, 0.975], np.float32)
    assert normal_scores(places) == pytest.approx([NormalDist().inv_cdf(float(p)) for p in places], abs=1e-5)
    assert normal_scores(np.array([0.0, 1.0], np.float32)) == pytest.approx([-2.3263, 2.3263], abs=1e-3)


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_clients_are_told_by_what_they_decide(shift: float) -> None:
    made = decisions(150, 12, 0.75, shift=shift)
    found, _ = judged(made.bought, made.sold, known(150), SETTINGS)
    assert (found.probability.argmax(1) == made.truth).mean() > 0.9


def test_probabilities_never_lie_above_one() -> None:
    made = decisions(300, 200, 1.0)
    found = judged(made.bought, made.sold, known(300), SETTINGS)[0].probability
    assert 0.999 < found.max() <= 1
    assert found.sum(1) == pytest.approx(1)


def test_decisions_by_chance_are_told_of_nobody_s_logic() -> None:
    made = decisions(150, 12, 0.0)
    found, _ = judged(made.bought, made.sold, known(150), SETTINGS)
    assert (found.probability.argmax(1) == made.truth).mean() < 0.5
    sure = decisions(150, 12, 0.9)
    assert (
        found.probability.max(1).mean()
        < judged(sure.bought, sure.sold, known(150), SETTINGS)[0].probability.max(1).mean()
    )


@pytest.mark.parametrize("purity", [0.35, 0.6])
def test_the_probability_is_not_more_than_how_often_it_is_right(purity: float) -> None:
    made = decisions(900, 5, purity)
    found, _ = judged(made.bought, made.sold, known(900), SETTINGS)
    right = (found.probability.argmax(1) == made.truth).mean()
    assert 0.4 < right < 0.99
    assert right - 0.15 < found.probability.max(1).mean() < right + 0.03


def test_a_large_branch_is_judged_alike_by_a_mixture_fitted_on_some_of_its_clients() -> None:
    made = decisions(400, 10, 0.75)
    some = LogicSettings(mixture=MixtureSettings(sample=2_000))
    whole, part = (judged(made.bought, made.sold, known(400), s)[0].probability for s in (SETTINGS, some))
    assert np.abs(whole - part).max() > 0
    assert (whole.argmax(1) == part.argmax(1)).mean() > 0.95


def test_what_was_long_ago_speaks_less_than_what_was_lately() -> None:
    assert Memory().weight(np.array([0.0, 250, 500, 750])) == pytest.approx([1, 1, 0.5, 0.25])
    new, old = decisions(150, 8, 0.9), decisions(150, 8, 0.9, seed=2)
    turned = [
        Decisions(
            np.concatenate(
                [late.client, (early.client + 1) % 150]
            ),  # before, everybody followed the next logic
            np.concatenate([late.weight, early.weight * 0.1]),
            np.concatenate([late.vectors, early.vectors]),
            late.flags,
        )
        for late, early in zip((new.bought, new.sold), (old.bought, old.sold), strict=True)
    ]
    found, _ = judged(turned[0], turned[1], known(150), SETTINGS)
    assert (found.probability.argmax(1) == new.truth).mean() > 0.95


def test_the_evidence_of_the_mixture_adds_up_to_the_score() -> None:
    made, first = decisions(30, 8, 0.8), LogicSettings(cards=CardSettings(trust=1e9))
    found, mixture = judged(made.bought, made.sold, known(30), first)
    logs = np.concatenate(
        [mixture.buys.log_density(made.bought.vectors), mixture.sells.log_density(made.sold.vectors)]
    )
    owner = np.concatenate([made.bought.client, made.sold.client])
    for client in (0, 1, 29):
        own = logs[owner == client][:, :3].mean(0)
        assert found.evidence.score[client] == pytest.approx(own - (own.sum() - own) / 2, rel=1e-6)


def test_evidence_and_reason_are_in_the_table() -> None:
    made = decisions(30, 8, 0.8)
    found, _ = judged(made.bought, made.sold, known(30), SETTINGS)
    rows = logic_table(
        [f"{i:02d}" for i in range(30)], found, known(30), {"00": "margin"}, {}, DAY, SETTINGS
    ).to_pylist()
    assert rows[0]["overlay"] == "margin"
    assert sum(json.loads(rows[0]["evidence"]).values()) == pytest.approx(
        found.evidence.score[0].max(), abs=1e-4
    )
    assert "16 次决策" in rows[0]["reason"]
    assert rows[0]["p_value"] + rows[0]["p_trend"] + rows[0]["p_sentiment"] == pytest.approx(1)


def test_two_that_are_close_are_mixed_unless_one_was_the_class_before() -> None:
    close = verdict(0.50, 0.40, 0.10)
    assert classes(close, np.array([""]), SETTINGS) == ["mixed"]
    assert classes(close, np.array(["trend"]), SETTINGS) == ["trend"]
    assert classes(verdict(0.70, 0.20, 0.10), np.array(["trend"]), SETTINGS) == ["value"]
    assert classes(verdict(0.70, 0.20, 0.10), np.array([""]), SETTINGS) == ["value"]


def test_too_few_decisions_or_round_trips_are_said() -> None:
    made = decisions(3, 2, 1.0)
    found, _ = judged(made.bought, made.sold, known(3), SETTINGS)
    rows = logic_table(["A", "B", "C"], found, known(3), {}, {}, DAY, SETTINGS).to_pylist()
    assert {r["logic"] for r in rows} == {"insufficient"}
    assert rows[0]["p_value"] is None
    assert "决策 4 次，按远近折合 4.0 次（需 6 次）" in rows[0]["reason"]
    made = decisions(3, 6, 1.0)
    assert not judged(made.bought, made.sold, known(3, trips=5), SETTINGS)[0].enough.any()
    held = Experience(np.full(3, 5), np.full(3, 60))
    assert judged(made.bought, made.sold, held, SETTINGS)[0].enough.all()


def test_since_is_the_day_of_the_last_change() -> None:
    made = decisions(3, 12, 1.0)
    found, _ = judged(made.bought, made.sold, known(3), SETTINGS)
    before = {"A": (LOGICS[0], date(2025, 1, 2)), "B": (LOGICS[0], date(2025, 1, 2))}
    rows = logic_table(["A", "B", "C"], found, known(3), {}, before, DAY, SETTINGS).to_pylist()
    assert [(r["logic"], r["since"]) for r in rows[:2]] == [("value", date(2025, 1, 2)), ("trend", DAY)]


def test_decisions_of_long_ago_are_not_enough() -> None:
    made = decisions(3, 6, 1.0)
    old = [Decisions(d.client, d.weight * 0.4, d.vectors, d.flags) for d in (made.bought, made.sold)]
    found, _ = judged(old[0], old[1], known(3), SETTINGS)
    assert found.counts.tolist() == [12] * 3
    assert found.spoken == pytest.approx([4.8] * 3)
    assert not found.enough.any()


def test_who_joins_does_not_change_on_whom_a_large_branch_is_fitted() -> None:
    made, some = decisions(400, 10, 0.75), LogicSettings(mixture=MixtureSettings(sample=2_000))
    keys = np.random.default_rng(7).integers(0, 1 << 32, 401).astype(np.uint64)
    later = [Decisions(d.client + 1, d.weight, d.vectors, d.flags) for d in (made.bought, made.sold)]
    before = judged(made.bought, made.sold, known(400), some, keys[1:])[0].probability
    after = judged(later[0], later[1], known(401), some, keys)[0].probability
    assert after[1:] == pytest.approx(before, abs=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LogicSettings(decisions=0),
        lambda: LogicSettings(memory=Memory(window=0)),
        lambda: LogicSettings(memory=Memory(half_life=0.0)),
        lambda: LogicSettings(shares=ShareSettings(spread=0.0)),
        lambda: LogicSettings(mixture=MixtureSettings(steps=0)),
        lambda: LogicSettings(cards=CardSettings(folds=1)),
        lambda: LogicSettings(cards=CardSettings(trust=0.0)),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(make: Callable[[], LogicSettings]) -> None:
    with pytest.raises(UsageError):
        make()
