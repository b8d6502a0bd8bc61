"""Whether a client stays what the client is: from a bull to the bear that follows, and from month to month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from _branches import LOGICS, TRIPS, Record

Rows = Sequence[Mapping[str, Any]]


def leading(p: Sequence[float] | None) -> str | None:
    """Return the logic with the highest probability."""
    return None if p is None else LOGICS[int(np.argmax(p))]


def _known(row: Mapping[str, Any], *nights: int) -> bool:
    return all(row["p"][n] is not None for n in nights)


def _share(hits: Iterable[bool]) -> float:
    every = list(hits)
    return float(np.mean(every)) if every else float("nan")


def turned(records: Sequence[Record]) -> tuple[Rows, Rows]:
    """Return the clients with a class at every night: those who closed enough in each market, and enough by the bull's end."""
    rows = [row for r in records for row in r.rows if _known(row, 0, 1) and row["trips"][0] >= TRIPS]
    rows = [row for row in rows if row["alone"] is not None]
    return [row for row in rows if row["trips"][1] - row["trips"][0] >= TRIPS], rows


def same_leading(rows: Rows) -> float:
    """Return the share whose leading logic in the bull is the one that the bear's decisions alone show."""
    return _share(leading(row["p"][0]) == leading(row["alone"]) for row in rows)


def turn_line(rows: Rows) -> str:
    """Return the shares that agree between bull and bear, and how many are right in each."""
    published = _share(row["class"][0] == row["class"][1] for row in rows)
    after = _share(leading(row["p"][0]) == leading(row["p"][1]) for row in rows)
    bull = _share(leading(row["p"][0]) == row["truth"] for row in rows)
    bear = _share(leading(row["alone"]) == row["truth"] for row in rows)
    return (
        f"{len(rows):5}  same: bull and bear apart {same_leading(rows):.3f}  as published, remembering: leading {after:.3f}"
        f" class {published:.3f}  right: bull {bull:.3f} bear alone {bear:.3f}"
    )


def changes(records: Sequence[Record], *, enough: bool, published: bool) -> list[float]:
    """Return for each month after the first the share that changed, of all who have a class at its end and at the one before.

    `enough`: only those who had closed enough round trips by then; `published`: the class, not the leading logic.
    """
    nights = min(r.task.nights for r in records)
    return [_changed(records, n, enough=enough, published=published) for n in range(1, nights)]


def _changed(records: Sequence[Record], n: int, *, enough: bool, published: bool) -> float:
    rows = [
        row
        for r in records
        for row in r.rows
        if _known(row, n - 1, n) and (not enough or row["trips"][n - 1] >= TRIPS)
    ]
    if published:
        return _share(row["class"][n - 1] != row["class"][n] for row in rows)
    return _share(leading(row["p"][n - 1]) != leading(row["p"][n]) for row in rows)


def months_line(records: Sequence[Record]) -> str:
    """Return mean and largest share of changes a month, for those with enough round trips and for all with a class."""
    parts = []
    for name, enough in ((f"≥ {TRIPS} trips", True), ("all", False)):
        for what, published in (("published", True), ("leading", False)):
            shares = changes(records, enough=enough, published=published)
            parts.append(f"{name} {what} {np.nanmean(shares):.3f} (max {np.nanmax(shares):.3f})")
    last = sum(_known(row, -1) for r in records for row in r.rows)
    return f"{last:5}  changed a month: " + "  ".join(parts)
