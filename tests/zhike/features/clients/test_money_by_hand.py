"""Assets, flows, profit and behaviour of clients small enough to be worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from client_tables import CALENDAR, Branch, day, on
from few_rows import rows_of

Row = dict[str, Any]


def steady(client: str, first: int, **row: Any) -> list[Row]:
    """Return a row for each day from `first` to the last."""
    return [on(client, age, **row) for age in range(first, -1, -1)]


def days() -> list[Row]:
    held = {
        "net": 1000,
        "cash": 250,
        "funds": 100,
        "debt": 0,
        "stocks": 650,
        "positions": 2,
        "largest": 520,
        "herfindahl": 0.68,
    }
    a = steady("A", 4, **held)  # five days with us
    a[0]["flow_in"] = 1000
    # B: 1,000 for 10 days; on the 5th day before the last 1,000 more come, and it all earns 1 % on the first and loses 1 % on the last day
    b = steady("B", 9, return_days=1, days=1)
    for row in b:
        row["net"], row["assets_before"] = 1000.0 if row["date"] < day(4) else 2000.0, 1000.0
    b[0] |= {"flow_in": 1000}
    b[1] |= {"pnl": 10, "log_return": math.log(1.01), "sum_x": 0.02}
    b[5] |= {"flow_in": 1000}
    b[9] |= {"pnl": -20, "log_return": math.log(0.99), "sum_x": -0.01}
    # C: sold on two days: of 4 gains 3 were taken, of 5 losses 1
    c = [
        on("C", 30, realised_gains=2, paper_gains=1, realised_losses=1, paper_losses=2),
        on("C", 3, realised_gains=1, paper_losses=2),
    ]
    # D: took half of what there was two months ago
    d = [on("D", age, net=1000) for age in range(179, 59, -1)] + [
        on("D", 10, flow_out=500, net=500),
        on("D", 9, net=500),
    ]
    e = [on("E", 12, net=700, trades=1), on("E", 5, trades=1)]  # assets known once
    f = [
        on("F", age, log_return=math.log(x), return_days=1)
        for age, x in ((6, 1.25), (5, 0.8), (4, 0.75), (3, 1.2))
    ]
    return [*a, *b, *c, *d, *e, *f]


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Branch:
    clients = [{"client_id": c} for c in "ABCDEF"]
    clients[0]["declared_wealth"] = 4000  # type: ignore[assignment]
    clients[4]["declared_wealth"] = 10  # type: ignore[assignment]
    tables = {"client_day": rows_of("client_day", days()), "client": rows_of("client", clients)}
    return Branch(tmp_path_factory.mktemp("money"), CALENDAR, tables)


@pytest.fixture(scope="module")
def measures(branch: Branch) -> dict[str, Row]:
    return branch.measures()


@pytest.fixture(scope="module")
def details(branch: Branch) -> dict[tuple[str, str], Row]:
    return branch.details()


def test_average_assets_are_taken_since_the_first_day(measures: dict[str, Row]) -> None:
    assert [measures["A"][f"net_avg_{w}"] for w in ("1m", "12m")] == [1000.0, 1000.0]


def test_a_day_without_a_row_is_a_day_without_assets(measures: dict[str, Row]) -> None:
    # 120 days of 1,000, then from age 59 to the last nothing but two days of 500: 121,000 over 180 days, of them 60 at most
    assert measures["D"]["net_avg_3m"] == pytest.approx(1000 / 60)
    assert measures["D"]["net_avg_12m"] == pytest.approx(121_000 / 180)


def test_a_day_whose_assets_are_not_known_does_not_count(measures: dict[str, Row]) -> None:
    # E came 12 days ago: 13 days, of them one not known; 700 on one, nothing on 11
    assert measures["E"]["net_avg_1m"] == pytest.approx(700 / 12)
    assert measures["E"]["net_now"] == 700.0


def test_shares_of_cash_funds_and_the_largest_position(measures: dict[str, Row]) -> None:
    a = measures["A"]
    assert [a["cash_share_now"], a["funds_share_now"], a["largest_share_now"]] == [0.25, 0.1, 0.8]
    assert [a["concentration_3m"], a["positions_avg_12m"], a["positions_now"]] == [
        pytest.approx(0.68),
        2.0,
        2.0,
    ]


def test_the_share_collected_is_average_assets_over_declared_wealth(measures: dict[str, Row]) -> None:
    assert measures["A"]["collected_share"] == 0.25


def test_nothing_declared_is_null_with_its_reason(measures: dict[str, Row], details: dict[Any, Row]) -> None:
    assert measures["B"]["collected_share"] is None
    assert details["B", "collected_share"]["null_reason"] == "the client declared no wealth"


def test_the_wallet_gap_is_what_was_declared_and_is_not_with_us(measures: dict[str, Row]) -> None:
    assert [measures[c]["wallet_gap"] for c in "ABE"] == [3000.0, None, 0.0]


def test_a_fall_is_from_the_chained_return_and_not_from_the_money(measures: dict[str, Row]) -> None:
    # levels 1.25, 1.00, 0.75, 0.90: deepest fall 1 − 0.75/1.25, now 1 − 0.9/1.25
    assert measures["F"]["fall_12m"] == pytest.approx(0.4)
    assert measures["F"]["fall_now"] == pytest.approx(0.28)


def test_what_was_taken_is_measured_against_the_half_year_before(measures: dict[str, Row]) -> None:
    assert measures["D"]["net_outflow_share_3m"] == 0.5
    assert measures["D"]["largest_out_1m"] == 500.0
    assert measures["D"]["net_flow_12m"] == -500.0


def test_the_time_weighted_return_chains_and_the_index_goes_over_the_same_days(
    measures: dict[str, Row],
) -> None:
    b = measures["B"]
    assert b["twr_12m"] == pytest.approx(1.01 * 0.99 - 1)
    assert b["index_return_12m"] == pytest.approx(1.02 * 0.99 - 1)
    assert b["excess_return_12m"] == pytest.approx(1.01 / 1.02 - 1)


def test_the_money_weighted_return_weighs_each_flow_by_the_days_it_worked(measures: dict[str, Row]) -> None:
    # the first 1,000 worked 10 of 20 days, the second 5 of 20: 750; −10 earned on it
    assert measures["B"]["mwr_1m"] == pytest.approx(-10 / 750)


def test_the_timing_gap_is_one_less_the_other(measures: dict[str, Row]) -> None:
    # over 60 days: 1,000 × 10/60 + 1,000 × 5/60 = 250 of capital
    assert measures["B"]["timing_gap_3m"] == pytest.approx(-10 / 250 - (1.01 * 0.99 - 1))


def test_gains_are_taken_more_often_than_losses(measures: dict[str, Row]) -> None:
    c = measures["C"]
    assert (c["pgr_12m"], c["plr_12m"], c["disposition_12m"]) == (0.75, 0.2, pytest.approx(0.55))
    assert (c["paper_gains_12m"], c["paper_losses_12m"]) == (1.0, 4.0)


def test_the_disposition_carries_odeans_standard_error(details: dict[Any, Row]) -> None:
    error = math.sqrt(0.75 * 0.25 / 4 + 0.2 * 0.8 / 5)
    found = details["C", "disposition_12m"]
    assert found["n"] == 9
    assert (found["low"], found["high"]) == (
        pytest.approx(0.55 - 1.96 * error, abs=1e-4),
        pytest.approx(0.55 + 1.96 * error, abs=1e-4),
    )


def test_a_rate_carries_wilsons_interval(details: dict[Any, Row]) -> None:
    # Wilson for 1 of 5: 0.0362 … 0.6245
    found = details["C", "plr_12m"]
    assert (found["n"], found["low"], found["high"]) == (
        5,
        pytest.approx(0.0362, abs=1e-4),
        pytest.approx(0.6245, abs=1e-4),
    )


def test_without_a_sale_there_is_no_disposition_and_it_is_said_why(
    measures: dict[str, Row], details: dict[Any, Row]
) -> None:
    assert measures["A"]["disposition_12m"] is None
    assert details["A", "disposition_12m"]["null_reason"] == "no day with a sale that counts in the window"
