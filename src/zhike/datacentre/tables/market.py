"""The market: securities, their prices, indices, corporate actions, trading days."""

from __future__ import annotations

from functools import partial

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import public

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

_PER_SHARE = "currency per share"
_listed_security = partial(public, "security_id", Type.CODE, key=True, refers="security")

SECURITY = Table(
    "security", "What can be traded: one row a security.", "证券代码表：每只证券一行。",
    required=True, cluster=("security_id",),
    columns=(
        public("security_id", Type.CODE, "Exchange code and market, such as 600000.SH.",
               "证券代码加市场后缀，如 600000.SH。", key=True),
        public("name", Type.TEXT, "Short name at the exchange.", "证券简称。", nullable=True),
        public("kind", Type.CHOICE, "What it is; decides multiplier, fees and which sums must hold.",
               "证券类别；决定乘数、费用与勾稽关系。",
               choices=("stock", "etf", "fund", "bond", "convertible", "repo", "index", "other")),
        public("board", Type.TEXT, "Board it is listed on (main, ChiNext, STAR, BSE); decides price limits.",
               "上市板块（主板、创业板、科创板、北交所）；决定涨跌幅限制。", nullable=True),
        public("industry", Type.TEXT, "Industry of the issuer, in the data supplier's classification.",
               "发行人所属行业，按数据商分类。", nullable=True),
        public("listed_on", Type.DATE, "First day of trading.", "上市首日。", nullable=True),
        public("delisted_on", Type.DATE, "First day it was no longer listed; empty while listed.",
               "摘牌日；仍上市为空。", nullable=True),
        public("currency", Type.CODE, "Currency it is quoted in; CNY when empty.", "报价币种；空为 CNY。",
               unit="ISO 4217", nullable=True),
    ),
)

QUOTE = Table(
    "quote", "Daily prices of securities.", "证券日行情。",
    required=True, cluster=("security_id", "date"),
    columns=(
        public("date", Type.DATE, "Trading day.", "交易日。", key=True),
        _listed_security(meaning="The security quoted.", zh="行情对应的证券。"),
        public("open", Type.PRICE, "First price of the day.", "开盘价。", unit=_PER_SHARE, nullable=True,
               low=0),
        public("high", Type.PRICE, "Highest price of the day.", "最高价。", unit=_PER_SHARE, nullable=True,
               low=0),
        public("low", Type.PRICE, "Lowest price of the day.", "最低价。", unit=_PER_SHARE, nullable=True,
               low=0),
        public("close", Type.PRICE, "Closing price, not adjusted; on a suspended day the last one before.",
               "收盘价（不复权）；停牌日为此前最近收盘价。", unit=_PER_SHARE, low=0),
        public("prev_close", Type.PRICE,
               "Closing price of the day before, adjusted for rights going off on this day.",
               "前收盘价，已按当日除权除息调整。", unit=_PER_SHARE, nullable=True, low=0),
        public("volume", Type.QUANTITY, "Shares traded (shares, not lots).", "成交量（股，非手）。",
               unit="shares", nullable=True, low=0),
        public("amount", Type.MONEY, "Value traded.", "成交额。", unit="currency", nullable=True, low=0),
        public("float_cap", Type.MONEY, "Market value of the freely tradable shares at the close.",
               "收盘流通市值。", unit="currency", nullable=True, low=0),
        public("eps_ttm", Type.PRICE,
               "Earnings per share over the last four reported quarters; negative for a loss.",
               "最近四个季度每股收益；亏损为负。", unit=_PER_SHARE, nullable=True),
        public("bps", Type.PRICE, "Book value per share in the last report; may be negative.",
               "最近报告期每股净资产，可为负。", unit=_PER_SHARE, nullable=True),
        public("dividend_ttm", Type.PRICE,
               "Cash dividends per share over the last twelve months, before tax.",
               "近十二个月每股现金分红（税前）。", unit=_PER_SHARE, nullable=True, low=0),
        public("adj_factor", Type.RATE, "Adjusted close = close × this factor; 1 when absent.",
               "复权因子：复权收盘价 = 收盘价 × 因子；缺失为 1。", unit="factor", nullable=True, low=0),
        public("suspended", Type.BOOL, "True when trading was suspended all day.", "是否全天停牌。",
               nullable=True),
        public("st", Type.BOOL, "True when the stock was under special treatment (ST, *ST) that day.",
               "当日是否为 ST、*ST 股票。", nullable=True),
    ),
)

INDEX_QUOTE = Table(
    "index_quote", "Daily values of market indices.", "指数日行情。",
    required=True, cluster=("index_id", "date"),
    columns=(
        public("date", Type.DATE, "Trading day.", "交易日。", key=True),
        public("index_id", Type.CODE, "Code of the index, such as 000300.SH.", "指数代码，如 000300.SH。",
               key=True),
        public("open", Type.PRICE, "First value of the day.", "开盘点位。", unit="points", nullable=True,
               low=0),
        public("high", Type.PRICE, "Highest value of the day.", "最高点位。", unit="points", nullable=True,
               low=0),
        public("low", Type.PRICE, "Lowest value of the day.", "最低点位。", unit="points", nullable=True,
               low=0),
        public("close", Type.PRICE, "Closing value.", "收盘点位。", unit="points", low=0),
        public("amount", Type.MONEY, "Value traded in the index's constituents.", "成份股成交额。",
               unit="CNY", nullable=True, low=0),
    ),
)

CORPORATE_ACTION = Table(
    "corporate_action", "Dividends, bonus issues, splits and rights issues, by the day they go off.",
    "分红、送转、拆合股与配股，按除权除息日。",
    cluster=("security_id", "ex_date", "kind"),
    columns=(
        _listed_security(meaning="The security whose holders get or pay.", zh="发生权益事项的证券。"),
        public("ex_date", Type.DATE, "First day the security trades without the right.", "除权除息日。",
               key=True),
        public("kind", Type.CHOICE,
               "Cash dividend, bonus or capitalisation shares, split or merger, or rights issue.",
               "类别：现金分红、送转股、拆合股、配股。", key=True,
               choices=("dividend", "bonus", "split", "rights")),
        public("cash", Type.PRICE, "Cash paid for one share, before tax (per share, not per ten).",
               "每股派现（税前；按每股，非每十股）。", unit=_PER_SHARE, nullable=True, low=0),
        public("ratio", Type.RATE,
               "Bonus and rights: new shares for one held. Split: shares after for one before.",
               "送转、配股为每股新增股数；拆合股为每股变更后的股数。", unit="shares per share", nullable=True,
               low=0),
        public("price", Type.PRICE, "Rights issue: what one new share costs.", "配股价。",
               unit=_PER_SHARE, nullable=True, low=0),
    ),
)

CALENDAR = Table(
    "calendar",
    "Trading days; without it those of index_quote, else of quote, else of trade.",
    "交易日历；缺失时依次取指数、证券行情或成交的日期。",
    cluster=("date",),
    columns=(
        public("date", Type.DATE, "A day on which the exchanges were open.", "交易所开市日。", key=True),
    ),
)
