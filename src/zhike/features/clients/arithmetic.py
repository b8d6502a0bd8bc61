"""Money as numbers, and how sure a figure is: intervals of rates and means."""

from __future__ import annotations

import narwhals as nw

from zhike.engine.meaning import positive, ratio, root

Z95 = 1.959963984540054


def money(column: str) -> nw.Expr:
    """Return a money column as a number."""
    return nw.col(column).cast(nw.Float64)


def around(value: nw.Expr, error: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Return the 95 % interval of a value with a standard error."""
    return value - Z95 * error, value + Z95 * error


def wilson(hits: nw.Expr, n: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Return Wilson's 95 % interval of a rate: it stays within 0 … 1 and isn't empty for few observations (Wilson 1927)."""
    square = Z95 * Z95
    middle = ratio(hits + square / 2.0, n + square)
    reach = Z95 * root(ratio(hits * (n - hits), n) + square / 4.0) / (n + square)
    known = n > 0
    return nw.when(known).then(middle - reach), nw.when(known).then(middle + reach)


def mean_error(total: nw.Expr, squares: nw.Expr, n: nw.Expr) -> nw.Expr:
    """Return the standard error of a mean from Σx, Σx² and n; null below two observations."""
    variance = (squares - ratio(total * total, n)) / positive(n - 1.0)
    return root(variance) / positive(n).sqrt()
