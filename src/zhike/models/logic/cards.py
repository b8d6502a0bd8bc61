"""What clients of each logic decide, all of it: scorecards, learnt from the branch with the mixture's verdicts as labels.

The mixture knows decisions *of a logic*, normal in shape. Clients of a logic also decide otherwise, each in their own ways, and no
trait is normal. A second reading asks of each trait's values how far clients of one logic show them more than others do: an
additive multinomial regression (weights of evidence: Good 1950), linear between knots and held smooth, on the decisions of
all clients, each client counting for the logics as probably as the mixture says. Points add up over traits and decisions.
No client is read with a card on which the client's own decisions had a say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.logic.decisions import Decisions
from zhike.models.logic.definitions import LOGICS

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_N = len(LOGICS)
_ENDS = 0.02  # share of decisions beyond the first and the last knot, where points stay as they are there
_DOUBT = 0.003  # no verdict that is learnt from is surer than this allows
_NEAR = 1e-2  # nats: a step of Newton's method that moves no point further is the last
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

    `knots`: of each trait that isn't a flag, (k,) values; `points`: of the same, (3, k) at the knots, linear between them;
    `flags` (f, 3, 2): points of no and of yes; `level` (3,): what every decision brings, whatever its traits. Points have the mean
    zero over the decisions they were learnt from, so that what isn't known stands where it says nothing.
    """

    knots: tuple[Floats, ...]
    points: tuple[Floats, ...]
    flags: Floats
    level: Floats

    def parts(self, vectors: Floats32) -> Floats:
        """Return what each trait of decisions speaks for; shape (n, 3, D + 1), the level last."""
        out, d = np.zeros((len(vectors), _N, vectors.shape[1] + 1)), len(self.knots)
        for j in range(vectors.shape[1]):
            known = ~np.isnan(vectors[:, j])
            x = vectors[known, j].astype(np.float64)
            for k in range(_N):
                out[known, k, j] = (
                    np.interp(x, self.knots[j], self.points[j][k]) if j < d else self.flags[j - d, k, (x > 0).astype(np.int64)]
                )  # fmt: skip
        out[:, :, -1] = self.level
        return out


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a side's regression: hats on the knots of each trait, then the flags; `penalty` (p, p)."""

    knots: tuple[Floats, ...]
    flags: int
    penalty: Floats

    def columns(self, vectors: Floats32) -> Floats32:
        """Return the columns of decisions, shape (n, 1 + p), the first all one; what isn't known is 0 in all of its own."""
        found = [np.ones((len(vectors), 1), np.float32)]
        found += [_hats(vectors[:, j].astype(np.float64), k) for j, k in enumerate(self.knots)]
        return np.hstack([*found, np.nan_to_num(vectors[:, len(self.knots) :])])

    def card(self, points: Floats, usual: Floats, level: Floats) -> Card:
        """Return the card of `points` (3, p); `usual` (2, p): sums of each column's values and of those known; `level` (3,)."""
        at, knots_points = 0, []
        for k in self.knots:
            own = slice(at, at + len(k))
            mean = points[:, own] @ usual[0, own] / max(usual[0, own].sum(), 1e-9)
            level = level + mean
            knots_points.append(points[:, own] - mean[:, None])
            at += len(k)
        share = usual[0, at:] / np.maximum(usual[1, at:], 1e-9)
        yes = points[:, at:]
        flags = np.stack([-yes * share, yes * (1 - share)], axis=2).transpose(1, 0, 2)
        return Card(self.knots, tuple(knots_points), flags, level + yes @ share)


def form_of(decisions: Decisions, settings: CardSettings) -> Form:
    """Return the columns that suit a side's decisions: knots where equally many of them lie between."""
    spread = np.linspace(_ENDS, 1 - _ENDS, settings.knots)
    knots = []
    for trait in decisions.vectors[:, : decisions.vectors.shape[1] - decisions.flags].T:
        known = trait[~np.isnan(trait)].astype(np.float64)
        knots.append(np.unique(np.quantile(known, spread)) if len(known) else np.zeros(1))
    width = sum(len(k) for k in knots) + decisions.flags
    penalty, at = settings.ridge * np.eye(width), 0
    for k in knots:
        bends = np.diff(np.eye(len(k)), 2, axis=0)
        penalty[at : at + len(k), at : at + len(k)] += settings.rough * bends.T @ bends
        at += len(k)
    return Form(tuple(knots), decisions.flags, penalty)


