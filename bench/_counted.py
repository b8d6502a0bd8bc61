"""What taking in a small branch and running its night costs, in counts: the same branch gives the same ones, on any day.

Names say where a count belongs: `ingest.…`, `store.…`, `night.…`, `published.…`, and `ratio.…` between two of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.datacentre.store.house import Store
from zhike.engine import EngineSettings
from zhike.engine.counting import Counts, counting
from zhike.run import Night, NightSettings, run_night
from zhike.run.sources import Sources
from zhike.simulate import Plan, simulate

CLIENTS, DAYS, SEED = 150, 260, 1
RANGE_ROWS = 25_000
SETTINGS = NightSettings(range_rows=RANGE_ROWS)  # two ranges, so that what each of them reads anew shows
_ENGINE = EngineSettings(threads=1)  # one process: counts are those of this process
_TODAY = date(2035, 1, 1)
_TOLD = ("trade", "asset", "client", "quote")  # tables whose reading is set against what is stored

Measured = dict[str, float]


def delivered(folder: Path) -> Path:
    """Make the branch up in `folder`; return its drop."""
    simulate(Plan(CLIENTS, DAYS, SEED), folder, "csv")
    return folder / "drop"


def counted(drop: Path, home: Path) -> Measured:
    """Take a drop into an empty home folder, run a night, and return what was counted."""
    home.mkdir()
    with counting() as taken_in:
        ingest(home, Request(drop, _TODAY, settings=_ENGINE))
    stored = Store(home).manifest()
    rows = {name: stored.rows(name) for name in {*stored.tables, *stored.patches} if stored.rows(name)}
    out: Measured = {
        "ingest.queries": taken_in.queries,
        "ingest.files": taken_in.opened.total(),
        "ingest.rows": taken_in.rows.total(),
        "store.rows": sum(rows.values()),
        "store.bytes": _bytes(home / f for name in rows for f in stored.live(name)),
        "store.bytes.all": _bytes(p for p in home.rglob("*") if p.is_file()),
    }
    delivered_bytes = _bytes(p for p in drop.rglob("*") if p.is_file())
    ranges = len(Sources.of(home).ranges(RANGE_ROWS))
    with counting() as at_night:
        night = run_night(home, None, _ENGINE, SETTINGS)
    read = _by_table(at_night)
    out |= {"night.ranges": ranges, "night.queries": at_night.queries, "night.files": at_night.opened.total()}
    out |= {f"night.work.{name}": n for name, n in night.read.items()}
    out |= {f"night.rows.{name}": n for name, n in sorted(read.items())}
    out |= _published(night)
    out |= {
        "ratio.store_bytes_to_delivered": out["store.bytes"] / delivered_bytes,
        "ratio.home_bytes_to_delivered": out["store.bytes.all"] / delivered_bytes,
        "ratio.published_bytes_to_store": out["published.bytes"] / out["store.bytes"],
        "ratio.night_queries_to_ranges": at_night.queries / ranges,
        "ratio.night_files_to_ranges": at_night.opened.total() / ranges,
        "ratio.night_rows_to_stored": sum(read[n] for n in rows) / out["store.rows"],
    }
    out |= {f"ratio.night_rows_to_stored.{name}": read[name] / rows[name] for name in _TOLD}
    return out


def _bytes(files: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in files)


def _by_table(counts: Counts) -> Counter[str]:
    """Return the rows that were decoded, by the table whose file they lay in."""
    out: Counter[str] = Counter()
    for path, rows in counts.rows.items():
        out[table_of(path)] += rows
    return out


def table_of(path: Path) -> str:
    """Return whose rows a file holds: a stored table's name, or that of a published one with `published_` before it."""
    if "generations" in path.parts or "staging" in path.parts:
        return f"published_{path.parent.name}"
    return path.name.partition(".")[0].partition("-")[0]


def _published(night: Night) -> Mapping[str, float]:
    generation = night.published.generation
    size = {name: sum(f.bytes for f in found.files) for name, found in generation.manifest.tables.items()}
    return {
        "published.bytes": sum(size.values()),
        **{f"published.rows.{name}": generation.rows(name) for name in generation.tables},
        **{f"published.bytes.{name}": n for name, n in size.items()},
    }
