"""The databases that earlier releases of the workbench wrote: each with a row in every table, packed, and what is in its columns."""

from __future__ import annotations

import hashlib
import json
import lzma
import sqlite3
import tarfile
from pathlib import Path

DESKS = Path(__file__).parent / "fixtures" / "desks"
_BOOKKEEPING = {"django_migrations", "django_content_type", "auth_permission", "desk_cache"}


def content(database: Path) -> dict[str, dict[str, list[str]]]:
    """Return for each table with rows, for each of its columns, the hashes of its values in the order of the first column."""
    live = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        names = [n for (n,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in sorted(set(names) - _BOOKKEEPING):
            rows = live.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            columns = [c[0] for c in rows.description]
            values = rows.fetchall()
            if values and not name.startswith("sqlite_"):
                found[name] = {c: [_hash(row[i]) for row in values] for i, c in enumerate(columns)}
        return found
    finally:
        live.close()


def releases() -> list[str]:
    """List the releases whose databases are kept."""
    return sorted(p.name.removesuffix(".tar.xz") for p in DESKS.glob("*.tar.xz"))


def pack(desk: Path, release: str) -> None:
    """Keep a desk's database and keys, and what is in them."""
    DESKS.mkdir(exist_ok=True)
    found = content(desk / "desk.sqlite3")
    (DESKS / f"{release}.json").write_text(json.dumps(found, indent=1) + "\n")
    with (
        lzma.open(DESKS / f"{release}.tar.xz", "wb", preset=9) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name in ("desk.sqlite3", "keys"):
            tar.add(desk / name, arcname=name)


def unpack(release: str, desk: Path) -> dict[str, dict[str, list[str]]]:
    """Lay a release's database and keys out in `desk`; return what was in it."""
    desk.mkdir(parents=True)
    with tarfile.open(DESKS / f"{release}.tar.xz") as tar:
        tar.extractall(desk, filter="data")
    return content_of(release)


def content_of(release: str) -> dict[str, dict[str, list[str]]]:
    """Return what a kept database holds."""
    kept: dict[str, dict[str, list[str]]] = json.loads((DESKS / f"{release}.json").read_text())
    return kept


def _hash(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]
