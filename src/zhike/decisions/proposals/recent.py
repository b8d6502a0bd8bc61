"""What the rules need of a client's last days, one row a client: flows, loss since the peak, the rhythm of trading."""

from __future__ import annotations

from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.compiling import compiled
from zhike.base.period import Days, day_no
from zhike.decisions.proposals.settings import Settings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RECENT = pa.schema(
    [
        ("client_id", pa.string()),
        (
            "net",
            pa.float64(),
        ),  # net assets at the close of as_of; the positions' value where no assets are known
        ("flow", pa.float64()),  # net flow of the last days
        ("flow_on", pa.date32()),  # last of these days with a flow
        ("assets_before", pa.float64()),  # net assets before the first of these flows
        ("drawdown", pa.float64()),  # loss since the peak of the return index, flows left out
        ("peak_on", pa.date32()),
        ("low_on", pa.date32()),  # day of the lowest point since that peak
        ("lost", pa.float64()),  # profit and loss since the peak
        ("traded_on", pa.date32()),  # last day with a trade
        ("gap", pa.int64()),  # trading days since then
        ("long_gap", pa.float64()),  # of the gaps between trading days, nine of ten are at most this long
        ("gaps", pa.int64()),  # how many gaps there were
    ]
)
_NUMBERS = ("flow_in", "flow_out", "net", "stocks", "assets_before", "pnl", "log_return", "trades")
_FLOW_IN, _FLOW_OUT, _NET, _STOCKS, _BEFORE, _PNL, _RETURN, _TRADES = range(len(_NUMBERS))
_NONE = -1


def recent(
    client_day: pa.Table, calendar_days: Days, as_of: Date, settings: Settings | None = None
) -> pa.Table:
    """Look at a bucket's `client_day` up to `as_of`: one row a client, in order (schema RECENT).

    `calendar_days`: trading days, as day numbers. Absent values are null: no flow, no peak, no trade, no gap.
    """
    settings = settings or Settings()
    days = np.unique(np.asarray(calendar_days, np.int64))
    days = days[days <= day_no(as_of)]
    rows = client_day.select(["client_id", "date", *_NUMBERS])
    rows = rows.set_column(0, "client_id", rows["client_id"].cast(pa.string()))
    date = rows["date"].cast(pa.int32()).to_numpy()
    rows = rows.filter(pa.array(np.isin(date, days))).sort_by(
        [("client_id", "ascending"), ("date", "ascending")]
    )
    column = np.searchsorted(days, rows["date"].cast(pa.int32()).to_numpy()).astype(np.int64)
    values = np.column_stack([rows[n].cast(pa.float64()).fill_null(np.nan).to_numpy() for n in _NUMBERS])
    clients = rows["client_id"].combine_chunks().dictionary_encode()
    starts = np.flatnonzero(np.diff(clients.indices.to_numpy(), prepend=-1))
    starts = np.append(starts, len(column)).astype(np.int64)
    floats, ints = _looked_at(starts, column, values, len(days), settings.flow_days, settings.drawdown_days)
    return _table(clients.dictionary, floats, ints, days)


def _table(clients: pa.Array, floats: Floats, ints: Ints, days: Ints) -> pa.Table:
    def dates(k: int) -> pa.Array:
        known = ints[:, k] != _NONE
        at = np.where(known, ints[:, k], 0)
        return pa.array(days[at].astype(np.int32), mask=~known).view(pa.date32())

    def numbers(k: int) -> pa.Array:
        return pa.array(floats[:, k], mask=np.isnan(floats[:, k]))

    flow_on, peak_on, low_on, traded_on = (dates(k) for k in range(4))
    gap = pa.array(ints[:, 4], mask=ints[:, 4] == _NONE)
    columns = [clients, numbers(0), numbers(1), flow_on, numbers(2), numbers(3), peak_on, low_on, numbers(4), traded_on,
               gap, numbers(5), pa.array(ints[:, 5])]  # fmt: skip
    return pa.table(columns, schema=RECENT)


@compiled
def _looked_at(
    starts: Ints, column: Ints, values: Floats, n_days: int, flow_days: int, peak_days: int
) -> tuple[Floats, Ints]:
    """Return per client net, flow, assets_before, drawdown, lost, long_gap; and flow_on, peak_on, low_on, traded_on, gap, gaps."""
    n = len(starts) - 1
    floats, ints = np.full((n, 6), np.nan), np.full((n, 6), -1, np.int64)
    gaps = np.empty(n_days, np.int64)
    for i in range(n):
        first, last = starts[i], starts[i + 1]
        _end_and_flow(first, last, column, values, n_days, flow_days, floats[i], ints[i])
        _fall(first, last, column, values, n_days - peak_days, floats[i], ints[i])
        _rhythm(first, last, column, values, n_days, gaps, floats[i], ints[i])
    return floats, ints


@compiled
def _end_and_flow(
    first: int,
    last: int,
    column: Ints,
    values: Floats,
    n_days: int,
    flow_days: int,
    floats: Floats,
    ints: Ints,
) -> None:
    floats[0] = 0.0
    if column[last - 1] == n_days - 1:
        net = values[last - 1, _NET]
        floats[0] = values[last - 1, _STOCKS] if np.isnan(net) else net
    floats[1] = 0.0
    for r in range(first, last):
        moved = values[r, _FLOW_IN] != 0.0 or values[r, _FLOW_OUT] != 0.0
        if column[r] >= n_days - flow_days and moved:
            if ints[0] == -1:
                floats[2] = values[r, _BEFORE]
            floats[1] += values[r, _FLOW_IN] - values[r, _FLOW_OUT]
            ints[0] = column[r]


@compiled
def _fall(
    first: int, last: int, column: Ints, values: Floats, since: int, floats: Floats, ints: Ints
) -> None:
    index, lost, peak, low = 0.0, 0.0, -np.inf, np.inf
    for r in range(first, last):
        if column[r] < since:
            continue
        if peak == -np.inf:
            peak, low, ints[1], ints[2] = 0.0, 0.0, max(column[r] - 1, 0), max(column[r] - 1, 0)
        index += values[r, _RETURN]
        lost += values[r, _PNL]
        if index >= peak:
            peak, low, lost, ints[1], ints[2] = index, index, 0.0, column[r], column[r]
        elif index < low:
            low, ints[2] = index, column[r]
    if peak > -np.inf:
        floats[3], floats[4] = 1.0 - np.exp(index - peak), lost


@compiled
def _rhythm(
    first: int, last: int, column: Ints, values: Floats, n_days: int, gaps: Ints, floats: Floats, ints: Ints
) -> None:
    n = 0
    for r in range(first, last):
        if values[r, _TRADES] > 0:
            if ints[3] != -1:
                gaps[n] = column[r] - ints[3]
                n += 1
            ints[3] = column[r]
    ints[5] = n
    if ints[3] != -1:
        ints[4] = n_days - 1 - ints[3]
    if n > 0:
        floats[5] = np.sort(gaps[:n])[min(n - 1, (9 * n + 9) // 10 - 1)]
