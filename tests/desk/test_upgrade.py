"""An upgrade keeps every row: each release's database is opened by this one, brought to its tables, and read again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

import kept_desks
from desk_served import environment

RELEASES = kept_desks.releases()
MEANT = {
    # "release": {"table.column", …}: what a migration takes away or rewrites on purpose, with the reason beside it
}
_VERIFY = "import django; django.setup()\nfrom zhike_desk.records import audit\nprint(audit.verify())\n"


def _zhike(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zhike", *map(str, words), "--lang", "en"],
        env=environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("release", RELEASES)
def test_every_row_of_every_column_is_what_it_was(release: str, tmp_path: Path) -> None:
    before = kept_desks.unpack(release, tmp_path / "home" / "desk")
    done = _zhike("desk", "user", "list", "--home", tmp_path / "home")
    assert done.returncode == 0, done.stderr
    after = kept_desks.content(tmp_path / "home" / "desk" / "desk.sqlite3")
    lost = {
        f"{table}.{column}"
        for table, columns in before.items()
        for column, values in columns.items()
        if after.get(table, {}).get(column) != values
    }
    assert lost <= MEANT.get(release, set())


@pytest.mark.parametrize("release", RELEASES)
def test_the_chain_of_the_log_still_holds(release: str, tmp_path: Path) -> None:
    kept_desks.unpack(release, tmp_path / "home" / "desk")
    assert _zhike("desk", "user", "list", "--home", tmp_path / "home").returncode == 0
    own = environment(ZHIKE_HOME=str(tmp_path / "home"), DJANGO_SETTINGS_MODULE="zhike_desk.settings")
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY], env=own, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_kept_database_has_a_row_in_every_table_of_its_release() -> None:
    assert RELEASES
    ours = {m._meta.db_table for m in apps.get_app_config("records").get_models() if m._meta.managed}
    newest = set(kept_desks.content_of(RELEASES[-1]))
    assert (
        ours - newest == set()
    )  # a new table: keep the release's database anew (tests/fixtures/desks_make.py)


def test_a_lost_value_is_found(tmp_path: Path) -> None:
    before = kept_desks.unpack(RELEASES[0], tmp_path / "desk")
    live = sqlite3.connect(tmp_path / "desk" / "desk.sqlite3")
    live.execute("UPDATE records_note SET text = 'other'")
    live.commit()
    live.close()
    after = kept_desks.content(tmp_path / "desk" / "desk.sqlite3")
    assert {t for t in before if before[t] != after[t]} == {"records_note"}


def test_tables_of_a_newer_release_are_left_alone(tmp_path: Path) -> None:
    kept_desks.unpack(RELEASES[0], tmp_path / "home" / "desk")
    live = sqlite3.connect(tmp_path / "home" / "desk" / "desk.sqlite3")
    live.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_later', '2030-01-01')"
    )
    live.commit()
    live.close()
    before = (tmp_path / "home" / "desk" / "desk.sqlite3").read_bytes()
    done = _zhike("desk", "user", "list", "--home", tmp_path / "home")
    assert done.returncode == 2
    assert "newer release" in done.stderr
    assert (tmp_path / "home" / "desk" / "desk.sqlite3").read_bytes() == before
