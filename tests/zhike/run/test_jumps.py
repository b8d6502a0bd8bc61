"""What the night says of prices that jump: security, day, factor, what was assumed, what to deliver."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path

import pytest

from market_rows import closes, quote_table, weekdays
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.features.market import Jump, prices_of
from zhike.run import run_night
from zhike.run.jumps import jump_said, jumps_found

DAY = date(2018, 5, 16)
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
ENGINE = EngineSettings(threads=1, memory=256 << 20)


@pytest.mark.parametrize(
    ("jump", "zh", "en"),
    [
        (Jump(0, 1, 1025.9, 0.001, True), "按 1000 份合为 1 份处理", "consolidation 1000 : 1"),
        (Jump(0, 1, 43.5, 1 / 43.5, False), "暂按 43.5 折算", "units are divided by 43.5"),
        (Jump(0, 1, 0.05, 20.0, True), "无法区分暴跌与 1 拆 20", "doesn't tell a crash from a split 1 : 20"),
        (Jump(0, 1, 0.06, 1.0, False), "份额不变", "units stay"),
    ],
)
def test_the_sentence_names_security_day_factor_and_what_to_deliver(jump: Jump, zh: str, en: str) -> None:
    said = jump_said("GAS3L", DAY, jump)
    for text, words in ((said.zh, zh), (said.en, en)):
        for part in ("GAS3L", "2018-05-16", f"{jump.ratio:.6g}", "corporate_action", "adj_factor"):
            assert part in text
        assert words.lower() in text.lower()


def test_the_latest_are_named_and_the_others_counted() -> None:
    prices = [100.0 if t % 2 else 1.0 for t in range(60)]
    rows = jumps_found(prices_of(quote_table(closes("A", prices))))
    assert (len(rows), [r["count"] for r in rows[-2:]]) == (51, [1, 9])
    assert {r["check"] for r in rows} == {"price_jump"}
    assert str(weekdays(60)[-1]) in str(rows[0]["reason"])
    assert [r["value"] for r in rows[:2]] == ["100", "0.01"]


@pytest.mark.real
def test_74000_real_units_that_became_74_are_no_profit_of_22_million(real_data: Path, tmp_path: Path) -> None:
    drops = runpy.run_path(str(EXAMPLES / "assemble.py"))["assemble"](real_data, tmp_path / "drops")
    home = tmp_path / "home"
    ingest(home, Request(drops["investors"], date(2025, 12, 31), "investors", settings=ENGINE))
    generation = run_night(home, None, ENGINE).published.generation
    told = [r for r in generation.read("finding").to_pylist() if r["check"] == "price_jump"]
    assert len(told) > 15
    assert {r["severity"] for r in told} == {"warning"}
    assert any(
        "GAS3L" in r["reason"] and "2018-05-16" in r["reason"] and "1000 份" in r["reason"] for r in told
    )
    profits = {r["client_id"]: float(r["pnl"]) for r in generation.read("attribution").to_pylist()}
    assert abs(profits["44382"]) < 10_000
