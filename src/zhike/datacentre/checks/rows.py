"""Checks of typed rows: domains, sums, signs, fees, calendar. Whole columns at a time; each names its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from zhike.base.exchange import FeeFamily, fee_family_of, fee_table, kind_of, market_of, multiplier
from zhike.datacentre.checks.facts import Facts
from zhike.datacentre.checks.faults import Faults
from zhike.datacentre.columns import Problems, Typed, decimals, spread
from zhike.datacentre.domains import beyond
from zhike.datacentre.plan import Plan, Target
from zhike.datacentre.stored import SCALES
from zhike.datacentre.tables.definition import Column, Table, Type

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# The same few thousand securities come in every block.
_kind_of = lru_cache(1 << 16)(kind_of)
_market_of = lru_cache(1 << 16)(market_of)
_fee_family_of = lru_cache(1 << 16)(fee_family_of)

MAY_LIE_AHEAD = frozenset(
    {"delisted_on", "end_on", "on_sale_from", "on_sale_to", "listed_on", "ex_date", "left_on", "start_on"}
)
_SPANS = (
    ("start_on", "end_on"),
    ("opened_on", "closed_on"),
    ("listed_on", "delisted_on"),
    ("hired_on", "left_on"),
    ("on_sale_from", "on_sale_to"),
)
_FEES = ("commission", "exchange_fee", "stamp_duty", "transfer_fee", "other_fee")
_PRICED_KINDS = ("ordinary", "margin", "short")
_SUNDAY, _SATURDAY = 6, 5


def completed(
    table: Table,
    typed: dict[str, Typed],
    decided: Mapping[str, Typed],
    plan: Plan,
    target: Target,
    problems: Problems,
) -> dict[str, Typed]:
    """Settle what a statement leaves to convention: signs, kinds by security, values the mapping derives."""
    for name, formula in target.derive.items():
        typed[name] = _derived(formula, table.column(name), table, typed)
    if table.name == "trade" and plan.kind != "contract":
        names = {c: plan.header[j] for c, j in target.columns.items()}
        _unsigned(typed, table, Faults(table, typed, names, problems))
        typed["kind"] = _kind_by_security(typed, table.column("kind"))
    if table.name == "cash_flow" and "*sign" in decided:
        typed["amount"] = _signed(typed["amount"], decided["*sign"], table.column("amount"))
    if table.name == "custody" and plan.kind != "contract":
        typed["quantity"] = _absolute(typed["quantity"], table.column("quantity"))
    return typed


def _derived(formula: str, column: Column, table: Table, typed: Mapping[str, Typed]) -> Typed:
    """Compute a column by one of the formulas a mapping file may name, to the column's scale."""

    def value(name: str) -> Floats:
        return number(typed[name], table.column(name).type)

    used = [n for n in table.names if n in formula]
    absent = np.logical_or.reduce([typed[n].absent for n in used])
    with np.errstate(divide="ignore", invalid="ignore"):
        results = _FORMULAS[formula](value)
        if formula.startswith("side(amount)"):
            results = np.where(_is_side(typed, "buy"), -value("amount"), value("amount"))
        if "fees" in formula:
            fees = sum((value(f) for f in _FEES), np.zeros(len(absent)))
            results = results + fees if "+fees" in formula else results - fees
    absent = absent | ~np.isfinite(results)
    numbers = np.rint(np.where(absent, 0.0, results) * 10.0 ** SCALES[column.type]).astype(np.int64)
    return Typed(decimals(numbers, absent, column), absent, numbers)


_FORMULAS: Mapping[str, Callable[[Callable[[str], Floats]], Floats]] = {
    "price*quantity": lambda of: of("price") * of("quantity"),
    "cost*quantity": lambda of: of("cost") * of("quantity"),
    "abs(quantity)": lambda of: np.abs(of("quantity")),
    "amount/price": lambda of: of("amount") / of("price"),
    "amount-fees": lambda of: of("amount"),
    "amount+fees": lambda of: of("amount"),
    "side(amount)-fees": lambda of: of("amount"),
    "cash+securities+funds-debt": lambda of: of("cash") + of("securities") + of("funds") - of("debt"),
}


