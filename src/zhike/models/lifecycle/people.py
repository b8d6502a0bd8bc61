"""Who is known on a day: clients, those whose rows alone tell of them, and leads with a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.models.lifecycle.months import Flags, Ints

NEVER = -(10**6)  # a day number long before any date


@dataclass(frozen=True, slots=True)
class People:
    """The clients known on a day, in order: day numbers of opening (or of becoming a lead) and closing, who is a lead only."""

    clients: tuple[str, ...]
    opened: Ints
    closed: Ints
    lead: Flags


def people_of(panel: pa.Table, client: pa.Table, lead: pa.Table | None, as_of: int) -> People:
    """Return who is known on day `as_of`, frozen clients and those opened later left out; `panel`: rows with a day behind them."""
    ids = client["client_id"].to_pylist()
    opened = dict(zip(ids, _days_of(client, "opened_on"), strict=True))
    closed = dict(zip(ids, _days_of(client, "closed_on"), strict=True))
    frozen = client["frozen"].to_pylist() if "frozen" in client.column_names else [None] * len(ids)
    kept_out = {i for i, f in zip(ids, frozen, strict=True) if f} | {i for i in ids if opened[i] > as_of}
    traded = set(pc.unique(panel["client_id"]).to_pylist())
    leads = _leads(lead, as_of)
    clients = tuple(sorted((set(ids) | traded | leads.keys()) - kept_out))
    days = np.array([opened.get(i, NEVER) for i in clients], np.int64)
    led = np.array([leads.get(i, NEVER) for i in clients], np.int64)
    shut = np.array([closed.get(i, NEVER) for i in clients], np.int64)
    return People(
        clients,
        np.where(days == NEVER, led, days),
        np.where(shut > as_of, NEVER, shut),
        (days == NEVER) & (led != NEVER),
    )


def _leads(lead: pa.Table | None, as_of: int) -> dict[str, int]:
    """Return the day each lead that has a client number came in, the first where there are several."""
    if lead is None:
        return {}
    rows = zip(lead["client_id"].to_pylist(), _days_of(lead, "created_at"), strict=True)
    return dict(sorted(((i, day) for i, day in rows if i is not None and day <= as_of), reverse=True))


def _days_of(table: pa.Table, name: str) -> list[int]:
    if name not in table.column_names:
        return [NEVER] * table.num_rows
    days = table[name].cast(pa.date32()).cast(pa.int32()).fill_null(NEVER)
    return [int(d) for d in days.to_pylist()]
