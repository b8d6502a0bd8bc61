"""Each rule of the life cycle as a sentence with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as Date

import numpy as np

from zhike.base.text import Said, say
from zhike.models.lifecycle import settings as s
from zhike.models.lifecycle.levels import Levels
from zhike.models.lifecycle.months import QUARTER, YEAR, Months
from zhike.models.lifecycle.settings import Settings
from zhike.models.lifecycle.walk import Ages

_MANY = 1_000  # times likelier: beyond it the number says no more


@dataclass(frozen=True, slots=True)
class Case:
    """One client (row `i`) in one month (column `m`) and all that can be told of it."""

    i: int
    m: int
    months: Months
    levels: Levels
    ages: Ages
    closed_on: Date | None
    settings: Settings


def sentence(rule: int, case: Case) -> Said:
    """Say why the rule holds for the case, with its numbers."""
    return _SENTENCES[rule](case)


def _percent(value: float) -> str:
    return "—" if not np.isfinite(value) else f"{value:.0%}"


def _yuan(value: float) -> str:
    return f"{value:,.0f}"


def _waiting(c: Case) -> Said:
    return say("尚无有效资产与交易", "neither assets nor trades so far")


def _idle(c: Case) -> Said:
    years = c.ages.months[c.i, c.m] // YEAR
    return say(
        f"开户约 {years} 年，有数据以来无资产亦无交易",
        f"opened {years} years ago, neither assets nor trades since the data begin",
    )


def _fresh(c: Case) -> Said:
    days = c.ages.days[c.i, c.m]
    return say(
        f"开户 {days} 天，尚无有效资产与交易", f"opened {days} days ago, neither assets nor trades so far"
    )


def _funded(c: Case) -> Said:
    net = c.months.net[c.i, c.m]
    return say(f"已有资产 {_yuan(net)} 元，尚未交易", f"net assets {_yuan(net)} yuan, no trade yet")


def _young(c: Case) -> Said:
    age = c.ages.months[c.i, c.m]
    return say(
        f"入户 {age} 个月（不足 {c.settings.grown_months} 个月），已有交易",
        f"with us for {age} months (less than {c.settings.grown_months}), has traded",
    )


def _rising_assets(c: Case) -> Said:
    own, like = c.levels.assets_growth[c.i, c.m] - 1, c.levels.assets_growth_like[c.i, c.m] - 1
    return say(
        f"剔除行情后资产较 {QUARTER} 个月前增 {_percent(own)}（同类中位 {_percent(like)}）",
        f"assets, the market taken out, up {_percent(own)} on {QUARTER} months before (like clients {_percent(like)})",
    )


def _rising_revenue(c: Case) -> Said:
    own, like = c.levels.revenue_growth[c.i, c.m] - 1, c.levels.revenue_growth_like[c.i, c.m] - 1
    revenue = c.levels.revenue[c.i, c.m]
    return say(
        f"近 {QUARTER} 个月净创收 {_yuan(revenue)} 元，较此前增 {_percent(own)}（同类中位 {_percent(like)}）",
        f"net revenue of {QUARTER} months {_yuan(revenue)} yuan, up {_percent(own)} on those before (like clients {_percent(like)})",
    )


def _steady(c: Case) -> Said:
    age, share, like = (
        c.ages.months[c.i, c.m],
        c.levels.revenue_share[c.i, c.m],
        c.levels.revenue_share_like[c.i, c.m],
    )
    if not np.isfinite(share):
        return say(
            f"入户 {age} 个月，资产与创收平稳：近 {YEAR} 个月没有净创收可比",
            f"with us for {age} months, steady: no net revenue of {YEAR} months to compare with",
        )
    return say(
        f"入户 {age} 个月，资产与创收平稳：近 {QUARTER} 个月净创收为近 {YEAR} 个月高点的 {_percent(share)}（同类中位 {_percent(like)}）",
        f"with us for {age} months, steady: net revenue of {QUARTER} months at {_percent(share)} of its {YEAR}-month peak"
        f" (like clients {_percent(like)})",
    )


def _falling_assets(c: Case) -> Said:
    share, like = c.levels.assets_share[c.i, c.m], c.levels.assets_share_like[c.i, c.m]
    return say(
        f"剔除行情后资产为近 {YEAR} 个月高点的 {_percent(share)}（同类中位 {_percent(like)}），连续两月",
        f"assets, the market taken out, at {_percent(share)} of their {YEAR}-month peak (like clients {_percent(like)}), two months running",
    )


def _falling_revenue(c: Case) -> Said:
    share, like = c.levels.revenue_share[c.i, c.m], c.levels.revenue_share_like[c.i, c.m]
    zh, en = _less(c)
    return say(
        f"近 {QUARTER} 个月净创收为近 {YEAR} 个月高点的 {_percent(share)}（同类中位 {_percent(like)}），{zh}",
        f"net revenue of {QUARTER} months at {_percent(share)} of its {YEAR}-month peak (like clients {_percent(like)}), {en}",
    )


def _falling_activity(c: Case) -> Said:
    zh, en = _less(c)
    return say(f"近 {QUARTER} 个月{zh}", f"in {QUARTER} months {en}")


def _less(c: Case) -> tuple[str, str]:
    """Say what was seen of the activity, what was to be expected, and how much likelier that is after a fall than without one.

    This is no probability of a fall: how many fall at all isn't in it.
    """
    a, at = c.levels.activity, (c.i, c.m)
    days = (
        (a.trading, a.trading_due, "交易", "traded on", "trades"),
        (a.logins, a.logins_due, "登录", "logged in on", "logins"),
    )
    known = [(seen[at], due[at], *words) for seen, due, *words in days if np.isfinite(due[at])]
    zh = "、".join(f"{word} {seen:.0f} 天（应约 {due:.0f} 天）" for seen, due, word, *_ in known)
    en = ", ".join(f"{word} {seen:.0f} days (about {due:.0f} expected)" for seen, due, _, word, _ in known)
    zh_acts = "与".join(word for _, _, word, *_ in reversed(known))
    en_acts = " and ".join(word for *_, word in reversed(known))
    zh_times, en_times = _times(float(np.exp(min(a.fallen[at], 2 * np.log(_MANY)))))
    return (
        f"{zh}；若活跃度已降一半以上，出现这样的{zh_acts}的可能性是未变时的 {zh_times}（以近六个月计）",
        f"{en}; had activity fallen to half or less, {en_acts} like these would be {en_times} as likely as with it unchanged"
        " (over six months)",
    )


def _times(ratio: float) -> tuple[str, str]:
    if ratio > _MANY:
        return f"{_MANY:,} 倍以上", f"more than {_MANY:,} times"
    return f"{ratio:.0f} 倍", f"{ratio:.0f} times"


def _silent(c: Case) -> Said:
    silent, net = c.levels.silent[c.i, c.m], c.months.net[c.i, c.m]
    zh, en = ("", "") if np.isnan(net) else (f"，净资产 {_yuan(net)} 元", f", net assets {_yuan(net)} yuan")
    return say(f"连续 {silent} 个月无交易{zh}", f"no trade for {silent} months{en}")


def _left(c: Case) -> Said:
    out, net = -c.months.flow[c.i, max(c.m - QUARTER + 1, 0) : c.m + 1].sum(), c.months.net[c.i, c.m]
    return say(
        f"近 {QUARTER} 个月净转出 {_yuan(out)} 元，仅余 {_yuan(net)} 元",
        f"took out {_yuan(out)} yuan net in {QUARTER} months, {_yuan(net)} yuan left",
    )


def _emptied(c: Case) -> Said:
    net, t = c.months.net[c.i, c.m], c.settings
    return say(
        f"净资产 {_yuan(net)} 元，连续 {t.empty_months} 个月低于 {_yuan(t.empty_assets)} 元",
        f"net assets {_yuan(net)} yuan, below {_yuan(t.empty_assets)} for {t.empty_months} months",
    )


def _closed(c: Case) -> Said:
    return say(f"{c.closed_on} 已销户", f"closed the account on {c.closed_on}")


def _back(c: Case) -> Said:
    days, net = int(c.months.trading_days[c.i, c.m]), c.months.net[c.i, c.m]
    zh, en = ("", "") if np.isnan(net) else (f"，净资产 {_yuan(net)} 元", f", net assets {_yuan(net)} yuan")
    return say(
        f"休眠或流失后回来：当月交易 {days} 天{zh}",
        f"back after going quiet or away: traded on {days} days{en}",
    )


_SENTENCES: Mapping[int, Callable[[Case], Said]] = {
    s.WAITING: _waiting, s.FRESH: _fresh, s.FUNDED: _funded, s.YOUNG: _young, s.RISING_ASSETS: _rising_assets,
    s.RISING_REVENUE: _rising_revenue, s.STEADY: _steady, s.FALLING_ASSETS: _falling_assets,
    s.FALLING_REVENUE: _falling_revenue, s.SILENT: _silent, s.LEFT: _left, s.EMPTIED: _emptied, s.CLOSED: _closed,
    s.BACK: _back, s.IDLE: _idle, s.FALLING_ACTIVITY: _falling_activity,
}  # fmt: skip
