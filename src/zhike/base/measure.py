"""A measure: one number about a client that says what it means, over which window, and what it is where nothing happened."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from zhike.base.text import Language, Said, say

if TYPE_CHECKING:
    import narwhals as nw

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_WINDOWED = re.compile(r"_(\d+)m$")
NOTHING = say("区间内没有可用的数据", "nothing in the window to measure it by")
UNITS: Mapping[str, Said] = MappingProxyType({
    "CNY": say("元", "CNY"), "fraction": say("比例", "share"), "times": say("倍", "times"), "ratio": say("倍", "ratio"),
    "per month": say("每月", "per month"), "fraction a year": say("每年", "a year"), "log per day": say("每日", "a day"),
    "fraction per 10 points": say("每 10 分", "per 10 points"), "fraction of the scale": say("得分率", "of the scale"),
    "places": say("名次", "place"), "days": say("天", "days"), "trading days": say("交易日", "trading days"),
    "calendar days": say("天", "days"), "months": say("月", "months"), "years": say("年", "years"), "minutes": say("分钟", "minutes"),
    "trades": say("笔", "trades"), "decisions": say("次", "decisions"), "logins": say("次", "logins"), "contacts": say("次", "contacts"),
    "orders": say("次", "orders"), "complaints": say("次", "complaints"), "round trips": say("轮", "round trips"),
    "positions": say("个", "positions"), "securities": say("只", "securities"), "products": say("只", "products"),
    "groups": say("组", "groups"), "grade": say("级", "grade"), "leads": say("条", "leads"), "clients": say("位", "clients"),
    "people": say("位", "people"), "accounts": say("个", "accounts"), "yes or no": say("是 1 否 0", "yes 1, no 0"),
})  # fmt: skip
"""Every unit a measure may have, in words."""
GROUPS: Mapping[str, Said] = MappingProxyType({
    "assets": say("资产", "Assets"), "flows": say("资金进出", "Flows"), "activity": say("活跃度", "Activity"), "trading": say("交易", "Trading"),
    "profit": say("盈亏", "Profit"), "behaviour": say("行为", "Behaviour"), "revenue": say("创收", "Revenue"), "relationship": say("关系", "Relationship"),
})  # fmt: skip
"""Every group measures are shown in, in words."""


class Sums(Protocol):
    """What a measure may ask for. Each answer is a lazy column of one row a client; all are gathered in one pass."""

    def total(self, column: str, days: int | None, of: str = ...) -> nw.Expr:
        """Return the sum over the last `days` trading days (None: all); 0 where there are no rows."""

    def most(self, column: str, days: int | None, of: str = ...) -> nw.Expr:
        """Return the largest value over the last `days` trading days; null where there is none."""

    def least(self, column: str, days: int | None, of: str = ...) -> nw.Expr:
        """Return the smallest value over the last `days` trading days; null where there is none."""

    def figure(self, column: str, of: str) -> nw.Expr:
        """Return a figure of a client; null where there is none."""


Build = Callable[[Sums], "nw.Expr"]
Bounds = Callable[[Sums], "tuple[nw.Expr, nw.Expr]"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about a client.

    `title`: what it is called in a list, without its window (`label` adds that); `unit`: of `UNITS`. `window`: trading days looked back over, or in words what else bounds it. `absent`: value for a client with no event
    in the window; None: it can't be said. `source`: tables it can't do without, `also`: tables it takes in where they are
    delivered. `build` gives the value (None: only known once all clients are), `n` the observations an estimate rests on,
    `bounds` its 95 % interval, `why` the reason where it is null though its tables are there.
    """

    name: str
    unit: str
    title: Said
    meaning: Said
    window: int | Said
    group: str
    source: tuple[str, ...]
    build: Build | None
    absent: float | None = None
    also: tuple[str, ...] = ()
    n: Build | None = None
    bounds: Bounds | None = None
    why: Said = NOTHING

    def __post_init__(self) -> None:
        """Refuse a measure that couldn't be a column, or doesn't say what it comes from. Raises ValueError."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a measure's name is lower case, digits and underscores: {self.name!r}")
        if not (self.source and self.unit and self.meaning.en and self.meaning.zh):
            raise ValueError(f"measure {self.name} lacks a source, a unit or a meaning")
        if not (self.title.en and self.title.zh) or self.unit not in UNITS or self.group not in GROUPS:
            raise ValueError(f"measure {self.name} has no title, or a unit or a group without words")
        if self.absent is not None and not math.isfinite(self.absent):
            raise ValueError(f"measure {self.name}: an absent value is a number or None")

    @property
    def label(self) -> Said:
        """Return what it is called in a list: its title with the window that its name ends in."""
        return labelled(self.name, self.title)

    def window_said(self) -> Said:
        """Return the window in words."""
        if isinstance(self.window, Said):
            return self.window
        return say(f"{self.window} 个交易日", f"{self.window} trading days")

    def source_said(self) -> Said:
        """Return the tables in words."""
        needed, more = ", ".join(self.source), ", ".join(self.also)
        return (
            say(f"{needed}；如有：{more}", f"{needed}; if delivered: {more}") if more else say(needed, needed)
        )


def labelled(name: str, title: Said) -> Said:
    """Return a measure's title with the window that its name ends in: `pnl_3m` → 近3月盈亏."""
    ends = _WINDOWED.search(name)
    return title if ends is None else say(f"近{ends[1]}月{title.zh}", f"{title.en}, {ends[1]} m")


def registry(*groups: Iterable[Measure]) -> Mapping[str, Measure]:
    """Return the measures of a room by name, in order. Raises ValueError where a name stands twice."""
    found: dict[str, Measure] = {}
    for measure in (m for group in groups for m in group):
        if measure.name in found:
            raise ValueError(f"two measures are called {measure.name}")
        found[measure.name] = measure
    return MappingProxyType(found)


def dictionary_rows(
    measures: Iterable[Measure], as_of: Date, language: Language = "zh"
) -> list[dict[str, object]]:
    """Return the rows of `measure_dictionary`, one a measure, in `language`."""
    return [
        {
            "name": m.name,
            "as_of": as_of,
            "unit": m.unit,
            "meaning": m.meaning.in_language(language),
            "window": m.window_said().in_language(language),
            "absent": m.absent,
            "source": m.source_said().in_language(language),
            "group": m.group,
        }
        for m in measures
    ]
