"""What the exchange's rules say of each security of a price book: kind, limit by date, tick, first and last day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.exchange import BOARDS, board_of, kind_of, limit_rate, market_of
from zhike.base.period import Days, date_of, day_no

LIMITED_KINDS = ("stock", "etf", "fund")
"""Kinds whose board's limit is theirs: a convertible has its issuer's board, but limits of its own."""

_BOARD_NAMES = {
    "主板": "main", "科创板": "star", "创业板": "chinext", "北交所": "bse", "b股": "b_share", "退市板块": "neeq",
    "港股": "hk",
}  # fmt: skip
_NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Listing:
    """For each security: its kind ("" unknown), rule (row of `rates`, −1 none), tick, days.

    `bound_from`: first day (number in the book) with a price limit. `end`: first day it was no longer listed.
    `rates`: (rules, 2, T) in 1/10,000 by ST, −1 where there is no limit.
    """

    kinds: tuple[str, ...]
    rule: npt.NDArray[np.int32]
    rates: npt.NDArray[np.int64]
    tick: npt.NDArray[np.float64]
    bound_from: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]


def listing_of(ids: Sequence[str], days: Days, securities: pa.Table | None) -> Listing:
    """Find what the rules say of each security on each day.

    Kind, board and listing days come from the table `security`, kind and board else from the code. The board of a
    fund is one only where the table or the code says so; a share without a board has no limit.
    """
    facts = _facts(securities)
    kinds = tuple(_kind(i, facts.get(i, {})) for i in ids)
    boards = [
        _board(i, facts.get(i, {})) if kind in LIMITED_KINDS else None
        for i, kind in zip(ids, kinds, strict=True)
    ]
    known = sorted({board for board in boards if board})
    rates = _rates(known, days)
    bound, end = np.zeros(len(ids), np.int32), np.full(len(ids), _NEVER, np.int32)
    for s, (name, board) in enumerate(zip(ids, boards, strict=True)):
        fact = facts.get(name, {})
        if board and fact.get("listed_on"):
            bound[s] = _bound_from(board, fact["listed_on"], days)
        if fact.get("delisted_on"):
            end[s] = np.searchsorted(days, day_no(fact["delisted_on"]))
    rule = np.array([known.index(board) if board else -1 for board in boards], np.int32)
    tick = np.array([_tick(i, kind) for i, kind in zip(ids, kinds, strict=True)])
    return Listing(kinds, rule, rates, tick, bound, end)


def _facts(securities: pa.Table | None) -> dict[str, dict[str, Any]]:
    if securities is None:
        return {}
    wanted = ("security_id", "kind", "board", "listed_on", "delisted_on")
    table = securities.select([name for name in wanted if name in securities.column_names])
    return {str(row["security_id"]): row for row in table.to_pylist()}


def _kind(name: str, fact: dict[str, Any]) -> str:
    return str(fact.get("kind") or kind_of(name) or "")


def _board(name: str, fact: dict[str, Any]) -> str | None:
    said = str(fact.get("board") or "").strip().lower()
    board = said if said in BOARDS else _BOARD_NAMES.get(said)
    return board or board_of(name)


def _tick(name: str, kind: str) -> float:
    """Return the price tick: a fen for shares, a tenth of it for funds and for Shanghai's B shares (in dollars)."""
    fine = kind in ("etf", "fund") or (market_of(name) == "SH" and board_of(name) == "b_share")
    return 0.001 if fine else 0.01


def _rates(boards: Sequence[str], days: Days) -> npt.NDArray[np.int64]:
    rates = np.full((max(len(boards), 1), 2, len(days)), -1, np.int64)
    dates = [date_of(day) for day in days]
    for b, board in enumerate(boards):
        for st in (False, True):
            found = (limit_rate(board, st, None, date) for date in dates)
            rates[b, int(st)] = [-1 if rate is None else int(rate * 10_000) for rate in found]
    return rates


def _bound_from(board: str, listed_on: Date, days: Days) -> int:
    """Return the first day of the book on which a price limit held, after the unlimited first days.

    For a share listed before the book began, weekdays stand for the trading days between.
    """
    age = _age_at(listed_on, days)
    start = int(np.searchsorted(days, day_no(listed_on)))
    return next(
        (t for t in range(start, len(days)) if not _unlimited(board, age(t), date_of(days[t]))), len(days)
    )


def _unlimited(board: str, age: int, date: Date) -> bool:
    return limit_rate(board, False, age, date) is None and limit_rate(board, False, None, date) is not None


def _age_at(listed_on: Date, days: Days) -> Callable[[int], int]:
    start = int(np.searchsorted(days, day_no(listed_on)))
    if start > 0 or (len(days) and days[0] == day_no(listed_on)):
        return lambda t: t - start
    before = int(np.busday_count(listed_on, date_of(days[0]))) if len(days) else 0
    return lambda t: t + before
