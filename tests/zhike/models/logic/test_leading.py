"""How probable it is that each source leads."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.models.logic.leading import leading


def test_equal_counts_lead_equally_often() -> None:
    assert leading(np.array([[2.0, 2.0, 2.0]])) == pytest.approx(np.full((1, 3), 1 / 3), abs=1e-6)


def test_of_two_sources_the_probability_is_that_of_a_beta_variate_above_one_half() -> None:
    # P(Beta(2, 1) > 1/2) = 1 − (1/2)² = 3/4
    assert leading(np.array([[2.0, 1.0]]))[0] == pytest.approx([0.75, 0.25], abs=2e-3)


def test_more_decisions_make_a_lead_surer() -> None:
    few, many = leading(np.array([[3.0, 2.0, 1.0], [30.0, 20.0, 10.0]]))
    assert few[0] < 0.7 < 0.9 < many[0]
    assert leading(np.array([[3.0, 2.0, 1.0]])).sum() == pytest.approx(1)


def test_no_client_at_all_is_no_row() -> None:
    assert leading(np.empty((0, 3))).shape == (0, 3)
