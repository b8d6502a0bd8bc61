"""How a client's assets divide, what is held, what is expected: sums by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from zhike_desk.pages.client.expected_view import change, drivers
from zhike_desk.pages.client.holdings_view import holdings_view
from zhike_desk.pages.client.sums import chance
from zhike_desk.records.book.series import AssetDay
from zhike_desk.records.queries.client_money import Expected, Held, Product

AS_OF = date(2025, 6, 30)
NONE = Held((), 0, 0.0, None)


@pytest.fixture(autouse=True)
def chinese() -> object:
    with translation.override("zh-hans"):
        yield


def day(cash: float, securities: float, funds: float, debt: float = 0.0) -> AssetDay:
    return AssetDay(AS_OF, cash, securities, funds, debt, cash + securities + funds - debt)


def product(paid: float, matures: date | None = None) -> Product:
    return Product("P1", "稳健一号", "bond", "R2", paid, date(2025, 1, 2), matures)


def test_net_assets_divide_into_securities_products_and_cash() -> None:
    view = holdings_view([day(0, 0, 0), day(250_000, 150_000, 600_000)], NONE, AS_OF)
    assert [(p.name, p.amount, p.share) for p in view.portions] == [
        ("证券", 150_000, 0.15), ("基金与理财产品", 600_000, 0.6), ("资金", 250_000, 0.25),
    ]  # fmt: skip
    assert (
        view.whole
        == "净资产 100.0 万元：证券 15.0 万元（15%）、基金与理财产品 60.0 万元（60%）、资金 25.0 万元（25%）。"
    )


def test_debt_is_told_beside_shares_of_all_assets() -> None:
    view = holdings_view([day(100_000, 300_000, 0, debt=200_000)], NONE, AS_OF)
    assert view.whole.endswith("；负债 20.0 万元，占比按总资产计。")
    assert [p.share for p in view.portions] == [0.75, 0.0, 0.25]


def test_who_has_nothing_has_no_parts_and_no_products() -> None:
    for assets in ([], [day(0.4, 0, 0)]):
        view = holdings_view(assets, NONE, AS_OF)
        assert (list(view.portions), view.whole, view.products, view.securities) == ([], "", "", "")


def test_products_are_told_with_what_was_paid_in_what_all_are_worth_and_what_is_past_its_term() -> None:
    held = Held(
        (), 0, 0.0, None, (product(300_000, AS_OF), product(150_000, date(2025, 7, 1)), product(50_000))
    )
    view = holdings_view([day(0, 0, 520_000)], held, AS_OF)
    assert view.products == (
        "按订单持有 3 只基金或理财产品，其中 1 只已期满；净投入 50.0 万元，合计市值 52.0 万元（逐只市值未交付）。"
    )
    assert holdings_view([day(0, 0, 9_000)], NONE, AS_OF).products.startswith(
        "基金与理财产品市值 0.9 万元；没有产品订单"
    )


def test_what_is_expected_is_told_by_its_parts_the_largest_first_and_what_would_change_it() -> None:
    year = Expected(12, 100.0, 900.0, 3_000.0, 800.0, (2_000.0, 0.0, 300.0, -600.0, 150.0), 0.9, "clv-1-abc")
    found = drivers(year)
    assert [(d.name, d.told) for d in found] == [
        ("交易佣金（中性市场）", "+0.2 万元"), ("服务成本", "−600 元"), ("产品手续费", "+300 元"), ("行情的影响", "+150 元"), ("利息", "0 元"),
    ]  # fmt: skip
    assert [d.share for d in found] == [1.0, -0.3, 0.15, 0.075, 0.0]
    assert (
        change(year)
        == "交易频率每增减一成，约 ±200 元。12 个月内流失的可能为 10%，已计入；留住客户会提高它。"
    )


def test_who_does_not_trade_is_told_that_only_trading_again_brings_commission() -> None:
    year = Expected(12, 0.0, 0.0, 0.0, 0.0, (0.0, 0.0, 0.0, -5.0, 0.0), 0.999, "clv-1-abc")
    assert change(year) == "重新开始交易才会有佣金。12 个月内流失的可能为 <1%，已计入；留住客户会提高它。"


@pytest.mark.parametrize(
    ("p", "written"), [(1.0, ">99%"), (0.9951, ">99%"), (0.99, "99%"), (0.5, "50%"), (0.01, "1%"), (0.004, "<1%"), (0.0, "<1%")]
)  # fmt: skip
def test_what_is_not_sure_is_never_written_as_all_or_nothing(p: float, written: str) -> None:
    assert chance(p) == written