def _hats(x: Floats, knots: Floats) -> Floats32:
    """Return values (n,) as weights of the two knots beside them, (n, k); all 0 where the value isn't known."""
    out, known = np.zeros((len(x), len(knots)), np.float32), np.flatnonzero(~np.isnan(x))
    if len(knots) < 2:
        out[known] = 1
        return out
    inside = np.clip(x[known], knots[0], knots[-1])
    left = np.minimum(np.searchsorted(knots, inside, side="right") - 1, len(knots) - 2)
    part = (inside - knots[left]) / (knots[left + 1] - knots[left])
    out[known, left], out[known, left + 1] = 1 - part, part
    return out


def cards_of(
    sides: Sequence[Decisions], fold: Ints, probable: Floats, settings: CardSettings
) -> list[tuple[Card, ...]]:
    """Return each fold's cards, one a side, learnt from the decisions of clients in the other folds.

    `fold` (clients,), −1 for clients who aren't learnt from; `probable` (clients, 3): how probable each logic is for each client.
    """
    out: list[list[Card]] = [[] for _ in range(settings.folds)]
    for side in sides:
        side = side.only(side.telling & (fold[side.client] >= 0))
        form = form_of(side, settings)
        columns, known = form.columns(side.vectors), ~np.isnan(side.vectors[:, len(form.knots) :])
        free = np.zeros((len(_FREE), columns.shape[1]))
        for f in range(settings.folds):
            rows = np.flatnonzero(fold[side.client] != f)
            weight, some = side.weight[rows], columns[rows]
            labels = (1 - _DOUBT) * probable[side.client[rows]] + _DOUBT / _N
            free = _regressed(some, labels, weight, form.penalty, free, settings.rounds)
            points = _FREE.T @ free
            usual = np.vstack([weight @ some[:, 1:]] * 2)
            usual[1, some.shape[1] - 1 - side.flags :] = weight @ known[rows]
            base = np.log(np.maximum(weight @ labels, 1e-9))
            out[f].append(form.card(points[:, 1:], usual, points[:, 0] - base + base.mean()))
    return [tuple(cards) for cards in out]


def _regressed(
    columns: Floats32, labels: Floats, weight: Floats, penalty: Floats, free: Floats, rounds: int
) -> Floats:
    """Return the free numbers (2, 1 + p) of a multinomial regression of `labels` (n, 3) on `columns`, from `free` by Newton's method."""
    wide = columns.shape[1]
    held = np.zeros((wide, wide))
    held[0, 0], held[1:, 1:] = 1e-3, penalty
    for _ in range(rounds):
        logs = columns @ (_FREE.T @ free).T.astype(np.float32)
        chances = np.exp(logs - logs.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        slope = _FREE @ (((labels - chances) * weight[:, None]).T @ columns) - free @ held
        mean = chances @ _FREE.T
        bend = np.empty((2, wide, 2, wide))
        for a in range(2):
            for b in range(a, 2):
                each = weight * (chances @ (_FREE[a] * _FREE[b]) - mean[:, a] * mean[:, b])
                bend[a, :, b] = (columns * each[:, None].astype(np.float32)).T @ columns + (a == b) * held
                bend[b, :, a] = bend[a, :, b].T
        step = np.linalg.solve(bend.reshape(2 * wide, 2 * wide), slope.ravel()).reshape(2, wide)
        free = free + step
        if np.abs(step).max() < _NEAR:
            break
    return free


def read(points: Floats, spoken: Floats, learnt: npt.NDArray[np.bool_], settings: CardSettings) -> Floats:
    """Return how probable each logic is by the cards; (clients, 3), rows sum to one.

    `points` (clients, 3): sums over a client's decisions; `spoken` (clients,): how much these speak together. What the
    points say again and again is discounted; how common the logics are is what makes them most likely among those `learnt` from, one
    client more spread evenly.
    """
    logs = points / (1 + np.maximum(spoken - 1, 0.0) * settings.repeats)[:, None]
    likely = np.exp(logs - logs.max(1, keepdims=True))
    usual = np.full(_N, 1 / _N)
    for _ in range(30):
        found = likely * usual
        usual = (found / found.sum(1, keepdims=True))[learnt].sum(0) + 1 / _N
    found = likely * usual
    return np.asarray(found / found.sum(1, keepdims=True))
