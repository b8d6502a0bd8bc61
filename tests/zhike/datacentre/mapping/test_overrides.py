"""A drop's mapping.toml: what it may say, and what is refused with a hint."""

from decimal import Decimal

import pytest

from zhike.base.errors import UsageError
from zhike.datacentre.mapping import FeedProfile, Overrides, parse_overrides

EVERY_SECTION = """
[trade.columns]
成交日期 = "date"
"备注 (一)" = false
[trade.flag]
"证券买入" = "buy"
"神秘" = { table = "trade", side = "sell", kind = "repo" }
[trade.constant]
client_id = "A1"
[trade.security]
suffix = "by-code"
[trade.width]
security_id = 6
[trade.derive]
amount = "price * quantity"
[quote.scale]
volume = 100
amount = 0.5
[split]
"银行转证券" = "cash_flow"
[files]
"*.tmp" = "none"
[profile]
encoding = "gb18030"
header_line = 3
thousands = true
date_order = "dmy"
"""


def test_every_section_is_read() -> None:
    told = parse_overrides(EVERY_SECTION)
    trade = told.of("trade")
    assert dict(trade.columns) == {"成交日期": "date", "备注 (一)": None}
    assert (trade.flag["证券买入"].side, trade.flag["证券买入"].priced) == ("buy", True)
    assert (trade.flag["神秘"].kind, trade.flag["神秘"].priced) == ("repo", False)
    assert trade.constant == {"client_id": "A1"}
    assert (trade.suffix, trade.width, trade.derive) == (
        "by-code", {"security_id": 6}, {"amount": "price*quantity"},
    )  # fmt: skip
    assert told.of("quote").scale == {"volume": Decimal(100), "amount": Decimal("0.5")}
    assert told.split == {"银行转证券": "cash_flow"}
    assert told.files == (("*.tmp", "none"),)
    assert told.profile == FeedProfile(encoding="gb18030", header_line=3, thousands=True, date_order="dmy")


def test_chinese_keys_may_stand_without_quotes_even_in_inline_tables() -> None:
    told = parse_overrides('[trade]\ncolumns = { 成交日期 = "date", 证券代码 = "security_id" }\n')
    assert dict(told.of("trade").columns) == {"成交日期": "date", "证券代码": "security_id"}


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert parse_overrides("\ufeff[quote.scale]\nvolume = 100\n").of("quote").scale == {"volume": 100}


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("[trad.columns]\na = 'date'\n", "[trad]", "Did you mean 'trade'?"),
        ("[trade.columns]\na = 'comission'\n", "[trade.columns] a", "Did you mean 'commission'?"),
        ("[trade.column]\na = 'date'\n", "[trade] column", "Did you mean 'columns'?"),
        ("[trade.columns]\na = true\n", "[trade.columns] a", ""),
        ("[trade.scale]\namout = 2\n", "[trade.scale] amout", "Did you mean 'amount'?"),
        ("[trade.scale]\namount = -2\n", "[trade.scale] amount", ""),
        ("[trade.scale]\namount = inf\n", "[trade.scale] amount", ""),
        ("[trade.constant]\nclient = 'A1'\n", "[trade.constant] client", "Did you mean 'client_id'?"),
        ("[trade.width]\nsecurity_id = '6'\n", "[trade.width] security_id", ""),
        ("[trade.derive]\namount = 'price+quantity'\n", "[trade.derive] amount", "price*quantity"),
        ("[trade.derive]\nprice = 'amount/quantity'\n", "[trade.derive] price", "Nothing can stand here."),
        ("[trade.security]\nsuffix = 'by-cod'\n", "[trade.security] suffix", "Did you mean 'by-code'?"),
        ("[trade.flag]\na = 'bye'\n", "[trade.flag] a", "Did you mean 'buy'?"),
        ("[trade.flag]\na = {table='trade', kind='rpo'}\n", "[trade.flag.a] kind", ""),
        ("[trade.flag]\na = {tabel='trade'}\n", "[trade.flag.a] tabel", "Did you mean 'table'?"),
        ("[split]\na = 'cashflow'\n", "[split] a", "Did you mean 'cash_flow'?"),
        ("[files]\n'a.csv' = 'index_quotes'\n", "[files] a.csv", "Did you mean 'index_quote'?"),
        ("[profile]\nencodng = 'utf-8'\n", "[profile] encodng", "Did you mean 'encoding'?"),
        ("[profile]\nthousands = 'yes'\n", "[profile] thousands", ""),
        ("[profile]\nheader_line = 0\n", "[profile] header_line", ""),
        ("[profile]\ndate_order = 'ydm'\n", "[profile] date_order", "ymd"),
        ("trade = 1\n", "[trade]", ""),
        ("[trade\n", "mapping.toml", ""),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_a_hint(text: str, place: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_overrides(text)
    assert place in caught.value.where
    assert hint in str(caught.value)
    assert caught.value.sentence("zh") != caught.value.sentence("en")


@pytest.mark.parametrize(
    ("glob", "source", "delivered"),
    [
        ("*.csv", "in/a.csv", "in/a.csv.gz"),
        ("a.csv.gz", "in/a.csv", "in/a.csv.gz"),
        ("in/*.gz", "in/a.csv", "in/a.csv.gz"),
        ("b.zip", "b.zip/d.csv", "b.zip"),
        ("d.csv", "b.zip/d.csv", "b.zip"),
        ("*#持仓", "c.xlsx#持仓", "c.xlsx"),
        ("c.xlsx", "c.xlsx#持仓", "c.xlsx"),
    ],
)
def test_a_glob_means_a_file_by_its_own_name_and_by_that_of_the_file_it_lies_in(
    glob: str, source: str, delivered: str
) -> None:
    own = parse_overrides(f'[files]\n"{glob}" = "none"\n')
    assert own.file_table(source, delivered) == "none"
    assert own.file_table("other.txt", "other.txt.zip") is None


def test_of_two_globs_that_fit_the_first_holds() -> None:
    own = parse_overrides('[files]\n"*.csv.gz" = "quote"\n"*.csv" = "trade"\n')
    assert (own.file_table("a.csv", "a.csv.gz"), own.file_table("a.csv", "a.csv")) == ("quote", "trade")


def test_a_drop_stands_over_its_feed_and_the_feed_over_nothing() -> None:
    feed = parse_overrides(
        '[trade.columns]\n股东帐号 = "account_id"\n备注 = "flag"\n[trade.constant]\nclient_id = "A1"\n'
        '[profile]\nencoding = "gb18030"\nthousands = true\n[files]\n"*.csv" = "trade"\n'
    )
    drop = parse_overrides(
        '[trade.columns]\n股东账号 = "client_id"\n[quote.scale]\nvolume = 100\n[profile]\nthousands = false\n'
        '[files]\n"a.csv" = "quote"\n'
    )
    both = drop.over(feed)
    assert dict(both.of("trade").columns) == {"备注": "flag", "股东账号": "client_id"}
    assert both.of("trade").constant == {"client_id": "A1"}
    assert both.of("quote").scale == {"volume": 100}
    assert (both.profile.encoding, both.profile.thousands) == ("gb18030", False)
    assert (both.file_table("x/a.csv"), both.file_table("x/b.csv"), both.file_table("b.xls")) == (
        "quote", "trade", None,
    )  # fmt: skip
    assert Overrides().over(both) == both
