"""The branch's own money effect: how many of its clients are in profit over the last days (客户侧赚钱效应)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.compiling import compiled
from zhike.datacentre.hashes import whole, whole_numbers

Ints = npt.NDArray[np.int64]
WINDOW = 20


def clients_in_profit(client_day: pa.Table, days: Ints, window: int = WINDOW) -> tuple[Ints, Ints]:
    """Count, for each of the T trading days, clients in profit over the window and clients that count; shapes (T,).

    A client counts who held or traded something on one of the window's days, and is in profit if the sum of pnl
    over them is positive. `client_day` must have a client's rows together, in order of days. Counts of several
    groups of clients add up.
    """
    clients = whole(client_day["client_id"].cast(pa.string())).dictionary_encode().indices.to_numpy()
    at = np.searchsorted(days, client_day["date"].cast(pa.int32()).to_numpy())
    pnl = whole_numbers(whole(client_day["pnl"]))
    invested = pc.or_(
        pc.greater(client_day["stocks_before"].cast(pa.float64()), 0), pc.greater(client_day["trades"], 0)
    )
    return _counted(
        clients.astype(np.int64), at.astype(np.int64), pnl, invested.to_numpy().astype(np.bool_), len(days), window
    )  # fmt: skip


@compiled
def _counted(
    clients: Ints, at: Ints, pnl: Ints, invested: npt.NDArray[np.bool_], days: int, window: int
) -> tuple[Ints, Ints]:
    positive, counted = np.zeros(days, np.int64), np.zeros(days, np.int64)
    first = 0
    while first < len(clients):
        end = first
        while end < len(clients) and clients[end] == clients[first]:
            end += 1
        _one_client(at[first:end], pnl[first:end], invested[first:end], window, positive, counted)
        first = end
    return positive, counted


@compiled
def _one_client(
    at: Ints, pnl: Ints, invested: npt.NDArray[np.bool_], window: int, positive: Ints, counted: Ints
) -> None:
    """Slide the window over the days of one client, whose rows are those of `at`."""
    old, new, profit, active = 0, 0, 0, 0
    for day in range(at[0], min(at[-1] + window, len(positive))):
        while new < len(at) and at[new] <= day:
            profit += pnl[new]
            active += invested[new]
            new += 1
        while old < new and at[old] <= day - window:
            profit -= pnl[old]
            active -= invested[old]
            old += 1
        if active > 0:
            counted[day] += 1
            positive[day] += profit > 0
