"""Why a client is expected to bring what they are: the parts of the mean, and what would change them."""

from __future__ import annotations

from zhike_desk.pages.client import whys
from zhike_desk.pages.client.sums import chance, money, signed_money
from zhike_desk.pages.client.whys import Ground
from zhike_desk.records.queries.client_money import DRIVERS, Expected
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Driver, Why

YEAR = 12
_LEAST = 0.5
"""Parts below this many CNY aren't told: they round to nothing."""


def expected_why(g: Ground) -> Why:
    """Return why the next twelve months are expected to bring what they are; of an older night, which published no parts, what can be told."""
    year = next((e for e in g.found.expected if e.months == YEAR), None)
    if year is None or not year.parts:
        return whys.expected(g)
    meaning = told(
        "未来 12 个月净创收（扣除服务成本）的中位数：按客户的流失、交易、资产在多条模拟市场路径上推算。",
        "Median net revenue of the next 12 months after cost to serve, over simulated paths of the market.",
    )
    mean = told(
        f"下列各项相加为均值 {money(sum(year.parts))}；交易往往集中在少数月份，所以与中位数 {money(year.middle)} 不同。",
        f"The parts add up to the mean of {money(sum(year.parts))}; trades come in clumps, so it differs from the median of {money(year.middle)}.",
    )
    return Why(f"{meaning} {mean}", g.night.as_of, drivers(year), change(year), _model(year, g), "clv")


def _model(year: Expected, g: Ground) -> str:
    return told(f"终身价值模型 {year.model} · {g.made}", f"lifetime value {year.model} · {g.made}")


def names() -> dict[str, str]:
    """Return what each part of what is expected is called."""
    return {
        "trading": told("交易佣金（中性市场）", "Commission, neutral market"), "interest": told("利息", "Interest"),
        "products": told("产品手续费", "Product fees"), "cost": told("服务成本", "Cost to serve"),
        "market": told("行情的影响", "The market's mood"),
    }  # fmt: skip


def drivers(year: Expected) -> list[Driver]:
    """Return the parts as signed bars, the largest first; those that are nothing at the end, so that each is answered for."""
    parts = sorted(zip(DRIVERS, year.parts, strict=True), key=lambda pair: -abs(pair[1]))
    strongest = max((abs(v) for _, v in parts), default=0.0) or 1.0
    words = names()
    return [
        Driver(words[n], v / strongest, signed_money(v) if abs(v) >= _LEAST else told("0 元", "CNY 0"))
        for n, v in parts
    ]


def change(year: Expected) -> str:
    """Say what a tenth more or less trading would do, and how likely the client is to be lost meanwhile."""
    trading = abs(year.parts[DRIVERS.index("trading")]) / 10
    said = []
    if trading >= _LEAST:
        said.append(
            told(
                f"交易频率每增减一成，约 ±{money(trading)}。",
                f"A tenth more or less trading: about ±{money(trading)}.",
            )
        )
    else:
        said.append(told("重新开始交易才会有佣金。", "Commission comes only with trading again."))
    if year.there is not None:
        lost = chance(1 - year.there)
        said.append(
            told(
                f"12 个月内流失的可能为 {lost}，已计入；留住客户会提高它。",
                f"The chance of {lost} to be lost within 12 months is in it; keeping the client raises it.",
            )
        )
    return told("", " ").join(said)
