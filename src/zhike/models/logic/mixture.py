"""Which logic each decision follows: a mixture of the definitions' shapes, sharpened on the branch's own decisions.

A client's decisions come from four sources (value, trend, sentiment, chance) in shares of the client's own (`shares`); a decision
of a source is normally distributed around what is typical of it. Expectation–maximisation from the definitions (Dempster, Laird
and Rubin 1977); the means are held to the definitions by a prior worth a share of the decisions, so that they keep their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.logic.decisions import Decisions
from zhike.models.logic.definitions import COMPONENTS, Shape
from zhike.models.logic.shares import ShareSettings, common, lattice, likelihoods, posterior

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
K = len(COMPONENTS)
_FIRST, _AGAIN = (
    5,
    2,
)  # rounds for what divisions are common: before the first sharpening, before each later one
_HASH = 2_654_435_761  # Knuth's multiplicative hash: neighbours land far from each other


@dataclass(frozen=True, slots=True)
class MixtureSettings:
    """How the mixture is fitted.

    `rounds` of EM; `anchor`: the prior's weight as a share of a component's decisions; `pull`: share of the pooled covariance
    in a component's; `steps` of the lattice of divisions while it is fitted; `sample`: decisions that are enough to fit it on (of a
    larger branch whole clients are taken by a hash of their place).
    """

    rounds: int = 15
    anchor: float = 0.5
    pull: float = 0.6
    steps: int = 6
    sample: int = 200_000


@dataclass(frozen=True, slots=True)
class Component:
    """A source's decisions on one side: mean (D,), precision's Cholesky factor (D, D), log determinant; shares of flags (F,)."""

    mean: Floats
    root: Floats
    log_det: float
    flags: Floats


@dataclass(frozen=True, slots=True)
class Side:
    """A fitted side: `usual` (D,) stands for what isn't known; the components."""

    usual: Floats32
    components: tuple[Component, ...]

    def filled(self, vectors: Floats32) -> Floats:
        """Return the traits that aren't flags, with what isn't known as usual."""
        known = vectors[:, : len(self.usual)]
        return np.asarray(np.where(np.isnan(known), self.usual, known), np.float64)

    def log_density(self, vectors: Floats32) -> Floats:
        """Return the log densities of decisions under each component; shape (n, 4)."""
        filled, flags = self.filled(vectors), vectors[:, len(self.usual) :].astype(np.float64)
        out = np.empty((len(filled), K))
        for k, c in enumerate(self.components):
            out[:, k] = c.log_det - 0.5 * (((filled - c.mean) @ c.root) ** 2).sum(1)
            out[:, k] += flags @ (np.log(c.flags) - np.log1p(-c.flags)) + np.log1p(-c.flags).sum()
        return out


@dataclass(frozen=True, slots=True)
class Mixture:
    """Both sides, fitted."""

    buys: Side
    sells: Side


def start(shape: Shape, decisions: Decisions) -> Side:
    """Return the side as the definitions have it."""
    d = len(shape.spread) - decisions.flags
    known = decisions.vectors[:, :d]
    seen = ~np.isnan(known)
    usual = np.where(seen, known, 0.0).sum(0) / np.maximum(seen.sum(0), 1)
    root, log_det = np.diag(1 / shape.spread[:d]), float(np.log(1 / shape.spread[:d]).sum())
    return Side(usual.astype(np.float32), tuple(Component(m[:d], root, log_det, m[d:]) for m in shape.means))


def fit(
    sides: tuple[Decisions, Decisions],
    shapes: tuple[Shape, Shape],
    clients: int,
    settings: MixtureSettings,
    shares: ShareSettings,
) -> Mixture:
    """Fit the mixture to the buys and sales of `clients` clients, beginning with the definitions."""
    both = _sampled(sides, clients, settings.sample)
    fitted = [start(shape, d) for shape, d in zip(shapes, both, strict=True)]
    owner, weights = owners(both), np.concatenate([d.weight for d in both])
    divisions = lattice(settings.steps)
    usual = np.full(len(divisions), 1 / len(divisions))
    enough = np.bincount(owner, minlength=clients) >= shares.least
    for n in range(settings.rounds):
        densities = log_densities(fitted, both)
        likely = likelihoods(densities, weights, owner, clients, settings.steps)
        usual = common(likely[enough], usual, _AGAIN if n else _FIRST, shares.spread)
        parts = responsibilities(densities, posterior(likely, usual) @ divisions, owner) * weights[:, None]
        cut = len(both[0].client)
        fitted = [
            _sharpened(side, shape, d.vectors, p, settings)
            for side, shape, d, p in zip(fitted, shapes, both, (parts[:cut], parts[cut:]), strict=True)
        ]
    return Mixture(*fitted)


def _sampled(sides: Sequence[Decisions], clients: int, most: int) -> tuple[Decisions, ...]:
    """Return all decisions, or those of as many clients as have about `most`, chosen by a hash of their place."""
    found = sum(len(d.client) for d in sides)
    if found <= most:
        return tuple(sides)
    places = np.arange(clients, dtype=np.uint64) * np.uint64(_HASH) % np.uint64(1 << 32)
    taken = places < np.uint64(int(most / found * (1 << 32)))
    return tuple(d.only(taken[d.client]) for d in sides)


def owners(sides: Sequence[Decisions]) -> Ints:
    """Return whose the decisions of both sides are, one side behind the other."""
    return np.concatenate([d.client for d in sides])


def log_densities(sides: Sequence[Side], decisions: Sequence[Decisions]) -> Floats:
    """Return the log densities of both sides' decisions, one side behind the other; shape (n, 4)."""
    return np.concatenate([s.log_density(d.vectors) for s, d in zip(sides, decisions, strict=True)])


def responsibilities(densities: Floats, shares: Floats, owner: Ints) -> Floats:
    """Return how far each decision comes from each source, given its client's shares; rows sum to one."""
    logs = densities + np.log(shares)[owner]
    logs -= logs.max(1, keepdims=True)
    parts = np.exp(logs)
    return np.asarray(parts / parts.sum(1, keepdims=True), np.float64)


def _sharpened(side: Side, shape: Shape, vectors: Floats32, parts: Floats, settings: MixtureSettings) -> Side:
    """Move the components to the decisions that follow them, held to the definitions."""
    if len(vectors) < 10 * K:
        return side
    d = len(side.usual)
    filled, flags = side.filled(vectors), vectors[:, d:].astype(np.float64)
    pooled = np.cov(filled.T) + np.diag(1e-4 * shape.spread[:d] ** 2)
    components = []
    for k in range(K):
        weight = parts[:, k]
        total = weight.sum()
        anchor = settings.anchor * total + 1.0
        mean = (weight @ filled + anchor * shape.means[k, :d]) / (total + anchor)
        shares = (weight @ flags + anchor * shape.means[k, d:]) / (total + anchor)
        away = filled - mean
        own = (away * weight[:, None]).T @ away / max(total, 1e-9)
        covariance = (1 - settings.pull) * own + settings.pull * pooled
        components.append(_component(mean, covariance, np.clip(shares, 0.01, 0.99)))
    return Side(side.usual, tuple(components))


def _component(mean: Floats, covariance: Floats, flags: Floats) -> Component:
    root = np.linalg.cholesky(np.linalg.inv(covariance))
    return Component(mean, root, float(np.log(np.diag(root)).sum()), flags)
