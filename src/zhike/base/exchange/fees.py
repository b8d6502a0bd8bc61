"""Say what a trade costs by law and tariff on its date. The tariffs and their sources are in `fees.toml`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from zhike.base.exchange.codes import family_of
from zhike.base.exchange.packaged import packaged
from zhike.base.period import Days, day_no

Side = Literal["buy", "sell"]
Floats = npt.NDArray[np.float64]

FEES = ("stamp_duty", "transfer_fee", "handling", "management", "commission_cap")
"""The fees: 印花税, 过户费, 经手费, 证管费, and the most that may be taken as commission."""

_FEN = Decimal("0.01")


class FeeFamily(IntEnum):
    """Securities that are charged alike; small integers, to stand in an int8 column."""

    UNKNOWN = 0
    SH_A = 1
    SZ_A = 2
    BJ_A = 3
    SH_B = 4
    SZ_B = 5
    FUND = 6
    CONVERTIBLE = 7
    BOND = 8
    REPO = 9
    HK = 10


_BY_KIND = {
    "etf": FeeFamily.FUND,
    "fund": FeeFamily.FUND,
    "convertible": FeeFamily.CONVERTIBLE,
    "bond": FeeFamily.BOND,
    "repo": FeeFamily.REPO,
}
_A_SHARES = {"SH": FeeFamily.SH_A, "SZ": FeeFamily.SZ_A, "BJ": FeeFamily.BJ_A}
_B_SHARES = {"SH": FeeFamily.SH_B, "SZ": FeeFamily.SZ_B}


def fee_family(kind: str | None, board: str | None, market: str | None) -> FeeFamily:
    """Find what a security is charged as, from its kind, board and market (SH, SZ, BJ, HK).

    UNKNOWN where the table holds nothing for it: indices, subscriptions, NEEQ, Hong Kong's funds.
    """
    if market == "HK":
        return FeeFamily.HK if kind == "stock" else FeeFamily.UNKNOWN
    if kind != "stock":
        return _BY_KIND.get(kind or "", FeeFamily.UNKNOWN)
    if board == "neeq":
        return FeeFamily.UNKNOWN
    shares = _B_SHARES if board == "b_share" else _A_SHARES
    return shares.get(market or "", FeeFamily.UNKNOWN)


def fee_family_of(security_id: str) -> FeeFamily:
    """Find what a security is charged as, from its code alone."""
    family = family_of(security_id)
    return fee_family(family.kind, family.board, family.market) if family else FeeFamily.UNKNOWN


@dataclass(frozen=True, slots=True)
class FeePeriod:
    """One row of the tariff: charge = max(rate × amount + per_unit × quantity, minimum), from `since` on."""

    fee: str
    family: FeeFamily
    since: Date
    buy: Decimal
    sell: Decimal
    per_unit: Decimal
    minimum: Decimal
    source: str

    def charge(self, side: Side, amount: Decimal, quantity: Decimal) -> Decimal:
        """Compute the charge in the currency of `amount`, rounded half-up to the fen."""
        rate = self.sell if side == "sell" else self.buy
        due = max(rate * amount + self.per_unit * quantity, self.minimum)
        return due.quantize(_FEN, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Fees:
    """What one trade owes, in its currency, to the fen; None where the tariff of that date isn't known.

    `transfer_fee`, `handling` and `management` are often inside the commission: a statement that shows 0 for
    them isn't wrong. `commission_cap` is the most that may be taken as commission, the minimum included.
    """

    stamp_duty: Decimal | None
    transfer_fee: Decimal | None
    handling: Decimal | None
    management: Decimal | None
    commission_cap: Decimal | None


@dataclass(frozen=True, slots=True, eq=False)
class FeeTable:
    """Every tariff at once, for one trade (`period`, `expected`) and for millions (`rates`, `charges`).

    `rows` are sorted by date. Something changes on P days, which bound P + 1 periods; `_period` says which
    one a day belongs to, for every day from `_before`, the day before the first change, to the last change.
    `_cells` holds, by name, the flat array (family, period, side) with NaN where nothing is known; side 0 is
    buy, 1 is sell.
    """

    rows: tuple[FeePeriod, ...]
    _before: int
    _period: npt.NDArray[np.int64]
    _cells: dict[str, Floats]

    @classmethod
    def of(cls, rows: tuple[FeePeriod, ...]) -> FeeTable:
        """Lay the tariff rows out by day. Raises ValueError where there are none."""
        if not rows:
            raise ValueError("a fee table needs at least one row")
        ordered = tuple(sorted(rows, key=lambda row: row.since))
        starts = np.unique(np.array([day_no(row.since) for row in ordered], dtype=np.int32))
        shape = (len(FeeFamily), len(starts) + 1, 2)
        names = [*FEES, "transfer_per_unit", "transfer_minimum", "commission_minimum"]
        cells = {name: np.full(shape, np.nan) for name in names}
        for row in ordered:
            at = int(np.searchsorted(starts, day_no(row.since))) + 1
            cells[row.fee][row.family, at:] = (float(row.buy), float(row.sell))
            if row.fee == "transfer_fee":
                cells["transfer_per_unit"][row.family, at:] = float(row.per_unit)
                cells["transfer_minimum"][row.family, at:] = float(row.minimum)
            if row.fee == "commission_cap":
                cells["commission_minimum"][row.family, at:] = float(row.minimum)
        days = np.arange(starts[0] - 1, starts[-1] + 1)
        period = np.searchsorted(starts, days, side="right").astype(np.int64)
        return cls(ordered, int(days[0]), period, {name: cell.ravel() for name, cell in cells.items()})

    def period(self, fee: str, family: FeeFamily, date: Date) -> FeePeriod | None:
        """Find the tariff row in force, with its source; None where the table knows none for that date."""
        held = (row for row in self.rows if (row.fee, row.family) == (fee, family) and row.since <= date)
        return max(held, key=lambda row: row.since, default=None)

    def expected(
        self, side: Side, family: FeeFamily, date: Date, amount: Decimal, quantity: Decimal = Decimal(0)
    ) -> Fees:
        """Compute what one trade owes; `quantity` matters only in Shanghai before 2015-08-01."""
        due: dict[str, Decimal | None] = {}
        for fee in FEES:
            period = self.period(fee, family, date)
            due[fee] = period.charge(side, amount, quantity) if period else None
        return Fees(**due)

    def rates(
        self,
        dates: Days,
        side_is_sell: npt.NDArray[np.bool_],
        family: npt.NDArray[np.int8],
        names: Collection[str] | None = None,
    ) -> dict[str, Floats]:
        """Look the tariffs up for n trades; all arguments and results have shape (n,).

        `dates` are days since 1970-01-01, `family` values of `FeeFamily`. Returns fractions of the amount
        under the names of `FEES`, and `transfer_per_unit` (money per share), `transfer_minimum` and
        `commission_minimum` (money), or of all these those in `names`; NaN where the tariff isn't known.
        Raises IndexError where `family` isn't a FeeFamily.
        """
        if family.size and not 0 <= family.min() <= family.max() < len(FeeFamily):
            raise IndexError(f"families are 0 to {len(FeeFamily) - 1}, not {family.min()} to {family.max()}")
        # days outside the table belong to the period at its nearer end; one index serves all the arrays
        day = np.clip(dates.astype(np.int64) - self._before, 0, self._period.size - 1)
        periods = int(self._period[-1]) + 1
        cell = (family.astype(np.int64) * periods + self._period[day]) * 2 + side_is_sell
        return {name: self._cells[name][cell] for name in names or self._cells}

    def charges(
        self,
        dates: Days,
        side_is_sell: npt.NDArray[np.bool_],
        family: npt.NDArray[np.int8],
        amount: Floats,
        quantity: Floats,
    ) -> dict[str, Floats]:
        """Compute what n trades owe, in money and not rounded, under the names of `FEES`; NaN where unknown.

        Shapes and errors as in `rates`; `amount` in money, `quantity` in shares.
        """
        rates = self.rates(dates, side_is_sell, family)
        due = {fee: rates[fee] * amount for fee in FEES}
        due["transfer_fee"] += rates["transfer_per_unit"] * quantity
        due["transfer_fee"] = np.maximum(due["transfer_fee"], rates["transfer_minimum"])
        due["commission_cap"] = np.maximum(due["commission_cap"], rates["commission_minimum"])
        return due


def _periods(row: dict[str, Any]) -> list[FeePeriod]:
    return [
        FeePeriod(
            fee=row["fee"],
            family=FeeFamily[family.upper()],
            since=row["from"],
            buy=Decimal(row["buy"] if "buy" in row else row["rate"]),
            sell=Decimal(row["sell"] if "sell" in row else row["rate"]),
            per_unit=Decimal(row.get("per_unit", "0")),
            minimum=Decimal(row.get("minimum", "0")),
            source=row["source"],
        )
        for family in row["family"]
    ]


@cache
def fee_table() -> FeeTable:
    """Return the packaged tariffs."""
    return FeeTable.of(tuple(period for row in packaged("fees.toml")["fee"] for period in _periods(row)))


def expected_fees(
    side: Side, family: FeeFamily, date: Date, amount: Decimal, quantity: Decimal = Decimal(0)
) -> Fees:
    """Compute what one trade owes by the packaged tariffs; see `FeeTable.expected`."""
    return fee_table().expected(side, family, date, amount, quantity)
