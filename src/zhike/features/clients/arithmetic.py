"""Sums that can't go wrong in silence: a division by nothing is null, on every engine."""

from __future__ import annotations

import narwhals as nw

Z95 = 1.959963984540054


def money(column: str) -> nw.Expr:
    """Return a money column as a number."""
    return nw.col(column).cast(nw.Float64)


def positive(value: nw.Expr) -> nw.Expr:
    """Return the value where it is above zero, else null."""
    return nw.when(value > 0).then(value)


def ratio(top: nw.Expr, bottom: nw.Expr) -> nw.Expr:
    """Return top ÷ bottom; null where the bottom isn't above zero."""
    return top / positive(bottom)


def least(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """Return the smaller of two values; null where one is."""
    return nw.when(a < b).then(a).otherwise(nw.when(a >= b).then(b))


def root(value: nw.Expr) -> nw.Expr:
    """Return the square root; 0 below zero, where rounding may lead."""
    return nw.when(value > 0).then(value).otherwise(0.0).sqrt()


def flag(condition: nw.Expr) -> nw.Expr:
    """Return 1 where a condition holds, else 0 (also where it can't be told)."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def whole(value: nw.Expr) -> nw.Expr:
    """Return the nearest whole number, half to even, by steps that every engine does alike."""
    floor = value.floor()
    rest, odd = value - floor, floor - 2.0 * (floor / 2.0).floor()
    up = (rest > 0.5) | ((rest == 0.5) & (odd == 1.0))
    return nw.when(up).then(floor + 1.0).otherwise(floor)


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
