"""How a night is cut so that its processes together stay within the memory that was set."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.engine import EngineSettings

# Measured in bytes (PSS, 10,000 clients): what the run holds itself, what a worker holds with a range of nothing, and what a row of work
# adds. A worker that has to compile its loops first, as after an upgrade, holds 200 MB more than one that doesn't; most of that is in here.
_RUN, _WORKER, _ROW = 330_000_000, 450_000_000, 1_700
_CELL = 64  # what a security and day of the market adds, in files that all processes share
_MARKET = 1_500_000  # securities × days: 3,000 × 500
_SPARE = 0.93  # allocators' and the system's own come on top
_LEAST, _MOST = (
    25_000,
    500_000,
)  # rows: below, a range costs more for itself than for its clients; above, nothing is gained


@dataclass(frozen=True, slots=True)
class Room:
    """How many processes work at once, how much work a range holds, in rows of assets, and whether that fits."""

    workers: int
    rows: int
    fits: bool


def room_of(engine: EngineSettings, cells: int = _MARKET) -> Room:
    """Return what fits: fewer workers where not each of them has room for the least range, one worker in any case.

    `cells`: securities × days of the market.
    """
    within = engine.memory * _SPARE - _RUN - cells * _CELL
    workers = max(1, min(engine.threads, int(within // (_WORKER + _LEAST * _ROW))))
    rows = int((within / workers - _WORKER) / _ROW)
    return Room(workers, min(max(rows, _LEAST), _MOST), rows >= _LEAST)
