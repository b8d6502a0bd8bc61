"""Bull and bear: as it was known on the day (a filter), and as dated later (with hindsight). Never to be mixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.features.market.settings import MarketSettings

Floats = npt.NDArray[np.float64]
Sides = npt.NDArray[np.int8]

BULL, BEAR, UNDECIDED = 1, -1, 0


def regime_known(close: Floats, settings: MarketSettings) -> Sides:
    """Tell the regime as known at each close: BULL, BEAR, UNDECIDED before the first move that decides.

    Lunde & Timmermann (2004): a bear becomes a bull when the price has risen by `rise` from its lowest since the bear
    began, a bull a bear when it has fallen by `fall` from its highest; switched on the day that shows it, not back to
    the extreme. `close`: (T,), positive.
    """
    out = np.zeros(len(close), np.int8)
    side, lowest, highest = UNDECIDED, np.inf, -np.inf
    for t, price in enumerate(close):
        lowest, highest = min(lowest, price), max(highest, price)
        if side != BULL and price >= lowest * (1.0 + settings.rise):
            side, highest = BULL, price
        elif side != BEAR and price <= highest * (1.0 - settings.fall):
            side, lowest = BEAR, price
        out[t] = side
    return out


@dataclass(frozen=True, slots=True)
class Turn:
    """A turning point: place among the days, and whether it is a peak."""

    at: int
    peak: bool


def turning_points(close: Floats, settings: MarketSettings) -> list[Turn]:
    """Date peaks and troughs with hindsight, in order, by Pagan & Sossounov (2003) on daily closes.

    Highest or lowest within `window` months either way; none within `censor` months of either end, nor at an end less
    extreme than what lies beyond it; cycles of at least `cycle` months, phases of at least `phase` months unless the
    move exceeds `override`. A month is `month` trading days. Our addition: a turn is the most extreme close between its
    neighbours; the published steps alone can leave a peak below a higher close of the same bull.
    """
    turns = _alternating(_extremes(close, settings.window * settings.month), close)
    margin = settings.censor * settings.month
    turns = [turn for turn in turns if margin <= turn.at < len(close) - margin]
    turns = _without_weak_ends(turns, close)
    turns = _without_short_cycles(turns, close, settings.cycle * settings.month)
    return _without_short_phases(turns, close, settings)


def regime_dated(close: Floats, settings: MarketSettings) -> Sides:
    """Tell the regime of each day as dated with hindsight; UNDECIDED after the last turning point.

    The day of a turning point is the last one of the phase it ends.
    """
    out = np.zeros(len(close), np.int8)
    begin = 0
    for turn in turning_points(close, settings):
        out[begin : turn.at + 1] = BULL if turn.peak else BEAR
        begin = turn.at + 1
    return out


def _extremes(close: Floats, reach: int) -> list[Turn]:
    """List the days whose close is the highest or the lowest within `reach` days either way, in order.

    Of a plateau the first day; where nothing moved at all, none.
    """
    highest, lowest = _highest(close, reach), -_highest(-close, reach)
    new = np.concatenate([[True], close[1:] != close[:-1]]) & (highest > lowest)
    peaks = [Turn(int(t), True) for t in np.flatnonzero(new & (close == highest))]
    troughs = [Turn(int(t), False) for t in np.flatnonzero(new & (close == lowest))]
    return sorted(peaks + troughs, key=lambda turn: turn.at)


def _highest(values: Floats, reach: int) -> Floats:
    padded = np.pad(values, reach, constant_values=-np.inf)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


def _beyond(close: Floats, a: Turn, b: Turn) -> bool:
    """Tell whether `a` is strictly more extreme than `b`, both of one kind."""
    return bool(close[a.at] > close[b.at] if a.peak else close[a.at] < close[b.at])


def _alternating(turns: Sequence[Turn], close: Floats) -> list[Turn]:
    """Of turns of one kind in a row, keep the most extreme, the first of equals; then sharpen them."""
    kept: list[Turn] = []
    for turn in turns:
        if not kept or kept[-1].peak != turn.peak:
            kept.append(turn)
        elif _beyond(close, turn, kept[-1]):
            kept[-1] = turn
    return _sharpened(kept, close)


def _sharpened(turns: list[Turn], close: Floats) -> list[Turn]:
    """Move each turn to the most extreme close between its neighbours; the outer ends aren't moved outwards.

    Peaks only rise and troughs only fall, so this comes to rest.
    """
    while True:
        before = list(turns)
        for i, turn in enumerate(turns):
            begin = turns[i - 1].at + 1 if i else turn.at
            end = turns[i + 1].at if i + 1 < len(turns) else turn.at + 1
            part = close[begin:end]
            turns[i] = Turn(begin + int(part.argmax() if turn.peak else part.argmin()), turn.peak)
        if turns == before:
            return turns


def _without_weak_ends(turns: list[Turn], close: Floats) -> list[Turn]:
    """Drop first and last turns that a price between them and the end of the series outdoes."""
    while turns and _outdone(close[: turns[0].at], close[turns[0].at], turns[0].peak):
        turns = turns[1:]
    while turns and _outdone(close[turns[-1].at + 1 :], close[turns[-1].at], turns[-1].peak):
        turns = turns[:-1]
    return turns


def _outdone(rest: Floats, price: float, peak: bool) -> bool:
    return bool(len(rest)) and bool(rest.max() > price if peak else rest.min() < price)


def _without(turn: Turn, turns: Sequence[Turn], close: Floats) -> list[Turn]:
    """Drop a turn, and what of the others then is none."""
    return _without_weak_ends(_alternating([other for other in turns if other is not turn], close), close)


def _without_short_cycles(turns: list[Turn], close: Floats, least: int) -> list[Turn]:
    """Of two peaks (or two troughs) less than `least` days apart, drop the less extreme, until none are left."""
    while True:
        pairs = zip(turns, turns[2:], strict=False)
        short = next(((a, b) for a, b in pairs if b.at - a.at < least), None)
        if short is None:
            return turns
        lesser = short[0] if _beyond(close, short[1], short[0]) else short[1]
        turns = _without(lesser, turns, close)


def _without_short_phases(turns: list[Turn], close: Floats, settings: MarketSettings) -> list[Turn]:
    """Drop phases that are too short and too small, or go nowhere, each with the end whose loss changes least."""
    least = settings.phase * settings.month
    while True:
        short = next(
            (i for i in range(len(turns) - 1) if _is_short(turns, i, close, least, settings.override)), None
        )
        if short is None:
            return turns
        turns = _without(turns[_lesser_end(turns, short, close)], turns, close)


def _is_short(turns: Sequence[Turn], i: int, close: Floats, least: int, override: float) -> bool:
    a, b = turns[i].at, turns[i + 1].at
    move = close[b] / close[a] - 1.0 if turns[i + 1].peak else 1.0 - close[b] / close[a]
    return bool(move <= 0.0 or (b - a < least and move <= override))


def _lesser_end(turns: Sequence[Turn], i: int, close: Floats) -> int:
    """Of the ends i and i + 1 of a phase, choose which to drop: an outer end, else the one whose neighbours merge best."""
    if i == 0:
        return 0
    if i + 2 == len(turns):
        return i + 1
    merging_left = abs(np.log(close[turns[i - 1].at] / close[turns[i + 1].at]))
    merging_right = abs(np.log(close[turns[i].at] / close[turns[i + 2].at]))
    return i if merging_left <= merging_right else i + 1
