import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base.errors import UsageError
from zhike.features.market import MarketSettings
from zhike.features.market.effect import composite, smoothed, states
from zhike.features.market.kernels.rolling import percentile

NAN = float("nan")


def test_a_percentile_is_the_middle_of_its_place_in_the_window() -> None:
    found = percentile(np.array([1.0, 3.0, 2.0, 2.0, 9.0]), 3, 2)
    # {1} too few; {1,3} 3 is second: 1.5/2; {1,3,2} second: 1.5/3; {3,2,2} shares first and second: 1/3; {2,2,9}: 2.5/3
    np.testing.assert_allclose(found, [NAN, 0.75, 0.5, 1 / 3, 2.5 / 3])


def test_unknown_days_are_neither_ranked_nor_ranked_against() -> None:
    np.testing.assert_allclose(percentile(np.array([1.0, NAN, 2.0]), 3, 2), [NAN, NAN, 0.75])


@given(
    st.lists(st.one_of(st.integers(-3, 3).map(float), st.just(NAN)), min_size=1, max_size=30),
    st.integers(1, 9),
)
def test_percentiles_are_those_of_a_sorted_window(values: list[float], days: int) -> None:
    found = percentile(np.array(values), days, 1)
    for t, value in enumerate(values):
        window = [v for v in values[max(0, t - days + 1) : t + 1] if v == v]
        places = [i + 0.5 for i, v in enumerate(sorted(window)) if v == value]
        expected = sum(places) / len(places) / len(window) if places else NAN
        assert found[t] == pytest.approx(expected, nan_ok=True)


def test_the_composite_is_the_mean_of_what_is_known_if_half_is() -> None:
    ranks = [
        np.array([0.2, 0.2, NAN]),
        np.array([0.6, NAN, NAN]),
        np.array([0.4, NAN, 0.5]),
        np.array([NAN, 0.8, NAN]),
    ]
    np.testing.assert_allclose(composite(ranks), [40.0, 50.0, NAN])


def test_five_days_of_smoothing_take_a_third_of_each_news() -> None:
    np.testing.assert_allclose(smoothed(np.array([NAN, 30.0, 60.0, NAN, 10.0]), 5), [NAN, 30, 40, 40, 30])


def test_a_state_is_left_when_its_border_is_passed_by_the_margin() -> None:
    effect = np.array([NAN, 39.0, 41.0, 42.0, 39.0, 38.5, 37.9, 85.0, 10.0])
    assert states(effect, MarketSettings(margin=2.0)).tolist() == [-1, 1, 1, 2, 2, 2, 1, 4, 0]
    assert states(effect, MarketSettings(margin=0.0)).tolist() == [-1, 1, 2, 2, 1, 1, 1, 4, 0]


def test_settings_that_cannot_be_meant_are_refused() -> None:
    for wrong in (
        {"percentile_days": 10},
        {"leg": 1.5},
        {"borders": (20.0, 60.0, 40.0, 80.0)},
        {"margin": -1.0},
    ):
        with pytest.raises(UsageError, match="settings"):
            MarketSettings(**wrong)
