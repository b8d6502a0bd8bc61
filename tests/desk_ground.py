"""The ground of the desk's tests: a small branch made up, of two branches, its night run once and kept between test runs.

A night takes half a minute, so the home folder it leaves is kept in pytest's cache under a name that follows from the code
it came from; another run, another process, copies it. So does the desk that is laid on it (SQLite): migrated, with its people,
the night published.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import made_up
import people
import zhike_desk
from zhike import simulate
from zhike.datacentre.generation.inputs import code_version

CLIENTS, DAYS = 80, 160
KEPT_DESKS = 8
"""Of so many sources is the desk kept: of those that a mutant was made in, too."""
_OWN_KEY = Path("desk", "keys", "session.key")
"""What the settings read when they were imported: it stays this process's own."""


def kept_home(cache: Path) -> Path:
    """Return the home folder of the branch made up, after its first night; make it where `cache` doesn't hold it yet."""
    with _alone(cache):
        home = cache / _name()
        if not home.exists():
            for old in cache.glob("home-*"):
                shutil.rmtree(old)
            fresh = cache / "home-fresh"
            drop = cache / "drop"
            shutil.rmtree(drop, ignore_errors=True)
            shutil.copytree(made_up.branch(CLIENTS, DAYS) / "drop", drop)
            split(drop)
            for words in (["ingest", str(drop), "--feed", "made-up"], ["run"]):
                subprocess.run(
                    [sys.executable, "-m", "zhike", *words, "--home", str(fresh)],
                    check=True,
                    capture_output=True,
                )
            fresh.rename(home)
    return home


def lay(home: Path, night: Path, cache: Path, ground: Path, make: Callable[[], None]) -> None:
    """Put the desk into `home` that `make` makes there of a copy of `night`: made once for its sources, then copied from `cache`.

    `ground` is the file in which `make` is written. What lies in `home` already goes, but for its own key.
    """
    key = (home / _OWN_KEY).read_bytes()
    with _alone(cache):
        kept = cache / f"desk-{_sources(ground)}"
        shutil.rmtree(home)
        if not kept.exists():
            shutil.copytree(night, home)
            _put(home, key)
            make()
            for old in sorted(cache.glob("desk-*"), key=lambda p: p.stat().st_mtime)[: 1 - KEPT_DESKS]:
                shutil.rmtree(old)
            fresh = cache / "fresh-desk"
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(home, fresh)
            fresh.rename(kept)
        else:
            shutil.copytree(kept, home)
            _put(home, key)


def _put(home: Path, key: bytes) -> None:
    (home / _OWN_KEY).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / _OWN_KEY).write_bytes(key)


def _sources(ground: Path) -> str:
    digest = hashlib.sha256(f"{_name()} {django.__version__}".encode())
    root = Path(zhike_desk.__file__).parent
    for path in (Path(people.__file__), ground, *sorted(root.rglob("*.py")), *sorted(root.rglob("*.yaml"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def split(drop: Path) -> None:
    """Move Charlie and the clients he serves to a branch of their own, and out of everybody else's hands."""
    his = people.PEOPLE["charlie"].staff_id
    relations = pq.read_table(drop / "relation.parquet")
    serves = pc.and_(pc.equal(relations["staff_id"], his), pc.equal(relations["role"], "server"))
    moved = pc.unique(relations.filter(pc.and_(serves, pc.is_null(relations["end_on"])))["client_id"])
    keep = pc.or_(
        pc.equal(relations["staff_id"], his), pc.invert(pc.is_in(relations["client_id"], value_set=moved))
    )
    others = pc.and_(
        pc.equal(relations["staff_id"], his), pc.invert(pc.is_in(relations["client_id"], value_set=moved))
    )
    pq.write_table(relations.filter(pc.and_(keep, pc.invert(others))), drop / "relation.parquet")
    _moved(drop / "client.parquet", "client_id", moved)
    _moved(drop / "staff.parquet", "staff_id", pa.array([his]))


def _moved(file: Path, key: str, whose: pa.Array) -> None:
    rows = pq.read_table(file)
    branch = pc.if_else(pc.is_in(rows[key], value_set=whose), people.OTHER, rows["branch_id"])
    pq.write_table(rows.set_column(rows.column_names.index("branch_id"), "branch_id", branch), file)


def _name() -> str:
    digest = hashlib.sha256(code_version().encode())
    for path in sorted(Path(simulate.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return f"home-{digest.hexdigest()[:16]}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make what all of them share."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
