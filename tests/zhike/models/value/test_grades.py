"""Grades hold their shares, and a client keeps one until the score has left it for good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zhike.base.errors import UsageError
from zhike.models.value.grades import GRADES, NEVER, UNGRADED, Graded, Grades, cuts_of, graded, plain_grades

SHARES = Grades((0.1, 0.1, 0.1, 0.2), band=2.0, patience=60)
TEN = np.arange(10, 101, 10.0)
CUTS = np.array([90.0, 80.0, 70.0, 50.0])
DIAMOND, PLATINUM, GOLD, GROWTH, STANDARD = range(5)


def held(grade: int, score: float, day: int, below: int = NEVER) -> tuple[int, int, int]:
    """Return grade, since, below of one client who had `grade` since day 5."""
    before = Graded(np.array([grade]), np.array([5]), np.array([below]))
    found = graded(np.array([score]), before, CUTS, SHARES, day)
    return int(found.grade[0]), int(found.since[0]), int(found.below[0])


def test_of_ten_clients_one_is_diamond_one_platinum_one_gold_two_growth() -> None:
    grades = plain_grades(TEN, cuts_of(TEN, SHARES))
    assert [GRADES[g] for g in grades] == ["standard"] * 5 + ["growth"] * 2 + ["gold", "platinum", "diamond"]


def test_who_is_level_with_the_first_one_outside_is_outside() -> None:
    scores = np.sort(np.array([10.0, 20, 30, 40, 50, 60, 70, 90, 90, 90]))
    assert plain_grades(scores, cuts_of(scores, SHARES)).tolist().count(DIAMOND) == 0


def test_where_all_are_equal_nobody_is_above() -> None:
    scores = np.full(50, 40.0)
    assert set(plain_grades(scores, cuts_of(scores, SHARES)).tolist()) == {STANDARD}


@given(hnp.arrays(np.float64, st.integers(1, 80), elements=st.integers(0, 30).map(float)))
def test_no_grade_holds_more_than_its_share(scores: np.ndarray) -> None:
    grades = plain_grades(scores, cuts_of(np.sort(scores), SHARES))
    for k, share in enumerate(np.cumsum(SHARES.shares)):
        assert (grades <= k).sum() <= share * len(scores) + 0.5


def test_a_client_without_a_grade_gets_the_one_of_the_score() -> None:
    assert held(UNGRADED, 85.0, 7) == (PLATINUM, 7, NEVER)


def test_upwards_at_once_but_not_within_the_band() -> None:
    assert held(GOLD, 81.9, 7) == (GOLD, 5, NEVER)
    assert held(GOLD, 82.1, 7) == (PLATINUM, 7, NEVER)
    assert held(GOLD, 91.0, 7) == (PLATINUM, 7, NEVER)  # above the diamonds' cut, within its band
    assert held(GOLD, 92.1, 7) == (DIAMOND, 7, NEVER)


def test_downwards_only_after_patience() -> None:
    assert held(PLATINUM, 78.1, 7) == (PLATINUM, 5, NEVER)  # within the band
    assert held(PLATINUM, 77.9, 7) == (PLATINUM, 5, 7)  # watched from now on
    assert held(PLATINUM, 77.9, 66, below=7) == (PLATINUM, 5, 7)
    assert held(PLATINUM, 77.9, 67, below=7) == (GOLD, 67, NEVER)
    assert held(PLATINUM, 20.0, 67, below=7) == (STANDARD, 67, NEVER)


def test_by_another_model_a_client_goes_down_at_once_but_not_within_the_band() -> None:
    before = Graded(np.array([PLATINUM] * 3), np.full(3, 5), np.array([NEVER, NEVER, 6]))
    found = graded(np.array([78.1, 77.9, 77.9]), before, CUTS, SHARES, 7, np.array([True, True, False]))
    assert found.grade.tolist() == [PLATINUM, GOLD, PLATINUM]
    assert found.since.tolist() == [5, 7, 5]


def test_without_any_score_nobody_is_above() -> None:
    assert plain_grades(np.array([50.0]), cuts_of(np.empty(0), SHARES)).tolist() == [STANDARD]


def test_who_comes_back_is_watched_no_more() -> None:
    assert held(PLATINUM, 79.0, 40, below=7) == (PLATINUM, 5, NEVER)


@pytest.mark.parametrize(
    "section",
    [
        {}, {"diamond": 0.1, "platinum": 0.1, "gold": 0.1}, {"diamond": 0.5, "platinum": 0.3, "gold": 0.1, "growth": 0.1},
        {"diamond": -0.1, "platinum": 0.1, "gold": 0.1, "growth": 0.1}, {"diamond": "x", "platinum": 0.1, "gold": 0.1, "growth": 0.1},
        {"diamond": 0.1, "platinum": 0.1, "gold": 0.1, "growth": 0.1, "band": -1}, {"diamond": 0.1, "platinum": 0.1, "gold": 0.1, "growth": 0.1, "bend": 1},
    ],
)  # fmt: skip
def test_grades_that_make_no_sense_are_refused(section: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="grades can't be used"):
        Grades.from_plain(section, "here")
