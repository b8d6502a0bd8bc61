"""Between what comes in and what goes out: what the fold over a client's events leaves behind (docs/methods/ledger.md)."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Column, Table, Type
from zhike.datacentre.tables.recurring import client_id, personal, security_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

SIDES = (("buy", "买入"), ("sell", "卖出"))
# Where a security stood among all that could be traded that day, before the day: 0 lowest, 1 highest.
STANDINGS = (
    ("mom5", "return over 5 days", "5 日收益"),
    ("mom20", "return over 20 days", "20 日收益"),
    ("mom60", "return over 60 days", "60 日收益"),
    ("ma20", "distance above the 20-day average", "对 20 日均线的偏离"),
    ("cheap", "cheapness by earnings, book and dividends", "估值便宜程度"),
    ("attention", "attention drawn", "受关注程度"),
    ("lottery", "likeness to a lottery ticket", "博彩特征"),
    ("low", "distance beneath the 60-day high", "距 60 日高点的跌幅"),
)
MOMENTA = (5, 20, 60)


def _count(name: str, en: str, zh: str, unit: str) -> Column:
    return personal(name, Type.COUNT, en, zh, unit=unit, low=0)


def _money(name: str, en: str, zh: str, low: float | None = None, *, nullable: bool = False) -> Column:
    return personal(name, Type.MONEY, en, zh, unit="CNY", low=low, nullable=nullable)


def _number(name: str, en: str, zh: str, unit: str, low: float | None = None) -> Column:
    return personal(name, Type.NUMBER, en, zh, unit=unit, low=low)


def _acts() -> tuple[Column, ...]:
    """Return what is summed over the day's decisions, a column a side and standing."""
    standings = tuple(
        _number(f"{side}_{name}", f"Σ over {side} decisions of the security's place (−0.5 … 0.5) by {en}.",
                f"{side_zh}决策中所涉证券按{zh}的名次之和（−0.5 … 0.5）。", "places")
        for side, side_zh in SIDES for name, en, zh in STANDINGS
    )
    momenta = tuple(
        _number(f"{side}_return{n}", f"Σ amount × (the security's return over the {n} days before − the index's), {side}s.",
                f"{side_zh}金额 ×（此前 {n} 日个股收益 − 指数收益）之和。", "CNY")
        for side, side_zh in SIDES for n in MOMENTA
    )
    return standings + momenta


