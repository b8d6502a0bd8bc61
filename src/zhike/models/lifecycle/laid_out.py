"""The monthly panel laid out as arrays of clients × months."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.models.lifecycle.months import Floats, Ints, Months
from zhike.models.lifecycle.panel import month_numbers, told
from zhike.models.lifecycle.people import NEVER, People


def dense(panel: pa.Table, people: People, numbers: Ints, group: Ints, login_months: Set[int]) -> Months:
    """Lay the panel out as clients × months; where a client has no row nothing was there.

    `login_months`: the numbers of months in which anybody had a login.
    """
    clients, opened, closed = people.clients, people.opened, people.closed
    own = told(panel)
    at, column, good = _places(own, clients, numbers)

    def laid(name: str) -> Floats:
        return _laid(own[name], at, column, good, (len(clients), len(numbers)))

    first = np.full(len(clients), len(numbers) - 1, np.int64)
    np.minimum.at(first, at, column)
    begun = np.searchsorted(numbers, month_numbers(np.maximum(opened, 0)))
    start = np.where(opened == NEVER, first, np.minimum(begun, first))
    ended = np.searchsorted(numbers, month_numbers(np.maximum(closed, 0)))
    end = np.where(closed == NEVER, len(numbers), ended)
    net = _carried(laid("net"), np.bincount(at, own["net"].is_valid().to_numpy()[good], len(clients)) > 0)
    logins = None
    if "login_days" in panel.column_names:
        logins = _laid(panel["login_days"], *_places(panel, clients, numbers), net.shape)
    logins = _from_the_first(logins, net, np.isin(numbers, list(login_months)))
    return Months(net, laid("flow"), laid("trading_days"), logins, laid("revenue"), group, start, end)


def _places(
    panel: pa.Table, clients: tuple[str, ...], numbers: Ints
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Return row and column of each row of the panel that has a place, and which rows these are."""
    at = pc.index_in(panel["client_id"], value_set=pa.array(clients, pa.string())).fill_null(-1).to_numpy()
    month = month_numbers(panel["month"].cast(pa.int32()).to_numpy())
    good = (at >= 0) & np.isin(month, numbers)
    return at[good].astype(np.int64), np.searchsorted(numbers, month[good]).astype(np.int64), good


def _laid(
    values: pa.ChunkedArray, at: Ints, column: Ints, good: npt.NDArray[np.bool_], shape: tuple[int, ...]
) -> Floats:
    out = np.zeros(shape)
    out[at, column] = values.cast(pa.float64()).fill_null(np.nan).to_numpy()[good]
    return out


def _from_the_first(logins: Floats | None, net: Floats, some: npt.NDArray[np.bool_]) -> Floats:
    """Take logins for unknown before the first of `some` months in which anybody had one, and where there are none at all."""
    known = np.maximum.accumulate(some)
    return np.full(net.shape, np.nan) if logins is None else np.where(known[None, :], logins, np.nan)


def _carried(net: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Carry the last known net assets over months without an asset row; NaN all along where there never was one."""
    at = np.where(np.isnan(net), 0, np.arange(net.shape[1])[None, :])
    carried = np.take_along_axis(net, np.maximum.accumulate(at, axis=1), 1)
    return np.where(known[:, None], np.nan_to_num(carried), np.nan)
