"""Findings as they stand now, and the overview of what there is."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from small_drops import C_ARRIVES, SETTINGS, T1_AGAIN, take_in
from zhike.base.errors import DamagedStore, UsageError
from zhike.datacentre.findings import findings
from zhike.datacentre.overview import DropState, TableState, overview
from zhike.datacentre.undo import undo


@pytest.fixture
def home(tmp_path: Path) -> Path:
    take_in(tmp_path / "home", tmp_path / "d1")
    return tmp_path / "home"


def listed(home: Path, wanted: str | None = None, severities: Collection[str] = ()) -> list[dict[str, Any]]:
    return [row for rows in findings(home, "en", wanted, severities) for row in rows.to_pylist()]


def test_a_finding_says_drop_file_line_column_value_and_reason(home: Path) -> None:
    wrong = next(row for row in listed(home) if row["check"] == "amount_mismatch")
    assert wrong == {
        "drop": "d1", "table": "trade", "source": "trade.csv", "line": 5, "column": "amount", "value": wrong["value"],
        "reason": "The amount is not price × quantity. Check all three; if it is no ordinary trade, give its flag or kind.", "severity": "error", "check": "amount_mismatch", "count": 1,
        "drop_number": 1,
    }  # fmt: skip


def test_the_reason_is_in_the_language_asked_for(home: Path) -> None:
    reasons = {row["check"]: row["reason"] for rows in findings(home, "zh") for row in rows.to_pylist()}
    assert (
        reasons["amount_mismatch"]
        == "成交金额不等于价格×数量。请核对三者；若不是普通成交，请给出业务标志或 kind。"
    )


def test_a_row_whose_client_arrives_is_no_finding_until_that_drop_is_undone(
    home: Path, tmp_path: Path
) -> None:
    def waiting() -> list[tuple[int, str]]:
        return [(row["line"], row["value"]) for row in listed(home) if row["check"] == "unknown_client"]

    assert waiting() == [(4, "C")]
    take_in(home, tmp_path / "d2", {"client.csv": C_ARRIVES})
    assert waiting() == []
    undo(home, "d2")
    assert waiting() == [(4, "C")]


def test_one_drop_and_one_severity_can_be_chosen(home: Path, tmp_path: Path) -> None:
    take_in(home, tmp_path / "d2", {"trade.csv": T1_AGAIN.replace("2025-03-31", "2025-03-30")})  # a Sunday
    assert {row["drop"] for row in listed(home)} == {"d1", "d2"}
    for name in ("d2", "2", "some/where/d2/"):
        assert [row["check"] for row in listed(home, name, ["error"])] == ["not_a_trading_day"]
    assert {row["severity"] for row in listed(home, None, ["error"])} == {"error"}


def test_findings_of_an_undone_drop_are_gone(home: Path) -> None:
    undo(home, "1")
    assert listed(home) == []


def test_findings_that_are_missing_are_an_error_not_an_empty_list(home: Path) -> None:
    next(home.glob("drops/*/findings-*.parquet")).unlink()
    with pytest.raises(DamagedStore, match="damaged or missing"):
        listed(home)


def test_an_unknown_drop_is_refused_with_the_latest_ones(home: Path) -> None:
    with pytest.raises(UsageError, match=r"no drop 'd9'(?s:.*)1 \(d1,"):
        listed(home, "d9")


def test_the_overview_counts_rows_days_drops_and_what_waits(home: Path) -> None:
    found = overview(home, SETTINGS)
    tables = {t.table: t for t in found.tables}
    assert sorted(tables) == ["asset", "client", "trade"]
    trade = tables["trade"]
    size = sum(
        p.stat().st_size
        for p in home.glob("drops/*/trade-*.parquet")
        if "keys" not in p.name and "pending" not in p.name
    )
    assert trade == TableState("trade", 2, 1, size, "2025-03-31", "2025-04-01", 1, 1)
    assert (tables["client"].first, tables["client"].rows) == (None, 2)
    (drop,) = found.drops
    assert drop == DropState(1, drop.id, "d1", "default", 3, 11, {"error": 2, "info": 0, "warning": 0})


def test_an_untouched_home_has_nothing(tmp_path: Path) -> None:
    found = overview(tmp_path / "nothing", SETTINGS)
    assert (found.state, found.tables, found.drops) == (0, (), ())
    assert not (tmp_path / "nothing").exists()
