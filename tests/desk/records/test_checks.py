"""System checks tell of an old SQLite, and of a branch made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import override_settings

from zhike_desk import sqlite


def _ids() -> set[str | None]:
    return {found.id for found in run_checks()}


def test_an_old_sqlite_is_warned_of_and_keeps_to_the_rollback_journal(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite")
    monkeypatch.setattr(sqlite, "version", lambda: (3, 45, 0))
    assert sqlite.journal() == "delete"
    assert "zhike.W001" in _ids()
    monkeypatch.setattr(sqlite, "version", lambda: (3, 51, 3))
    assert sqlite.journal() == "wal"
    assert "zhike.W001" not in _ids()


def test_a_branch_made_up_is_told_of(db: Path) -> None:
    assert "zhike.I001" in _ids()
    with override_settings(DEMO=False):
        assert "zhike.I001" not in _ids()
