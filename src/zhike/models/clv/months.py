"""What clients did month by month, months being equal spans of trading days counted back from the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import BrokenPromise
from zhike.base.period import Days
from zhike.base.text import say
from zhike.models.clv.settings import CLOSED
from zhike.models.lifecycle import History
from zhike.models.lifecycle.people import NEVER

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
UNSEEN = -1  # stage of a client who wasn't there yet
READS = ("client_id", "date", "trades", "buy_amount", "sell_amount", "commission", "exchange_fee", "flow_in", "flow_out", "net")  # fmt: skip
"""The columns of client_day that months are made of."""
SUMS = ("assets", "left", "trades", "days", "traded", "kept", "flow")


@dataclass(frozen=True, slots=True, eq=False)
class Months:
    """Clients × months, the oldest month first; money in yuan.

    assets: mean net assets of the days they are known (not below 0); left: those of the last such day; both 0 without any. traded:
    value bought and sold. days: those with a trade. kept: commission less exchange fees. flow: brought in less taken out. stage: at the month's end,
    codes of STAGES, UNSEEN before, CLOSED from the closing on.
    """

    assets: Floats
    left: Floats
    trades: Floats
    days: Floats
    traded: Floats
    kept: Floats
    flow: Floats
    stage: Ints

    def __post_init__(self) -> None:
        for name in SUMS:
            if getattr(self, name).shape != self.stage.shape or not np.isfinite(getattr(self, name)).all():
                raise BrokenPromise(
                    say(f"月度数据 {name} 缺失或大小不一", f"Months: {name} is not known or of another size"),
                    where="clv",
                )

    def rows(self, at: slice | Ints) -> Months:
        """Return some of the clients."""
        return Months(*(getattr(self, name)[at] for name in (*SUMS, "stage")))

    def __len__(self) -> int:
        """Return how many clients there are."""
        return len(self.stage)


def month_of(days: Days, month_days: int) -> Ints:
    """Return for each trading day the month it lies in, 0 the oldest whole one; −1 for days before it."""
    back = np.arange(len(days) - 1, -1, -1) // month_days
    return np.maximum(len(days) // month_days - 1 - back, UNSEEN).astype(np.int64)


def stages_of(found: History, clients: Sequence[str], days: Days, month_days: int) -> Ints:
    """Return the stage of each of `clients` at each month's end, (clients, months): that of the last calendar month's end before it.

    CLOSED from the closing on; UNSEEN before the history begins, and for who isn't in it. `days`: as in `months_of`.
    """
    count = len(days) // month_days
    ends = np.asarray(days)[len(days) - 1 - month_days * np.arange(count)[::-1]]
    if not found.clients:
        return np.full((len(clients), count), UNSEEN)
    at = np.searchsorted(np.asarray(found.month_ends), ends, side="right") - 1
    place = {client: i for i, client in enumerate(found.clients)}
    rows = np.array([place.get(client, UNSEEN) for client in clients], np.int64)
    codes = np.asarray(found.stage, np.int64)[rows][:, np.maximum(at, 0)]
    codes = np.where((at >= 0) & (rows >= 0)[:, None], codes, UNSEEN)
    closed = np.where(rows >= 0, np.asarray(found.closed)[rows], NEVER)
    return np.where((closed != NEVER)[:, None] & (closed[:, None] <= ends), CLOSED, codes)


def months_of(client_day: pa.Table, clients: Sequence[str], days: Days, stage: Ints, month_days: int) -> Months:  # fmt: skip
    """Sum some clients' `client_day` (READS) up to months.

    `days`: trading days up to the last, in order; `stage`: (clients, months), as in Months. Rows of other days or clients aren't read.
    """
    return Months(**sums_of(client_day, clients, days, month_days), stage=stage)


def sums_of(client_day: pa.Table, clients: Sequence[str], days: Days, month_days: int) -> dict[str, Floats]:
    """Return what Months holds, but for the stages, by name: (clients, months) each."""
    month = month_of(days, month_days)
    shape = len(clients), len(days) // month_days
    if not shape[1]:
        return {name: np.zeros(shape) for name in SUMS}
    who = pc.index_in(client_day["client_id"].cast(pa.string()), value_set=pa.array(clients, pa.string()))
    date = client_day["date"].cast(pa.int32()).to_numpy().astype(np.int64)
    at = np.clip(np.searchsorted(days, date), 0, len(days) - 1)
    inside = (np.asarray(days)[at] == date) & (month[at] >= 0) & pc.is_valid(who).to_numpy()
    place = np.where(inside, pc.fill_null(who, 0).to_numpy().astype(np.int64) * shape[1] + month[at], 0)

    def column(name: str) -> Floats:
        return np.asarray(client_day[name].cast(pa.float64()).to_numpy(), np.float64)

    def total(values: Floats) -> Floats:
        sums = np.bincount(place, np.where(inside, values, 0.0), shape[0] * shape[1])
        return np.asarray(sums, np.float64).reshape(shape)

    net = column("net")
    known = inside & ~np.isnan(net)
    count = np.bincount(place, known, shape[0] * shape[1]).reshape(shape)
    mean = np.divide(total(np.where(known, net, 0.0)), count, out=np.zeros(shape), where=count > 0)
    order = np.flatnonzero(known)[np.argsort(date[known], kind="stable")]
    left = np.zeros(shape[0] * shape[1])
    left[place[order]] = net[order]  # the last day stays
    return {
        "assets": np.maximum(mean, 0.0), "left": np.maximum(left.reshape(shape), 0.0), "trades": total(column("trades")),
        "days": total((column("trades") > 0).astype(np.float64)), "traded": total(column("buy_amount") + column("sell_amount")),
        "kept": total(column("commission") - column("exchange_fee")), "flow": total(column("flow_in") - column("flow_out")),
    }  # fmt: skip
