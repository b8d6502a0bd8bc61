"""What tests on Spark share: why they are skipped, what they ask executors to do, and when two tables are equal."""

from __future__ import annotations

import ipaddress
import math
import os
import shutil
import time
from contextlib import suppress
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from made_up import branch
from zhike.base.errors import StoreError
from zhike.base.text import say
from zhike.datacentre.generation import Generation
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.tables import RESULTS
from zhike.engine import EngineSettings
from zhike.engine.spark.starting import java


def _why_not() -> str:
    if find_spec("pyspark") is None:
        return "Spark isn't tested: pyspark isn't installed"
    return "" if java() else "Spark isn't tested: this machine has no Java"


needs_spark = pytest.mark.skipif(bool(_why_not()), reason=_why_not())


# Tasks. They travel by value: executors don't know the tests.


def version() -> str:
    return "zhike 1.0"


def doubled(number: int) -> int:
    return 2 * number


def refused(where: str) -> None:
    raise StoreError(say("装不下了", "It doesn't fit"), where=where)


def broken(number: int) -> float:
    return number / 0


def once_unreachable(folder: Path) -> int:
    """Fail as a network folder does for a moment, then go on; return how often it was tried."""
    attempts = len(list(folder.glob("try-*")))
    (folder / f"try-{attempts}").touch()
    if attempts == 0:
        raise OSError(116, "Stale file handle", str(folder))
    return attempts + 1


def once_dead(folder: Path) -> int:
    """Die without a word, then go on; return how often it was tried."""
    attempts = len(list(folder.glob("dead-*")))
    (folder / f"dead-{attempts}").touch()
    if attempts == 0:
        os._exit(9)
    return attempts + 1


def always_dead(_: int) -> None:
    os._exit(9)


def slept(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def travel() -> None:
    """Let functions of this module travel whole."""
    import sys

    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])


# Equality: whole numbers, decimals, text, days exact; floating point to 1e-9.


def differing(ours: Generation, theirs: Generation) -> list[str]:
    """Return where two generations differ: table, column, first rows."""
    found = (
        [f"tables {set(ours.tables) ^ set(theirs.tables)}"] if set(ours.tables) != set(theirs.tables) else []
    )
    for name in ours.tables:
        key = [(column, "ascending") for column in RESULTS[name].key]
        found += unequal(name, ours.read(name).sort_by(key), theirs.read(name).sort_by(key))
    return found


def unequal(name: str, ours: pa.Table, theirs: pa.Table) -> list[str]:
    """Return the columns of two tables that differ, with the first rows that do."""
    if ours.num_rows != theirs.num_rows or set(ours.column_names) != set(theirs.column_names):
        return [f"{name}: {ours.num_rows} rows against {theirs.num_rows}, or other columns"]
    found = []
    for column in ours.column_names:
        pairs = zip(ours[column].to_pylist(), theirs[column].to_pylist(), strict=True)
        odd = [(n, a, b) for n, (a, b) in enumerate(pairs) if not same(a, b)]
        if odd:
            found.append(f"{name}.{column}: {len(odd)} rows, first {odd[:3]}")
    return found


def same(a: Any, b: Any) -> bool:
    """Tell whether two values are equal: floating point to 1e-9, NaN only with NaN, null only with null."""
    if isinstance(a, float) and isinstance(b, float):
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return type(a) is type(b) and a == b


# Homes.

TABLES = 18  # that a night of a simulated branch publishes


def delivered(folder: Path, clients: int, days: int) -> Path:
    """Return a home that a branch was taken into."""
    home = folder / "home"
    home.mkdir()
    settings = EngineSettings(threads=2)
    ingest(home, Request(branch(clients, days) / "drop", date(2035, 1, 1), settings=settings))
    return home


def beside(home: Path, copy: Path | None = None) -> Path:
    """Return a copy of a home."""
    return Path(shutil.copytree(home, copy or home.with_name("beside")))


# Processes.


def below(process: int) -> list[int]:
    """Return the processes below one."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it may end while it is looked at
        for task in Path(f"/proc/{process}/task").iterdir():
            found += [int(p) for p in (task / "children").read_text().split()]
    return found + [deeper for child in found for deeper in below(child)]


def listening(process: int) -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return the addresses that a process listens on."""
    found: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        own = {_target(f) for f in Path(f"/proc/{process}/fd").iterdir()}
        for name in ("tcp", "tcp6"):
            for row in Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]:
                fields = row.split()
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                    found.add(address(fields[1].split(":")[0]))
    return found


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:  # closed by now
        return ""


def address(hexadecimal: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address as the kernel writes it: words of four bytes, each the other way round."""
    words = [bytes.fromhex(hexadecimal[i : i + 8])[::-1] for i in range(0, len(hexadecimal), 8)]
    found = ipaddress.ip_address(b"".join(words))
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
