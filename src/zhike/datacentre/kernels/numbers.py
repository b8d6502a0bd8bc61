"""Numbers and identifiers out of text cells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import Bytes, Ints, compiled

# What `parse_decimals` says of a cell.
OK, EMPTY, NOT_A_NUMBER, TOO_FINE, TOO_LARGE = 0, 1, 2, 3, 4

LIMIT = 10**18  # a DECIMAL(18, s) holds 18 digits
_COMMA, _DOT, _MINUS, _PLUS, _OPEN, _CLOSE = 0x2C, 0x2E, 0x2D, 0x2B, 0x28, 0x29


@compiled
def _trimmed(data: Bytes, a: int, b: int) -> tuple[int, int]:
    """Return [a, b) without blanks at its ends."""
    while a < b and (data[a] == 0x20 or data[a] == 0x09):
        a += 1
    while b > a and (data[b - 1] == 0x20 or data[b - 1] == 0x09):
        b -= 1
    return a, b


@compiled
def _whole(data: Bytes, a: int, b: int, thousands: bool) -> tuple[int, int, int]:
    """Read the digits before a decimal point; return their value, how many there were (-1: wrong), and where it ends."""
    value, digits, run = 0, 0, 0
    grouped = False
    i = a
    while i < b and data[i] != _DOT:
        c = data[i]
        if 0x30 <= c <= 0x39:
            value = value * 10 + (c - 0x30)
            digits += 1
            run += 1
            if value >= LIMIT:
                return value, digits, i
        elif c == _COMMA and thousands and 0 < run <= 3 and (run == 3 or not grouped):
            grouped = True
            run = 0
        else:
            return 0, -1, i
        i += 1
    return value, (-1 if grouped and run != 3 else digits), i


@compiled
def _rounded(data: Bytes, a: int, b: int, value: int) -> tuple[int, int]:
    """Round `value` half to even by the digits in [a, b), which it has no room for."""
    half, sticky = 0, False
    for i in range(a, b):
        if not 0x30 <= data[i] <= 0x39:
            return 0, NOT_A_NUMBER
        if i == a:
            half = data[i] - 0x30
        elif data[i] != 0x30:
            sticky = True
    if half > 5 or (half == 5 and (sticky or value % 2 == 1)):
        return value + 1, TOO_FINE
    return value, TOO_FINE if half or sticky else OK


@compiled
def _decimal(data: Bytes, a: int, b: int, scale: int, thousands: bool) -> tuple[int, int]:
    """Read one number from [a, b), times 10^scale; return it with one of the codes above."""
    negative = data[a] == _MINUS
    if negative or data[a] == _PLUS:
        a += 1
    value, digits, i = _whole(data, a, b, thousands)
    if digits < 0:
        return 0, NOT_A_NUMBER
    places = 0
    i += 1
    while i < b and places < scale:
        c = data[i]
        if c < 0x30 or c > 0x39:
            return 0, NOT_A_NUMBER
        value = value * 10 + (c - 0x30)
        places += 1
        i += 1
        if value >= LIMIT:
            return 0, TOO_LARGE
    if digits + places == 0 and i >= b:
        return 0, NOT_A_NUMBER
    for _ in range(places, scale):
        if value >= LIMIT:
            break
        value *= 10
    if value >= LIMIT:
        return 0, TOO_LARGE
    value, code = _rounded(data, i, b, value)
    return (-value if negative else value), code


_POWERS = np.array([10**k for k in range(10)], np.int64)
_SHORT = 17  # digits that stay beneath LIMIT whatever they are


@compiled
def _short_number(data: Bytes, a: int, b: int, scale: int) -> int:
    """Read [a, b) times 10^scale where it is plain (a minus, digits, one point, nothing to round); else return LIMIT."""
    first = a + (data[a] == _MINUS)
    value, point = 0, b
    for j in range(first, b):
        digit = np.uint8(data[j] - 0x30)  # unsigned, so that one comparison tells
        if digit <= 9:
            value = value * 10 + int(digit)
        elif data[j] == _DOT and point == b:
            point = j
        else:
            return LIMIT
    places = b - point - 1 if point < b else 0
    if places > scale or point == first or b - first + scale - places > _SHORT:
        return LIMIT
    value *= int(_POWERS[scale - places])
    return value if first == a else -value


@compiled
def parse_decimals(
    data: Bytes, offsets: npt.NDArray[np.int32], scale: int, thousands: bool, parentheses: bool
) -> tuple[Ints, Bytes]:
    """Read every cell as a decimal; return values times 10^scale (int64) and a code for each cell.

    Accepted: an optional sign, digits, one point. `thousands` allows 1,234.56 and `parentheses` (1,234) for -1234.
    Digits beyond the scale are rounded half to even and said (TOO_FINE). No exponent, NaN, infinity or underscore.
    """
    n = len(offsets) - 1
    values = np.zeros(n, np.int64)
    codes = np.zeros(n, np.uint8)
    for i in range(n):
        a, b = offsets[i], offsets[i + 1]
        if 0 < b - a <= _SHORT:
            value = _short_number(data, a, b, scale)
            if value != LIMIT:
                values[i] = value
                continue
        a, b = _trimmed(data, a, b)
        if a == b:
            codes[i] = EMPTY
            continue
        sign = 1
        if parentheses and b - a > 2 and data[a] == _OPEN and data[b - 1] == _CLOSE:
            sign, a, b = -1, a + 1, b - 1
            if data[a] == _MINUS or data[a] == _PLUS:
                codes[i] = NOT_A_NUMBER
                continue
        value, code = _decimal(data, a, b, scale, thousands)
        values[i] = sign * value
        codes[i] = code
    return values, codes


@compiled
def _all_plain(data: Bytes) -> bool:
    """Tell whether no byte could keep the cell it stands in from being a plain identifier."""
    odd = False
    for c in data:  # without a branch, so that many bytes are looked at at once
        odd |= (c <= 0x20) | (c >= 0x7F) | (c == 0x3D) | (c == 0x22)
        odd |= (c == _DOT) | (c == 0x45) | (c == 0x65)
    return not odd


@compiled
def plain_cells(data: Bytes, offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Tell which cells are plain identifiers: printable ASCII without blanks, and not a float or E-notation.

    Those need no further look; the rest (empty ones too) goes through the slow, exact rules.
    """
    n = len(offsets) - 1
    if _all_plain(data[offsets[0] : offsets[n]]):
        return offsets[1:] > offsets[:-1]
    plain = np.zeros(n, np.bool_)
    for i in range(n):
        a, b = offsets[i], offsets[i + 1]
        good = b > a
        numeric = True
        dotted = False
        for j in range(a, b):
            c = data[j]
            if c <= 0x20 or c >= 0x7F or c == 0x3D or c == 0x22:
                good = False
                break
            digit = 0x30 <= c <= 0x39
            if not digit:
                if c in (_DOT, 0x45, 0x65):
                    dotted = True
                elif c in (_PLUS, _MINUS):
                    continue
                else:
                    numeric = False
        plain[i] = good and not (numeric and dotted)
    return plain
