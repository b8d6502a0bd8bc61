"""Decisions as vectors: where the security stood among all that could be traded, and what the position had brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.features.ledger import columns as col

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_PLACES = ("mom5", "mom20", "mom60", "ma20", "cheap", "attention", "lottery", "low")
BUY_NAMES = (*_PLACES, "hot", "after_limit", "more_below", "more_above")
SELL_NAMES = (*_PLACES, "gain", "held", "from_peak", "hot", "after_limit")
BUY_FLAGS, SELL_FLAGS = 4, 2  # so many of the last ones are yes or no
_EDGE = 0.01  # places nearer to the ends than this say no more than it
_GAIN = 0.7
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of one side.

    `client` (n,) counts clients; `weight` (n,) in 0 … 1: how much a decision still speaks; `vectors` (n, D) in the order of
    BUY_NAMES or SELL_NAMES: places as normal scores, log gain, log days held, fall from the peak (NaN: not known); the
    last `flags` are 0 or 1 (NaN: not known).
    """

    client: Ints
    weight: Floats
    vectors: Floats32
    flags: int

    @property
    def telling(self) -> Flags:
        """Tell of which decisions (n,) at least one place in the market is known."""
        return np.asarray((~np.isnan(self.vectors[:, : len(_PLACES)])).any(1), np.bool_)

    def only(self, wanted: Flags | slice) -> Decisions:
        """Return some of the decisions; `wanted` (n,) or a slice."""
        return Decisions(self.client[wanted], self.weight[wanted], self.vectors[wanted], self.flags)


@dataclass(frozen=True, slots=True)
class Memory:
    """How long a decision speaks, in trading days: fully for `fresh`, half as much after each `half_life` more, `window` at most."""

    fresh: int = 250
    half_life: float = 250.0
    window: int = 750

    def weight(self, age: Floats) -> Floats:
        """Return how much decisions of some age (n,) speak."""
        return np.asarray(0.5 ** (np.maximum(age - self.fresh, 0.0) / self.half_life), np.float64)


def sides_of(acts: Floats32, today: int, memory: Memory) -> tuple[Decisions, Decisions]:
    """Return the buy and the sell decisions of the ledger's acts, in their order; `today`: the book's day they are looked at from."""
    sells = acts[:, col.ACT_SELLS] > 0
    weight = memory.weight(today - acts[:, col.ACT_DAY].astype(np.float64))
    return _side(acts[~sells], weight[~sells], sells=False), _side(acts[sells], weight[sells], sells=True)


def _side(acts: Floats32, weight: Floats, *, sells: bool) -> Decisions:
    places = normal_scores(acts[:, col.ACT_STANDING : col.ACT_STANDING + col.N_STANDINGS])
    flags = acts[:, [col.ACT_HOT, col.ACT_AFTER_LIMIT]]
    if sells:
        gain = np.clip(np.log1p(np.maximum(acts[:, col.ACT_GAIN], -0.99)), -_GAIN, _GAIN)
        own = (gain, np.log1p(acts[:, col.ACT_HELD]), acts[:, col.ACT_FROM_PEAK], *flags.T)
    else:
        own = (*flags.T, acts[:, col.ACT_MORE] < 0, acts[:, col.ACT_MORE] > 0)
    vectors = np.column_stack([places, *(column.astype(np.float32) for column in own)])
    n = SELL_FLAGS if sells else BUY_FLAGS
    return Decisions(acts[:, col.ACT_CLIENT].astype(np.int64), weight, vectors, n)


def normal_scores(places: Floats32) -> Floats32:
    """Return the normal quantiles of places in 0 … 1 (rational approximation; Acklam 2003, error below 1.2e-9)."""
    out = np.empty(places.shape, np.float32)
    for begin in range(
        0, len(places), _AT_ONCE
    ):  # eight numbers of 64 bits for each place, of a few at a time
        out[begin : begin + _AT_ONCE] = _scores(places[begin : begin + _AT_ONCE])
    return out


def _scores(places: Floats32) -> Floats:
    p = np.clip(places.astype(np.float64), _EDGE, 1 - _EDGE)
    q = p - 0.5
    r = q * q
    out = q * _ratio(r, _A, _B)
    far = np.abs(q) > 0.5 - 0.02425
    tail = np.sqrt(-2 * np.log(np.minimum(p[far], 1 - p[far])))
    out[far] = np.sign(q[far]) * -_ratio(tail, _C, _D)
    return np.asarray(out)


_A = (-3.969683028665376e01, 2.209460984245205e02, -2.759285104469687e02, 1.383577518672690e02, -3.066479806614716e01,
      2.506628277459239e00)  # fmt: skip
_B = (-5.447609879822406e01, 1.615858368580409e02, -1.556989798598866e02, 6.680131188771972e01,
      -1.328068155288572e01, 1.0)  # fmt: skip
_C = (-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e00, -2.549732539343734e00,
      4.374664141464968e00, 2.938163982698783e00)  # fmt: skip
_D = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00, 1.0)  # fmt: skip


def _ratio(x: Floats, top: tuple[float, ...], bottom: tuple[float, ...]) -> Floats:
    return np.asarray(np.polyval(top, x) / np.polyval(bottom, x), np.float64)
