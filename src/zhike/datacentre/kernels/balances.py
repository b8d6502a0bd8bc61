"""Balances that must follow from movements."""

from __future__ import annotations

import numpy as np

from zhike.base.compiling import Hashes, Ints, compiled
from zhike.datacentre.kernels.hashing import mixed


@compiled
def _balance_hash(value: int) -> np.uint64:
    return mixed(np.uint64(0x6A09E667F3BCC909), np.uint64(value))


@compiled
def chain_breaks(account: Hashes, day: Ints, change: Ints, after: Ints, line: Ints) -> Ints:
    """Return the lines at which balances stop following from changes; rows are sorted by account, then day.

    Within a day any order is allowed: the opening balances of its rows and their closing balances are the same numbers
    but for the day's own opening and closing, which is tested by comparing sums of their hashes. After a break the next
    balance is believed again.
    """
    broken = np.empty(len(account), np.int64)
    found, a = 0, 0
    while a < len(account):
        b, silent = a, True
        while b < len(account) and account[b] == account[a]:
            silent = silent and after[b] == 0
            b += 1
        if not silent:  # an account whose balances are all zero states none: some exports write 0
            found = _breaks_of(day, change, after, line, a, b, broken, found)
        a = b
    return broken[:found]


@compiled
def _breaks_of(
    day: Ints, change: Ints, after: Ints, line: Ints, a: int, end: int, broken: Ints, found: int
) -> int:
    """Follow one account through rows [a, end), day by day."""
    opening, known = 0, False
    while a < end:
        b, total, first = a, 0, line[a]
        residue = np.uint64(0)
        while b < end and day[b] == day[a]:
            total += change[b]
            first = min(first, line[b])
            residue += _balance_hash(after[b] - change[b]) - _balance_hash(after[b])
            b += 1
        fits = known and residue == _balance_hash(opening) - _balance_hash(opening + total)
        believed = fits
        for k in range(a, b):
            if believed:
                break
            candidate = after[k] - change[k]
            if residue == _balance_hash(candidate) - _balance_hash(candidate + total):
                believed, opening = True, candidate
        if (known and not fits) or not believed:
            broken[found] = first
            found += 1
        opening += total
        # a day that ends where it began could have begun at any of its balances
        known = fits or (believed and total != 0)
        a = b
    return found
