"""The drill on PostgreSQL: from one database to another, through a folder of tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg

from desk_served import environment


def _zhike(url: str, *words: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "zhike", *map(str, words), "--lang", "en"],
        env=environment(DATABASE_URL=url), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_rows_numbers_and_the_log_come_back_in_another_database(postgres: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    for name in ("li", "wu"):
        code, said = _zhike(
            postgres, "desk", "user", "add", name, "--role", "admin", "--home", tmp_path / "home"
        )
        assert code == 0, said
    code, said = _zhike(postgres, "backup", tmp_path / "one", "--home", tmp_path / "home")
    assert code == 0, said
    code, said = _zhike(postgres, "restore", tmp_path / "one", "--home", tmp_path / "again")
    assert code == 3
    assert "never overwrites" in said
    with psycopg.connect(postgres, autocommit=True) as live:
        live.execute("CREATE DATABASE again")
    other = postgres.removesuffix("/postgres") + "/again"
    code, said = _zhike(other, "restore", tmp_path / "one", "--home", tmp_path / "again")
    assert code == 0, said
    code, said = _zhike(other, "desk", "user", "list", "--home", tmp_path / "again")
    assert "li" in said
    assert "wu" in said
    code, said = _zhike(other, "desk", "user", "add", "he", "--role", "admin", "--home", tmp_path / "again")
    assert code == 0, said  # numbers go on where they were
    code, said = _zhike(other, "desk", "check", "--home", tmp_path / "again")
    assert code == 0, said
