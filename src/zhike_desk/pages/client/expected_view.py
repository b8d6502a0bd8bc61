"""Why a client is expected to bring what they are: the parts of the mean, and what would change them."""

from __future__ import annotations

from zhike_desk.pages.client.sums import chance, money, signed_money
from zhike_desk.pages.client.whys import Ground, added
from zhike_desk.records.queries.client_money import DRIVERS, Expected
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Driver, Why

YEAR = 12
UNVALUED = frozenset({"institution", "product"})
"""Kinds of client whose contribution to come isn't worked out (docs/methods/clv.md §6)."""
_LEAST = 0.5
"""Parts below this many CNY aren't told: they round to nothing."""


def expected_why(g: Ground) -> Why:
    """Say what the next twelve months' contribution consists of; of an older night, which published no parts, from what it departs."""
    if g.found.row.kind in UNVALUED:
        return _unvalued(g)
    meaning = told(
        "未来 12 个月净创收（扣除服务成本）的中位数：按客户的流失、交易、资产在多条模拟市场路径上推算。",
        "Median net revenue of the next 12 months after cost to serve, over simulated paths of the market.",
    )
    year = next((e for e in g.found.expected if e.months == YEAR), None)
    if year is None or not year.parts:
        return Why(meaning, g.night.as_of, _departed(year, g), _kept_up(g), _model("", g), "clv")
    mean = told(
        f"下列各项相加为均值 {money(sum(year.parts))}；交易往往集中在少数月份，所以与中位数 {money(year.middle)} 不同。",
        f"The parts add up to the mean of {money(sum(year.parts))}; trades come in clumps, so it differs from the median of {money(year.middle)}.",
    )
    return Why(f"{meaning} {mean}", g.night.as_of, drivers(year), change(year), _model(year.model, g), "clv")


def _unvalued(g: Ground) -> Why:
    meaning = told(
        "机构与产品户的收入主要来自席位、融资、托管等业务，推算模型只知道交易、利息与产品，算出的数会远低于实际，所以不给出。近 12 月创收与价值得分包含这些业务。",
        "Most of what institutions and products bring is business such as seats, financing, custody. The model knows trades, interest and"
        " products only: its figure would be far too low, so none is given. Revenue of 12 months and the value score hold that business.",
    )
    change = told("把这些业务收入纳入推算模型。", "a model that knows of that business.")
    return Why(meaning, g.night.as_of, (), change, _model("", g))


def _departed(year: Expected | None, g: Ground) -> list[Driver]:
    """Return from what the contribution departs, and what is put down to the client and to the market."""
    if year is None:
        return []
    now = g.value("contribution_12m")
    return added(
        (told("近 12 月贡献", "Contribution of 12 months"), now),
        (told("客户今后的变化", "What changes with the client"), year.neutral - now),
        (told("预期行情", "The market expected"), year.middle - year.neutral),
    )


def _kept_up(g: Ground) -> str:
    quarter = g.value("revenue_3m") * 4
    return told(
        f"若近 3 月的创收持续一年，为 {money(quarter)}。",
        f"the last 3 months' revenue kept up for a year would be {money(quarter)}.",
    )


def _model(version: str, g: Ground) -> str:
    name = f" {version}" if version else ""
    return told(f"终身价值模型{name} · {g.made}", f"lifetime value{name} · {g.made}")


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
