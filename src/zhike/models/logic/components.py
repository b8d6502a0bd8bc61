"""What decisions of each source look like: normal in the traits, yes or no in the flags; what isn't known is left open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.models.logic.decisions import Decisions
from zhike.models.logic.definitions import COMPONENTS, LOGICS, Shape
from zhike.models.logic.rows import across, times

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Marginal:
    """A component where only some traits are known: mean (s,), precision (s, s), half of its log determinant."""

    mean: Floats
    precision: Floats
    log_det: float


@dataclass(frozen=True, slots=True)
class Component:
    """A source's decisions on one side: mean (d,), covariance (d, d) of the traits that aren't flags; shares of flags (f,)."""

    mean: Floats
    covariance: Floats
    flags: Floats

    def marginal(self, seen: Flags) -> Marginal:
        """Return what the component says of the traits that are `seen` (d,), whatever the others are."""
        precision = np.asarray(np.linalg.inv(self.covariance[np.ix_(seen, seen)]), np.float64)
        return Marginal(self.mean[seen], precision, 0.5 * float(np.linalg.slogdet(precision)[1]))

    def log_flags(self, flags: Floats) -> Floats:
        """Return what each flag (n, f) adds to the log density; one that isn't known (NaN) adds nothing."""
        logs = np.where(flags > 0, np.log(self.flags), np.log1p(-self.flags))
        return np.asarray(np.where(np.isnan(flags), 0.0, logs))


@dataclass(frozen=True, slots=True)
class Side:
    """A fitted side: its components, of `traits` traits that aren't flags."""

    traits: int
    components: tuple[Component, ...]

    def log_density(self, vectors: Floats32) -> Floats:
        """Return the log densities of decisions under each component; shape (n, 4). What isn't known of a decision says nothing."""
        out = np.empty((len(vectors), len(COMPONENTS)))
        for begin in range(0, len(vectors), _AT_ONCE):
            out[begin : begin + _AT_ONCE] = self._log_density(vectors[begin : begin + _AT_ONCE])
        return out

    def _log_density(self, vectors: Floats32) -> Floats:
        out, flags = np.empty((len(vectors), len(COMPONENTS))), vectors[:, self.traits :].astype(np.float64)
        for k, rows, _, level, traits in self._by_pattern(vectors, self.components):
            out[rows, k] = level + across(traits)
        for k, component in enumerate(self.components):
            out[:, k] += across(component.log_flags(flags))
        return out

    def parts(self, vectors: Floats32) -> Floats:
        """Return the log densities under each logic, cut into traits; shape (n, 3, D + 1), last what the traits have in common."""
        d, logics = self.traits, self.components[: len(LOGICS)]
        out = np.zeros((len(vectors), len(LOGICS), vectors.shape[1] + 1))
        for k, rows, seen, level, traits in self._by_pattern(vectors, logics):
            out[rows[:, None], k, np.flatnonzero(seen)] = traits
            out[rows, k, -1] = level
        for k, component in enumerate(logics):
            out[:, k, d:-1] = component.log_flags(vectors[:, d:].astype(np.float64))
        return out

    def _by_pattern(
        self, vectors: Floats32, components: tuple[Component, ...]
    ) -> Iterator[tuple[int, Ints, Flags, float, Floats]]:
        """Yield each component's number, rows (m,) that know the same traits, these (d,), the level, and what each says (m, s)."""
        for rows, seen in alike(vectors[:, : self.traits]):
            known = vectors[rows, : self.traits][:, seen].astype(np.float64)
            for k, component in enumerate(components):
                part = component.marginal(seen)
                away = known - part.mean
                yield k, rows, seen, part.log_det, -0.5 * times(away, part.precision) * away


def alike(known: Floats32) -> list[tuple[Ints, Flags]]:
    """Return the rows of `known` (n, d) that know the same traits together: their places, and which traits (d,) those are."""
    pattern = (~np.isnan(known)) @ (1 << np.arange(known.shape[1]))
    return [
        (np.flatnonzero(pattern == p), (int(p) >> np.arange(known.shape[1])) % 2 == 1) for p in np.unique(pattern)
    ]  # fmt: skip


def start(shape: Shape, decisions: Decisions) -> Side:
    """Return the side as the definitions have it."""
    d = len(shape.spread) - decisions.flags
    return Side(d, tuple(Component(m[:d], np.diag(shape.spread[:d] ** 2), m[d:]) for m in shape.means))
