"""Every invariant of `zhike check`, each with a planted break that it must find."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from published import DAY, publish
from small_drops import C_ARRIVES, SETTINGS, T1_AGAIN, take_in
from zhike.datacentre.audit import INVARIANTS, Audit, audit
from zhike.datacentre.generation import Generation
from zhike.datacentre.generation import manifest as generations
from zhike.datacentre.store import manifest as manifests
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import Manifest, Part
from zhike.datacentre.undo import undo
from zhike.engine.durable import as_json, sha256_of
from zhike.engine.parquet import read_table, write_table


@pytest.fixture(scope="module")
def sound_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a home of three drops (the first, one that changes a row of it, one taken back) and two generations."""
    folder = tmp_path_factory.mktemp("audit")
    home = folder / "home"
    take_in(home, folder / "d1")
    take_in(home, folder / "d2", {"trade.csv": T1_AGAIN})
    take_in(home, folder / "d3", {"client.csv": C_ARRIVES})
    undo(home, "d3")
    publish(home)
    publish(home, DAY + timedelta(days=1))
    return home


@pytest.fixture
def home(sound_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound_home, tmp_path / "home")
    return tmp_path / "home"


def look(home: Path, *, deep: bool = True) -> Audit:
    return audit(home, SETTINGS, deep=deep)


def status(found: Audit) -> dict[str, str]:
    return {r.invariant.name: r.status for r in found.results if r.status != "ok"}


def flip(path: Path, at: int = -200) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def the_part(home: Path, table: str) -> Part:
    return Store(home).manifest().tables[table][0]


def rehang(home: Path, table: str, change: Callable[[Part], Part]) -> None:
    """Make a state, with sound hashes, in which the first part of a table is another."""
    manifest = Store(home).manifest()
    first, *rest = manifest.tables[table]
    manifests.save(home, replace(manifest, tables={**manifest.tables, table: (change(first), *rest)}))


