"""Verdicts and attributions in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from zhike.base.text import Said, say
from zhike.datacentre.tables.sentences import told_in
from zhike.datacentre.tables.words import LOGIC_WORDS, TRAIT_WORDS
from zhike.models.logic.definitions import LOGICS
from zhike.models.logic.evidence import TRAITS
from zhike.run.explaining.told import LogicTold, Trait

PARTS: Mapping[str, Said] = {
    "benchmark": say("平均仓位随指数涨跌", "the usual exposure, moved with the index"),
    "timing": say("择时", "timing"),
    "selection": say("选股", "selection"),
    "trading": say("日内成交", "trades, from their price to that day's close"),
    "interest": say("利息", "interest"),
    "cost": say("费用税金", "fees and taxes"),
}
"""The six parts of profit; they add up to pnl."""


def logic_told(row: Mapping[str, Any]) -> LogicTold:
    """Return a row of `logic` with its evidence in words."""
    found: dict[str, float] = json.loads(row["evidence"])
    probabilities = {name: row[f"p_{name}"] for name in LOGICS}
    known = [name for name in LOGICS if probabilities[name] is not None]
    leading = max(known, key=lambda name: float(probabilities[name] or 0.0)) if known else None
    traits = tuple(Trait(n, _trait(n, leading, part), part) for n, part in found.items())
    logic = str(row["logic"])
    return LogicTold(
        logic, say(LOGIC_WORDS[logic], logic), leading, probabilities, row["overlay"], row["since"], told_in(row, "reason"),
        sum(found.values()), traits,
    )  # fmt: skip


def _trait(name: str, leading: str | None, part: float) -> Said:
    said = TRAIT_WORDS[name] if name in TRAITS else say(name, name)
    if leading is None:
        return said
    zh, en = ("支持", "speaks for") if part >= 0 else ("不支持", "speaks against")
    return say(f"{said.zh}：{zh}{LOGIC_WORDS[leading]}", f"{said.en}: {en} {leading}")


def attribution_told(row: Mapping[str, Any]) -> Said:
    """Return a row of `attribution` as a sentence; the parts that are nought are left out."""
    parts = {name: row[name] for name in PARTS if row[name]}
    zh = "，".join(f"{PARTS[n].zh} {_money(v)}" for n, v in parts.items())
    en = ", ".join(f"{PARTS[n].en} {_money(v)}" for n, v in parts.items())
    days = row["window_days"]
    more = _growth(row)
    return say(
        f"近 {days} 个交易日盈亏 {_money(row['pnl'])} 元" + (f"：{zh}" if zh else "") + f"。{more.zh}",
        f"{_money(row['pnl'])} yuan in {days} trading days" + (f": {en}" if en else "") + f".{more.en}",
    )


def _growth(row: Mapping[str, Any]) -> Said:
    """Say how the stocks' moves split into earnings and valuation, where that is known."""
    if row["growth"] is None or not (row["growth"] or row["valuation"]):
        return say("", "")
    growth, valuation = _money(row["growth"]), _money(row["valuation"])
    return say(f"持仓涨跌中盈利增长 {growth}、估值变化 {valuation}。", f" Of the stocks' move, earnings made {growth}, valuation {valuation}.")  # fmt: skip


def _money(value: object) -> str:
    return f"{float(str(value)):+,.2f}"
