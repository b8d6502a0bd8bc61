"""What clients of each logic decide, all of it: scorecards, learnt from the branch with the mixture's verdicts as labels.

The mixture knows decisions *of a logic*, normal in shape. Clients of a logic also decide otherwise, each in their own ways, and no
trait is normal. A second reading asks of each trait's values how far clients of one logic show them more than others do: an
additive multinomial regression (weights of evidence: Good 1950), linear between knots and held smooth, on the decisions of
all clients, each client counting for the logics as probably as the mixture says. Points add up over traits and decisions.
No client is read with points that were learnt from the client's own decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled
from zhike.models.logic.decisions import Decisions
from zhike.models.logic.definitions import LOGICS
from zhike.models.logic.rows import across, highest

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_N = len(LOGICS)
_ENDS = 0.02  # share of decisions beyond the first and the last knot, where points stay as they are there
_DOUBT = 0.003  # no verdict that is learnt from is surer than this allows
_NEAR = 1e-2  # nats: a step of Newton's method that moves no point further is the last
_HALVED = 20  # times at most
_LOOSE = 1e-3  # what holds the level, just enough for the regression to have one answer
# Points of three logics that add up to zero, as two free numbers: orthonormal, so that no logic is held tighter than another.
_FREE = np.array([[2.0, -1.0, -1.0], [0.0, 1.0, -1.0]]) / np.sqrt([[6.0], [2.0]])


@dataclass(frozen=True, slots=True)
class CardSettings:
    """How decisions are read a second time.

    `knots` of a trait; `ridge`, `rough`: how strongly points are held to zero and to a straight line, in decisions;
    `folds` of clients, each read with the card of the others; `rounds` of Newton's method;
    `repeats`: how far decisions of one client say the same again (correlation within clients, Kish's design effect);
    `trust`: clients from whom on the second reading weighs more than the first (`readings`).
    """

    knots: int = 8
    ridge: float = 4.0
    rough: float = 40.0
    folds: int = 8
    rounds: int = 12
    repeats: float = 0.05
    trust: float = 50.0


@dataclass(frozen=True, slots=True)
class Card:
    """What a side's decisions speak for, in nats.

    `knots`: of each trait, (k,) values (of a flag: no and yes); `points`: of the same, (3, k) at the knots, linear between them;
    `level` (3,): what every decision brings, whatever its traits. What isn't known says nothing.
    """

    knots: tuple[Floats, ...]
    points: tuple[Floats, ...]
    level: Floats

    def parts(self, vectors: Floats32) -> Floats:
        """Return what each trait of decisions speaks for; shape (n, 3, D + 1), the level last."""
        out = np.zeros((len(vectors), _N, vectors.shape[1] + 1))
        for j, (knots, points) in enumerate(zip(self.knots, self.points, strict=True)):
            _between(vectors[:, j], knots, points, out[:, :, j])
        out[:, :, -1] = self.level
        return out


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a side's regression: one that is all one, then hats on the knots of each trait; `penalty` (1 + p, 1 + p)."""

    knots: tuple[Floats, ...]
    penalty: Floats

    def columns(self, vectors: Floats32) -> Floats32:
        """Return the columns of decisions, shape (n, 1 + p), the first all one; what isn't known is 0 in all of its own."""
        hats = [_hats(vectors[:, j], k).astype(np.float32) for j, k in enumerate(self.knots)]
        return np.hstack([np.ones((len(vectors), 1), np.float32), *hats])

    def card(self, points: Floats, columns: Floats32, weight: Floats, common: Floats) -> Card:
        """Return the card of `points` (3, 1 + p), learnt from rows of `columns` with their `weight`; `common` (3,): how common logics are.

        What a trait says is the log of p(value | logic) ÷ p(value), whose mean over the values is one before the log is taken:
        so a trait that isn't known says nothing. What that takes from the points goes into the level.
        """
        level, traits = points[:, 0] - np.log(common), []
        for own in _places(self.knots):
            here = columns[:, own]
            scale = _scale(here @ points[:, own].T, weight * here.sum(1), common)
            traits.append(points[:, own] - scale[:, None])
            level = level + scale
        return Card(self.knots, tuple(traits), level - level.mean())


def _places(knots: Sequence[Floats]) -> list[slice]:
    """Return where each trait's columns stand, behind the first."""
    ends = 1 + np.cumsum([len(k) for k in knots])
    return [slice(int(end) - len(k), int(end)) for k, end in zip(knots, ends, strict=True)]


def _scale(says: Floats, weight: Floats, common: Floats) -> Floats:
    """Return what points (n, 3) of a trait have too much for logs of density ratios; (3,)."""
    if not weight.any():
        return np.zeros(_N)
    ratio = np.exp(says - highest(says))
    ratio /= (ratio @ common)[:, None]
    return np.asarray(np.log(weight @ ratio / weight.sum()))


def form_of(decisions: Decisions, settings: CardSettings) -> Form:
    """Return the columns that suit a side's decisions: knots where equally many of them lie between."""
    spread = np.linspace(_ENDS, 1 - _ENDS, settings.knots)
    knots = [np.array([0.0, 1.0])] * decisions.vectors.shape[1]
    for j in range(decisions.vectors.shape[1] - decisions.flags):
        known = decisions.vectors[~np.isnan(decisions.vectors[:, j]), j].astype(np.float64)
        knots[j] = np.unique(np.quantile(known, spread)) if len(known) else np.zeros(1)
    places = _places(knots)
    penalty = settings.ridge * np.eye(places[-1].stop)
    penalty[0, 0] = _LOOSE
    for own in places:
        bends = np.diff(np.eye(own.stop - own.start), 2, axis=0)
        penalty[own, own] += settings.rough * bends.T @ bends
    return Form(tuple(knots), penalty)


def _hats(x: Floats32, knots: Floats) -> Floats:
    """Return values (n,) as weights of the two knots beside them, (n, k); all 0 where the value isn't known."""
    out, known = np.zeros((len(x), len(knots))), np.flatnonzero(~np.isnan(x))
    left, part = _beside(x[known], knots)
    out[known, np.minimum(left + 1, len(knots) - 1)] = part
    out[known, left] = 1 - part
    return out


@compiled
def _between(x: Floats32, knots: Floats, points: Floats, out: Floats) -> None:
    """Write into `out` (n, 3) what `points` (3, k) at the knots say of values (n,): linear between; of those not known it stays."""
    last = len(knots) - 2
    for i in range(len(x)):
        if np.isnan(x[i]):
            continue
        left, right, part = 0, 0, 0.0
        if last >= 0:
            inside = min(max(np.float64(x[i]), knots[0]), knots[-1])
            while left < last and knots[left + 1] <= inside:
                left += 1
            right, part = left + 1, (inside - knots[left]) / (knots[left + 1] - knots[left])
        for k in range(len(points)):
            out[i, k] = (1 - part) * points[k, left] + part * points[k, right]


def _beside(x: Floats32, knots: Floats) -> tuple[Ints, Floats]:
    """Return the knot to the left of each value (n,), and the share of the way to the next; beyond the ends what holds there."""
    if len(knots) < 2:
        return np.zeros(len(x), np.int64), np.zeros(len(x))
    inside = np.clip(x.astype(np.float64), knots[0], knots[-1])
    left = np.minimum(np.searchsorted(knots, inside, side="right") - 1, len(knots) - 2)
    return left, (inside - knots[left]) / (knots[left + 1] - knots[left])


def cards_of(
    sides: Sequence[Decisions], fold: Ints, probable: Floats, settings: CardSettings
) -> list[tuple[Card, ...]]:
    """Return each fold's cards, one a side, learnt from the decisions of clients in the other folds, which all tell something.

    `fold` (clients,), −1 for clients who aren't learnt from; `probable` (clients, 3): how probable each logic is for each client.
    """
    out: list[list[Card]] = [[] for _ in range(settings.folds)]
    for side in sides:
        side = side.only(fold[side.client] >= 0)
        form = form_of(side, settings)
        columns = form.columns(side.vectors)
        for f in range(settings.folds):
            rows = np.flatnonzero(fold[side.client] != f)
            weight, some = side.weight[rows], columns[rows]
            labels = (1 - _DOUBT) * probable[side.client[rows]] + _DOUBT / _N
            free = _regressed(some, labels, weight, form.penalty, settings.rounds)
            common = np.maximum(weight @ labels, 1e-9)
            out[f].append(form.card(_FREE.T @ free, some, weight, common / common.sum()))
    return [tuple(cards) for cards in out]


def _regressed(columns: Floats32, labels: Floats, weight: Floats, held: Floats, rounds: int) -> Floats:
    """Return the free numbers (2, 1 + p) of a multinomial regression of `labels` (n, 3) on `columns`, `held` (1 + p, 1 + p) to zero.

    Newton's method from zero; a step that makes the labels less likely is halved until it doesn't.
    """
    free = np.zeros((len(_FREE), columns.shape[1]))
    chances, before = _chances(columns, free, labels, weight, held)
    for _ in range(rounds):
        slope = _FREE @ (((labels - chances) * weight[:, None]).T @ columns) - free @ held
        bend = _bend(columns, chances, weight, held)
        step = np.linalg.solve(bend, slope.ravel()).reshape(free.shape)
        for _ in range(_HALVED):
            chances, after = _chances(columns, free + step, labels, weight, held)
            if after >= before - 1e-6 * abs(before):
                break
            step /= 2
        free, before = free + step, after
        if np.abs(step).max() < _NEAR:
            break
    return free


def _chances(
    columns: Floats32, free: Floats, labels: Floats, weight: Floats, held: Floats
) -> tuple[Floats, float]:
    """Return how probable each logic is for each row, (n, 3), and the log likelihood of the labels less what points are held by."""
    logs = (columns @ (_FREE.T @ free).T.astype(np.float32)).astype(np.float64)
    logs -= highest(logs)
    logs -= np.log(across(np.exp(logs)))[:, None]
    return np.exp(logs), float(weight @ across(labels * logs) - 0.5 * ((free @ held) * free).sum())


def _bend(columns: Floats32, chances: Floats, weight: Floats, held: Floats) -> Floats:
    """Return the curvature of the log likelihood, its sign turned; (2 + 2p, 2 + 2p)."""
    wide, mean = columns.shape[1], chances @ _FREE.T
    bend = np.empty((2, wide, 2, wide))
    for a in range(2):
        for b in range(a, 2):
            each = weight * (chances @ (_FREE[a] * _FREE[b]) - mean[:, a] * mean[:, b])
            bend[a, :, b] = (columns * each[:, None].astype(np.float32)).T @ columns + (a == b) * held
            bend[b, :, a] = bend[a, :, b].T
    return bend.reshape(2 * wide, 2 * wide)


def common_of(points: Floats, spoken: Floats, settings: CardSettings) -> Floats:
    """Return how common each logic is among clients, (3,): what makes their points most likely, one client more spread evenly.

    `points` (clients, 3): sums over a client's decisions; `spoken` (clients,): how much these speak together.
    """
    likely, usual = _likely(points, spoken, settings), np.full(_N, 1 / _N)
    for _ in range(30):
        found = likely * usual
        usual = (found / across(found)[:, None]).sum(0) + 1 / _N
    return usual


def read(points: Floats, spoken: Floats, usual: Floats, settings: CardSettings) -> Floats:
    """Return how probable each logic is by the cards; (clients, 3), rows sum to one.

    `usual` (3,): how common logics are (`common_of`). What the points say again and again is discounted.
    """
    found = _likely(points, spoken, settings) * usual
    return np.asarray(found / across(found)[:, None])


def _likely(points: Floats, spoken: Floats, settings: CardSettings) -> Floats:
    """Return how likely the points are under each logic, as a share of the likeliest; (clients, 3)."""
    logs = points / (1 + np.maximum(spoken - 1, 0.0) * settings.repeats)[:, None]
    return np.asarray(np.exp(logs - logs.max(1, keepdims=True)))
