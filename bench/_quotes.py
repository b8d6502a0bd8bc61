"""Quotes of a made-up market as they lie in the store (decimals), in batches, from a fixed seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.base.period import day_no

FIRST = date(2020, 1, 6)  # a Monday
_AT_ONCE = 100


def weekdays(n: int) -> npt.NDArray[np.int32]:
    """Return n day numbers from 2020-01-06 that are no weekends."""
    return np.array([day_no(FIRST) + 7 * (i // 5) + i % 5 for i in range(n)], np.int32)


def batches(securities: int, days: int, seed: int = 1) -> Iterator[pa.RecordBatch]:
    """Yield quotes of securities × days, a hundred securities a batch, eleven figures a row."""
    rng = np.random.default_rng(seed)
    dates = weekdays(days)
    for first in range(0, securities, _AT_ONCE):
        ids = [f"{600000 + s:06d}.SH" for s in range(first, min(first + _AT_ONCE, securities))]
        yield _batch(ids, dates, rng)


def _batch(ids: list[str], dates: npt.NDArray[np.int32], rng: np.random.Generator) -> pa.RecordBatch:
    shape = len(ids), len(dates)
    moves = np.clip(rng.normal(0.0003, 0.025, shape), -0.1, 0.1)
    close = np.maximum(np.round(10 * np.exp(np.cumsum(moves, axis=1)), 2), 0.5)
    halted = rng.random(shape) < 0.005
    volume = np.where(halted, 0.0, np.round(np.exp(rng.normal(14, 1, shape))))
    prices = {
        "high": close * 1.01, "close": close, "prev_close": np.roll(close, 1, axis=1), "eps_ttm": np.full(shape, 0.5),
        "bps": np.full(shape, 5.0), "dividend_ttm": np.full(shape, 0.1),
    }  # fmt: skip
    prices["prev_close"][:, 0] = close[:, 0]
    money = {"volume": volume, "amount": volume * close, "float_cap": close * 1e8}
    return pa.record_batch({
        "date": pa.array(np.tile(dates, len(ids)), pa.int32()).cast(pa.date32()),
        "security_id": pa.array(np.repeat(ids, len(dates))),
        **{name: _decimals(values, 8) for name, values in prices.items()},
        **{name: _decimals(values, 4) for name, values in money.items()},
        "suspended": pa.array(halted.ravel()),
        "st": pa.array(np.zeros(halted.size, np.bool_)),
    })  # fmt: skip


def _decimals(values: npt.NDArray[np.float64], scale: int) -> pa.Array:
    whole = np.rint(values.ravel() * 10**scale).astype(np.int64)
    wide = np.ascontiguousarray(np.stack([whole, whole >> 63], axis=1))
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(whole), [None, pa.py_buffer(wide)])
