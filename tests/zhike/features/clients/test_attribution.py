"""A window's profit is taken apart exactly, to the last unit of money."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest

from client_tables import CALENDAR
from few_rows import rows_of
from zhike.base.period import date_of
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import table as table_called
from zhike.features.clients import attribution

TRADING = [date_of(int(day)) for day in CALENDAR.days]
PARTS = ("benchmark", "timing", "selection", "trading", "interest", "cost")
Row = dict[str, Any]


def attributed(rows: list[Row], windows: tuple[int, ...] = (20, 60, 120, 250)) -> dict[tuple[str, int], Row]:
    found = attribution(rows_of("client_day", rows), CALENDAR.last, CALENDAR, windows)
    assert found.cast(schema_of(table_called("attribution"))).num_rows == found.num_rows
    return {(row["client_id"], row["window_days"]): row for row in found.to_pylist()}


def test_the_usual_exposure_in_the_index_is_benchmark_and_the_rest_of_the_market_part_is_timing() -> None:
    # half invested while assets of 1,000 gained 10 %, fully while they lost 5 %: w̄ = 3/4, Σ A·R = 100 − 50 = 50
    up = {"client_id": "A", "date": TRADING[-2], "exposure": 0.5, "exposure_days": 1, "assets_market": 100, "market": 50,
          "selection": 7, "trading": -2, "interest": 1, "cost": -0.5, "pnl": 55.5}  # fmt: skip
    down = {
        "client_id": "A",
        "date": TRADING[-1],
        "exposure": 1.0,
        "exposure_days": 1,
        "assets_market": -50,
        "market": -50,
        "pnl": -50,
    }
    found = attributed([up, down], (20,))["A", 20]
    assert (found["benchmark"], found["timing"]) == (Decimal("37.5"), Decimal("-37.5"))
    assert (found["selection"], found["trading"], found["interest"], found["cost"]) == (
        7,
        -2,
        1,
        Decimal("-0.5"),
    )
    assert found["pnl"] == Decimal("5.5") == sum(found[p] for p in PARTS)


def test_without_exposure_there_is_no_timing() -> None:
    row = {"client_id": "A", "date": TRADING[-1], "market": 3, "assets_market": 3, "pnl": 3}
    found = attributed([row], (20,))["A", 20]
    assert (found["benchmark"], found["timing"]) == (3, 0)


def test_growth_and_valuation_are_null_where_earnings_are_known_for_less_than_half() -> None:
    common = {"date": TRADING[-1], "growth": 2, "valuation": -1, "stocks_before": 100}
    rows = [{"client_id": "A", "eps_known": 49.9999, **common}, {"client_id": "B", "eps_known": 50, **common}]
    found = attributed(rows, (20,))
    assert (found["A", 20]["growth"], found["A", 20]["valuation"]) == (None, None)
    assert (found["B", 20]["growth"], found["B", 20]["valuation"]) == (2, -1)


@pytest.fixture(scope="module")
def random_branch() -> tuple[list[Row], dict[tuple[str, int], Row]]:
    chance, rows = random.Random(3), []
    for client in "ABCDE":
        for day in TRADING:
            parts = {
                c: Decimal(chance.randrange(-(10**9), 10**9)).scaleb(-4)
                for c in ("market", "selection", "trading", "interest", "cost")
            }
            rows.append({"client_id": client, "date": day, "exposure": chance.uniform(0, 1.3), "exposure_days": 1, **parts,
                         "assets_market": Decimal(chance.randrange(-(10**11), 10**11)).scaleb(-4), "pnl": sum(parts.values())})  # fmt: skip
    return rows, attributed(rows)


def test_the_six_parts_add_up_to_the_last_unit(
    random_branch: tuple[list[Row], dict[tuple[str, int], Row]],
) -> None:
    assert len(random_branch[1]) == 20
    for found in random_branch[1].values():
        assert sum(found[p] for p in PARTS) == found["pnl"]


def test_each_part_is_its_definition_in_decimals(
    random_branch: tuple[list[Row], dict[tuple[str, int], Row]],
) -> None:
    rows, found = random_branch
    for (client, days), got in found.items():
        inside = [r for r in rows if r["client_id"] == client and r["date"] in TRADING[-days:]]
        usual = sum(Decimal(r["exposure"]) for r in inside) / len(inside)
        benchmark = (usual * sum(r["assets_market"] for r in inside)).quantize(
            Decimal("0.0001"), ROUND_HALF_EVEN
        )
        assert abs(got["benchmark"] - benchmark) <= Decimal(
            "0.0001"
        )  # the mean exposure is a floating-point number
        assert got["pnl"] == sum(r["pnl"] for r in inside)
        assert got["selection"] == sum(r["selection"] for r in inside)
        assert got["timing"] == sum(r["market"] for r in inside) - got["benchmark"]
