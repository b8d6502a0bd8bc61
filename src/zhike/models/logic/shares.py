"""How a client's decisions divide among the sources: every division on a lattice is weighed by how well it explains them.

A client's decisions come from the sources in shares of the client's own. The shares are not estimated; each division on a
lattice over all possible ones gets the probability it has after the client's decisions, so that few decisions leave
much open. What divisions are common is learnt from the branch itself: the nonparametric maximum likelihood of Kiefer and Wolfowitz
(1956) by expectation–maximisation (Laird 1978), with a few further clients spread evenly over all divisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from zhike.models.logic.definitions import COMPONENTS, LOGICS
from zhike.models.logic.rows import across, add_columns, fused, highest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_INSIDE = 0.25  # steps that every source keeps, so that no division forbids a decision
_AT_ONCE = 4_096
_STRETCH = 512  # decisions that are taken together, so that a processor's cache holds what they come to
_PIECE = 1_024  # decisions of one client that are summed up together, counted from the client's first


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """How divisions of a client's decisions among the sources are weighed.

    `steps` of the lattice; `rounds` for what is common; `spread`: clients more than there are, evenly over all divisions; only
    clients with `least` decisions say what is common.
    """

    steps: int = 10
    rounds: int = 40
    spread: float = 10.0
    least: int = 6


@cache
def lattice(steps: int) -> Floats:
    """Return the divisions: all in whole `steps` of one, drawn a little to the middle; shape (divisions, 4), rows sum to one."""
    sources = len(COMPONENTS)
    whole = [c for c in product(range(steps + 1), repeat=sources) if sum(c) == steps]
    return np.asarray((np.array(whole, np.float64) + _INSIDE) / (steps + sources * _INSIDE))


def evenly(steps: int) -> Floats:
    """Return the divisions as equally common; (divisions,), sums to one."""
    return np.full(len(lattice(steps)), 1 / len(lattice(steps)))


@cache
def _leaders(steps: int) -> tuple[tuple[Ints, Ints], ...]:
    """Return the divisions by which logics have the largest share in them: those logics, and the divisions' places."""
    logics = lattice(steps)[:, : len(LOGICS)]
    bits = np.isclose(logics, logics.max(1, keepdims=True)) @ (1 << np.arange(len(LOGICS)))
    return tuple(
        (np.flatnonzero((int(b) >> np.arange(len(LOGICS))) & 1), np.flatnonzero(bits == b))
        for b in np.unique(bits)
    )


def leading(probable: Floats, steps: int) -> Floats:
    """Return how probable it is that each logic has the largest share; (clients, 3), rows sum to one.

    `probable` (clients, divisions). A division where several lead stands for all that lie within half a step of it: what
    of these each logic leads follows from how the probability rises towards its side. To the first order that is the fourth root
    of the probability of leading alone, for the sides' midpoints lie a quarter as far apart as the neighbouring divisions.
    """
    alone = np.zeros((len(probable), len(LOGICS)))
    for logics, places in _leaders(steps):
        if len(logics) == 1:
            alone[:, logics[0]] = across(np.take(probable, places, axis=1))
    towards = np.maximum(alone, np.finfo(np.float64).tiny) ** 0.25
    out = alone.copy()
    for logics, places in _leaders(steps):
        if len(logics) > 1:
            sides = towards[:, logics] / across(towards[:, logics])[:, None]
            out[:, logics] += across(np.take(probable, places, axis=1))[:, None] * sides
    return np.asarray(out / across(out)[:, None])  # so that no rounding lifts one above one


def likelihoods(densities: Floats, weights: Floats, owner: Ints, clients: int, steps: int) -> Floats:
    """Return how likely each client's decisions are under each division, as a share of the likeliest; (clients, divisions).

    `densities` (n, 4): log densities of decisions under each source; `weights` (n,): how much a decision speaks; `owner` (n,).
    """
    divisions = lattice(steps).astype(np.float32)
    logs = np.zeros((clients, len(divisions)))
    order = np.argsort(owner, kind="stable")
    for begin, end, starts in _pieces(owner[order]):
        some = order[begin:end]
        own = densities[some]
        parts = np.exp(own - highest(own)).astype(np.float32)
        each = fused(divisions, parts.T)
        np.log(each, out=each)
        add_columns(logs, owner[some[starts]], np.add.reduceat(each * weights[some], starts, axis=1))
    logs -= logs.max(1, keepdims=True)
    return np.asarray(np.exp(logs, out=logs))


def _pieces(owner: Ints) -> Iterator[tuple[int, int, Ints]]:
    """Cut decisions, client by client, into stretches [begin, end); yield with each where its pieces of one client start in it.

    A piece begins at a client's first decision or so many further, so that what comes out for a client is the same in any company.
    """
    place = np.arange(len(owner))
    new = np.diff(owner, prepend=-1) != 0
    inside = place - np.maximum.accumulate(np.where(new, place, 0))
    starts = np.flatnonzero(inside % _PIECE == 0)
    ends = np.append(starts[1:], len(owner))
    first = 0
    while first < len(starts):
        begin = int(starts[first])
        last = max(int(np.searchsorted(ends, begin + _STRETCH, "right")), first + 1)
        yield begin, int(ends[last - 1]), starts[first:last] - begin
        first = last


def common(likely: Floats, before: Floats, rounds: int, spread: float) -> Floats:
    """Return how common each division is among the clients of `likely` (clients, divisions); (divisions,), sums to one.

    Expectation–maximisation from `before`; `spread` further clients are spread evenly over all divisions.
    """
    for _ in range(rounds):
        found = np.zeros(likely.shape[1])
        for begin in range(0, len(likely), _AT_ONCE):
            found += posterior(likely[begin : begin + _AT_ONCE], before).sum(0)
        before = found + spread / likely.shape[1]
        before /= before.sum()
    return before


def posterior(likely: Floats, before: Floats) -> Floats:
    """Return how probable each division is for each client; (clients, divisions), rows sum to one."""
    found = likely * before
    return np.asarray(found / found.sum(1, keepdims=True))
