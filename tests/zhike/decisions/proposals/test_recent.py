from __future__ import annotations

from datetime import date, timedelta
from math import log

import numpy as np
import pytest

from few_rows import rows_of
from zhike.base.period import day_no
from zhike.decisions.proposals import Settings, recent

FIRST = date(2025, 1, 1)


def looked_at(
    rows: dict[int, dict[str, float | None]], n: int, settings: Settings | None = None
) -> dict[str, object]:
    """Look at one client whose days are given by their place among n consecutive trading days from January 1st."""
    table = rows_of("client_day", [{"client_id": "A", "date": FIRST + timedelta(k), **row} for k, row in rows.items()])  # fmt: skip
    days = np.arange(day_no(FIRST), day_no(FIRST) + n, dtype=np.int32)
    last = FIRST + timedelta(n - 1)
    return dict(recent(table, days, last, settings).to_pylist()[0])


def test_flows_of_the_last_five_days_add_up_and_stand_against_what_was_there_before_them() -> None:
    found = looked_at(
        {
            2: {"flow_in": 900, "assets_before": 0},  # too long ago
            5: {"assets_before": 900},
            6: {"flow_out": 300, "assets_before": 800},
            8: {"flow_out": 100, "flow_in": 20, "assets_before": 500},
            9: {"net": 420, "assets_before": 420},
        },
        10,
    )
    assert (found["flow"], found["flow_on"], found["assets_before"], found["net"]) == (
        -380.0,
        date(2025, 1, 9),
        800.0,
        420.0,
    )


def test_the_loss_is_counted_from_the_highest_point_of_the_returns() -> None:
    rises = [0.0, 0.10, -0.20, -0.10, 0.05]
    rows: dict[int, dict[str, float | None]] = {
        k: {"log_return": log(1 + r), "pnl": 100 * r, "net": 100} for k, r in enumerate(rises)
    }
    found = looked_at(rows, 5)
    # 1.10 at the top; 0.88, 0.792, 0.8316 after it
    assert found["drawdown"] == pytest.approx(1 - 0.8316 / 1.10, abs=1e-12)
    assert (found["peak_on"], found["low_on"]) == (date(2025, 1, 2), date(2025, 1, 4))
    assert found["lost"] == pytest.approx(-25.0)
    # of the last two days the morning of the first is the highest: 0.90, then 0.945
    assert looked_at(rows, 5, Settings(drawdown_days=2))["drawdown"] == pytest.approx(0.055, abs=1e-12)


def test_the_rhythm_is_the_gap_that_nine_of_ten_do_not_pass() -> None:
    traded = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 20]  # gaps: eight of 1, one of 2, one of 10
    found = looked_at({k: {"trades": 1} for k in traded}, 27)
    assert (found["gaps"], found["long_gap"], found["gap"], found["traded_on"]) == (
        10,
        2.0,
        6,
        date(2025, 1, 21),
    )


def test_who_never_traded_has_no_rhythm_and_who_has_no_row_today_has_nothing() -> None:
    found = looked_at({0: {"net": 50}}, 3)
    assert (found["gap"], found["long_gap"], found["gaps"], found["traded_on"]) == (None, None, 0, None)
    assert found["net"] == 0.0
    assert looked_at({2: {"stocks": 70}}, 3)["net"] == 70.0  # assets unknown: what the positions are worth