def _absolute(typed: Typed, column: Column) -> Typed:
    numbers = np.abs(_ints(typed))
    return Typed(decimals(numbers, typed.absent, column), typed.absent, numbers)


def _unsigned(typed: dict[str, Typed], table: Table, faults: Faults) -> None:
    """Drop the minus sign that some brokers print before the quantities and amounts of sales (and amounts of buys)."""
    sells = _is_side(typed, "sell")
    negative = (_ints(typed["quantity"]) < 0) & sells
    if negative.any():
        faults.add("sign_dropped", "quantity", negative)
        kept = np.where(sells, np.abs(_ints(typed["quantity"])), _ints(typed["quantity"]))
        typed["quantity"] = Typed(
            decimals(kept, typed["quantity"].absent, table.column("quantity")), typed["quantity"].absent, kept
        )
    if (_ints(typed["amount"]) < 0).any():
        faults.add("sign_dropped", "amount", _ints(typed["amount"]) < 0)
        typed["amount"] = _absolute(typed["amount"], table.column("amount"))


def _kind_by_security(typed: Mapping[str, Typed], column: Column) -> Typed:
    """Call trades in subscription codes `ipo` and in repo codes `repo` where the flag only said buy or sell."""
    kinds, at = _security_kinds(typed["security_id"])
    now = typed["kind"]
    words = [None if k is None else k for k in (*now.words, None)]
    rows = np.where(now.absent, len(now.words), now.codes if now.codes is not None else 0)
    plain = np.array([w in (None, "ordinary") for w in words])[rows]
    ipo = plain & np.array([k == "other" for k in kinds], np.bool_)[at]
    repo = plain & np.array([k == "repo" for k in kinds], np.bool_)[at]
    choices = [*words, "ipo", "repo"]
    return spread(choices, np.where(ipo, len(words), np.where(repo, len(words) + 1, rows)), column)


def _signed(amount: Typed, sign: Typed, column: Column) -> Typed:
    """Give money the direction that its flag says (some brokers export transfers out without a sign)."""
    direction, numbers = _ints(sign), _ints(amount)
    kept = np.where(direction != 0, np.abs(numbers) * np.where(direction == 0, 1, direction), numbers)
    return Typed(decimals(kept, amount.absent, column), amount.absent, kept)


def run(
    table: Table,
    typed: Mapping[str, Typed],
    decided: Mapping[str, Typed],
    names: Mapping[str, str],
    facts: Facts,
    today: int,
    problems: Problems,
) -> None:
    """Run every check of `table` over its typed rows."""
    faults = Faults(table, typed, names, problems)
    for column in table.columns:
        _bounds(column, typed[column.name], faults)
        if column.type in (Type.DATE, Type.STAMP) and column.name not in MAY_LIE_AHEAD:
            _not_ahead(column, typed[column.name], today, faults)
    for start, end in _SPANS:
        if table.has(start) and table.has(end):
            wrong = (_ints(typed[end]) < _ints(typed[start])) & ~typed[end].absent & ~typed[start].absent
            faults.add("end_before_start", end, wrong, f"{{{end}}} < {{{start}}}")
    for column in table.columns:
        if column.refers and column.refers != "client" and column.refers != table.name:
            faults.add("unknown_reference", column.name, facts.unknown(column.refers, typed[column.name]))
    if table.name == "trade":
        _trade(typed, decided, faults)
    elif table.name == "asset":
        _asset(typed, faults)
    elif table.name in ("quote", "index_quote"):
        _quote(typed, faults)


def number(typed: Typed, kind: Type) -> Floats:
    """Return a decimal column as floats (0 where empty)."""
    return np.asarray(_ints(typed) / 10.0 ** SCALES[kind], np.float64)


def _ints(typed: Typed) -> Ints:
    return typed.numbers if typed.numbers is not None else np.zeros(len(typed.absent), np.int64)


