"""The monthly panel: what a client's days come to in each calendar month, one row a client and month."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Days

PANEL = pa.schema(
    [
        ("client_id", pa.string()),
        ("month", pa.date32()),
        ("net", pa.float64()),
        ("flow", pa.float64()),
        ("trading_days", pa.int64()),
        ("revenue", pa.float64()),
        ("login_days", pa.int64()),
    ]
)
_SUMS = ("commission", "exchange_fee", "flow_in", "flow_out")


def month_numbers(days: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Count the calendar months from January 1970 to the months of day numbers."""
    return np.asarray(days, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_days(months: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the day number of the first day of each month number."""
    return np.asarray(months, np.int64).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def month_ends(
    calendar_days: Days,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return for each month of the calendar its number, its last trading day and how many it has."""
    days = np.unique(np.asarray(calendar_days, np.int64))
    months, first, counts = np.unique(month_numbers(days), return_index=True, return_counts=True)
    return months, days[first + counts - 1], counts.astype(np.int64)


def monthly(client_day: pa.Table, calendar_days: Days, login: pa.Table | None = None) -> pa.Table:
    """Sum a bucket's `client_day` up to one row a client and month, in order of both (schema PANEL).

    net: at the end of the month's last trading day, 0 where the client has no row on it (nothing was left); null where no asset
    row of the month says. flow: brought in less taken out. revenue: commission less exchange fees.
    login_days: days with a row of `login` (client_id, date), null where no logins were delivered (None). A month of which
    logins alone tell has a row too, all else in it null: it says nothing of assets or trades (`told`).
    `calendar_days`: the trading days up to `as_of`, as day numbers; rows behind them aren't read.
    """
    months, ends, _ = month_ends(calendar_days)
    rows = client_day.select(("client_id", "date", "trades", *_SUMS, "net"))
    days = rows["date"].cast(pa.int32()).to_numpy()
    known = np.isin(month_numbers(days), months) & (days <= ends[-1])
    rows, days = rows.filter(pa.array(known)), days[known]
    rows = _prepared(rows, days).sort_by([("client_id", "ascending"), ("date", "ascending")])
    grouped = rows.group_by(["client_id", "month"], use_threads=False).aggregate(
        [*((name, "sum") for name in (*_SUMS, "traded")), ("net", "last"), ("date", "max")]
    )
    panel = _panel(grouped, months, ends)
    if login is None:
        return panel.append_column(PANEL.field("login_days"), pa.nulls(panel.num_rows, pa.int64()))
    return _joined(panel, _login_days(login, months, ends))


def told(panel: pa.Table) -> pa.Table:
    """Return the rows with a day of the client's behind them; the others tell of logins alone."""
    return panel.filter(pc.is_valid(panel["trading_days"]))


def _prepared(rows: pa.Table, days: npt.NDArray[np.int32]) -> pa.Table:
    rows = rows.set_column(0, "client_id", rows["client_id"].cast(pa.string()))
    for name in rows.column_names[3:]:
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].cast(pa.float64()))
    traded = pc.cast(pc.greater(rows["trades"], 0), pa.int64())
    return rows.append_column("traded", traded).append_column("month", pa.array(month_numbers(days)))


def _panel(grouped: pa.Table, months: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> pa.Table:
    month = grouped["month"].to_numpy()
    last = grouped["date_max"].cast(pa.int32()).to_numpy()
    here = pa.array(last == ends[np.searchsorted(months, month)])
    columns = {
        "client_id": grouped["client_id"],
        "month": pa.array(first_days(month).astype(np.int32)).view(pa.date32()),
        "net": pc.if_else(pc.or_(here, pc.is_null(grouped["net_last"])), grouped["net_last"], 0.0),
        "flow": pc.subtract(grouped["flow_in_sum"], grouped["flow_out_sum"]),
        "trading_days": grouped["traded_sum"],
        "revenue": pc.subtract(grouped["commission_sum"], grouped["exchange_fee_sum"]),
    }
    return pa.table(columns).cast(pa.schema(list(PANEL)[:-1]))


def _login_days(login: pa.Table, months: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> pa.Table:
    """Count each client's days with a login in each of `months`, up to the last of `ends`."""
    days = login["date"].cast(pa.int32()).to_numpy()
    month = month_numbers(days)
    known = np.isin(month, months) & (days <= ends[-1])
    rows = pa.table({
        "client_id": login["client_id"].cast(pa.string()).filter(pa.array(known)), "day": days[known],
        "month": pa.array(first_days(month[known]).astype(np.int32)).view(pa.date32()),
    })  # fmt: skip
    counts = rows.group_by(["client_id", "month"], use_threads=False).aggregate([("day", "count_distinct")])
    return counts.rename_columns({"day_count_distinct": "login_days"})


def _joined(panel: pa.Table, logins: pa.Table) -> pa.Table:
    """Set the logins beside the panel; a client goes on looking in after the last yuan is gone, so either may lack a month."""
    both = panel.join(logins, ["client_id", "month"], join_type="full outer", use_threads=False)
    at = both.column_names.index("login_days")
    both = both.set_column(at, "login_days", pc.fill_null(both["login_days"], 0))
    return both.select(PANEL.names).cast(PANEL).sort_by([("client_id", "ascending"), ("month", "ascending")])
