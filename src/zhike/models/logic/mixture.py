"""Which logic each decision follows: a mixture of the definitions' shapes, sharpened on the branch's own decisions.

A client's decisions come from four sources (value, trend, sentiment, chance) in shares of the client's own (`shares`); a decision
of a source is normally distributed around what is typical of it. In the manner of expectation–maximisation (Dempster, Laird and
Rubin 1977) from the definitions, with a client's mean shares put in for what they may be; the means are held to the definitions
by a prior worth a share of the decisions, so that they keep their names.
What isn't known of a decision (cheapness where no earnings were delivered, the gain where the cost isn't known) is left open: it
counts for none of the sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from zhike.models.logic.components import Component, Side, alike, start
from zhike.models.logic.decisions import Decisions
from zhike.models.logic.definitions import COMPONENTS, Shape
from zhike.models.logic.rows import across, highest
from zhike.models.logic.shares import ShareSettings, common, evenly, lattice, likelihoods, posterior

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
K = len(COMPONENTS)
_FIRST, _AGAIN = (
    5,
    2,
)  # rounds for what divisions are common: before the first sharpening, before each later one
_HASH = 2_654_435_761  # Knuth's multiplicative hash: neighbours land far from each other


@dataclass(frozen=True, slots=True)
class MixtureSettings:
    """How the mixture is fitted.

    `rounds` of EM; `anchor`: the prior's weight as a share of a component's decisions, to which `floor` decisions are added;
    `pull`: share of the pooled covariance in a component's; `steps` of the lattice of divisions while it is fitted; `sample`: decisions that are enough to fit it on (of a
    larger branch whole clients are taken by a hash of their keys).
    """

    rounds: int = 15
    anchor: float = 0.5
    floor: float = 50.0
    pull: float = 0.6
    steps: int = 6
    sample: int = 60_000


@dataclass(frozen=True, slots=True)
class Mixture:
    """Both sides, fitted."""

    buys: Side
    sells: Side


def fit(
    both: Sequence[Decisions],
    shapes: tuple[Shape, Shape],
    clients: int,
    settings: MixtureSettings,
    shares: ShareSettings,
) -> Mixture:
    """Fit the mixture to the buys and sales of some clients, beginning with the definitions."""
    fitted = [start(shape, d) for shape, d in zip(shapes, both, strict=True)]
    owner, weights = owners(both), np.concatenate([d.weight for d in both])
    divisions, usual = lattice(settings.steps), evenly(settings.steps)
    enough = np.bincount(owner, weights, clients) >= shares.least
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


def lots_of(keys: Keys) -> Keys:
    """Return the lots, below 2³², by which clients (n,) are taken for a sample: a hash of their keys, numbers of 32 bits."""
    return np.asarray(keys * np.uint64(_HASH) % np.uint64(1 << 32))


def sampled(
    sides: Sequence[Decisions], keys: Keys, most: int, found: int
) -> tuple[tuple[Decisions, ...], Flags]:
    """Return all decisions, or those of as many clients as have about `most`, their clients counted anew, and who these are (clients,).

    `found`: the decisions of all clients, where these are not all of them. Clients are taken whose lots lie beneath a threshold: who
    joins doesn't change who else is taken but at the threshold.
    """
    if found <= most:
        return tuple(sides), np.ones(len(keys), np.bool_)
    taken = np.asarray(lots_of(keys) < np.uint64(int(most / found * (1 << 32))))
    place = np.cumsum(taken) - 1
    kept = (d.only(taken[d.client]) for d in sides)
    return tuple(replace(d, client=place[d.client]) for d in kept), taken


def owners(sides: Sequence[Decisions]) -> Ints:
    """Return whose the decisions of both sides are, one side behind the other."""
    return np.concatenate([d.client for d in sides])


def log_densities(sides: Sequence[Side], decisions: Sequence[Decisions]) -> Floats:
    """Return the log densities of both sides' decisions, one side behind the other; shape (n, 4)."""
    return np.concatenate([s.log_density(d.vectors) for s, d in zip(sides, decisions, strict=True)])


def responsibilities(densities: Floats, shares: Floats, owner: Ints) -> Floats:
    """Return how far each decision comes from each source, given its client's shares; rows sum to one."""
    logs = densities + np.log(shares)[owner]
    parts = np.exp(logs - highest(logs))
    return np.asarray(parts / across(parts)[:, None], np.float64)


@dataclass(frozen=True, slots=True)
class _Told:
    """What decisions that follow a component say of it: their sum of weights, sums (d,), sums of products (d, d), flags (f,)."""

    total: float
    first: Floats
    second: Floats
    flags: Floats


def _sharpened(side: Side, shape: Shape, vectors: Floats32, parts: Floats, settings: MixtureSettings) -> Side:
    """Move the components to the decisions that follow them, held to the definitions."""
    if len(vectors) < 10 * K:
        return side
    d = side.traits
    groups = alike(vectors[:, :d])
    told = [_told(c, vectors, groups, parts[:, k], d) for k, c in enumerate(side.components)]
    pooled = _covariance(told) + np.diag(1e-4 * shape.spread[:d] ** 2)
    components = []
    for k, t in enumerate(told):
        anchor = settings.anchor * t.total + settings.floor
        mean = (t.first + anchor * shape.means[k, :d]) / (t.total + anchor)
        shares = (t.flags + anchor * shape.means[k, d:]) / (t.total + anchor)
        cross = np.outer(mean, t.first)
        own = (t.second - cross - cross.T) / max(t.total, 1e-9) + np.outer(mean, mean)
        covariance = (1 - settings.pull) * own + settings.pull * pooled
        components.append(Component(mean, covariance, np.clip(shares, 0.01, 0.99)))
    return Side(d, tuple(components))


def _told(
    component: Component, vectors: Floats32, groups: list[tuple[Ints, Flags]], weight: Floats, d: int
) -> _Told:
    """Sum up decisions, in `groups` that know `alike`; a trait that isn't known is put in as what the component expects of it given the known ones."""
    first, second = np.zeros(d), np.zeros((d, d))
    for rows, seen in groups:
        part, own, hidden = component.marginal(seen), weight[rows], ~seen
        slope = component.covariance[np.ix_(hidden, seen)] @ part.precision
        full = np.empty((len(rows), d))
        full[:, seen] = vectors[rows, :d][:, seen]
        full[:, hidden] = component.mean[hidden] + (full[:, seen] - part.mean) @ slope.T
        first += own @ full
        second += (full * own[:, None]).T @ full
        left = (
            component.covariance[np.ix_(hidden, hidden)] - slope @ component.covariance[np.ix_(seen, hidden)]
        )
        second[np.ix_(hidden, hidden)] += own.sum() * left
    flags = vectors[:, d:].astype(np.float64)
    usual = np.where(np.isnan(flags), component.flags, flags)
    return _Told(float(weight.sum()), first, second, weight @ usual)


def _covariance(told: Sequence[_Told]) -> Floats:
    """Return the covariance of all decisions together."""
    total = max(sum(t.total for t in told), 1e-9)
    mean = np.sum([t.first for t in told], axis=0) / total
    return np.asarray(np.sum([t.second for t in told], axis=0) / total - np.outer(mean, mean))