def _is_side(typed: Mapping[str, Typed], side: str) -> Bools:
    column = typed["side"]
    return has_word(column, (side,))


def has_word(column: Typed, words: tuple[str, ...]) -> Bools:
    """Mark rows of a coded text column that hold one of `words`."""
    if column.codes is None or not len(column.words):
        return np.zeros(len(column.absent), np.bool_)
    return np.array([w in words for w in column.words], np.bool_)[column.codes] & ~column.absent


def _bounds(column: Column, typed: Typed, faults: Faults) -> None:
    name = "negative_quantity" if column.name == "quantity" else "out_of_bounds"
    faults.add(name, column.name, beyond(column, typed))


def _not_ahead(column: Column, typed: Typed, today: int, faults: Faults) -> None:
    limit = today if column.type is Type.DATE else (today + 1) * 86_400_000 - 1
    faults.add("future_date", column.name, (_ints(typed) > limit) & ~typed.absent)


def _security_kinds(column: Typed) -> tuple[list[str | None], Ints]:
    """Return the kinds of the different securities, and which of them each row holds (the last one: none)."""
    kinds: list[str | None] = [_kind_of(w) for w in column.words]
    codes = column.codes if column.codes is not None else np.full(len(column.absent), -1, np.int64)
    return [*kinds, None], np.where(column.absent, len(kinds), codes)


def _trade(typed: Mapping[str, Typed], decided: Mapping[str, Typed], faults: Faults) -> None:
    ordinary = has_word(typed["kind"], _PRICED_KINDS) | typed["kind"].absent
    if "*priced" in decided:
        ordinary &= _ints(decided["*priced"]) != 0
    kinds, at = _security_kinds(typed["security_id"])
    ordinary &= np.array([not k or len(multiplier(k)) > 0 for k in kinds], np.bool_)[at]
    given = ~typed["price"].absent & ~typed["quantity"].absent & ~typed["amount"].absent
    _positive(typed, ordinary & given, faults)
    lots = np.array([_lot(k) for k in kinds])[at]
    _product(typed, ordinary & given, lots, faults)
    _net(typed, ordinary & given, faults)
    _fees(typed, ordinary & given, faults)
    _weekend(typed, faults)


@cache
def _lot(kind: str | None) -> float:
    """Return the most units that a price of this kind of security may stand for."""
    return max((float(f) for f in multiplier(kind)), default=1.0) if kind else 1.0


def _positive(typed: Mapping[str, Typed], rows: Bools, faults: Faults) -> None:
    for column, other in (("price", "quantity"), ("quantity", "price")):
        zero = rows & (_ints(typed[column]) == 0)
        faults.add(f"zero_{column}", column, zero, f"{{{column}}}, {{{other}}}, {{amount}}")


def _product(typed: Mapping[str, Typed], rows: Bools, lots: Floats, faults: Faults) -> None:
    """Compare price × quantity with the amount; average prices are printed rounded, to three decimals or more."""
    price, quantity = number(typed["price"], Type.PRICE), number(typed["quantity"], Type.QUANTITY)
    amount = number(typed["amount"], Type.MONEY)
    slack = 0.0051 + np.abs(quantity) * _half_digit(_ints(typed["price"]))
    wrong = np.abs(price * quantity - amount) > slack
    if wrong.any():
        wrong &= np.abs(price * quantity * lots - amount) > slack * lots
        wrong &= rows & (price > 0) & (quantity >= 0)
        faults.add("amount_mismatch", "amount", wrong, "{amount} ≠ {price} × {quantity}")


def _half_digit(prices: Ints) -> float:
    """Return half a unit of the last decimal that the prices show, 0.0005 at the most."""
    shown = next((d for d in range(3, 8) if not (prices % 10 ** (8 - d)).any()), 8)
    return 0.5 * 10.0**-shown


