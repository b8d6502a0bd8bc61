"""Figures of verdicts against truth. A class is a number, the place of its logic; −1: no class could be given, which is wrong."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
FIFTHS = np.linspace(0.55, 0.95, 6)
_BINS = 10


def macro_f1(truth: Ints, found: Ints) -> float:
    """Return the mean of the logics' F1; logics that nobody truly follows are left out."""
    scores = [
        2 * ((truth == k) & (found == k)).sum() / ((truth == k).sum() + (found == k).sum())
        for k in np.unique(truth)
    ]
    return float(np.mean(scores)) if scores else float("nan")


def accuracy(truth: Ints, found: Ints) -> float:
    """Return the share that is right."""
    return float((truth == found).mean()) if len(truth) else float("nan")


def calibration_error(truth: Ints, found: Ints, sure: Floats) -> float:
    """Return the expected calibration error in ten bins of the leading probability, of those who have one."""
    known = found >= 0
    hit, sure = (truth == found)[known], sure[known]
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(
        sum((bins == b).mean() * abs(hit[bins == b].mean() - sure[bins == b].mean()) for b in np.unique(bins))
    )


def by_fifth(truth: Ints, found: Ints, purity: Floats) -> list[float]:
    """Return the accuracy in each fifth of purity, NaN where nobody is."""
    place = np.searchsorted(FIFTHS[1:-1], purity, side="right")
    return [accuracy(truth[place == k], found[place == k]) for k in range(len(list(pairwise(FIFTHS))))]


def rand_index(truth: Ints, found: Ints) -> float:
    """Return the adjusted Rand index (Hubert and Arabie 1985): 1 the same division, 0 what chance would give."""
    table = np.zeros((3, 4))
    np.add.at(table, (truth, found + 1), 1)
    both, rows, columns = (_pairs(x) for x in (table, table.sum(1), table.sum(0)))
    all_ = len(truth) * (len(truth) - 1) / 2
    chance = rows * columns / max(all_, 1)
    return float((both - chance) / ((rows + columns) / 2 - chance)) if rows + columns > 2 * chance else 1.0


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())
