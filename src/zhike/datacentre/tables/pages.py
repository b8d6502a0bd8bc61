"""What a client's page shows, ready to be read; identity columns are masked by level before they get here."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import (
    as_of,
    client_id,
    identity,
    internal,
    personal,
    security_id,
    told,
)

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

CLIENT_CARD = Table(
    "client_card", "The head of a client's page.", "客户页面的抬头信息。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("kind", Type.CHOICE, "Whether the client is a person, a legal entity or a product.",
                 "客户类别：个人、机构或产品户。", choices=("individual", "institution", "product")),
        identity("name", Type.TEXT, "Name, masked.", "姓名或名称（脱敏）。", nullable=True),
        identity("phone", Type.CODE, "Telephone number, masked.", "联系电话（脱敏）。", nullable=True),
        internal("branch_id", Type.CODE, "Branch that keeps the client's accounts.", "账户所属营业部。",
                 nullable=True),
        personal("opened_on", Type.DATE, "Day the client's first account was opened.", "首个账户的开户日期。",
                 nullable=True),
        personal("risk_level", Type.CHOICE, "Risk grade of the client in force on as_of.",
                 "as_of 当日有效的客户风险等级。", nullable=True, choices=("C1", "C2", "C3", "C4", "C5")),
    ),
)

ASSET_SERIES = Table(
    "asset_series", "A client's assets over time: month-ends, and each of the last 250 trading days.",
    "客户资产序列：各月末及最近 250 个交易日。",
    cluster=("client_id", "date"),
    columns=(
        client_id(key=True),
        personal("date", Type.DATE, "Day at whose end the assets were counted.", "日终资产对应的日期。",
                 key=True),
        as_of(),
        personal("cash", Type.MONEY, "Cash in all accounts.", "资金合计。", unit="CNY"),
        personal("securities", Type.MONEY, "Market value of securities at the close.", "证券收盘市值。",
                 unit="CNY"),
        personal("funds", Type.MONEY, "Value of fund units and other products.", "基金及其他产品市值。",
                 unit="CNY"),
        personal("debt", Type.MONEY, "Owed to the broker, as a positive amount.", "负债，以正数表示。",
                 unit="CNY", low=0),
        personal("net", Type.MONEY, "cash + securities + funds − debt.", "资金 + 证券 + 基金 − 负债。",
                 unit="CNY"),
    ),
)

HOLDING_NOW = Table(
    "holding_now", "What a client holds at the close of as_of.", "客户在 as_of 收盘时的持仓。",
    cluster=("client_id", "security_id"),
    columns=(
        client_id(key=True),
        security_id("The security held.", "持有的证券。", key=True),
        as_of(),
        personal("quantity", Type.QUANTITY, "Shares or units held; negative for a short position.",
                 "持有数量；融券空头为负。", unit="shares"),
        personal("cost", Type.MONEY, "Average cost of the whole position.", "整个持仓的平均成本金额。",
                 unit="CNY", nullable=True),
        personal("market_value", Type.MONEY, "Value at the close; empty when the security has no price.",
                 "收盘市值；无行情为空。", unit="CNY", nullable=True),
    ),
)

PRODUCT_NOW = Table(
    "product_now", "Funds and other products that a client holds by the orders; without a value, for none is delivered.",
    "按订单客户仍持有的基金及其他产品；交付数据没有逐只市值。",
    cluster=("client_id", "product_id"),
    columns=(
        client_id(key=True),
        personal("product_id", Type.CODE, "The product held.", "持有的产品。", key=True, refers="product"),
        as_of(),
        personal("paid", Type.MONEY, "Subscribed less redeemed since it is held.", "本次持有以来认申购减赎回。",
                 unit="CNY"),
        personal("since", Type.DATE, "Day of the first subscription since it is held.", "本次持有的首次申购日。"),
        personal("matures_on", Type.DATE, "Day from which it may be redeemed; empty where that is any day.",
                 "可以赎回之日；随时可赎回为空。", nullable=True),
    ),
)

TIMELINE = Table(
    "timeline", "What happened with a client, in order of time.", "客户大事记，按时间排列。",
    cluster=("client_id", "at", "kind"),
    columns=(
        client_id(key=True),
        personal("at", Type.STAMP, "When it happened.", "发生时间。", key=True),
        personal("kind", Type.CODE,
                 "What sort of event it was; events of one kind at one moment are told in one row.",
                 "事件类别；同一时刻同类事件合为一行。", key=True),
        as_of(),
        personal("text", Type.TEXT, "The event in one sentence, with its numbers.",
                 "一句话说明该事件，附数值。"),
        told("text"),
    ),
)