def _net(typed: Mapping[str, Typed], rows: Bools, faults: Faults) -> None:
    """Check the sign of the net amount, and that it is the amount with all fees."""
    net = typed["net_amount"]
    if net.absent.all():
        return
    buys = _is_side(typed, "buy")
    rows = rows & ~net.absent
    numbers = _ints(net)
    against = rows & np.where(buys, numbers > 0, numbers < 0)
    fees = sum((_ints(typed[f]) for f in _FEES), np.zeros(len(numbers), np.int64))
    amount = _ints(typed["amount"])
    against &= ~(~buys & (fees > amount))  # a sale can cost more than it brings
    faults.add("sign_mismatch", "net_amount", against, "{side}, {net_amount}")
    due = np.where(buys, -amount - fees, amount - fees)
    wrong = rows & ~against & (np.abs(numbers - due) > 200)
    faults.add(
        "net_mismatch", "net_amount", wrong, "{net_amount} ≠ {due}", due=due / 10.0 ** SCALES[Type.MONEY]
    )


def _fees(typed: Mapping[str, Typed], rows: Bools, faults: Faults) -> None:
    """Compare commission and stamp duty with the fee table of the trade's date."""
    if typed["commission"].absent.all() and typed["stamp_duty"].absent.all():
        return
    codes, words = typed["security_id"].codes, typed["security_id"].words
    if codes is None or not len(words):
        return
    families = np.array([_fee_family_of(w) for w in words] + [FeeFamily.UNKNOWN], np.int8)[codes]
    amount, quantity = number(typed["amount"], Type.MONEY), number(typed["quantity"], Type.QUANTITY)
    days = _ints(typed["date"]).astype(np.int32)
    due = fee_table().charges(days, _is_side(typed, "sell"), families, amount, quantity)
    for column, limit in (("stamp_duty", due["stamp_duty"]), ("commission", due["commission_cap"])):
        paid = number(typed[column], Type.MONEY)
        with np.errstate(invalid="ignore"):
            high = rows & (paid > limit + 0.02 + 1e-4 * limit)
        faults.add("fee_unusual", column, high, f"{{{column}}} > {{limit}}", limit=limit)


def _weekend(typed: Mapping[str, Typed], faults: Faults) -> None:
    """Refuse trades in mainland securities at weekends; holidays are a matter of the calendar (Facts.closed_days)."""
    column, days = typed["security_id"], _ints(typed["date"])
    if column.codes is None or not len(column.words):
        return
    mainland = np.array([_market_of(w) in ("SH", "SZ", "BJ") for w in column.words], np.bool_)[column.codes]
    mainland &= ~column.absent & ~typed["date"].absent
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
    closed = (weekday == _SATURDAY) | (weekday == _SUNDAY)
    faults.add("not_a_trading_day", "date", mainland & closed)


def _asset(typed: Mapping[str, Typed], faults: Faults) -> None:
    parts = ("cash", "securities", "funds", "debt", "net")
    whole = ~np.logical_or.reduce([typed[p].absent for p in parts])
    cash, securities, funds, debt, net = (_ints(typed[p]) for p in parts)
    wrong = whole & (np.abs(cash + securities + funds - debt - net) > 200)
    faults.add("identity_mismatch", "net", wrong, "{net} ≠ {cash} + {securities} + {funds} - {debt}")


def _quote(typed: Mapping[str, Typed], faults: Faults) -> None:
    """Check that low ≤ open, close ≤ high, where they are given (a suspended day may show zeros)."""
    high, low = typed["high"], typed["low"]
    for name in ("open", "close"):
        price = typed[name]
        over = (_ints(price) > _ints(high)) & ~price.absent & ~high.absent & (_ints(high) > 0)
        under = (_ints(price) < _ints(low)) & ~price.absent & ~low.absent & (_ints(price) > 0)
        faults.add("price_order", name, over & ~under, f"{{{name}}} > {{high}}")
        faults.add("price_order", name, under & ~over, f"{{{name}}} < {{low}}")
        faults.add("price_order", name, under & over, f"{{high}} < {{{name}}} < {{low}}")
