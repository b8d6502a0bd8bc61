"""What a file's first cells say about its columns: dates, codes, sides, flags, and balances that add up."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from zhike.datacentre.mapping.flags import PLAIN_SIDES, Flags
from zhike.datacentre.mapping.names import normalise
from zhike.datacentre.tables import Type

_DATE = re.compile(r"^(19|20)\d{2}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?([ T].*)?$|^(19|20)\d{12}$")
_STAMP = re.compile(r"^(19|20)\d{2}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?[ T]+\d{1,2}:\d{2}|^(19|20)\d{12}$")
_TIME = re.compile(r"^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$|^\d{5,6}$|^\d{8,9}$")
_INDEX = re.compile(
    r"^(399\d{3}(\.\w+)?|sz399\d{3}|000\d{3}\.(sh|xshg|ss)|sh000\d{3}|csi\w+|h\d{5}.*|9[38]\d{4}\.\w+)$", re.I
)
_NUMBER = re.compile(r"^[+\-(]?[¥$]?\d[\d,]*(\.\d+)?([eE][+\-]?\d+)?\)?%?$")
_NUMERIC = frozenset(
    {Type.MONEY, Type.QUANTITY, Type.PRICE, Type.RATE, Type.COUNT, Type.NUMBER},
)
_ENOUGH = 0.8


@dataclass(frozen=True)
class Sample:
    """The sample rows of a file as text cells, by column position; blank cells are left out of the tests."""

    rows: tuple[tuple[str, ...], ...]
    flags: Flags

    def cells(self, position: int) -> tuple[str, ...]:
        """Return the column's cells, one a row, blank as ""."""
        return self._columns[position] if position < len(self._columns) else ()

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], ...]:
        width = max((len(row) for row in self.rows), default=0)
        clean = [[cell_text(c) for c in row] + [""] * (width - len(row)) for row in self.rows]
        return tuple(zip(*clean, strict=True))

    def share(self, position: int, test: Callable[[str], bool]) -> float | None:
        """Return the share of the column's filled cells that pass `test`; None where there are none."""
        filled = [c for c in self.cells(position) if c]
        return sum(map(test, filled)) / len(filled) if filled else None

    def are_flags(self, position: int) -> bool | None:
        """Tell whether the column's cells are business flags; None where it is empty."""
        share = self.share(position, lambda c: self.flags.meaning(c) is not None)
        return None if share is None else share >= 0.6

    def has_business_flags(self, position: int) -> bool:
        """Tell whether the column holds flags that say more than the side (融资买入, 银行转证券)."""
        return any(
            normalise(c) not in PLAIN_SIDES and self.flags.meaning(c) is not None
            for c in self.cells(position)
            if c
        )

    def has_stamps(self, position: int) -> bool:
        """Tell whether the column's cells hold a date and a time together."""
        share = self.share(position, lambda c: bool(_STAMP.match(c)))
        return share is not None and share >= _ENOUGH

    def are_index_codes(self, position: int) -> bool:
        """Tell whether the column's cells are codes of indexes."""
        share = self.share(position, lambda c: bool(_INDEX.match(c)))
        return share is not None and share >= _ENOUGH

    def fits(self, position: int, type_: Type) -> bool | None:
        """Tell whether the column's cells could be of `type_`; None where the sample does not say."""
        test = _TESTS.get(type_) or (is_number if type_ in _NUMERIC else None)
        share = None if test is None else self.share(position, test)
        return None if share is None else share >= _ENOUGH

    def numbers(self, position: int) -> list[float | None]:
        """Return the column's cells as numbers, None where a cell is none."""
        return [to_number(c) for c in self.cells(position)]


def cell_text(cell: str) -> str:
    """Return a cell without the `="…"` that some exports put around text, and without outer spaces."""
    text = (cell or "").strip()
    if text.startswith("="):
        text = text[1:]
    return text.strip('"').strip()


def is_number(text: str) -> bool:
    """Tell whether `text` is written as a number."""
    return bool(_NUMBER.match(text))


def to_number(text: str) -> float | None:
    """Return the number that `text` shows, None where it shows none."""
    if not is_number(text):
        return None
    return float(re.sub(r"[,¥$()%+]", "", text)) * (-1 if text.startswith("(") else 1)


_TESTS: dict[Type, Callable[[str], bool]] = {
    Type.DATE: lambda c: bool(_DATE.match(c)),
    Type.STAMP: lambda c: bool(_DATE.match(c)),
    Type.TIME: lambda c: bool(_TIME.match(c)),
}


def adds_up(
    balances: Sequence[float | None], changes: Sequence[float | None], groups: Sequence[str] | None = None
) -> bool | None:
    """Tell whether each balance is the one before plus the change, in either order of rows.

    None with too few rows. With `groups` (securities) the chain is followed within each of them,
    and the change counts without its sign.
    """
    chains: dict[str, list[tuple[float, float]]] = {}
    for n, (balance, change) in enumerate(zip(balances, changes, strict=True)):
        if balance is not None and change is not None:
            chains.setdefault(groups[n] if groups else "", []).append((balance, change))
    unsigned = groups is not None
    pairs = [(a, b) for chain in chains.values() for a, b in pairwise(chain) if a[1] or b[1]]
    if len(pairs) < 2:
        return None
    down = sum(_steps(b[0] - a[0], b[1], unsigned) for a, b in pairs)
    up = sum(_steps(a[0] - b[0], a[1], unsigned) for a, b in pairs)
    return max(down, up) >= _ENOUGH * len(pairs)


def _steps(moved: float, change: float, unsigned: bool) -> bool:
    gap = abs(abs(moved) - abs(change)) if unsigned else abs(moved - change)
    return gap <= 0.015


def typical_ratio(over: Sequence[float | None], under: Sequence[float | None]) -> float | None:
    """Return the median of over/under where both are above zero; None with no such row."""
    ratios = [a / b for a, b in zip(over, under, strict=True) if a and b and a > 0 and b > 0]
    return median(ratios) if ratios else None
