from itertools import pairwise

import numpy as np

from zhike.features.market import MarketSettings
from zhike.features.market.regimes import (
    BEAR,
    BULL,
    UNDECIDED,
    Turn,
    regime_dated,
    regime_known,
    turning_points,
)
from zhike.features.market.waves import pivots, waves

DAILY = MarketSettings(window=4, censor=2, phase=3, cycle=6, month=1)


def test_a_bull_is_known_when_it_has_risen_a_fifth_and_a_bear_when_it_has_fallen_three_twentieths() -> None:
    close = np.array([100.0, 110, 119, 120, 200, 171, 170, 160, 191, 192, 193])
    known = [UNDECIDED] * 3 + [BULL] * 3 + [BEAR] * 3 + [BULL] * 2
    assert regime_known(close, MarketSettings()).tolist() == known  # 85 % of 200 is 170; 120 % of 160 is 192


def test_a_first_fall_makes_a_bear() -> None:
    assert regime_known(np.array([100.0, 90, 85, 80]), MarketSettings()).tolist() == [0, 0, BEAR, BEAR]


def tent(*corners: float, steps: int = 5) -> np.ndarray:
    legs = [np.linspace(a, b, steps, endpoint=False) for a, b in pairwise(corners)]
    return np.concatenate([*legs, [corners[-1]]])


def test_corners_of_a_zigzag_are_dated_and_what_follows_the_last_is_undecided() -> None:
    close = tent(10, 20, 12, 25, 15)
    assert turning_points(close, DAILY) == [Turn(5, True), Turn(10, False), Turn(15, True)]
    assert regime_dated(close, DAILY).tolist() == [BULL] * 6 + [BEAR] * 5 + [BULL] * 5 + [UNDECIDED] * 5


def test_no_turn_is_dated_near_an_end() -> None:
    settings = MarketSettings(window=4, censor=6, phase=3, cycle=6, month=1)
    assert turning_points(tent(13, 20, 12, 25, 15), settings) == [Turn(10, False)]


def test_a_first_turn_that_the_beginning_outdoes_is_none() -> None:
    rest = tent(20.5, 12, 25, 15)
    weak, strong = ([start, 18.0, 18.4, 18.8, 19.2, 19.6] for start in (30.0, 20.0))
    assert turning_points(np.concatenate([strong, rest]), DAILY)[0] == Turn(6, True)
    assert turning_points(np.concatenate([weak, rest]), DAILY)[0] == Turn(11, False)


def test_a_short_cycle_gives_up_its_lesser_peak() -> None:
    settings = MarketSettings(window=2, censor=1, phase=1, cycle=6, month=1)
    close = np.array(
        [10.0, 15, 20, 15, 14, 18, 22, 16, 12, 10, 8, 12, 16]
    )  # peaks 20 and 22, four days apart
    assert turning_points(close, settings) == [Turn(6, True), Turn(10, False)]


def test_a_short_phase_counts_only_when_it_is_a_large_move() -> None:
    settings = MarketSettings(window=2, censor=1, phase=4, cycle=1, month=1)
    small = np.array(
        [10.0, 12, 14, 16, 18, 20, 19, 18, 20, 22, 24, 26, 24, 22, 20, 18]
    )  # 20 → 18 in two days: −10 %
    large = np.array([10.0, 12, 14, 16, 18, 20, 17, 14, 17, 20, 24, 26, 24, 22, 20, 18])  # 20 → 14: −30 %
    assert turning_points(small, settings) == [Turn(11, True)]
    assert turning_points(large, settings) == [Turn(5, True), Turn(7, False), Turn(11, True)]


def test_a_peak_is_the_highest_close_between_its_troughs() -> None:
    # the close of 30 lies within four days of 31 before the trough, so no window has it as its highest
    close = np.concatenate(
        [tent(10, 40, 31, steps=6), [31, 20, 29.9, 30, 29, 28, 27, 26, 27, 28, 20, 15, 10, 5, 6, 7, 8]]
    )
    turns = turning_points(close, MarketSettings(window=5, censor=2, phase=1, cycle=2, month=1))
    for before, turn, after in zip(turns, turns[1:], turns[2:], strict=False):
        part = close[before.at : after.at + 1]
        assert close[turn.at] == (part.max() if turn.peak else part.min())


def test_a_price_that_stands_still_never_turns() -> None:
    assert turning_points(np.full(100, 7.0), DAILY) == []
    assert set(regime_known(np.full(100, 7.0), MarketSettings()).tolist()) == {UNDECIDED}


def test_a_zigzag_turns_where_the_price_came_back_by_the_reversal() -> None:
    close = np.array([100.0, 109, 105, 111, 100.5, 99.9, 95, 104.4, 104.5, 120, 118])
    # 100 → 111 is +11 %; 99.9 is 10 % below 111; 95 → 104.5 is +10 %; 120 hasn't been left by 10 %
    assert pivots(close, 0.10) == [0, 3, 6]
    assert waves(close, 0.10) == [None, *["001-up-1"] * 3, *["002-down-2"] * 3, *[None] * 4]


def test_legs_are_labelled_one_to_five_and_a_to_c_and_begin_anew_at_a_dated_bottom() -> None:
    close = tent(*([10, 20] * 6), steps=3)
    labels = [name.rsplit("-", 1)[1] for name in dict.fromkeys(waves(close, 0.1)) if name]
    assert labels == ["1", "2", "3", "4", "5", "A", "B", "C", "1", "2"]
    anew = [name.rsplit("-", 1)[1] for name in dict.fromkeys(waves(close, 0.1, bottoms={12})) if name]
    assert anew == ["1", "2", "3", "4", "1", "2", "3", "4", "5", "A"]
    falling = [name for name in dict.fromkeys(waves(tent(20, 10, 20, 10), 0.1)) if name]
    assert falling == ["001-down-C", "002-up-1"]


def test_a_market_that_hardly_moves_has_no_waves() -> None:
    assert waves(np.array([100.0, 105, 100, 105]), 0.1) == [None] * 4
    assert waves(np.array([100.0]), 0.1) == [None]
