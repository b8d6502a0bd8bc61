"""Simulated branches that several tests share: each is made once for a session."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from zhike.simulate import Plan, simulate


@cache
def branch(
    clients: int = 400,
    days: int = 250,
    seed: int = 1,
    market: str = "mixed",
    variant: str = "standard",
    futures: int = 0,
) -> Path:
    """Return the folder of a simulated branch (`drop` and `truth`, in Parquet)."""
    folder = Path(tempfile.mkdtemp(prefix="zhike-made-up-")) / "branch"
    simulate(Plan(clients, days, seed, market=market, variant=variant, futures=futures), folder, "parquet")
    return folder
