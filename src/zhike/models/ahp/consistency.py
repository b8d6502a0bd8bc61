"""How far judgements contradict each other, which pairs do it most, and what would mend each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from zhike.base.text import Said, say
from zhike.models.ahp.completion import Completion, harker, least_squares, optimal
from zhike.models.ahp.judgements import SCALE_TOP, components
from zhike.models.ahp.near import named
from zhike.models.ahp.random_index import DEFAULT, random_index

Floats = npt.NDArray[np.float64]
_COMPLETED: Mapping[str, Callable[[Floats], Completion]] = {
    "eigenvector": optimal,
    "geometric": least_squares,
}
_LEFT_OUT: Mapping[str, Callable[[Floats], Completion]] = {"eigenvector": harker, "geometric": least_squares}
METHODS = tuple(_COMPLETED)
METHOD_ALIASES: Mapping[str, str] = {
    "eigen": "eigenvector", "ev": "eigenvector", "geometric_mean": "geometric", "gm": "geometric", "llsm": "geometric",
}  # fmt: skip
_NONE = 1e-9  # a judgement this near, in logarithms, to what the weights say is no contradiction
_DIGITS = 9  # of ln e_ij: of three items all pairs contradict alike, and the first is named, not the one that rounding prefers
_STEPS = np.arange(2, SCALE_TOP + 1)
_SCALE = np.concatenate([1 / _STEPS[::-1], [1.0], _STEPS])


def _gci_limits() -> Mapping[int, float]:
    return {3: 0.31, 4: 0.35, 5: 0.37}


@dataclass(frozen=True, slots=True)
class ConsistencySettings:
    """What counts as consistent enough, and how many pairs advice is given on.

    CR at most 0.10 (Saaty 1977). GCI at most 0.31 for 3 items, 0.35 for 4, 0.37 for more: what goes with a CR of 0.10
    (Aguarón and Moreno-Jiménez 2003).
    """

    most_cr: float = 0.10
    most_gci: Mapping[int, float] = field(default_factory=_gci_limits)
    pairs: int = 3

    def gci_limit(self, n: int) -> float:
        """Return the largest acceptable GCI for n items; below 3 the one for 3, where it is always 0."""
        return self.most_gci[min(max(n, min(self.most_gci)), max(self.most_gci))]


@dataclass(frozen=True, slots=True, eq=False)
class Consistency:
    """λmax, CI, CR with the name of its table, GCI, and Saaty's errors e_ij = a_ij w_j / w_i (n, n; NaN where not judged).

    CR is None where the table of random indices ends, and then `remark` says so. `most_cr` and `most_gci` are the limits.
    """

    lambda_max: float
    index: float
    ratio: float | None
    random_index: str
    gci: float
    errors: Floats
    most_cr: float
    most_gci: float
    remark: Said | None = None

    @property
    def acceptable(self) -> bool:
        """Tell whether CR keeps its limit; GCI where there is no CR."""
        return self.gci <= self.most_gci if self.ratio is None else self.ratio <= self.most_cr


@dataclass(frozen=True, slots=True)
class Mend:
    """A pair (i, j) that contradicts the rest, and what would mend it.

    `given` is a_ij, `error` e_ij; `consistent` what the other judgements say of the pair, `scale` the value of 1/9 … 9 nearest
    to it; `ratio` and `scale_ratio` the CR that each would give (None where the table of random indices ends).
    """

    i: int
    j: int
    given: float
    error: float
    consistent: float
    scale: float
    ratio: float | None
    scale_ratio: float | None

    @property
    def nearest(self) -> bool:
        """Tell whether what was judged already is the value of the scale nearest to what the others say."""
        return abs(self.scale / self.given - 1) < _NONE


def method_named(word: str) -> str:
    """Return a method's own name for any way of writing it. Raises UsageError for a name that is no method."""
    return named(word, METHODS, METHOD_ALIASES, say("方法", "method"))


