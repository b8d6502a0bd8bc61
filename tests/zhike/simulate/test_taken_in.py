"""A simulated branch goes through `zhike ingest` in every flavour, without an error or a warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zhike.cli import main
from zhike.datacentre.tables import TABLES


@pytest.mark.parametrize("flavour", ["csv", "parquet", "exported"])
def test_every_flavour_is_taken_in_whole(
    tmp_path: Path, flavour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out, home = tmp_path / "out", tmp_path / "home"
    command = [
        "simulate",
        str(out),
        "--clients",
        "120",
        "--days",
        "60",
        "--seed",
        "3",
        "--as",
        flavour,
        "--start",
        "2024-03-01",
    ]
    assert main(command) == 0
    capsys.readouterr()
    assert main(["ingest", str(out / "drop"), "--home", str(home), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {k: v for k, v in report["findings"].items() if v} == {}
    assert set(report["tables"]) >= set(TABLES) - {
        "complaint"
    }  # so few clients may have nothing to complain of
    assert all(t["quarantined"] == 0 for t in report["tables"].values())


def test_a_wrong_date_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["simulate", str(tmp_path / "x"), "--start", "yesterday", "--lang", "en"]) == 2
    assert "Next:" in capsys.readouterr().err
