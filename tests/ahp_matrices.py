"""Reciprocal matrices that the tests of `models.ahp` share: by hand, at random, and as hypothesis makes them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

SCALE = [1 / k for k in range(9, 1, -1)] + list(range(1, 10))


def reciprocal(n, values):
    """Return the reciprocal matrix with these values above its diagonal, row by row."""
    matrix = np.ones((n, n))
    upper = np.triu_indices(n, 1)
    matrix[upper] = values
    matrix.T[upper] = 1 / np.asarray(values)
    return matrix


def drawn(rng, n):
    """Return a matrix whose judgements are drawn from the scale."""
    return reciprocal(n, rng.choice(SCALE, n * (n - 1) // 2))


@st.composite
def matrices(draw, low=1, high=9):
    n = draw(st.integers(low, high))
    pairs = n * (n - 1) // 2
    return reciprocal(n, draw(st.lists(st.sampled_from(SCALE), min_size=pairs, max_size=pairs)))


@st.composite
def weights(draw, low=1, high=9):
    """Draw weights that may be twelve orders of magnitude apart."""
    w = 10.0 ** draw(arrays(float, draw(st.integers(low, high)), elements=st.floats(-6, 6)))
    return w / w.sum()


@st.composite
def gaps(draw, n):
    """Draw which entries of an n × n matrix are judged: a random spanning tree, and some more."""
    judged = np.eye(n, dtype=bool)
    for i in range(1, n):
        judged[i, draw(st.integers(0, i - 1))] = True
    extra = draw(arrays(bool, (n, n)))
    judged = judged | (extra & draw(st.booleans()))
    order = draw(st.permutations(range(n)))
    return (judged | judged.T)[np.ix_(order, order)]