def rewritten(home: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Store other rows for the first part of a table, with the hash and the count that belong to them."""
    part = the_part(home, table)
    assert part.live is not None
    rows = change(read_table(home / part.live))
    write_table(home / part.live, rows)
    digest = sha256_of(home / part.live)
    segment = replace(part.segment, sha256=digest, rows=rows.num_rows)
    rehang(home, table, lambda p: replace(p, live_sha256=digest, live_rows=rows.num_rows, segment=segment))


def edit_record(home: Path, change: Callable[[dict[str, object]], None]) -> None:
    manifest = Store(home).manifest()
    first, *rest = manifest.drops
    path = home / first.folder / "drop.json"
    record = json.loads(path.read_bytes())
    change(record)
    path.write_bytes(as_json(record))
    manifests.save(home, replace(manifest, drops=(replace(first, record_sha256=sha256_of(path)), *rest)))


def raw_file(home: Path) -> Path:
    return min((home / "raw").glob("??/*"))


def spoil_a_removal(home: Path) -> None:
    (home / "retired").mkdir()
    (home / "retired" / "000001.json").write_bytes(b"{}")


def lose_a_line(record: dict[str, object]) -> None:
    report = record["report"]
    assert isinstance(report, dict)
    report["files"][0]["lines"] += 1


def accept_one_more(record: dict[str, object]) -> None:
    report = record["report"]
    assert isinstance(report, dict)
    report["files"][0]["accepted"] += 1
    report["files"][0]["lines"] += 1


def twice(home: Path) -> None:
    manifest = Store(home).manifest()
    parts = manifest.tables["asset"]
    manifests.save(home, replace(manifest, tables={**manifest.tables, "asset": (*parts, *parts)}))


def one_more_yuan(rows: pa.Table) -> pa.Table:
    more = pc.add(rows["net"], pa.scalar(1, pa.decimal128(18, 4))).cast(pa.decimal128(18, 4))
    return rows.set_column(rows.column_names.index("net"), "net", more)


def other_index(home: Path) -> None:
    part = the_part(home, "asset")
    write_table(home / part.index, pa.table({"hash": pa.array([1, 2], pa.int64())}))
    segment = replace(part.segment, index_sha256=sha256_of(home / part.index))
    rehang(home, "asset", lambda p: replace(p, segment=segment))


def other_dead_rows(home: Path) -> None:
    manifest = Store(home).manifest()
    part = next(p for p in manifest.tables["trade"] if p.dead and p.live)
    assert part.dead is not None
    dead = read_table(home / part.dead)["row"].to_pylist()
    other = sorted(set(range(part.segment.rows)) - set(dead))[: len(dead)]
    write_table(home / part.dead, pa.table({"row": pa.array(other, pa.int64())}))
    changed = replace(part, dead_sha256=sha256_of(home / part.dead))
    parts = tuple(changed if p == part else p for p in manifest.tables["trade"])
    manifests.save(home, replace(manifest, tables={**manifest.tables, "trade": parts}))


def other_merged_row(home: Path) -> None:
    manifest = Store(home).manifest()
    patch = manifest.patches["trade"]
    rows = read_table(home / patch.path)
    at = rows.column_names.index("flag")
    write_table(home / patch.path, rows.set_column(at, "flag", pa.array(["other"] * rows.num_rows)))
    changed = replace(patch, sha256=sha256_of(home / patch.path))
    manifests.save(home, replace(manifest, patches={"trade": changed}))


def published(home: Path, table: str) -> Path:
    """Return the file of a table in the latest generation."""
    found = Generation.latest(home)
    assert found is not None
    return found.files(table)[0]


def republished(home: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Put other rows into the latest generation, with the hashes of file and manifest that belong to them."""
    path = published(home, table)
    rows = change(read_table(path))
    write_table(path, rows)
    *others, entry = generations.entries(home)
    manifest = generations.load(home, entry)
    contents = manifest.tables[table]
    file = replace(contents.files[0], rows=rows.num_rows, sha256=sha256_of(path))
    changed = replace(contents, rows=rows.num_rows, files=(file,))
    tables = {**manifest.tables, table: changed}
    generations.point(home, (*others, generations.write(path.parents[1], replace(manifest, tables=tables))))


def twice_the_first(rows: pa.Table) -> pa.Table:
    return pa.concat_tables([rows, rows.slice(0, 1)])


def another_reason(rows: pa.Table) -> pa.Table:
    return rows.set_column(rows.column_names.index("reason"), "reason", pa.array(["x", "z"]))


def plant(name: str) -> Callable[[Path], None]:
    """Return a function that leaves an orphan in one of the rooms."""

    def planted(home: Path) -> None:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(b"left behind")

    return planted


ZEROS = "0" * 64
PLANTED: list[tuple[str, str, Callable[[Path], object]]] = [
    ("pointer", "the pointer is garbage", lambda h: (h / "CURRENT").write_bytes(b"{")),
    ("pointer", "the pointer is gone", lambda h: (h / "CURRENT").unlink()),
    ("pointer", "the state changed", lambda h: flip(max((h / "states").glob("*.json")), 30)),
    ("pointer", "the state is gone", lambda h: max((h / "states").glob("*.json")).unlink()),
    ("states", "an older state is cut", lambda h: min((h / "states").glob("*.json")).write_bytes(b"{")),
    ("hashes", "a byte flipped", lambda h: flip(h / the_part(h, "asset").source)),
    ("hashes", "a segment is cut", lambda h: (h / the_part(h, "asset").source).write_bytes(b"PAR1")),
    ("hashes", "a segment is gone", lambda h: (h / the_part(h, "client").source).unlink()),
    ("hashes", "an index is gone", lambda h: (h / the_part(h, "client").index).unlink()),
    ("hashes", "merged rows changed", lambda h: flip(h / Store(h).manifest().patches["trade"].path)),
    ("hashes", "dead rows are gone", lambda h: [p.unlink() for p in h.glob("derived/*/*/*.dead.parquet")]),
    ("counts", "one row too many", lambda h: rehang(h, "asset", lambda p: replace(p, live_rows=3))),
    ("counts", "too many wait", lambda h: rehang(h, "asset", lambda p: replace(p, unknown=1))),
    ("records", "a record changed", lambda h: flip(min(h.glob("drops/*/drop.json")), 10)),
    ("records", "a record is gone", lambda h: min(h.glob("drops/*/drop.json")).unlink()),
    ("records", "findings changed", lambda h: flip(min(h.glob("drops/*/findings.parquet")))),
    ("records", "an undone record is spoilt", lambda h: min(h.glob("undone/*")).write_bytes(b"{")),
    ("raw", "delivered bytes changed", lambda h: flip(raw_file(h), 0)),
    ("raw", "delivered bytes are gone", lambda h: raw_file(h).unlink()),
    ("retired", "a record of a removal is spoilt", spoil_a_removal),
    ("lines", "a line is unaccounted for", lambda h: edit_record(h, lose_a_line)),
    ("lines", "a row accepted, not stored", lambda h: edit_record(h, accept_one_more)),
    ("keys", "a part stands twice", twice),
    ("references", "a client is gone", lambda h: rewritten(h, "client", lambda rows: rows.slice(0, 1))),
    ("sums", "one yuan more", lambda h: rewritten(h, "asset", one_more_yuan)),
    ("indexes", "another index", other_index),
    ("liveness", "other rows are dead", other_dead_rows),
    ("liveness", "a merged row differs", other_merged_row),
    ("published", "its pointer is garbage", lambda h: (h / "PUBLISHED").write_bytes(b"{")),
    ("published", "its pointer is gone", lambda h: (h / "PUBLISHED").unlink()),
    ("published", "a manifest changed", lambda h: flip(published(h, "stage").parents[1] / "manifest.json")),
    ("published", "a manifest is gone", lambda h: min(h.glob("generations/*/manifest.json")).unlink()),
    ("results", "a byte flipped", lambda h: flip(published(h, "stage"))),
    ("results", "a file is gone", lambda h: published(h, "measure").unlink()),
    ("uniqueness", "a row stands twice", lambda h: republished(h, "stage", twice_the_first)),
    ("contents", "a reason differs", lambda h: republished(h, "stage", another_reason)),
]


def test_a_sound_home_keeps_every_invariant(sound_home: Path) -> None:
    found = look(sound_home)
    assert status(found) == {}
    assert found.sound
    assert found.state == 4


def test_a_folder_without_data_is_sound(tmp_path: Path) -> None:
    assert look(tmp_path / "nothing").sound


@pytest.mark.parametrize(("name", "what", "break_it"), PLANTED, ids=[f"{n}: {w}" for n, w, _ in PLANTED])
def test_a_planted_break_is_found(
    home: Path, name: str, what: str, break_it: Callable[[Path], object]
) -> None:
    break_it(home)
    found = look(home)
    assert status(found)[name] == "broken"
    assert not found.sound


@pytest.mark.parametrize(
    "name",
    [
        "drops/000009-zzz/x.parquet",
        "derived/00000099/x.parquet",
        "states/00000099.json",
        f"raw/00/{ZEROS}",
        "generations/2025-05-02-0000000000000000/stage/all.parquet",
    ],
)
def test_a_file_that_nothing_names_is_told_as_a_warning(home: Path, name: str) -> None:
    plant(name)(home)
    found = look(home)
    assert status(found)["leftovers" if name.startswith("generations/") else "orphans"] == "warning"
    assert [b.where for r in found.results if r.invariant.warns for b in r.breaks] == [name]


def test_each_invariant_has_a_planted_break() -> None:
    planted = {name for name, _, _ in PLANTED} | {"orphans", "leftovers"}
    assert planted == {"pointer", *(i.name for i in INVARIANTS)}


def test_a_flipped_byte_breaks_the_hash_and_only_that_table_is_not_looked_at(home: Path) -> None:
    where = the_part(home, "asset").source
    flip(home / where)
    found = look(home, deep=False)
    assert status(found) == {
        "hashes": "broken",
        "keys": "unchecked",
        "references": "unchecked",
        "sums": "unchecked",
    }
    assert {(b.where, b.said.en) for r in found.results for b in r.breaks} == {
        (where, "the content has changed (SHA-256)")
    }
    assert {u for r in found.results for u in r.unchecked} == {"asset"}


def test_a_broken_pointer_leaves_everything_else_unlooked_at(home: Path) -> None:
    (home / "CURRENT").write_bytes(b"{")
    found = look(home, deep=False)
    assert {r.status for r in found.results[1:]} == {"unchecked"}


def test_only_a_deep_audit_finds_what_holds_wrongly(home: Path) -> None:
    other_dead_rows(home)
    assert look(home, deep=False).sound
    assert not look(home).sound


def test_an_audit_changes_nothing(home: Path) -> None:
    def content() -> dict[str, str]:
        return {p.as_posix(): sha256_of(p) for p in home.rglob("*") if p.is_file()}

    before = content()
    look(home)
    assert content() == before


def test_the_empty_manifest_is_that_of_an_untouched_home(tmp_path: Path) -> None:
    assert Store(tmp_path).manifest() == Manifest()
