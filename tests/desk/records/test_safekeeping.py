"""The drill: a backup is taken, a home made from it, and both hold the same; what is spoilt is refused; who was erased stays so."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from desk_served import environment
from zhike.base.errors import StoreLocked, UsageError
from zhike.engine.durable import only_writer
from zhike_desk.records import clock, scope, tombstones
from zhike_desk.records.actions import contacts, notes
from zhike_desk.records.models import User
from zhike_desk.records.safekeeping import backup, restoring, tables
from zhike_desk.records.viewer import Viewer

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="a restore needs a database of its own")


@pytest.fixture
def client(transactional: Path) -> str:
    """Write a contact and a note; return the number of their client."""
    who = Viewer.of(User.objects.get(username="alice"))
    number = scope.clients(who).order_by("client_id")[0].client_id
    contacts.log(number, medium="phone", purpose="care", outcome="满意", by=who, at=clock.now())
    notes.add(number, text_="喜欢钓鱼", by=who, at=clock.now())
    return number


@pytest.fixture
def kept(client: str, tmp_path: Path) -> Path:
    """Return a backup of the branch."""
    backup.make(tmp_path / "backups" / "one", clock.real())
    return tmp_path / "backups" / "one"


def _zhike(*words: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "zhike", *map(str, words), "--lang", "en"],
        env=environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def _query(home: Path, query: str) -> list[tuple[Any, ...]]:
    live = sqlite3.connect(f"file:{home / 'desk' / 'desk.sqlite3'}?mode=ro", uri=True)
    try:
        return live.execute(query).fetchall()
    finally:
        live.close()


def _rewritten(kept: Path, change: str) -> None:
    """Change the rows of a backup as somebody would who can write to it: its hashes are made to fit again."""
    file = kept / "database" / tables.FILE
    live = sqlite3.connect(file)
    live.execute(change)
    live.commit()
    live.close()
    manifest = json.loads((kept / backup.MANIFEST).read_text())
    manifest["files"][f"database/{tables.FILE}"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest["tables"] = {n: {"rows": c.rows, "sha256": c.sha256} for n, c in tables._of_sqlite(file).items()}
    (kept / backup.MANIFEST).write_text(json.dumps(manifest))


@on_sqlite
def test_the_drill(client: str, kept: Path, tmp_path: Path) -> None:
    code, said = _zhike("restore", kept, "--home", tmp_path / "again")
    assert code == 0, said
    assert "chain holds" in said
    assert _query(tmp_path / "again", "SELECT client_id, outcome FROM records_contact") == [(client, "满意")]
    assert _query(tmp_path / "again", "SELECT text FROM records_note") == [("喜欢钓鱼",)]
    code, said = _zhike("check", "--home", tmp_path / "again")
    assert code == 0, said
    code, said = _zhike("desk", "publish", "--home", tmp_path / "again")
    assert code == 0, said


def test_a_table_has_the_same_hash_copied_and_in_place_and_another_once_a_row_changes(
    transactional: Path, tmp_path: Path
) -> None:
    before = tables.contents()
    assert tables.copy(tmp_path) == before
    assert before["records_user"].rows == User.objects.count()
    User.objects.filter(username="alice").update(display_name="x")
    after = tables.contents()
    assert {name for name in before if before[name] != after[name]} == {"records_user"}


@on_sqlite
def test_a_backup_fits_in_one_file_too(client: str, tmp_path: Path) -> None:
    home = shutil.copytree(_home(), tmp_path / "home")
    code, said = _zhike("backup", tmp_path / "one.tar", "--home", home)
    assert code == 0, said
    assert [p.name for p in tmp_path.glob("one*")] == ["one.tar"]
    assert (tmp_path / "one.tar").stat().st_mode & 0o077 == 0
    code, said = _zhike("restore", tmp_path / "one.tar", "--home", tmp_path / "again")
    assert code == 0, said


@on_sqlite
def test_who_was_erased_after_the_backup_is_erased_again(client: str, kept: Path, tmp_path: Path) -> None:
    stone = tombstones.Tombstone(client, "2025-07-02T10:00:00+08:00", "dora")
    tombstones.write(kept.parent / tombstones.FILE, {client: stone})
    code, said = _zhike("restore", kept, "--home", tmp_path / "again")
    assert code == 0, said
    assert "1 clients erased after the backup" in said
    assert _query(tmp_path / "again", "SELECT client_id, kind FROM records_hold") == [(client, "erased")]
    assert _query(tmp_path / "again", "SELECT text FROM records_note") == [("",)]
    assert _query(tmp_path / "again", "SELECT outcome FROM records_contact") == [("",)]
    assert client in tombstones.read(tmp_path / "again" / "desk" / "keys" / tombstones.FILE)


@on_sqlite
def test_one_flipped_byte_is_found_before_anything_is_made(kept: Path, tmp_path: Path) -> None:
    file = max((kept / "home" / "drops").rglob("*.parquet"), key=lambda p: p.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    code, said = _zhike("restore", kept, "--home", tmp_path / "again")
    assert code == 3
    assert file.name in said
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".again*"))


@on_sqlite
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records_auditrow SET actor = 'mallory' WHERE seq = 1",
        "DELETE FROM records_auditrow WHERE seq = (SELECT MAX(seq) FROM records_auditrow)",
    ],
)
def test_a_log_that_was_tampered_with_is_found_though_every_hash_fits(
    kept: Path, tmp_path: Path, change: str
) -> None:
    _rewritten(kept, change)
    code, said = _zhike("restore", kept, "--home", tmp_path / "again")
    assert code == 3
    assert "chain" in said
    assert not (tmp_path / "again").exists()


@on_sqlite
def test_a_restore_never_overwrites(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "mine").write_text("mine")
    code, said = _zhike("restore", kept, "--home", tmp_path / "again")
    assert code == 2
    assert "never overwrites" in said
    assert [p.name for p in (tmp_path / "again").iterdir()] == ["mine"]


def test_a_backup_never_overwrites_and_a_failed_one_leaves_nothing(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError):
        backup.make(kept, clock.real())

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "write_whole", full)
    with pytest.raises(OSError, match="space"):
        backup.make(tmp_path / "two", clock.real())
    assert not list(tmp_path.glob("*two*"))


def test_a_backup_waits_for_no_night(transactional: Path, tmp_path: Path) -> None:
    with only_writer(_home() / "LOCK"), pytest.raises(StoreLocked):
        backup.make(tmp_path / "one", clock.real())
    assert not list(tmp_path.iterdir())


def test_keys_are_readable_by_their_owner_alone_and_books_stay_out(kept: Path) -> None:
    assert {p.name for p in (kept / "keys").iterdir()} >= {"audit.key", "session.key", "pseudonym.key"}
    assert all(p.stat().st_mode & 0o077 == 0 for p in (kept / "keys").iterdir())
    names = json.loads((kept / backup.MANIFEST).read_text())["files"]
    assert not [name for name in names if "books" in name or name.endswith("LOCK")]


@pytest.mark.parametrize("name", ["keys/../../outside", "/etc/passwd"])
def test_a_name_that_leads_out_of_the_backup_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Exception, match="leads out"):
        restoring.lay_out(tmp_path, tmp_path / "home", {"files": {name: ""}})


def test_a_newer_backup_and_none_at_all_are_told(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        restoring.manifest_of(tmp_path)
    manifest = json.loads((kept / backup.MANIFEST).read_text())
    (kept / backup.MANIFEST).write_text(json.dumps({**manifest, "format": backup.FORMAT + 1}))
    with pytest.raises(UsageError):
        restoring.manifest_of(kept)


def _home() -> Path:
    from django.conf import settings

    return Path(settings.HOME)
