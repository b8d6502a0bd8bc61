"""Revenue: what a client brings the branch, and what serving the client costs."""

from __future__ import annotations

from functools import partial

import narwhals as nw

from zhike.base.measure import Measure, Sums
from zhike.base.text import say
from zhike.engine.meaning import ratio
from zhike.features.clients.assets import NO_ASSETS, average_net
from zhike.features.clients.settings import WINDOWS, YEAR
from zhike.features.clients.sources import BUSINESS
from zhike.features.clients.trading import traded

_fees = partial(Measure, group="revenue", source=("trade",))
_ALSO = ("cash_flow", "product_order", "business")


def commission(t: Sums, days: int) -> nw.Expr:
    """Return the commission that stays: less what goes on to the exchange and the regulator."""
    return t.total("commission", days) - t.total("exchange_fee", days)


def revenue(t: Sums, days: int) -> nw.Expr:
    """Return net commission, interest paid, product fees and business revenue, of the tables that are there."""
    products = t.total("fee", days, of="product_order")
    business = t.total("revenue", days, of="business")
    return commission(t, days) + t.total("interest_paid", days) + products + business


def _of_window(name: str, days: int) -> tuple[Measure, ...]:
    return (
        _fees(f"commission_net_{name}", "CNY", say("净佣金", "Net commission"), say("净佣金：扣除经手费、证管费。", "Commission less the exchange's and the regulator's fees."), days,
              build=lambda t: commission(t, days), absent=0.0),
        _fees(f"revenue_{name}", "CNY", say("创收", "Revenue"), say("创收：净佣金、客户支付的利息、产品手续费与机构业务收入之和（缺表的部分未计入）。",
              "Net commission, interest the client paid, product fees and business revenue (parts whose table isn't delivered aren't in it)."), days,
              build=lambda t: revenue(t, days), absent=0.0, also=_ALSO),
    )  # fmt: skip


def _business(name: str, zh: str, en: str) -> Measure:
    return Measure(
        f"{name}_revenue_12m", "CNY", say(f"{zh}收入", f"Revenue of {en}"), say(f"{zh}收入（首日落在区间内的月份）。", f"Revenue of {en}, of the months whose first day lies in the window."),
        YEAR, "revenue", ("business",), lambda t: t.total(f"{name}_revenue", YEAR, of="business"), 0.0,
    )  # fmt: skip


def _groups(t: Sums) -> nw.Expr:
    done = [
        nw.when(t.total(f"{name}_revenue", YEAR, of="business") > 0).then(1.0).otherwise(0.0)
        for name in BUSINESS
    ]
    return nw.sum_horizontal(*done)


def _cost(minute: float) -> Measure:
    return Measure("cost_to_serve_12m", "CNY", say("服务成本", "Cost to serve"), say("服务成本：联系时长乘以每分钟成本（设置项）。", "Minutes of contact times what a minute costs (a setting)."), YEAR,
                   "revenue", ("contact",), lambda t: t.total("minutes", YEAR, of="contact") * minute, 0.0,
                   n=lambda t: t.total("contacts", YEAR, of="contact") + t.total("attempts", YEAR, of="contact"))  # fmt: skip


def served_measures(minute: float) -> tuple[Measure, ...]:
    """Return the measures of what serving costs, at `minute` CNY a minute."""
    return (
        _cost(minute),
        Measure("contribution_12m", "CNY", say("贡献", "Contribution"), say("贡献：创收减服务成本。", "Revenue less the cost to serve."), YEAR, "revenue", ("trade", "contact"),
                lambda t: revenue(t, YEAR) - t.total("minutes", YEAR, of="contact") * minute, 0.0, also=_ALSO),
    )  # fmt: skip


REVENUE: tuple[Measure, ...] = (
    *(m for name, days in WINDOWS.items() for m in _of_window(name, days)),
    _fees("commission_rate_12m", "fraction", say("实际佣金率", "Commission rate"), say("实际佣金率：佣金占成交金额。", "Commission paid over the value traded."), YEAR,
          build=lambda t: ratio(t.total("commission", YEAR), traded(t, YEAR)), why=say("区间内没有成交", "nothing traded in the window")),
    Measure("interest_paid_12m", "CNY", say("客户支付利息", "Interest paid"), say("客户支付的利息。", "Interest the client paid."), YEAR, "revenue", ("cash_flow",),
            lambda t: t.total("interest_paid", YEAR), 0.0),
    Measure("product_fees_12m", "CNY", say("产品手续费", "Product fees"), say("产品认申购手续费。", "Fees on product orders."), YEAR, "revenue", ("product_order",),
            lambda t: t.total("fee", YEAR, of="product_order"), 0.0),
    Measure("business_revenue_12m", "CNY", say("机构业务收入", "Business revenue"), say("机构业务收入（首日落在区间内的月份）。", "Revenue of business beyond trades, of the months whose first day lies in the window."),
            YEAR, "revenue", ("business",), lambda t: t.total("revenue", YEAR, of="business"), 0.0),
    *(_business(name, zh, en) for name, zh, en in (
        ("seat", "席位", "seats"), ("financing", "融资类（两融、质押、回购）", "financing (margin, pledge, repo)"),
        ("custody", "托管", "custody"), ("banking", "投行（承销、股权激励）", "investment banking and equity plans"),
    )),
    Measure("business_groups_12m", "groups", say("有收入的业务组数", "Groups of business"), say("有收入的业务组数（席位、融资类、托管、投行）。", "Groups of business with revenue: seats, financing, custody, banking."),
            YEAR, "revenue", ("business",), _groups, 0.0),
    _fees("revenue_yield_12m", "fraction", say("创收占资产", "Revenue of assets"), say("创收占日均净资产。", "Revenue over average net assets."), YEAR, source=("trade", "asset"), also=_ALSO,
          build=lambda t: ratio(revenue(t, YEAR), average_net(t, YEAR)), why=NO_ASSETS),
)  # fmt: skip
