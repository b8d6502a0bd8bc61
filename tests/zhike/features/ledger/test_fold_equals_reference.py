"""The compiled ledger gives the numbers of the slow one, column by column; and the sums done by hand."""

from __future__ import annotations

import runpy
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from ledger_beside import differences
from ledger_worlds import world
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.features.ledger import READS, ledger_of
from zhike.features.market import StandingSettings
from zhike.features.market.settings import MarketSettings
from zhike.run.market import market_of
from zhike.run.sources import Sources
from zhike.simulate import Plan, simulate

EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
TODAY = date(2025, 12, 31)
SETTINGS = EngineSettings(threads=1, memory=256 << 20)


@given(seed=st.integers(0, 2**31))
@hypothesis(max_examples=60)
def test_clients_who_do_everything_have_the_same_ledger_both_ways(seed: int) -> None:
    made = world(seed)
    assert not differences(made.book, made.securities, made.tables, made.as_of)


def test_a_single_unit_of_a_single_cell_is_noticed() -> None:
    made = world(5)
    found = ledger_of(made.book, made.securities, made.tables, made.as_of)
    at = found.client_day.column_names.index("pnl")
    column = found.client_day["pnl"].to_pylist()
    column[-1] += type(column[-1])("0.0001")
    wrong = found.client_day.set_column(at, "pnl", pa.array(column, found.client_day["pnl"].type))
    told = differences(made.book, made.securities, made.tables, made.as_of, replace(found, client_day=wrong))
    assert [line.split()[-5] for line in told] == ["pnl:"]


def test_a_row_too_few_is_noticed() -> None:
    made = world(5)
    found = ledger_of(made.book, made.securities, made.tables, made.as_of)
    told = differences(
        made.book, made.securities, made.tables, made.as_of,
        replace(found, position=found.position.slice(1)),
    )  # fmt: skip
    assert [line.split(": ")[-1] for line in told] == ["only in the slow one"]


def unlike_in(home: Path) -> tuple[int, list[str]]:
    """Fold a home's clients both ways; return how many there are, and what differs."""
    sources = Sources.of(home)
    night = market_of(sources, TODAY, MarketSettings(), StandingSettings())
    tables = {name: sources.rows(name, columns) for name, columns in READS.items() if sources.has(name)}
    ids = pc.unique(pa.concat_arrays([pc.unique(t["client_id"]).cast(pa.string()) for t in tables.values()]))
    last = len(night.prices.days) - 1
    return len(ids), differences(night.book, night.prices.securities, tables, last)


def test_the_branch_that_the_project_ships_has_the_same_ledger_both_ways(tmp_path: Path) -> None:
    ingest(tmp_path, Request(EXAMPLES / "branch", TODAY, settings=SETTINGS))
    clients, unlike = unlike_in(tmp_path)
    assert clients > 10
    assert not unlike


def test_the_ten_investors_and_two_statements_have_the_same_ledger_both_ways(
    real_data: Path, tmp_path: Path
) -> None:
    drops = runpy.run_path(str(EXAMPLES / "assemble.py"))["assemble"](real_data, tmp_path / "drops")
    for feed, drop in drops.items():
        ingest(tmp_path / "home", Request(drop, TODAY, feed, settings=SETTINGS))
    clients, unlike = unlike_in(tmp_path / "home")
    assert clients >= 12
    assert not unlike


@pytest.mark.slow
def test_three_hundred_simulated_clients_have_the_same_ledger_both_ways(tmp_path: Path) -> None:
    story = simulate(Plan(300, 250, 4), tmp_path / "branch", "parquet")
    ingest(tmp_path / "home", Request(story.drop, TODAY, settings=SETTINGS))
    clients, unlike = unlike_in(tmp_path / "home")
    assert clients >= 250  # some have opened no account yet, or do nothing
    assert not unlike
