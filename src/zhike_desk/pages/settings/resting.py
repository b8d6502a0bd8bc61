"""What the branch's numbers rest on, in words: grades, fees, limits, and where each is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhike_desk.records.queries.standards import Standards
from zhike_desk.ui.speech import told

FEE_WORDS: Mapping[str, tuple[str, str]] = {
    "stamp_duty": ("印花税", "Stamp duty"),
    "transfer_fee": ("过户费", "Transfer fee"),
    "handling": ("经手费", "Handling fee"),
    "management": ("证管费", "Management fee"),
    "commission_cap": ("佣金上限", "Commission cap"),
}
FAMILY_WORDS: Mapping[str, tuple[str, str]] = {
    "sh_a": ("沪 A", "Shanghai A"),
    "sz_a": ("深 A", "Shenzhen A"),
    "bj_a": ("北交所", "Beijing"),
    "sh_b": ("沪 B", "Shanghai B"),
    "sz_b": ("深 B", "Shenzhen B"),
    "fund": ("场内基金", "Listed funds"),
    "convertible": ("可转债", "Convertibles"),
    "bond": ("债券", "Bonds"),
    "repo": ("回购", "Repos"),
    "hk": ("港股通", "Stock Connect"),
}
BOARD_WORDS: Mapping[str, tuple[str, str]] = {
    "main": ("沪深主板", "Main boards"),
    "star": ("科创板", "STAR"),
    "chinext": ("创业板", "ChiNext"),
    "bse": ("北交所", "Beijing"),
    "b_share": ("B 股", "B shares"),
    "neeq": ("退市板块", "Delisted (NEEQ)"),
    "hk": ("港股", "Hong Kong"),
}
THRESHOLDS: Mapping[str, tuple[str, str]] = {
    "engine.threads": ("夜间最多用几个核", "cores a night may use"),
    "engine.memory": ("夜间最多用多少内存（GB）", "memory a night may use (GB)"),
    "engine.on": ("夜间在哪里算", "where a night is computed"),
    "keep.generations": ("保留最近几次发布的结果", "published nights kept"),
    "keep.generation_days": ("另保留多少天内的结果", "and those of so many days"),
    "keep.raw_days": ("原始文件多少天后可清理", "days after which raw files may go"),
}
"""Each threshold with its meaning."""


@dataclass(frozen=True, slots=True)
class Fee:
    """One line of the tariff in words."""

    fee: str
    family: str
    buy: str
    sell: str
    minimum: str
    since: object
    source: str


@dataclass(frozen=True, slots=True)
class Resting:
    """What the page shows: the standards, the tariff, limits as (board, plain, ST), limits of resources as (meaning, value, name)."""

    of: Standards
    fees: Sequence[Fee]
    limits: Sequence[tuple[str, str, str]]
    night: Sequence[tuple[str, str, str]]


def resting(found: Standards) -> Resting:
    """Write the standards in words."""
    return Resting(
        of=found,
        fees=[
            Fee(
                _word(FEE_WORDS, t.fee), _word(FAMILY_WORDS, t.family), _rate(t.buy), _rate(t.sell),
                f"{t.minimum:f}" if t.minimum else "—", t.since, t.source,
            )
            for t in found.tariffs
        ],
        limits=[(_word(BOARD_WORDS, r.board), _limit(r.plain), _limit(r.st)) for r in found.limits],
        night=[(_word(THRESHOLDS, n), _value(v), n) for n, v in found.night],
    )  # fmt: skip


def _word(words: Mapping[str, tuple[str, str]], name: str) -> str:
    return told(*words[name]) if name in words else name


def _rate(rate: Decimal) -> str:
    """Write a rate as so many of ten thousand, as the trade says it."""
    if not rate:
        return "—"
    return told(f"万分之 {float(rate * 10_000):.6g}", f"{float(rate * 10_000):.6g} bp")


def _limit(rate: Decimal | None) -> str:
    return told("不设涨跌幅", "no limit") if rate is None else f"±{float(rate * 100):g}%"


def _value(value: float | str | None) -> str:
    if value is None:
        return told("不限", "no limit")
    if isinstance(value, str):
        return told("本机", "this machine") if value == "embedded" else value
    return f"{value:,.6g}" if value < 1_000_000 else f"{value:,.0f}"
