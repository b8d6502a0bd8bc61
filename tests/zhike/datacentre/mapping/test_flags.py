"""Business flags: what each means, what is not data, and what is not guessed."""

import pytest

from zhike.datacentre.mapping import FlagMeaning, builtin_flags, parse_overrides
from zhike.datacentre.tables import TABLES

FLAGS = builtin_flags()


def meaning(flag: str) -> tuple[str, str | None, str | None]:
    found = FLAGS.meaning(flag)
    assert found is not None, flag
    return found.table, found.side or found.direction, found.kind


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("证券买入", ("trade", "buy", "ordinary")),
        ("证券卖出", ("trade", "sell", "ordinary")),
        ("担保品买入", ("trade", "buy", "ordinary")),
        ("融资买入", ("trade", "buy", "margin")),
        ("卖券还款", ("trade", "sell", "margin")),
        ("融资平仓", ("trade", "sell", "margin")),
        ("融券卖出", ("trade", "sell", "short")),
        ("买券还券", ("trade", "buy", "short")),
        ("中签扣款", ("trade", "buy", "ipo")),
        ("配股缴款", ("trade", "buy", "rights")),
        ("融券回购", ("trade", "buy", "repo")),
        ("融券购回", ("trade", "sell", "repo")),
        ("质押回购拆出", ("trade", "buy", "repo")),
        ("拆出质押购回", ("trade", "sell", "repo")),
        ("融资回购", ("trade", "sell", "repo")),
        ("债券兑付", ("trade", "sell", "conversion")),
        ("可转债转股", ("trade", None, "conversion")),
        ("ETF申购", ("trade", "buy", "creation")),
        ("基金赎回", ("trade", "sell", "creation")),
        ("港股通股票买入", ("trade", "buy", "ordinary")),
        ("银行转证券", ("cash_flow", "in", "bank")),
        ("证券转银行", ("cash_flow", "out", "bank")),
        ("红利入帐", ("cash_flow", "in", "dividend")),
        ("股息入账", ("cash_flow", "in", "dividend")),
        ("债券付息", ("cash_flow", "in", "interest")),
        ("利息归本", ("cash_flow", "in", "interest")),
        ("批量利息归本", ("cash_flow", "in", "interest")),
        ("偿还融资利息", ("cash_flow", "out", "interest")),
        ("股息红利税补缴", ("cash_flow", "out", "tax")),
        ("港股通组合费", ("cash_flow", "out", "fee")),
        ("融资借款", ("cash_flow", "in", "other")),
        ("偿还融资负债本金", ("cash_flow", "out", "other")),
        ("托管转入", ("custody", "in", "custody")),
        ("股份转出", ("custody", "out", "custody")),
        ("担保品划入", ("custody", "in", "collateral")),
        ("指定交易", ("custody", "in", "designation")),
        ("撤销指定", ("custody", "out", "designation")),
        ("新股入帐", ("custody", "in", "listing")),
        ("红股入账", ("custody", "in", "listing")),
        ("ETF份额合并", ("custody", "out", "listing")),
        ("ETF份额拆分", ("custody", "in", "listing")),
        ("申购配号", ("none", None, None)),
        ("新股申购", ("none", None, None)),
        ("投票确认", ("none", None, None)),
        ("资金冻结", ("none", None, None)),
        ("资金解冻", ("none", None, None)),
        ("质押入库", ("none", None, None)),
    ],
)
def test_each_family_of_flags_has_its_meaning(
    flag: str, expected: tuple[str, str | None, str | None]
) -> None:
    assert meaning(flag) == expected


@pytest.mark.parametrize(
    ("flag", "same_as"),
    [
        (" 证券买入　", "证券买入"),
        ("220000 证券买入", "证券买入"),
        ("银行转存(工行)", "银行转存"),
        ("Tn证券买入", "证券买入"),
        ("上海A股普通股票竞价买入", "买入"),
        ("上海跨市场股票ETF竞价卖出", "卖出"),
        ("深圳A股红利税补缴", "红利税补缴"),
        ("证券卖出清算", "证券卖出"),
    ],
)
def test_codes_brackets_and_market_words_do_not_change_a_meaning(flag: str, same_as: str) -> None:
    assert meaning(flag) == meaning(same_as)


@pytest.mark.parametrize(
    "flag", ["莫名其妙", "", "基金转入", "股票转出", "股票申购", "上海指定", "买", "客户来电"]
)
def test_a_flag_nobody_knows_is_not_guessed(flag: str) -> None:
    found = FLAGS.meaning(flag)
    assert found is None or (flag == "买" and found.side == "buy")


@pytest.mark.parametrize(
    "flag", ["融券回购", "中签扣款", "配股缴款", "债券兑付", "红股入账", "ETF份额合并", "港股通买入"]
)
def test_price_times_quantity_is_not_expected_of_repo_ipo_and_corporate_actions(flag: str) -> None:
    found = FLAGS.meaning(flag)
    assert found is not None
    assert not found.priced


@pytest.mark.parametrize("flag", ["证券买入", "融资买入", "卖券还款", "担保品卖出", "卖出"])
def test_price_times_quantity_is_expected_of_ordinary_trades(flag: str) -> None:
    found = FLAGS.meaning(flag)
    assert found is not None
    assert found.priced


def test_every_flag_fits_the_tables() -> None:
    for name, found in FLAGS.known.items():
        assert found.table in ("trade", "cash_flow", "custody", "none"), name
        for column, value in (("side", found.side), ("kind", found.kind)):
            if value is not None:
                assert value in TABLES[found.table].column(column).choices, name
        assert found.direction in (None, "in", "out"), name
        assert not found.priced or found.table == "trade", name
        if found.table == "custody":
            assert found.direction is not None, name


def test_no_flag_is_listed_twice() -> None:
    listed = [name for name, found in FLAGS.known.items() if found.flag]
    assert len(listed) == len(set(listed)) >= 400


def test_the_meaning_keeps_the_flag_as_written() -> None:
    assert FLAGS.meaning("220000 证券买入") == FlagMeaning(
        "220000 证券买入", "trade", side="buy", kind="ordinary", priced=True
    )


def test_a_drop_may_give_flags_other_meanings() -> None:
    told = parse_overrides(
        '[trade.flag]\n神秘业务 = "sell"\n[split]\n"红股入账" = "none"\n"莫名其妙" = "cash_flow"\n'
    )
    flags = told.flags("trade")
    strange, bonus, other = (flags.meaning(f) for f in ("神秘业务", "红股入帐", "莫名其妙"))
    assert strange is not None
    assert (strange.table, strange.side) == ("trade", "sell")
    assert bonus is not None
    assert bonus.table == "none"
    assert other is not None
    assert (other.table, other.kind) == ("cash_flow", None)
