"""Build the price book from quotes, securities, trading days and corporate actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import Days
from zhike.datacentre.hashes import whole
from zhike.features.market.folders import frozen
from zhike.features.market.gathering import (
    NO_DAY,
    Gathered,
    Places,
    Quotes,
    day_numbers,
    floats,
    gather,
    places,
    spread,
    spread_marks,
)
from zhike.features.market.jumps import Grids, Jump, mended
from zhike.features.market.kernels import walk
from zhike.features.market.listing import Listing, listing_of
from zhike.features.market.prices import Prices
from zhike.features.market.settings import MarketSettings

Array = npt.NDArray[Any]

_CARRIED = {"float_cap": "float_cap", "eps": "eps_ttm", "bps": "bps", "dividend": "dividend_ttm"}
_RESTING = ("amount", "volume")


def trading_days(calendar: pa.Table | None, index: pa.Table | None) -> Days | None:
    """Return the trading days of the calendar, else of the index quotes; None where neither has a row."""
    for table in (calendar, index):
        if table is not None and table.num_rows:
            return np.unique(day_numbers(whole(table["date"])))
    return None


def prices_of(
    quotes: Quotes,
    securities: pa.Table | None = None,
    calendar_days: Days | None = None,
    actions: pa.Table | None = None,
    settings: MarketSettings | None = None,
) -> Prices:
    """Build the price book from quotes, a table or a stream of record batches in any order.

    `calendar_days`: rising day numbers; None takes the days of the quotes. The book begins with the first day quoted
    and ends with the last. Columns that are absent, or don't hold what they should, are unknown: NaN.
    The previous close is the quote's own, else the close before less the rights going off: by the ratio of adjustment
    factors where the security has them, else by the corporate actions. What jumps all the same (`jump`, `noise` of the
    settings) is listed in `jumps`.
    """
    chosen = settings or MarketSettings()
    gathered = gather(quotes)
    days = _days(calendar_days, [chunk.day for chunk in gathered.chunks])
    order = {name: s for s, name in enumerate(sorted(gathered.ids))}
    where = places(gathered, order, days)
    marks = spread_marks(gathered, where)
    listing = listing_of(tuple(order), days, securities)
    rights = rights_of(actions, order, days)
    walked, jumps = _walked(gathered, where, marks, listing, rights, chosen)
    rest = _rest(gathered, where, marks, walked["flags"])
    grids = {name: frozen(grid) for name, grid in (walked | rest).items()}
    grids["limited"] = frozen(listing.rule >= 0)
    return Prices(frozen(days), tuple(order), listing.kinds, left_out=where.left_out, jumps=jumps, **grids)


def _days(calendar: Days | None, quoted: Sequence[Days]) -> Days:
    """Return the calendar's days between the first and the last quote, or the days quoted."""
    dated = [days[days > NO_DAY] for days in quoted]
    found = np.unique(np.concatenate([np.zeros(0, np.int32), *map(np.unique, dated)]))
    if calendar is None or not len(found):
        return found
    known = np.unique(np.asarray(calendar, np.int32))
    return np.asarray(known[(known >= found[0]) & (known <= found[-1])])


@dataclass(frozen=True, slots=True)
class Rights:
    """Rights going off: for security s those at [first[s], first[s + 1]), by day; terms as `walk.without_right` reads."""

    first: npt.NDArray[np.int64]
    day: npt.NDArray[np.int32]
    terms: npt.NDArray[np.float64]

    def splits(self, security: int, after: int, until: int) -> float:
        """Return the product of a security's splits on the days after one, up to another; 1 without any."""
        own = slice(self.first[security], self.first[security + 1])
        within = (self.day[own] > after) & (self.day[own] <= until)
        return float(np.prod(self.terms[own][within, 3]))


def rights_of(actions: pa.Table | None, order: Mapping[str, int], days: Days) -> Rights:
    """Sort corporate actions by security and ex-day (a day without trading: the next one); one row for each of both.

    Unknown securities, days after the last one, and kinds or figures nobody knows are left out.
    """
    if actions is None or not actions.num_rows:
        return Rights(np.zeros(len(order) + 1, np.int64), np.zeros(0, np.int32), np.zeros((0, 4)))
    found: dict[tuple[int, int], npt.NDArray[np.float64]] = {}
    at = np.searchsorted(days, day_numbers(whole(actions["ex_date"])))
    names, kinds = actions["security_id"].to_pylist(), actions["kind"].to_pylist()
    figures = {name: _figures(actions, name) for name in ("cash", "ratio", "price")}
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if name in order and at[i] < len(days):
            terms = found.setdefault((order[name], int(at[i])), np.array([0.0, 0.0, 0.0, 1.0]))
            _add(terms, kind, *(float(figures[figure][i]) for figure in ("cash", "ratio", "price")))
    places_ = sorted(found)
    first = np.searchsorted([s for s, _ in places_], np.arange(len(order) + 1))
    day = np.array([t for _, t in places_], np.int32)
    return Rights(first.astype(np.int64), day, np.array([found[place] for place in places_]).reshape(-1, 4))


def _figures(actions: pa.Table, name: str) -> npt.NDArray[np.float64]:
    if name not in actions.column_names:
        return np.full(actions.num_rows, np.nan)
    return floats(whole(actions[name]))


def _add(terms: npt.NDArray[np.float64], kind: str, cash: float, ratio: float, price: float) -> None:
    if kind == "dividend" and cash > 0:
        terms[0] += cash
    elif kind == "bonus" and ratio > 0:
        terms[1] += ratio
    elif kind == "rights" and ratio > 0 and price >= 0:
        terms[1] += ratio
        terms[2] += ratio * price
    elif kind == "split" and ratio > 0:
        terms[3] *= ratio


def _walked(
    gathered: Gathered,
    where: Places,
    marks: Array,
    listing: Listing,
    rights: Rights,
    settings: MarketSettings,
) -> tuple[dict[str, Array], tuple[Jump, ...]]:
    """Fill the grids that follow from walking along the days; return them, and what jumps."""
    close, previous = spread(gathered, where, "close"), spread(gathered, where, "prev_close")
    returns, adjusted, flags = np.empty_like(close), np.empty_like(close), np.zeros(close.shape, np.uint8)
    halts = np.array([kind in ("stock", "") for kind in listing.kinds], np.bool_)
    walk.walk(
        close, previous, spread(gathered, where, "adj_factor"), marks, halts, listing.end, rights.first, rights.day,
        rights.terms, returns, adjusted, flags,
    )  # fmt: skip
    jumps = mended(
        Grids(close, previous, returns, adjusted, flags), listing.kinds, rights.splits, settings.jump, settings.noise
    )  # fmt: skip
    walk.mark_limits(
        close, previous, spread(gathered, where, "high"), flags, listing.rule, listing.rates, listing.tick,
        listing.bound_from,
    )  # fmt: skip
    grids = {"close": close, "previous": previous, "returns": returns, "adjusted": adjusted, "flags": flags}
    return grids, jumps


def _rest(gathered: Gathered, where: Places, marks: Array, flags: Array) -> dict[str, Array]:
    """Fill the grids that are as delivered, carried over days without a row, at rest on suspended days."""
    grids = {name: spread(gathered, where, column) for name, column in _CARRIED.items()}
    for grid in grids.values():
        walk.carry(grid, marks)
    for name in _RESTING:
        known = any(name in chunk.figures for chunk in gathered.chunks)
        grids[name] = spread(gathered, where, name)
        if known:
            walk.rest(grids[name], flags)
    return grids
