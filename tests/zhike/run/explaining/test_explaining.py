"""From a published number down to file and line, on a branch that was ingested and run for real."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from explained_branch import BEGIN, DAYS, DEALS, FLOWS, LAST, SETTINGS, files, night
from small_drops import drop
from zhike.base.errors import UsageError
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.run.explaining import (
    MeasureTold,
    TableTold,
    explain,
    explain_client,
    explain_measure,
    explain_table,
)
from zhike.run.explaining.published import nearest, page
from zhike.run.explaining.words import attribution_told, logic_told

# one for each kind of walk: sums of each table of events, maxima, and each figure
MEASURES = (
    "flow_in_12m", "largest_in_12m", "pnl_12m", "mwr_12m", "beta_12m", "trades_3m", "round_trips_12m", "win_rate_12m",
    "days_since_trade", "net_now", "net_avg_1m", "fall_12m", "gap_median", "months_active_12m", "return_warming_12m",
    "money_effect_beta_12m", "holding_days_median_12m", "order_size_median_12m", "floating_now", "tenure", "clients_referred",
    "pgr_12m", "stocks_now",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explained")
    night(folder / "home", folder / "drop")
    return folder / "home"


def told(home: Path, name: str, client: str = "A", rows: int = 1000) -> MeasureTold:
    found = explain(home, client, name, rows=rows)
    assert isinstance(found, MeasureTold)
    return found


def line_of(name: str, start: str) -> int:
    return next(n for n, text in enumerate(files()[name].splitlines(), 1) if text.startswith(start))


@pytest.mark.parametrize("name", MEASURES)
def test_what_is_computed_again_equals_what_was_published(home: Path, name: str) -> None:
    found = told(home, name)
    assert found.notes == ()
    assert (found.value is None) == (found.recomputed is None) == (found.null_reason is not None)
    if found.value is not None:
        assert found.recomputed == pytest.approx(found.value, rel=1e-9, abs=1e-9)
    for one in found.asked:
        if one.exact and one.how == "sum":
            assert one.rows == len(one.largest)
            assert sum(row.contribution or 0.0 for row in one.largest) == pytest.approx(
                one.value, rel=1e-9, abs=1e-9
            )


def test_the_inflow_of_a_year_leads_to_two_lines_of_the_delivered_file(home: Path) -> None:
    [one] = told(home, "flow_in_12m").asked
    assert (one.table, one.column, one.how, one.days, one.value) == (
        "client_day",
        "flow_in",
        "sum",
        250,
        21_000,
    )
    first, second = one.largest
    assert (first.contribution, first.key) == (20_000, {"date": str(DAYS[0])})
    # the Saturday's 1,000 count for the Monday
    assert (second.contribution, second.key) == (1_000, {"date": str(DAYS[5])})
    origins = [
        (d.table, d.origin.file, d.origin.line, d.origin.drop) for row in one.largest for d in row.shown
    ]
    assert origins == [
        ("cash_flow", "cash_flow.csv", line_of("cash_flow.csv", "C1"), 1),
        ("cash_flow", "cash_flow.csv", line_of("cash_flow.csv", "C2"), 1),
    ]
    assert second.shown[0].cells["date"] == str(FLOWS[1][1])


def test_a_round_trip_leads_to_the_trades_that_opened_and_closed_it(home: Path) -> None:
    # bought at 10.00, sold at 10.50: 50 less 10 of fees; the other went in and out at 10.50 and lost its fees
    wins = next(a for a in told(home, "wins_12m").asked if a.column == "wins")
    [early] = wins.largest
    assert early.key["opened_on"] == str(DAYS[0])
    assert (early.key["cost"], early.key["proceeds"], early.key["fees"]) == ("1000", "1050", "10")
    assert [d.cells["trade_id"] for d in early.shown] == ["T1", "T2"]
    assert [d.origin.line for d in early.shown] == [line_of("trade.csv", "T1"), line_of("trade.csv", "T2")]


def test_the_highest_inflow_names_the_one_day_it_was_reached(home: Path) -> None:
    [one] = told(home, "largest_in_12m").asked
    assert (one.how, one.value, one.rows) == ("max", 20_000, 1)
    assert one.largest[0].key == {"date": str(BEGIN)}


def test_only_the_rows_with_the_largest_part_are_shown(home: Path) -> None:
    [one] = told(home, "pnl_12m", rows=2).asked
    everything = [row.contribution or 0.0 for row in told(home, "pnl_12m").asked[0].largest]
    assert [row.contribution for row in one.largest] == sorted(everything, key=abs, reverse=True)[:2]
    assert one.rows == len(everything) > 2


def test_a_measure_of_all_clients_names_those_it_is_made_of(home: Path) -> None:
    found = told(home, "win_rate_drawn_12m")
    assert dict(found.made_of) == {"wins_12m": 1, "round_trips_12m": 2}
    assert (found.notes, found.n) == ((), 2)
    assert found.recomputed == pytest.approx(found.value, rel=1e-9)


def test_what_was_never_delivered_is_null_with_the_table_that_is_missing(home: Path) -> None:
    found = told(home, "logins_12m")
    assert (found.value, found.recomputed, found.asked) == (None, None, ())
    assert found.null_reason is not None
    assert found.null_reason.en == "the table login was not delivered"


def test_a_client_without_any_event_is_explained_too(home: Path) -> None:
    found = told(home, "flow_in_12m", client="Z")
    assert (found.value, found.recomputed, found.notes) == (0.0, 0.0, ())
    assert found.asked[0].rows == 0


def test_a_table_is_shown_with_its_meaning_and_leads_down(home: Path) -> None:
    found = explain_table(home, "A", "attribution")
    assert [r["window_days"] for r in found.rows] == [20, 60, 120, 250]
    assert found.notes == ()
    pnl = next(a for a in found.asked if a.column == "pnl")
    assert pnl.value == pytest.approx(float(str(found.rows[-1]["pnl"])))
    assert sum(float(str(found.rows[-1][p])) for p in ("benchmark", "timing", "selection", "trading", "interest", "cost")) == pytest.approx(pnl.value)  # fmt: skip
    buys = next(a for a in explain_table(home, "A", "logic").asked if a.column == "buys")
    assert buys.value == sum(1 for c, _, _, side, _ in DEALS if (c, side) == ("A", "buy"))


@pytest.mark.parametrize("table", ["stage", "holding_now", "client_card", "timeline", "measure", "proposal"])
def test_every_published_table_about_clients_can_be_asked_for(home: Path, table: str) -> None:
    found = explain(home, "A", table)
    assert isinstance(found, TableTold)
    assert (found.table, found.notes) == (table, ())


def test_a_client_is_told_in_one_view(home: Path) -> None:
    found = explain_client(home, "A")
    assert found.as_of == LAST
    assert found.card["name"] == "张**"
    assert found.logic is not None
    assert found.stage is not None
    assert found.logic.score == pytest.approx(sum(t.contribution for t in found.logic.evidence))
    assert list(found.attribution) == [20, 60, 120, 250]
    assert explain_client(home, "Z").logic is None


def test_evidence_adds_up_to_the_score_and_says_for_or_against_what() -> None:
    row = {"logic": "mixed", "p_value": 0.2, "p_trend": 0.45, "p_sentiment": 0.35, "overlay": None, "since": LAST, "reason": "x",
           "evidence": json.dumps({"buy_trend": 0.5, "sell_held": -0.125})}  # fmt: skip
    found = logic_told(row)
    assert (found.leading, found.score) == ("trend", 0.375)
    assert [t.words.en for t in found.evidence] == [
        "rise over one to three months before buying: speaks for trend",
        "time held: speaks against trend",
    ]


def test_attribution_in_words_leaves_out_what_is_nought() -> None:
    parts = {"benchmark": 10, "timing": -4, "selection": 0, "trading": 0, "interest": 0, "cost": -1}
    row = {"window_days": 20, "pnl": 5, "growth": None, "valuation": None, **parts}
    assert attribution_told(row).en == (
        "+5.00 yuan in 20 trading days: the usual exposure, moved with the index +10.00, timing -4.00, fees and taxes -1.00."
    )


def test_a_frozen_client_is_refused(home: Path) -> None:
    for ask in (lambda: explain_client(home, "F"), lambda: explain(home, "F", "pnl_12m")):
        with pytest.raises(UsageError, match="frozen"):
            ask()


@pytest.mark.parametrize(
    ("client", "name", "meant"),
    [("AA", "pnl_12m", ""), ("A", "pnl_12", "pnl_12m"), ("A", "atribution", "attribution")],
)
def test_an_unknown_name_is_answered_with_the_nearest(home: Path, client: str, name: str, meant: str) -> None:
    with pytest.raises(UsageError, match="There is no") as refused:
        explain(home, client, name)
    assert meant in str(refused.value)


def test_the_nearest_are_those_that_contain_the_name_else_those_that_differ_by_little() -> None:
    names = ["0010", "0021", "0123", "9999"]
    assert nearest("012", names) == ["0123"]
    assert sorted(nearest("0011", names)) == ["0010", "0021"]
    assert nearest("xyz", names) == []


def test_measures_and_tables_are_not_taken_for_each_other(home: Path) -> None:
    with pytest.raises(UsageError):
        explain_measure(home, "A", "stage")
    with pytest.raises(UsageError):
        explain_table(home, "A", "pnl_12m")


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    ingest(tmp_path / "home", Request(drop(tmp_path / "d", files()), LAST, settings=SETTINGS))
    with pytest.raises(UsageError, match="zhike run"):
        explain_client(tmp_path / "home", "A")


def test_data_that_came_since_are_told_and_the_number_is_not_found_again(home: Path, tmp_path: Path) -> None:
    later = shutil.copytree(home, tmp_path / "home")
    more = {"cash_flow.csv": f"flow_id,date,client_id,kind,amount\nC9,{date(2025, 4, 1)},A,bank,500\n"}
    ingest(later, Request(drop(tmp_path / "d", more), LAST, settings=SETTINGS))
    found = told(later, "flow_in_12m")
    assert (found.value, found.recomputed) == (21_000, 21_500)
    assert [n.en.split()[0:3] for n in found.notes] == [["The", "data", "have"], ["Computed", "again", "it"]]
    assert {d.origin.drop for row in found.asked[0].largest for d in row.shown} == {1, 2}


def test_no_cell_that_names_a_person_is_shown(home: Path) -> None:
    found = told(home, "tenure")
    cells = found.asked[0].largest[0].shown[0].cells
    assert cells["opened_on"] == "2025-01-02"
    assert not {"name", "phone"} & set(cells)


def test_a_page_is_refused_before_anything_is_read_of_it(home: Path) -> None:
    from zhike.run.explaining.published import opened

    with opened() as engine, pytest.raises(UsageError, match="There is no client"):
        page(home, "nobody", engine)
