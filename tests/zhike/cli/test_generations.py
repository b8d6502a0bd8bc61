"""`zhike generations`, and what runs published in `zhike tables`, `export` and `check`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import published
from published import DAY, publish
from zhike.base.errors import BrokenPromise
from zhike.base.text import say
from zhike.cli import main, tables


@pytest.fixture(autouse=True)
def told_in_english(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "en")
    monkeypatch.setenv("ZHIKE_THREADS", "1")
    monkeypatch.setenv("ZHIKE_HOME", str(home))


def said(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    capfd.readouterr()
    assert main(list(words)) == 0
    return capfd.readouterr().out


def told(capfd: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(said(capfd, *words, "--format", "json"))


def test_without_a_generation_it_says_what_to_do(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "Next: zhike run" in said(capfd, "generations")
    assert told(capfd, "generations")["generations"] == []


def test_each_generation_says_what_differs_from_the_one_before(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = publish(home).generation
    second = publish(home, settings={"n": 1}, stage=published.stages("dormant")).generation
    third = publish(home, settings={"n": 2}, stage=published.stages("dormant")).generation
    lines = [line.split(maxsplit=5) for line in said(capfd, "generations").splitlines()]
    assert lines == [
        ["id", "as_of", "state", "tables", "rows", "changed"],
        [third.id, "2025-04-30", "1", "4", "8", "nothing changed"],
        [second.id, "2025-04-30", "1", "4", "8", "stage"],
        [first.id, "2025-04-30", "1", "4", "8", "(the oldest)"],
    ]
    listed = told(capfd, "generations")["generations"]
    assert [g["changed"] for g in listed] == [[], ["stage"], None]
    assert listed[0]["tables"]["stage"]["rows"] == 2


def test_tables_lists_what_the_latest_run_published(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "as_of" not in said(capfd, "tables")
    publish(home)
    latest = publish(home, DAY + timedelta(days=1)).generation
    rows = [line.split()[:3:2] + line.split()[-1:] for line in said(capfd, "tables").splitlines()]
    assert ["stage", "1", "2025-05-01"] in rows
    found = told(capfd, "tables")
    assert found["generation"] == latest.id
    assert {t["table"]: t["rows"] for t in found["published"]}["stage"] == 2
    assert found["published"][0]["as_of"] == "2025-05-01"


def test_an_export_says_of_which_generation_it_is(
    home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    done = publish(home).generation
    out = said(capfd, "export", "stage", "-o", str(tmp_path / "s.csv"), "--generation", done.id)
    assert f"From generation {done.id} as of 2025-04-30." in out
    assert main(["export", "stage", "-o", str(tmp_path / "s.csv"), "--generation", "zz"]) == 2
    assert f"Those that are kept: {done.id}" in capfd.readouterr().err


def test_check_finds_a_changed_generation(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = publish(home).generation.files("stage")[0]
    assert "State 1 is sound" in said(capfd, "check")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert main(["check"]) == 1
    assert "stage/all.parquet: missing or changed (SHA-256)" in capfd.readouterr().out


def test_a_broken_promise_ends_with_1(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def run(_: object) -> int:
        raise BrokenPromise(say("违约", "a promise is broken"))

    monkeypatch.setattr(tables, "run", run)
    assert main(["tables"]) == 1
    assert "a promise is broken" in capfd.readouterr().err
