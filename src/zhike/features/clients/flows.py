"""Flows: what clients bring and take. Moves between own accounts, listings, repos and money funds aren't flows (client_day)."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import say
from zhike.engine.meaning import ratio
from zhike.features.clients.assets import NO_ASSETS, average_before, average_net
from zhike.features.clients.settings import MONTH, PRIOR, QUARTER, WINDOWS, YEAR

_flow = partial(Measure, group="flows", source=("cash_flow",), also=("custody",))


def net_flow(t: Sums, days: int) -> nw.Expr:
    """Return what came in less what went out."""
    return t.total("flow_in", days) - t.total("flow_out", days)


def _of_window(name: str, days: int) -> tuple[Measure, ...]:
    return (
        _flow(f"flow_in_{name}", "CNY", say("转入", "Brought in"), say("转入的资金与证券。", "Money and securities brought in."), days,
              build=lambda t: t.total("flow_in", days), absent=0.0),
        _flow(f"flow_out_{name}", "CNY", say("转出", "Taken out"), say("转出的资金与证券（正数）。", "Money and securities taken out, as a positive amount."), days,
              build=lambda t: t.total("flow_out", days), absent=0.0),
        _flow(f"net_flow_{name}", "CNY", say("净转入", "Net inflow"), say("净转入：转入减转出。", "What came in less what went out."), days,
              build=lambda t: net_flow(t, days), absent=0.0),
        _flow(f"outflow_share_{name}", "fraction", say("转出占资产", "Outflow of assets"), say("转出占区间日均净资产。", "What went out over the window's average net assets."), days,
              source=("cash_flow", "asset"), absent=0.0, why=NO_ASSETS,
              build=lambda t: _share(t.total("flow_out", days), average_net(t, days))),
    )  # fmt: skip


def _share(flow: nw.Expr, base: nw.Expr) -> nw.Expr:
    """Return flow ÷ base; 0 where nothing flowed, null where the base isn't known."""
    return nw.when(flow > 0).then(ratio(flow, base)).otherwise(0.0)


def _largest(side: str, name: str, days: int) -> Measure:
    zh, en = ("转入", "came in") if side == "in" else ("转出", "went out")
    return _flow(f"largest_{side}_{name}", "CNY", say(f"单日最大{zh}", f"Most that {en} in a day"), say(f"单日最大{zh}。", f"The most that {en} on one day."), days,
                 build=lambda t: t.most(f"flow_{side}", days).fill_null(0.0), absent=0.0)  # fmt: skip


FLOWS: tuple[Measure, ...] = (
    *(m for name, days in WINDOWS.items() for m in _of_window(name, days)),
    *(_largest(side, name, days) for side in ("in", "out") for name, days in (("1m", MONTH), ("12m", YEAR))),
    _flow("bank_in_12m", "CNY", say("银行转入", "From the bank"), say("银行转入。", "Money in from the bank."), YEAR, also=(),
          build=lambda t: t.total("bank_in", YEAR), absent=0.0),
    _flow("bank_out_12m", "CNY", say("转出至银行", "To the bank"), say("转出至银行（正数）。", "Money out to the bank, as a positive amount."), YEAR, also=(),
          build=lambda t: t.total("bank_out", YEAR), absent=0.0),
    _flow("net_outflow_share_3m", "fraction", say("净转出占此前资产", "Net outflow of assets"),
          say("近 60 日净转出占此前 120 日日均净资产；净转入为 0。", "Net outflow of 60 days over the average net assets of the 120 before; 0 where more came in."),
          PRIOR, source=("cash_flow", "asset"), absent=0.0, why=say("此前半年没有净资产记录", "no net assets known in the half year before"),
          build=lambda t: _share(-net_flow(t, QUARTER), average_before(t))),
)  # fmt: skip