CLIENT_DAY = Table(
    "client_day", "One row a client and active day whose columns add up over any window of days.",
    "客户活跃日汇总：每客户每活跃日一行，各列可按任意区间相加。",
    cluster=("client_id", "date"),
    columns=(
        client_id(key=True),
        personal("date", Type.DATE, "Trading day of the events (others count for the next one) and of the close valued.",
                 "交易日：当日事件（非交易日事件计入下一交易日）与当日收盘估值。", key=True),
        _count("trades", "Executions of the day, repos left out.", "当日成交笔数（不含回购）。", "trades"),
        _money("buy_amount", "Value bought, before fees.", "买入成交金额（未计费用）。", 0),
        _money("sell_amount", "Value sold, before fees.", "卖出成交金额（未计费用）。", 0),
        _money("fees", "All fees and taxes on the day's trades.", "当日成交的全部费用与税金。"),
        _money("commission", "Commission paid on the day's trades.", "当日佣金。"),
        _money("exchange_fee", "Of the commission and beside it, what goes on to the exchange and the regulator.",
               "其中及另计的经手费、证管费等规费。"),
        _money("flow_in", "Money and securities the client brought in, at that day's value.",
               "客户转入的资金与证券（按当日市值）。", 0),
        _money("flow_out", "Money and securities the client took out, as a positive amount.",
               "客户转出的资金与证券（正数）。", 0),
        _money("bank_in", "Of the inflow, money from the bank.", "其中银行转入。", 0),
        _money("bank_out", "Of the outflow, money to the bank, as a positive amount.", "其中转出至银行（正数）。", 0),
        _money("net", "Net assets at the close; empty where no asset row says.", "日终净资产；无资产记录为空。", nullable=True),
        _money("cash", "Cash at the close.", "日终资金。", nullable=True),
        _money("funds", "Fund units and other products at the close.", "日终基金及其他产品市值。", nullable=True),
        _money("debt", "Owed to the broker at the close.", "日终负债。", 0, nullable=True),
        _money("stocks", "Value of the positions at the close, by the ledger.", "日终持仓市值（按台账）。"),
        _count("positions", "Securities held at the close.", "日终持有证券数。", "securities"),
        _money("largest", "Value of the largest position at the close.", "日终最大单一持仓市值。", 0),
        _number("herfindahl", "Σ (value of a position ÷ value of all)² at the close.", "日终持仓集中度 Σ（占比²）。",
                "fraction", 0),
        _money("assets_before", "Net assets of the day before (A); the positions' value where none are known.",
               "前一交易日净资产（A）；未知则为持仓市值。"),
        _money("stocks_before", "Value of the positions the day before (E).", "前一交易日持仓市值（E）。"),
        _money("pnl", "Profit and loss of the day.", "当日盈亏。"),
        _money("market", "What the positions would have earned in the index: E × R.", "持仓按指数收益的所得：E × R。"),
        _money("assets_market", "What all the assets would have earned in the index: A × R.", "全部资产按指数收益的所得：A × R。"),
        _money("selection", "What the positions earned beyond the index.", "持仓超出指数的所得。"),
        _money("trading", "What trades earned to the close, and what no other part explains.",
               "成交至收盘的所得，及其他部分未能解释者。"),
        _money("interest", "Interest received less interest paid, repos too.", "利息收支净额，含回购。"),
        _money("cost", "Fees and taxes, as a negative amount.", "费用与税金，负数。"),
        _money("unexplained", "Profit by the assets less profit by the ledger's own events.", "资产口径盈亏减台账口径盈亏。"),
        _number("exposure", "E ÷ A, where A is above zero.", "E ÷ A（A 大于零时）。", "fraction"),
        _count("exposure_days", "1 on a day with an exposure.", "有仓位数据的日为 1。", "days"),
        _money("growth", "Part of the positions' move that came from earnings and dividends.", "持仓变动中来自盈利与股息的部分。"),
        _money("valuation", "Part of it that came from a change of valuation.", "其中来自估值变化的部分。"),
        _money("eps_known", "Opening value of the positions whose earnings are known.", "盈利数据已知的持仓期初市值。"),
        personal("days", Type.COUNT,
                 "1 on a day with a return of the client and of the market; the n of the sums below.",
                 "当日客户与市场收益均可得时为 1；即下列各和的样本数。", unit="days", low=0, high=1),
        _number("sum_x", "Σx, x being the market's return of the day.", "Σx，x 为当日市场收益率。", "fraction"),
        _number("sum_x2", "Σx², for variances and slopes.", "Σx²，用于方差与斜率。", "fraction²", 0),
        _number("sum_y", "Σy, y being the client's return of the day.", "Σy，y 为客户当日收益率。", "fraction"),
        _number("sum_y2", "Σy², for variances and correlations.", "Σy²，用于方差与相关系数。", "fraction²", 0),
        _number("sum_xy", "Σxy; with Σx, Σy, Σx² and the count it gives the client's beta.",
                "Σxy；与 Σx、Σy、Σx² 及样本数合得贝塔。", "fraction²"),
        _number("log_return", "ln(1 + y), which adds up over days.", "ln(1 + y)，可跨日相加。", "log"),
        _count("return_days", "1 on a day with a return of the client.", "有客户收益的日为 1。", "days"),
        _count("realised_gains", "RG: positions sold above their average cost on a day with sales (Odean).",
               "RG：有卖出之日，高于平均成本卖出的持仓数（Odean）。", "positions"),
        _count("realised_losses", "RL: positions sold below their average cost on a day with sales.",
               "RL：有卖出之日，低于平均成本卖出的持仓数。", "positions"),
        _count("paper_gains", "PG: positions that could be sold, stood above cost and were kept on such a day.",
               "PG：有卖出之日，可卖而未卖且浮盈的持仓数。", "positions"),
        _count("paper_losses", "PL: positions that could be sold, stood below cost and were kept on such a day.",
               "PL：有卖出之日，可卖而未卖且浮亏的持仓数。", "positions"),
        _money("pnl_realised", "Profit realised by the day's sales over average cost, before their fees.",
               "当日卖出相对平均成本的已实现盈亏（未扣卖出费用）。"),
        _money("pnl_unrealised", "Change of paper profit on the positions held at the close.", "收盘持仓浮动盈亏的当日变化。"),
        _money("pnl_income", "Dividends and interest received less taxes and interest paid.",
               "股息利息收入减去税金与利息支出。"),
        _count("buys", "Buy decisions: first executions of the day in a security.", "买入决策数：当日对某证券的首次买入。",
               "decisions"),
        _count("sells", "Sell decisions.", "卖出决策数。", "decisions"),
        _count("buys_ranked", "Buy decisions in securities whose standing is known.", "其中证券名次已知的买入决策数。", "decisions"),
        _count("sells_ranked", "Sell decisions in securities whose standing is known.", "其中证券名次已知的卖出决策数。",
               "decisions"),
        _count("buys_valued", "Buy decisions in securities whose cheapness is known.", "其中估值名次已知的买入决策数。", "decisions"),
        _count("sells_valued", "Sell decisions in securities whose cheapness is known.", "其中估值名次已知的卖出决策数。",
               "decisions"),
        *_acts(),
        _count("buys_hot", "Buy decisions among the 5 % that drew most attention.", "买入最受关注 5% 证券的决策数。", "decisions"),
        _count("buys_after_limit", "Buy decisions within three days of a close at the upper limit.",
               "涨停后三日内买入的决策数。", "decisions"),
        _count("buys_more_below", "Buy decisions that add to a position below its average cost.", "低于成本加仓的决策数。",
               "decisions"),
        _count("buys_more_above", "Buy decisions that add to a position above its average cost.", "高于成本加仓的决策数。",
               "decisions"),
        _count("sells_known", "Sell decisions on positions whose cost is known: the n of the sums below.",
               "成本已知的卖出决策数，即下列各和的样本数。", "decisions"),
        _number("sells_gain", "Σ of price over average cost less one, over sell decisions.", "卖出时收益率之和。", "fraction"),
        _number("sells_held", "Σ of trading days since the position was opened, over sell decisions.",
                "卖出时持有交易日数之和。", "days", 0),
        _count("sells_quick", "Sell decisions within five trading days of opening.", "建仓五个交易日内卖出的决策数。", "decisions"),
        _number("sells_from_peak", "Σ of the fall from the position's highest close since it was opened.",
                "卖出时较持仓期间最高收盘的回撤之和。", "fraction", 0),
        _number("held_cheap", "Σ value at the close × place (−0.5 … 0.5) by cheapness, over positions.",
                "日终持仓市值 × 估值名次（−0.5 … 0.5）之和。", "CNY"),
        _money("held_valued", "Value at the close of the positions whose cheapness is known.", "估值名次已知的持仓市值。"),
        _number("held_lottery", "Σ value at the close × place (−0.5 … 0.5) by likeness to a lottery ticket.",
                "日终持仓市值 × 博彩特征名次（−0.5 … 0.5）之和。", "CNY"),
        _money("held_followed", "Value at the close in the 50 securities most traded that day.", "当日成交额前 50 证券的持仓市值。"),
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
        _money("cost", "Average cost of the whole position, purchase fees included.", "整个持仓的平均成本金额，含买入费用。"),
        personal("opened_on", Type.DATE, "Day the position last rose from nothing.",
                 "本轮持仓由零建立的日期。"),
        _money("market_value", "Value at the last close; at its mark where there is no price.", "最近收盘市值；无行情按最近成交价。"),
        personal("seeded", Type.BOOL, "True where some of it was held before the events began, so that its cost is not sure.",
                 "是否含有成交记录之前已有的份额（成本不确定）。"),
    ),
)

