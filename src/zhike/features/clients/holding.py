"""How long positions are held, those still open counted for what they are: not yet ended (Kaplan and Meier 1958)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.compiling import compiled
from zhike.base.period import day_no
from zhike.datacentre.hashes import whole, whole_numbers
from zhike.features.clients.settings import YEAR
from zhike.features.clients.walk import UNITS, Floats, Held, Ints, coded, dates_of, figures_of, starts_of

_DECISION = ["client_id", "date", "security_id", "side"]
_DECISIONS = ("ordinary", "margin")  # kinds of trade that are a client's own decision


def holding(held: Held) -> pa.Table:
    """Return for positions opened within a year: `median` and `restricted` mean of days held, `n` and how many `ended`.

    S(t) = Π over t_i ≤ t of (1 − d_i / n_i), with d_i positions ended at t_i and n_i held until then at least. The median is
    the first t with S ≤ ½ (null where most are still held); the restricted mean is the area under S up to the window's length.
    Days are calendar days; a round trip's are the mean of its shares, first in first out, to the nearest day.
    """
    first, end = day_no(held.horizon.first(YEAR)), day_no(held.horizon.end)
    trips, open_ = held.tables["round_trip"], held.tables["position"]
    trips = _opened(trips.filter(pa.array(dates_of(trips["closed_on"]) <= end)), first, end)
    open_ = _opened(open_.filter(pc.greater(open_["quantity"], 0)), first, end)
    ended = np.floor(trips["holding_days"].to_numpy() + 0.5)
    days = np.concatenate([ended, (end - dates_of(open_["opened_on"])).astype(np.float64)])
    clients, codes = coded(trips["client_id"], open_["client_id"])
    order = np.lexsort((days, codes))
    length = float(end - first + 1)
    found = _survival(starts_of(codes, len(clients)), days[order], order < len(ended), length)
    return figures_of(clients, **dict(zip(("median", "restricted", "n", "ended"), found, strict=True)))


def _opened(rows: pa.Table, first: int, end: int) -> pa.Table:
    """Return the rows opened within these days."""
    days = dates_of(rows["opened_on"])
    return rows.filter(pa.array((days >= first) & (days <= end)))


@compiled
def _survival(starts: Ints, days: Floats, ended: npt.NDArray[np.bool_], length: float) -> Floats:
    """Return median, restricted mean, n and ended of each client, whose spells are in order of days; shape (4, clients)."""
    found = np.full((4, len(starts) - 1), np.nan)
    for c in range(len(starts) - 1):
        alive, area, since, r, end = 1.0, 0.0, 0.0, starts[c], starts[c + 1]
        found[2, c], found[3, c] = end - r, 0.0
        while r < end:
            day, at_risk, gone = days[r], end - r, 0
            while r < end and days[r] == day:
                gone += ended[r]
                r += 1
            area, since = area + alive * (day - since), day
            alive *= 1.0 - gone / at_risk
            found[3, c] += gone
            if np.isnan(found[0, c]) and alive <= 0.5 + 1e-9:
                found[0, c] = day
        found[1, c] = area + alive * (length - since)
    return found


def orders(held: Held) -> pa.Table:
    """Return the median size of a decision in a year: all executions of a day in one security on one side."""
    trades = held.tables["trade"]
    places = held.horizon.places(dates_of(trades["date"]))
    recent = (places >= 0) & (held.horizon.ages[places] < YEAR)
    own = pc.is_in(
        pc.fill_null(trades["kind"].cast(pa.string()), _DECISIONS[0]), value_set=pa.array(_DECISIONS)
    )
    trades = trades.filter(pc.and_(pa.array(recent), own))
    sizes = trades.group_by(_DECISION, use_threads=False).aggregate([("amount", "sum")])
    clients, codes = coded(sizes["client_id"])
    amounts = whole_numbers(whole(sizes["amount_sum"]))
    order, starts = np.lexsort((amounts, codes)), starts_of(codes, len(clients))
    n = np.diff(starts)
    middle = amounts[order[starts[:-1] + (n + 1) // 2 - 1]] / UNITS
    return figures_of(clients, median=middle, n=n.astype(np.float64))
