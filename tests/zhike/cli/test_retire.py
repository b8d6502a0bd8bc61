"""`zhike retire`, and what `run`, `undo`, `check` and `explain` say of what was removed."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from published import DAY, publish
from zhike.cli import main

OLD = 1_600_000_000  # a day in September 2020


@pytest.fixture(autouse=True)
def told_in_english(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "en")
    monkeypatch.setenv("ZHIKE_THREADS", "1")
    monkeypatch.setenv("ZHIKE_HOME", str(home))


@pytest.fixture
def old(home: Path) -> Path:
    """Return a home whose files are years old, and whose settings let delivered files go after a year."""
    for path in (*home.glob("raw/??/*"), *home.glob("drops/*/drop.json")):
        os.utime(path, (OLD, OLD))
    settle(home, "raw_days = 365")
    return home


def settle(home: Path, text: str) -> None:
    (home / "zhike.toml").write_text(f"[keep]\n{text}\n", "utf-8")


def said(capfd: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capfd.readouterr()
    assert main(list(words)) == code
    found = capfd.readouterr()
    return found.out + found.err


def told(capfd: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(said(capfd, *words, "--format", "json"))


def test_without_a_limit_delivered_files_are_said_to_be_kept_for_ever(
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = said(capfd, "retire")
    assert "kept for ever" in found
    assert "There is nothing to remove." in found
    assert "Nothing was ever removed." in said(capfd, "retire", "--log")


def test_old_files_are_listed_with_sizes_and_days_and_only_yes_removes_them(
    old: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    size = sum(p.stat().st_size for p in old.glob("raw/??/*"))
    found = said(capfd, "retire")
    for expected in (
        "raw_days = 365",
        "2020-09-13",
        f"{size:,}",
        "1: trade.csv",
        "Nothing is removed yet",
        "--yes",
    ):
        assert expected in found
    assert len(list(old.glob("raw/??/*"))) == 3
    assert f"Removed 0 generations and 3 delivered files, {size:,} bytes" in said(capfd, "retire", "--yes")
    assert list(old.glob("raw/??/*")) == []
    log = said(capfd, "retire", "--log")
    for expected in ("delivered file", "1: trade.csv", "[keep] raw_days = 365", "2020-09-13"):
        assert expected in log
    assert "There is nothing to remove." in said(capfd, "retire", "--yes")


def test_it_speaks_chinese_too(old: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "尚未移除" in said(capfd, "retire", "--lang", "zh")
    assert "已移除" in said(capfd, "retire", "--yes", "--lang", "zh")
    assert "原始文件" in said(capfd, "retire", "--log", "--lang", "zh")


def test_the_list_and_the_log_as_json(old: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (drop,) = told(capfd, "retire")["drops"]
    assert (drop["number"], drop["taken_in"], drop["only_there"], len(drop["files"])) == (
        1,
        "2020-09-13",
        2,
        3,
    )
    done = told(capfd, "retire", "--yes")
    assert (done["removed"], done["raw"]["files"], done["keep"]["raw_days"]) == (True, 3, 365)
    (removal,) = told(capfd, "retire", "--log")["removals"]
    assert (removal["kind"], removal["done"], len(removal["gone"])) == ("raw", True, 3)


def test_old_generations_are_listed_too(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = [publish(home, DAY + timedelta(days=n)).generation.id for n in range(4)]
    settle(home, "generations = 2")
    found = said(capfd, "retire")
    assert all(i in found for i in made[:2])
    assert not any(i in found for i in made[2:])
    assert [g["id"] for g in told(capfd, "retire", "--yes")["generations"]] == made[:2]
    assert [g["id"] for g in told(capfd, "generations")["generations"]] == made[:1:-1]


def test_a_night_tells_which_generations_went_by_which_setting_and_leaves_delivered_files(
    old: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = [publish(old, DAY + timedelta(days=n)).generation.id for n in range(3)]
    settle(old, "generations = 2\nraw_days = 365")
    found = said(capfd, "run")
    for gone in made[:2]:
        assert f"By the setting [keep] generations = 2, generation {gone} of 2025-0" in found
    assert "3 delivered files are past [keep] raw_days = 365 and still here" in found
    assert len(list(old.glob("raw/??/*"))) == 3
    assert told(capfd, "run")["retired"] == []
    assert [g["name"][:10] for r in told(capfd, "retire", "--log")["removals"] for g in r["gone"]] == [
        "2025-04-30", "2025-05-01",
    ]  # fmt: skip


def test_check_undo_and_explain_say_what_was_removed_when_and_what_next(
    old: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said(capfd, "run")
    before = said(capfd, "explain", "A", "trades_12m")
    assert "deliver the drop again" not in before
    said(capfd, "retire", "--yes")
    check = said(capfd, "check")
    assert "3 delivered files were removed at 20" in check
    assert "is sound" in check
    remarks = [r for i in told(capfd, "check")["invariants"] for r in i["remarks"]]
    assert [r["where"] for r in remarks] == ["retired/000001.json"]
    explained = said(capfd, "explain", "A", "trades_12m")
    assert "Of the 3 files of drop 1 (d1), 3 were removed at 20" in explained
    refused = said(capfd, "undo", "1", code=2)
    assert "--for-good" in refused
    assert "had been removed by a setting" in said(capfd, "undo", "1", "--for-good")


def test_a_setting_that_cannot_be_stops_a_night_before_it_begins(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settle(home, "generations = 0")
    assert "can't be understood" in said(capfd, "run", code=2)