ROUND_TRIP = Table(
    "round_trip",
    "A position from its first share to its last: one row each time it went from nothing to nothing.",
    "一轮完整交易：持仓由零建立到全部清空，每轮一行。",
    cluster=("client_id", "security_id", "opened_on", "closed_on", "ordinal"),
    columns=(
        client_id(key=True),
        security_id("The security traded.", "交易的证券。", key=True),
        personal("opened_on", Type.DATE, "Day of the first buy.", "建仓日。", key=True),
        personal("closed_on", Type.DATE, "Day the last share was sold.", "清仓日。", key=True),
        personal("quantity", Type.QUANTITY, "Shares or units bought in all.", "累计买入数量。", unit="shares",
                 low=0),
        _money("cost", "Paid for all buys, before fees.", "买入金额合计（未计费用）。"),
        _money("proceeds", "Received for all sells, before fees, dividends included.", "卖出金额合计（未计费用），含期间股息。"),
        _money("fees", "All fees and taxes of the round trip.", "本轮全部费用与税金。"),
        _number("holding_days", "Calendar days from buy to sell, each share weighted equally, first in first out.",
                "自买至卖的自然日数，按先进先出逐股平均。", "days", 0),
        personal("ordinal", Type.COUNT, "Which round trip of that day in that security it was, from 1.",
                 "当日该证券的第几轮，自 1 起。", key=True, unit="place", low=1),
        _count("buys", "Buy decisions.", "买入决策数。", "decisions"),
        _count("sells", "Sell decisions.", "卖出决策数。", "decisions"),
        _number("peak", "Highest close over average cost less one while it was held.", "持有期间最高收盘相对平均成本的涨幅。", "fraction"),
        _number("trough", "Lowest close over average cost less one while it was held.", "持有期间最低收盘相对平均成本的跌幅。",
                "fraction"),
    ),
)
