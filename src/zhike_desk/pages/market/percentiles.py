"""Where a value stands among those of a year."""

from __future__ import annotations

from collections.abc import Sequence

from zhike_desk.ui.speech import told

LEAST = 60
_END = 0.005


def percentile(values: Sequence[float | None]) -> float | None:
    """Return where the last value stands among the known of `values`, 0…1: (rank − ½) ÷ n, ties sharing their mean rank.

    None where the last isn't known, or fewer than 60 are.
    """
    known = [v for v in values if v is not None]
    last = values[-1] if values else None
    if last is None or len(known) < LEAST:
        return None
    below = sum(v < last for v in known)
    return (below + sum(v == last for v in known) / 2) / len(known)


def standing(place: float) -> str:
    """Say where a percentile puts a day among those of a year."""
    if place >= 1 - _END:
        return told("近一年最高", "the year's highest")
    if place <= _END:
        return told("近一年最低", "the year's lowest")
    if place >= 0.5:
        return told(f"高于近一年 {place:.0%} 的交易日", f"above {place:.0%} of the year's days")
    return told(f"低于近一年 {1 - place:.0%} 的交易日", f"below {1 - place:.0%} of the year's days")


def placed(place: float | None) -> str:
    """Say a percentile in few words."""
    if place is None:
        return told("不足 60 日", "fewer than 60 days")
    if _END < place < 1 - _END:
        return told(f"近一年 {place:.0%} 分位", f"{place:.0%} of the year")
    return standing(place)