def completed(matrix: Floats, method: str) -> Completion:
    """Return weights, λmax and missing entries by a method: eigenvector (optimal completion) or geometric (least squares).

    Raises UsageError for another method, and where comparisons don't connect all items.
    """
    return _COMPLETED[method_named(method)](matrix)


def consistency(
    matrix: Floats, found: Completion, table: str = DEFAULT, settings: ConsistencySettings | None = None
) -> Consistency:
    """Judge a reciprocal matrix (n, n; NaN where not judged) by its weights and λmax.

    CI = (λmax − n) / (n − 1), CR = CI / RI(n). GCI = Σ ln² e_ij / (m − n + 1) over the m judged pairs, with the weights of least
    squares: 2 / ((n − 1)(n − 2)) · Σ where nothing is missing (Crawford and Williams 1985; Aguarón and Moreno-Jiménez 2003).
    """
    n, settings = len(matrix), settings or ConsistencySettings()
    ri = random_index(n, table)
    index = max(0.0, (found.lambda_max - n) / (n - 1)) if n > 2 else 0.0
    return Consistency(
        lambda_max=found.lambda_max,
        index=index,
        ratio=_ratio(index, ri.value),
        random_index=ri.name,
        gci=_gci(matrix),
        errors=matrix * found.weights / found.weights[:, None],
        most_cr=settings.most_cr,
        most_gci=settings.gci_limit(n),
        remark=ri.remark,
    )


def _ratio(index: float, ri: float | None) -> float | None:
    if ri is None:
        return None
    return index / ri if ri > 0 else 0.0


def _gci(matrix: Floats) -> float:
    n = len(matrix)
    pairs = int((~np.isnan(np.triu(matrix, 1))).sum()) - n * (n + 1) // 2
    free = pairs - n + 1
    if free < 1:
        return 0.0
    w = least_squares(matrix).weights
    return float(np.nansum(np.log(np.triu(matrix * w / w[:, None], 1) + np.tri(n)) ** 2) / free)


def mends(
    matrix: Floats,
    found: Completion,
    method: str,
    table: str = DEFAULT,
    settings: ConsistencySettings | None = None,
) -> tuple[Mend, ...]:
    """Return the pairs whose e_ij is farthest from 1, worst first, each with what would mend it.

    What the others say of a pair is w_i / w_j with that pair left out (Harker 1987, Saaty 2003; least squares where the method is
    geometric). A pair without which nothing connects its items contradicts nobody and is passed over.
    """
    most = (settings or ConsistencySettings()).pairs
    error = matrix * found.weights / found.weights[:, None]
    size = np.abs(np.log(np.triu(error, 1) + np.tri(len(matrix))))
    size = np.nan_to_num(size).round(_DIGITS)
    out: list[Mend] = []
    for place in np.argsort(-size, axis=None, kind="stable"):
        i, j = divmod(int(place), len(matrix))
        if len(out) == most or not size[i, j] > _NONE:
            break
        without = _with(matrix, i, j, math.nan)
        if len(components(without)) == 1:
            out.append(_mend(matrix, without, (i, j), float(error[i, j]), method, table))
    return tuple(out)


def _mend(
    matrix: Floats, without: Floats, pair: tuple[int, int], error: float, method: str, table: str
) -> Mend:
    i, j = pair
    w = _LEFT_OUT[method](without).weights
    value = float(w[i] / w[j])
    scale = float(_SCALE[np.abs(np.log(_SCALE / value)).argmin()])

    def cr(entry: float) -> float | None:
        changed = _with(matrix, i, j, entry)
        return consistency(changed, completed(changed, method), table).ratio

    return Mend(i, j, float(matrix[i, j]), error, value, scale, cr(value), cr(scale))


def _with(matrix: Floats, i: int, j: int, value: float) -> Floats:
    changed = matrix.copy()
    changed[i, j], changed[j, i] = value, 1 / value
    return changed
