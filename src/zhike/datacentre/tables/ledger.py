"""Between what comes in and what goes out: what the fold over a client's events leaves behind."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import client_id, personal, security_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

CLIENT_DAY = Table(
    "client_day", "One row a client and active day whose columns add up over any window of days.",
    "客户活跃日汇总：每客户每活跃日一行，各列可按任意区间相加。",
    cluster=("client_id", "date"),
    columns=(
        client_id(key=True),
        personal("date", Type.DATE, "Day of the events, or the trading day whose close was valued.",
                 "事件发生日，或以收盘估值的交易日。", key=True),
        personal("trades", Type.COUNT, "Executions of the day.", "当日成交笔数。", unit="trades", low=0),
        personal("buy_amount", Type.MONEY, "Value bought, before fees.", "买入成交金额（未计费用）。",
                 unit="CNY", low=0),
        personal("sell_amount", Type.MONEY, "Value sold, before fees.", "卖出成交金额（未计费用）。",
                 unit="CNY", low=0),
        personal("fees", Type.MONEY, "All fees and taxes on the day's trades.", "当日成交的全部费用与税金。",
                 unit="CNY"),
        personal("flow_in", Type.MONEY, "Money and securities the client brought in, at that day's value.",
                 "客户转入的资金与证券（按当日市值）。", unit="CNY", low=0),
        personal("flow_out", Type.MONEY, "Money and securities the client took out, as a positive amount.",
                 "客户转出的资金与证券（正数）。", unit="CNY", low=0),
        personal("days", Type.COUNT,
                 "1 on a day with a return of the client and of the market; the n of the sums below.",
                 "当日客户与市场收益均可得时为 1；即下列各和的样本数。", unit="days", low=0, high=1),
        personal("sum_x", Type.NUMBER, "Σx, x being the market's return of the day.",
                 "Σx，x 为当日市场收益率。", unit="fraction"),
        personal("sum_x2", Type.NUMBER, "Σx², for variances and slopes.", "Σx²，用于方差与斜率。",
                 unit="fraction²", low=0),
        personal("sum_y", Type.NUMBER, "Σy, y being the client's return of the day.",
                 "Σy，y 为客户当日收益率。", unit="fraction"),
        personal("sum_y2", Type.NUMBER, "Σy², for variances and correlations.", "Σy²，用于方差与相关系数。",
                 unit="fraction²", low=0),
        personal("sum_xy", Type.NUMBER, "Σxy; with Σx, Σy, Σx² and the count it gives the client's beta.",
                 "Σxy；与 Σx、Σy、Σx² 及样本数合得贝塔。", unit="fraction²"),
        personal("realised_gains", Type.COUNT,
                 "RG: positions sold above their average cost on a day with sales (Odean).",
                 "RG：有卖出之日，高于平均成本卖出的持仓数（Odean）。", unit="positions", low=0),
        personal("realised_losses", Type.COUNT,
                 "RL: positions sold below their average cost on a day with sales.",
                 "RL：有卖出之日，低于平均成本卖出的持仓数。", unit="positions", low=0),
        personal("paper_gains", Type.COUNT,
                 "PG: positions that could be sold, stood above cost and were kept on such a day.",
                 "PG：有卖出之日，可卖而未卖且浮盈的持仓数。", unit="positions", low=0),
        personal("paper_losses", Type.COUNT,
                 "PL: positions that could be sold, stood below cost and were kept on such a day.",
                 "PL：有卖出之日，可卖而未卖且浮亏的持仓数。", unit="positions", low=0),
        personal("pnl_realised", Type.MONEY,
                 "Profit realised by the day's sales over average cost, before their fees.",
                 "当日卖出相对平均成本的已实现盈亏（未扣卖出费用）。", unit="CNY"),
        personal("pnl_unrealised", Type.MONEY, "Change of paper profit on the positions held at the close.",
                 "收盘持仓浮动盈亏的当日变化。", unit="CNY"),
        personal("pnl_income", Type.MONEY, "Dividends and interest received less taxes and interest paid.",
                 "股息利息收入减去税金与利息支出。", unit="CNY"),
    ),
)

POSITION = Table(
    "position", "What a client holds by the events so far: the state the next night starts from.",
    "按已有事件推得的客户持仓：次日续算的起点。",
    cluster=("client_id", "security_id"),
    columns=(
        client_id(key=True),
        security_id("The security held.", "持有的证券。", key=True),
        personal("quantity", Type.QUANTITY, "Shares or units held; negative for a short position.",
                 "持有数量；融券空头为负。", unit="shares"),
        personal("cost", Type.MONEY, "Average cost of the whole position, purchase fees included.",
                 "整个持仓的平均成本金额，含买入费用。", unit="CNY"),
        personal("opened_on", Type.DATE, "Day the position last rose from nothing.",
                 "本轮持仓由零建立的日期。"),
    ),
)

ROUND_TRIP = Table(
    "round_trip",
    "A position from its first share to its last: one row each time it went from nothing to nothing.",
    "一轮完整交易：持仓由零建立到全部清空，每轮一行。",
    cluster=("client_id", "security_id", "opened_on", "closed_on"),
    columns=(
        client_id(key=True),
        security_id("The security traded.", "交易的证券。", key=True),
        personal("opened_on", Type.DATE, "Day of the first buy.", "建仓日。", key=True),
        personal("closed_on", Type.DATE, "Day the last share was sold.", "清仓日。", key=True),
        personal("quantity", Type.QUANTITY, "Shares or units bought in all.", "累计买入数量。", unit="shares",
                 low=0),
        personal("cost", Type.MONEY, "Paid for all buys, before fees.", "买入金额合计（未计费用）。",
                 unit="CNY"),
        personal("proceeds", Type.MONEY, "Received for all sells, before fees, dividends included.",
                 "卖出金额合计（未计费用），含期间股息。", unit="CNY"),
        personal("fees", Type.MONEY, "All fees and taxes of the round trip.", "本轮全部费用与税金。",
                 unit="CNY"),
        personal("holding_days", Type.NUMBER,
                 "Calendar days from buy to sell, each share weighted equally, first in first out.",
                 "自买至卖的自然日数，按先进先出逐股平均。", unit="days", low=0),
    ),
)
