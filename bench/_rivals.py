"""What a sensible person would use instead, on the same clients: k-means, a Gaussian mixture, bands of turnover.

The two that find clusters give them no names: each branch's clusters are named in the way that agrees best with the truth,
which nobody at a branch could do. They look at measures of twelve months, winsorised at 1 and 99 %, standardised; what is
missing is the median. The bands (half a year's trade over the quarter's average assets) are named once and for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from _branches import MEASURES
from _figures import Floats, Ints, macro_f1

NAMES = ("k-means", "Gaussian mixture", "turnover bands")
_LONG_TAILED = ("holding_days_restricted_12m", "turnover_12m", "payoff_12m")
_BANDS, _FEWEST = (3.0, 12.0), 60


def found_by_rivals(rows: Sequence[Mapping[str, Any]], truth: Ints) -> dict[str, Ints]:
    """Return each rival's classes for the clients of one branch, all of them with enough round trips.

    Where scikit-learn isn't installed, or the clients are too few to find three groups among them, the bands stand alone.
    """
    clusters = _clusters(standardised(rows)) if len(rows) >= _FEWEST else ()
    found = [named(np.asarray(c, np.int64), truth) for c in clusters]
    return {**dict(zip(NAMES[:2], found, strict=False)), NAMES[2]: bands(rows)}


def _clusters(x: Floats) -> tuple[Ints, ...]:
    try:
        from sklearn.cluster import KMeans
        from sklearn.mixture import GaussianMixture
    except ImportError:
        return ()
    means = KMeans(3, n_init=10, random_state=0).fit_predict(x)
    mixture = GaussianMixture(3, n_init=10, random_state=0, reg_covar=1e-3).fit_predict(x)
    return means, mixture


def standardised(rows: Sequence[Mapping[str, Any]]) -> Floats:
    """Return the clients' measures, shape (clients, measures)."""
    columns = [_standardised(_column(rows, name), long_tailed=name in _LONG_TAILED) for name in MEASURES]
    return np.stack(columns, axis=1)


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], np.float64)


def _standardised(x: Floats, *, long_tailed: bool) -> Floats:
    if np.isnan(x).all():
        return np.zeros(len(x))
    x = np.where(np.isnan(x), np.nanmedian(x), x)
    if long_tailed:
        x = np.log1p(np.maximum(x, 0.0))
    x = np.clip(x, *np.quantile(x, (0.01, 0.99)))
    return np.asarray((x - x.mean()) / (x.std() or 1.0), np.float64)


def named(cluster: Ints, truth: Ints) -> Ints:
    """Give each cluster a logic of its own, so that macro-F1 is highest."""
    ways = [np.array(way)[cluster] for way in permutations(range(3))]
    return max(ways, key=lambda found: macro_f1(truth, found))


def bands(rows: Sequence[Mapping[str, Any]]) -> Ints:
    """Below 3 times in half a year: value; below 12: trend; else sentiment. Without assets nobody turns anything over."""
    traded, assets = _column(rows, "traded_6m"), _column(rows, "net_avg_3m")
    some = assets > 0
    turnover = np.where(some, np.nan_to_num(traded) / np.where(some, assets, 1.0), 0.0)
    return np.searchsorted(_BANDS, turnover, side="right").astype(np.int64)
