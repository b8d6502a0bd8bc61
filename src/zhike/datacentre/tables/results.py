"""What a run finds about each client: measures, profit, logic, stage, value, churn, referral."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import as_of, client_id, internal, personal, public, told

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

LOGICS = ("value", "trend", "sentiment", "mixed", "insufficient")

MEASURE = Table(
    "measure",
    "Every measure of a client in one wide row. The columns are open: each row of measure_dictionary"
    " names one more column of this table.",
    "客户指标宽表。列是开放的：measure_dictionary 的每一行即本表的一列。",
    cluster=("client_id",),
    columns=(client_id(key=True), as_of()),
)

MEASURE_DICTIONARY = Table(
    "measure_dictionary", "What each measure means: one row a measure.", "指标字典：每个指标一行。",
    cluster=("name",),
    columns=(
        public("name", Type.CODE, "The measure's name, and the name of its column in `measure`.",
               "指标名，亦为 measure 中的列名。", key=True),
        as_of(),
        public("unit", Type.TEXT, "Unit of the number.", "单位。"),
        public("meaning", Type.TEXT, "What the number says, in one sentence.", "指标含义，一句话。"),
        public("window", Type.TEXT, "Trading days looked back over, or what else bounds the events used.",
               "回看的交易日数，或其他取数范围。"),
        public("absent", Type.NUMBER,
               "Value for a client with no event in the window; empty when it can't be said.",
               "区间内无事件客户的取值；无从得知则为空。", nullable=True),
        public("source", Type.TEXT, "Tables the measure is computed from.", "计算所用的表。"),
        public("group", Type.TEXT, "Group the measure is shown in, such as assets, trading or profit.",
               "展示分组，如资产、交易、盈亏。"),
    ),
)

MEASURE_DETAIL = Table(
    "measure_detail", "How sure a measure is, where it is an estimate, and why it is null, where it is.",
    "指标明细：估计值的样本数与区间，空值的原因。",
    cluster=("client_id", "measure"),
    columns=(
        client_id(key=True),
        public("measure", Type.CODE, "The measure spoken of.", "所指指标。", key=True,
               refers="measure_dictionary"),
        as_of(),
        personal("n", Type.COUNT, "Observations the estimate rests on.", "估计所依据的观测数。",
                 unit="observations", low=0),
        personal("low", Type.NUMBER, "Lower end of the 95 % interval.", "95% 区间下限。", nullable=True),
        personal("high", Type.NUMBER, "Upper end of the 95 % interval.", "95% 区间上限。", nullable=True),
        personal("null_reason", Type.TEXT, "Why the measure is null: what was missing.",
                 "指标为空的原因：缺少什么。", nullable=True),
    ),
)

ATTRIBUTION = Table(
    "attribution", "A client's profit and loss over a window, taken apart exactly: six parts add up to pnl.",
    "客户区间盈亏的精确分解：六项之和等于 pnl。",
    cluster=("client_id", "window_days"),
    columns=(
        client_id(key=True),
        personal("window_days", Type.COUNT, "Length of the window, up to as_of.", "截至 as_of 的区间长度。",
                 key=True, unit="trading days", low=1),
        as_of(),
        personal("pnl", Type.MONEY, "Profit and loss: change of net assets less what the client brought in.",
                 "盈亏：净资产变动减去净转入。", unit="CNY"),
        personal("benchmark", Type.MONEY,
                 "What the client's usual share in stocks would have earned in the index.",
                 "以客户平均仓位持有指数的所得。", unit="CNY"),
        personal("timing", Type.MONEY,
                 "What being more or less in stocks than usual earned while the index moved.",
                 "择时：仓位偏离平均水平在指数涨跌中的所得。", unit="CNY"),
        personal("selection", Type.MONEY, "What the stocks held earned beyond the index.",
                 "选股：所持证券超出指数的所得。", unit="CNY"),
        personal("trading", Type.MONEY,
                 "What trades earned between their price and that day's close, before fees.",
                 "交易：成交价至当日收盘的所得，未计费用。", unit="CNY"),
        personal("interest", Type.MONEY, "Interest on cash less interest on debt.", "资金利息减负债利息。",
                 unit="CNY"),
        personal("cost", Type.MONEY, "Fees and taxes paid, as a negative amount.", "费用与税金，以负数表示。",
                 unit="CNY"),
        personal("growth", Type.MONEY, "Part of the stocks' profit that came from growth of earnings.",
                 "股票收益中来自盈利增长的部分。", unit="CNY", nullable=True),
        personal("valuation", Type.MONEY,
                 "Part of the stocks' profit that came from a change of their valuation.",
                 "股票收益中来自估值变化的部分。", unit="CNY", nullable=True),
    ),
)

LOGIC = Table(
    "logic", "By which logic a client tries to profit: business value, price trend, or sentiment.",
    "客户的盈利逻辑：价值型、趋势型、情绪型。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("logic", Type.CHOICE,
                 "The logic that prevails; mixed when two are close, insufficient when there are too few"
                 " trades to tell.", "占优的盈利逻辑；两者接近为混合，交易过少为样本不足。", choices=LOGICS),
        personal("p_value", Type.NUMBER, "Probability of the value logic; the three sum to 1.",
                 "价值型概率；三者之和为 1。", unit="probability", nullable=True, low=0, high=1),
        personal("p_trend", Type.NUMBER, "Probability of the trend logic.", "趋势型概率。",
                 unit="probability", nullable=True, low=0, high=1),
        personal("p_sentiment", Type.NUMBER, "Probability of the sentiment logic.", "情绪型概率。",
                 unit="probability", nullable=True, low=0, high=1),
        personal("overlay", Type.CHOICE,
                 "What the client does beside it: arbitrage, fund allocation, or margin trading.",
                 "叠加标签：套利、配置、两融。", nullable=True,
                 choices=("arbitrage", "allocation", "margin")),
        personal("evidence", Type.JSON, "Measure → its contribution to the verdict.",
                 "指标 → 对判定的贡献。"),
        personal("reason", Type.TEXT, "The verdict in one sentence, or why there is none.",
                 "一句话说明判定，或不能判定的原因。", nullable=True),
        told("reason"),
        personal("since", Type.DATE, "Day of the last change of logic.", "盈利逻辑最近一次变化的日期。"),
    ),
)

STAGE = Table(
    "stage", "Where in the life cycle a client stands.", "客户所处的生命周期阶段。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("stage", Type.CHOICE, "Stage of the life cycle.",
                 "生命周期阶段：潜客、发展、成长、成熟、衰退、休眠、流失、回流。",
                 choices=("prospect", "developing", "growing", "mature", "declining", "dormant", "lost",
                          "returned")),
        personal("since", Type.DATE, "Day the client entered the stage.", "进入该阶段的日期。"),
        personal("reason", Type.TEXT, "The rule that put the client there, with its numbers.",
                 "判入该阶段的规则及数值。"),
        told("reason"),
    ),
)

VALUE = Table(
    "value",
    "What a client is worth to the branch, by the AHP model of the client's kind.",
    "客户价值评价（按客户类别的层次分析模型）。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("kind", Type.CHOICE, "Kind of the client, which decides the model.",
                 "客户类别，决定所用模型。", choices=("individual", "institution", "product")),
        internal("model_version", Type.CODE, "Version of the AHP model and weights used.",
                 "所用模型与权重的版本。"),
        personal("score", Type.NUMBER, "Weighted score over all criteria.", "各准则加权总分。", unit="points",
                 low=0, high=100),
        personal("grade", Type.CHOICE, "Service grade that follows from the score, with hysteresis.",
                 "由总分得出的服务等级（防抖动）。",
                 choices=("diamond", "platinum", "gold", "growth", "standard")),
        personal("rank", Type.COUNT, "Place by score among the branch's clients of that kind; 1 is best, equal scores share it.",
                 "同类客户中按总分的名次，1 为最高；同分同名次。", unit="place", low=1),
        personal("criteria", Type.JSON, "Criterion → its contribution to the score, in points.",
                 "准则 → 对总分的贡献（分）。"),
        personal("current", Type.NUMBER, "Score of current value alone; empty where nothing of it is known.",
                 "当前价值得分；一无所知时为空。", unit="points", nullable=True, low=0, high=100),
        personal("potential", Type.NUMBER, "Score of potential value alone; empty where nothing of it is known.",
                 "潜在价值得分；一无所知时为空。", unit="points", nullable=True, low=0, high=100),
        personal("quadrant", Type.CHOICE,
                 "What to do by current and potential value: keep (both high), develop (potential), maintain"
                 " (current), reduce effort (neither).", "按当前与潜在价值的策略：保持、发展、维持、缩减。",
                 nullable=True, choices=("keep", "develop", "maintain", "reduce")),
        personal("since", Type.DATE, "Day on which the client came to that grade.", "进入该等级的日期。"),
        personal("watch_since", Type.DATE,
                 "Since when the score has lain below the grade; it is lost when that lasts too long.",
                 "得分低于该等级的起始日（观察期）；持续过久则降级。", nullable=True),
        personal("note", Type.TEXT, "Which criteria aren't known, whose weight went to those beside them.",
                 "缺少数据的准则；其权重分给同级准则。", nullable=True),
        told("note"),
    ),
)

CLV = Table(
    "clv", "Expected net revenue from an individual over a horizon, over simulated market paths; institutions and products have no row.",
    "个人客户在给定期限内的预期净创收，按模拟的市场路径；机构与产品户不推算。",
    cluster=("client_id", "horizon_months"),
    columns=(
        client_id(key=True),
        personal("horizon_months", Type.COUNT, "How far ahead it looks.", "预测期限。", key=True,
                 unit="months", low=1),
        as_of(),
        personal("expected", Type.MONEY, "Mean over all paths, after cost to serve.",
                 "各路径均值，已扣服务成本。", unit="CNY"),
        personal("p10", Type.MONEY, "One path in ten brings less.", "十分位数：一成路径低于此。", unit="CNY"),
        personal("p50", Type.MONEY, "Half the paths bring less.", "中位数：半数路径低于此。", unit="CNY"),
        personal("p90", Type.MONEY, "One path in ten brings more.", "九十分位数：一成路径高于此。",
                 unit="CNY"),
        personal("neutral_p50", Type.MONEY,
                 "Median in a fixed neutral market, comparable over time and between staff.",
                 "固定中性市场下的中位数，可跨期、跨员工比较。", unit="CNY"),
        personal("trading", Type.MONEY,
                 "Part of `expected`: net commission in a neutral market. The five parts add up to it.",
                 "`expected` 的组成：中性市场下的净佣金；五部分之和为 `expected`。", unit="CNY", nullable=True),
        personal("interest", Type.MONEY, "Part of `expected`: interest paid, in a neutral market.",
                 "`expected` 的组成：中性市场下的利息。", unit="CNY", nullable=True),
        personal("products", Type.MONEY, "Part of `expected`: fees on products, in a neutral market.",
                 "`expected` 的组成：中性市场下的产品手续费。", unit="CNY", nullable=True),
        personal("cost", Type.MONEY, "Part of `expected`: cost to serve, 0 or below.",
                 "`expected` 的组成：服务成本，不大于零。", unit="CNY", nullable=True),
        personal("market", Type.MONEY,
                 "Part of `expected`: what the markets that may come add to a neutral one.",
                 "`expected` 的组成：可能的行情相对中性市场的增减。", unit="CNY", nullable=True),
        personal("there", Type.NUMBER, "Chance not to be lost at the horizon's end.",
                 "期限末尚未流失的概率。", unit="probability", nullable=True, low=0, high=1),
        personal("model_version", Type.CODE, "The model, and the settings it was used with.",
                 "模型及其设置的版本。", nullable=True),
    ),
)

CHURN = Table(
    "churn",
    "Whether a client is leaving, how likely it is, and what is at stake.", "客户流失状态、概率与影响。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("state", Type.CHOICE,
                 "Where the client stands: active, warned of, assets gone, not trading, empty, left for"
                 " good, or back.", "流失状态：正常、预警、资产流失、交易休眠、空户、硬流失、回流。",
                 choices=("active", "warning", "asset_loss", "dormant", "empty", "hard", "returned")),
        personal("p30", Type.NUMBER, "Probability of leaving within 30 days.", "30 日内流失概率。",
                 unit="probability", low=0, high=1),
        personal("p90", Type.NUMBER, "Probability of leaving within 90 days.", "90 日内流失概率。",
                 unit="probability", low=0, high=1),
        personal("p180", Type.NUMBER, "Probability of leaving within 180 days.", "180 日内流失概率。",
                 unit="probability", low=0, high=1),
        personal("value_at_risk", Type.MONEY,
                 "Expected revenue lost by leaving: probability × client's value.",
                 "流失将损失的预期创收：概率 × 客户价值。", unit="CNY"),
        personal("reasons", Type.JSON, "The three strongest reasons, each in words and numbers.",
                 "三条主要原因，各附数值。"),
    ),
)

UPLIFT = Table(
    "uplift", "What treating a client in an experiment changes, against leaving the client alone.",
    "实验中触达该客户所带来的增量，相对于不触达。",
    cluster=("client_id", "experiment_id"),
    columns=(
        client_id(key=True),
        internal("experiment_id", Type.CODE, "The campaign or experiment.", "所属活动或实验。", key=True),
        as_of(),
        personal("uplift", Type.NUMBER,
                 "Expected difference in the experiment's outcome, treated less held out.",
                 "实验结果的预期差：处理减保留。", unit="outcome"),
        personal("low", Type.NUMBER, "Lower end of the 95 % interval.", "95% 区间下限。", unit="outcome"),
        personal("high", Type.NUMBER, "Upper end of the 95 % interval.", "95% 区间上限。", unit="outcome"),
    ),
)

SATISFACTION = Table(
    "satisfaction", "How content a client is, by surveys and complaints.", "客户满意度，依据调查与投诉。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("csat", Type.NUMBER, "Mean satisfaction mark over 12 months, as a fraction of the scale.",
                 "近 12 个月满意度均分，折算为量表比例。", unit="fraction", nullable=True, low=0, high=1),
        personal("nps", Type.NUMBER, "Latest answer to the question whether the client would recommend us.",
                 "最近一次推荐意愿得分。", unit="points", nullable=True, low=0, high=10),
        personal("delivered_value", Type.NUMBER,
                 "Importance-weighted performance less the client's costs (让渡价值).",
                 "客户让渡价值：按重要性加权的表现减客户成本。", unit="points", nullable=True),
        personal("complaints_12m", Type.COUNT, "Complaints received in 12 months.", "近 12 个月投诉次数。",
                 unit="complaints", low=0),
    ),
)

REFERRAL = Table(
    "referral", "What a client brings by recommending the branch.", "客户的转介绍贡献。",
    cluster=("client_id",),
    columns=(
        client_id(key=True),
        as_of(),
        personal("referred", Type.COUNT, "Clients and leads this client referred so far.",
                 "累计转介绍的客户与线索数。", unit="people", low=0),
        personal("referred_effective", Type.COUNT, "Of these, those whose account became effective.",
                 "其中成为有效户的人数。", unit="clients", low=0),
        personal("referred_value", Type.MONEY, "Expected value (clv) of the clients directly referred.",
                 "直接转介绍客户的预期价值（clv）。", unit="CNY"),
        personal("network_value", Type.MONEY,
                 "The same over the whole tree of referrals, each step discounted.",
                 "整个转介绍网络的价值，逐层折减。", unit="CNY"),
        personal("p_refer", Type.NUMBER, "Probability of referring someone within 12 months.",
                 "12 个月内再次转介绍的概率。", unit="probability", low=0, high=1),
    ),
)
