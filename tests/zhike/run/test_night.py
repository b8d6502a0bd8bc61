"""A whole night on a branch made up: what is published holds together, depends on nothing later, and comes out the same again."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from made_up import branch
from zhike.base.errors import UsageError
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.run import Night, NightSettings, run_night

ENGINE = EngineSettings(threads=1)
TODAY = date(2026, 1, 1)
PARTS = ("benchmark", "timing", "selection", "trading", "interest", "cost")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night") / "home"
    folder.mkdir()
    assert not ingest(folder, Request(branch(80, 160) / "drop", TODAY, settings=ENGINE)).findings.get("error")
    return folder


@pytest.fixture(scope="module")
def night(home: Path) -> Night:
    return run_night(home, None, ENGINE)


def test_everything_that_has_a_room_is_published(night: Night) -> None:
    assert set(night.published.generation.tables) == {
        "market_state", "measure", "measure_dictionary", "measure_detail", "attribution", "logic", "stage", "value", "clv", "proposal",
        "transition", "phase", "client_card", "asset_series", "holding_now", "product_now", "timeline", "finding",
    }  # fmt: skip


def test_the_six_parts_of_every_profit_add_up_to_the_last_unit(night: Night) -> None:
    found = night.published.generation.read("attribution").to_pylist()
    assert len(found) > 100
    assert [r for r in found if sum((r[p] for p in PARTS), Decimal(0)) != r["pnl"]] == []


def test_profit_by_the_measures_is_profit_by_the_attribution(night: Night) -> None:
    measures = {r["client_id"]: r["pnl_1m"] for r in night.published.generation.read("measure").to_pylist()}
    found = [r for r in night.published.generation.read("attribution").to_pylist() if r["window_days"] == 20]
    assert len(found) > 30
    for r in found:
        assert measures[r["client_id"]] == pytest.approx(float(r["pnl"]), abs=1e-6)


def test_clients_in_logic_and_stage_are_those_of_the_branch(home: Path, night: Night) -> None:
    generation = night.published.generation
    measured = set(generation.read("measure")["client_id"].to_pylist())
    assert len(measured) == 80
    for table in ("logic", "stage", "client_card"):
        assert set(generation.read(table)["client_id"].to_pylist()) <= measured
    sums = [r for r in generation.read("logic").to_pylist() if r["p_value"] is not None]
    assert all(
        abs(r["p_value"] + r["p_trend"] + r["p_sentiment"] - 1) < 1e-9 and json.loads(r["evidence"])
        for r in sums
    )


def test_the_branch_s_own_money_effect_is_in_the_market_s_state(night: Night) -> None:
    shares = night.published.generation.read("market_state")["client_money_effect"].drop_null()
    assert len(shares) > 100
    assert 0 < float(pc.mean(shares.cast(pa.float64())).as_py()) < 1


def test_the_same_night_again_is_the_same_generation(home: Path, night: Night) -> None:
    again = run_night(home, None, EngineSettings(threads=2), NightSettings(range_rows=4_000))
    assert again.published.unchanged
    assert again.published.generation.id == night.published.generation.id


def test_an_earlier_night_knows_nothing_of_later_days(home: Path, night: Night) -> None:
    early = night.published.generation.read("market_state")["date"].to_pylist()[-30]
    generation = run_night(home, early, ENGINE).published.generation
    assert generation.read("market_state")["date"].to_pylist()[-1] == early
    assert max(generation.read("asset_series")["date"].to_pylist()) == early
    assert max(at.date() for at in generation.read("timeline")["at"].to_pylist()) <= early
    known = ("date", "up_share", "money_effect", "state", "regime_known", "client_money_effect")
    late = night.published.generation.read("market_state").select(known)
    assert (
        generation.read("market_state").select(known).equals(late.slice(0, generation.rows("market_state")))
    )


def test_the_next_night_says_what_moved(home: Path, night: Night) -> None:
    days = night.published.generation.read("market_state")["date"].to_pylist()
    run_night(home, days[-40], ENGINE)
    later = run_night(home, days[-1], ENGINE)
    moves = later.published.generation.read("transition").to_pylist()
    assert later.published.generation.previous is not None
    assert sum(m["clients"] for m in moves if m["table"] == "logic") == later.published.generation.rows(
        "logic"
    )
    assert later.outcome.counts["stage"]


def test_without_anything_delivered_the_night_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        run_night(tmp_path, None, ENGINE)
    assert "zhike ingest" in refused.value.sentence("en")


def test_trades_and_prices_alone_are_enough(tmp_path: Path) -> None:
    drop, home = tmp_path / "drop", tmp_path / "home"
    drop.mkdir()
    home.mkdir()
    for name in ("trade", "quote", "client"):
        (drop / f"{name}.parquet").write_bytes((branch(80, 160) / "drop" / f"{name}.parquet").read_bytes())
    ingest(home, Request(drop, TODAY, settings=ENGINE))
    generation = run_night(home, None, ENGINE).published.generation
    found = generation.read("attribution").to_pylist()
    assert found
    assert all(r["timing"] == 0 for r in found)
    reasons = generation.read("measure_detail")
    lacking = reasons.filter(pc.equal(reasons["measure"], "net_now"))["null_reason"].to_pylist()
    assert set(lacking) == {"缺少表 asset"}
    assert "missing_table" in generation.read("finding")["check"].to_pylist()
