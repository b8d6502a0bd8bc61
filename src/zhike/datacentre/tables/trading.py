"""What happens in a client's accounts: trades, money in and out, securities in and out."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import account_id, client_id, personal, security_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

TRADE = Table(
    "trade", "Executed trades, one row an execution (交割单 or 成交). The only table nothing can do without.",
    "成交记录，每笔成交一行（交割单或成交表）。唯一不可缺少的表。",
    required=True, derived_key=True, cluster=("client_id", "date", "time", "trade_id"),
    columns=(
        personal("trade_id", Type.CODE,
                 "Number of the execution; where the file has none, a hash of feed, row and its place among"
                 " equal rows.", "成交编号；文件没有时由来源、内容与相同行序号的哈希生成。", key=True),
        personal("date", Type.DATE, "Exchange date of the execution.", "成交的交易日期。"),
        personal("time", Type.TIME, "Time of the execution.", "成交时间。", nullable=True),
        client_id("The client who traded.", "成交客户。"),
        account_id(),
        security_id("The security traded.", "成交的证券。"),
        personal("side", Type.CHOICE, "Whether the client received the security (buy) or gave it (sell).",
                 "买卖方向：客户得到证券为买，付出证券为卖。", choices=("buy", "sell")),
        personal("kind", Type.CHOICE,
                 "What sort of trade it was; price × quantity equals amount for ordinary trades only.",
                 "成交类别；仅普通成交满足价格 × 数量 = 金额。", nullable=True,
                 choices=("ordinary", "margin", "short", "ipo", "rights", "repo", "conversion", "creation")),
        personal("quantity", Type.QUANTITY,
                 "Shares or units executed, never signed: `side` has the direction.",
                 "成交数量，不带正负号，方向见 side。", unit="shares", low=0),
        personal("price", Type.PRICE,
                 "Price of the execution; for a repo the annual rate quoted, in percent.",
                 "成交价格；回购为报价年利率（%）。", unit="currency per share", low=0),
        personal("amount", Type.MONEY, "Value of the execution before all fees and taxes, never signed.",
                 "成交金额，未计费用税金，不带正负号。", unit="currency", low=0),
        personal("currency", Type.CODE, "Currency of the row's money; CNY when empty.",
                 "本行金额的币种；空为 CNY。", unit="ISO 4217", nullable=True),
        personal("commission", Type.MONEY, "Commission the client paid to the broker.",
                 "客户支付给券商的佣金。", unit="currency", nullable=True),
        personal("exchange_fee", Type.MONEY,
                 "Exchange handling and regulatory fees, where shown apart from commission.",
                 "经手费、证管费等规费（与佣金分列时）。", unit="currency", nullable=True),
        personal("stamp_duty", Type.MONEY, "Stamp duty; paid by the seller of stocks.",
                 "印花税，股票卖方缴纳。", unit="currency", nullable=True),
        personal("transfer_fee", Type.MONEY, "Fee of the depository for the change of owner.", "过户费。",
                 unit="currency", nullable=True),
        personal("other_fee", Type.MONEY, "Whatever else was charged on the execution.", "其他费用。",
                 unit="currency", nullable=True),
        personal("net_amount", Type.MONEY, "What the account's cash changed by: negative when money left it.",
                 "资金发生额：资金流出为负。", unit="currency", nullable=True),
        personal("cash_after", Type.MONEY, "Cash balance right after the row, as the statement prints it.",
                 "本笔之后的资金余额，按对账单所示。", unit="currency", nullable=True),
        personal("quantity_after", Type.QUANTITY,
                 "Holding of the security right after the row, as the statement prints it.",
                 "本笔之后的证券余额，按对账单所示。", unit="shares", nullable=True),
        personal("order_id", Type.CODE, "Order (委托) that the execution belongs to; not unique.",
                 "所属委托（合同编号）；不唯一。", nullable=True),
        personal("flag", Type.TEXT, "The business flag exactly as the file has it.", "文件中的业务名称原文。",
                 nullable=True),
    ),
)

CASH_FLOW = Table(
    "cash_flow", "Money into and out of an account other than by trades.", "成交以外的资金进出。",
    required=True, derived_key=True, cluster=("client_id", "date", "flow_id"),
    columns=(
        personal("flow_id", Type.CODE,
                 "Number of the booking; where the file has none, a hash of feed, row and its place among"
                 " equal rows.", "流水号；文件没有时由来源、内容与相同行序号的哈希生成。", key=True),
        personal("date", Type.DATE, "Day of the booking; need not be a trading day.",
                 "记账日期，可以不是交易日。"),
        client_id("The client whose account was booked.", "记账客户。"),
        account_id(),
        security_id("The security that paid or was taxed, for dividends, interest and taxes.",
                    "派息或计税对应的证券（股息、利息、税）。", nullable=True),
        personal("kind", Type.CHOICE,
                 "Why the money moved: bank transfer, dividend, interest, tax, fee, or another reason.",
                 "资金变动原因：银证转账、股息、利息、税、费或其他。",
                 choices=("bank", "dividend", "interest", "tax", "fee", "other")),
        personal("amount", Type.MONEY, "The money moved: positive into the account, negative out of it.",
                 "发生金额：转入为正，转出为负。", unit="currency"),
        personal("cash_after", Type.MONEY, "Cash balance right after the row, as the statement prints it.",
                 "本笔之后的资金余额，按对账单所示。", unit="currency", nullable=True),
        personal("flag", Type.TEXT, "The business flag exactly as the file has it.", "文件中的业务名称原文。",
                 nullable=True),
    ),
)

CUSTODY = Table(
    "custody", "Securities that moved into or out of an account without a trade.", "非交易性的证券转入转出。",
    derived_key=True, cluster=("client_id", "date", "custody_id"),
    columns=(
        personal("custody_id", Type.CODE,
                 "Number of the booking; where the file has none, a hash of feed, row and its place among"
                 " equal rows.", "流水号；文件没有时由来源、内容与相同行序号的哈希生成。", key=True),
        personal("date", Type.DATE, "Day of the booking; need not be a trading day.",
                 "记账日期，可以不是交易日。"),
        client_id("The client whose securities moved.", "证券变动的客户。"),
        security_id("The security that moved.", "变动的证券。"),
        personal("quantity", Type.QUANTITY, "Shares or units moved, never signed: `direction` has the sign.",
                 "变动数量，不带正负号，方向见 direction。", unit="shares", low=0),
        personal("market_value", Type.MONEY, "Value of what moved at that day's close.",
                 "变动证券按当日收盘价的市值。", unit="currency", nullable=True, low=0),
        personal("direction", Type.CHOICE, "Into the account (in) or out of it (out).",
                 "转入（in）或转出（out）。", choices=("in", "out")),
        personal("kind", Type.CHOICE,
                 "Move between brokers (custody), between a client's own cash and margin accounts"
                 " (collateral), shares becoming tradable (listing), or change of designated broker"
                 " (designation).", "类别：转托管、担保品划转、上市流通、指定或撤指定交易。",
                 choices=("custody", "collateral", "listing", "designation")),
    ),
)
