"""The client and what the client has with us: accounts, assets, holdings, logins, institutions' business."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import channel_id, client_id, identity, internal, personal, security_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

CLIENT = Table(
    "client", "The people, institutions and products that have, or had, an account with the branch.",
    "在营业部开立（或曾开立）账户的个人、机构与产品户。",
    required=True, cluster=("client_id",),
    columns=(
        personal("client_id", Type.CODE,
                 "The counter system's client number; never reused, leading zeros kept.",
                 "柜台系统客户号，不重复使用，保留前导零。", key=True),
        personal("kind", Type.CHOICE,
                 "Whether the client is a natural person, a legal entity, or a fund or other product that"
                 " holds the account in its own name.",
                 "客户类别：自然人、法人机构，或以产品名义开户的产品户。",
                 choices=("individual", "institution", "product")),
        identity("name", Type.TEXT, "Full name on the identity document.", "证件上的姓名或名称全称。",
                 nullable=True),
        personal("id_type", Type.TEXT,
                 "Kind of identity document, such as identity card, passport or business licence.",
                 "证件类型，如身份证、护照、营业执照。", nullable=True),
        identity("id_number", Type.CODE, "Number of the identity document.", "证件号码。", nullable=True),
        personal("gender", Type.CHOICE,
                 "Gender on the identity document; empty for institutions and products.",
                 "证件登记性别；机构与产品户为空。", nullable=True, choices=("F", "M")),
        personal("birth_date", Type.DATE, "Date of birth; for an institution the date it was founded.",
                 "出生日期；机构为成立日期。", nullable=True),
        identity("phone", Type.CODE, "Telephone number the client agreed to be reached at.",
                 "客户预留联系电话。", nullable=True),
        identity("email", Type.TEXT, "E-mail address the client agreed to be reached at.",
                 "客户预留电子邮箱。", nullable=True),
        personal("region", Type.TEXT,
                 "Where the client lives or is registered, as coarse as the branch records it.",
                 "客户常住地或注册地，粒度以营业部登记为准。", nullable=True),
        personal("occupation", Type.TEXT, "Occupation declared when the account was opened or last reviewed.",
                 "开户或最近一次信息更新时申报的职业。", nullable=True),
        personal("industry", Type.TEXT, "Industry the client works or, for an institution, does business in.",
                 "个人从业行业；机构为所属行业。", nullable=True),
        personal("opened_on", Type.DATE, "Day the client's first account was opened.", "首个账户的开户日期。",
                 nullable=True),
        personal("closed_on", Type.DATE,
                 "Day the last account was closed; empty while the client is with us.",
                 "最后一个账户的销户日期；未销户为空。", nullable=True),
        internal("branch_id", Type.CODE, "Branch that keeps the client's accounts.", "账户所属营业部。",
                 nullable=True),
        channel_id("Channel the client was won through.", "客户的获客渠道。", nullable=True),
        personal("referrer_id", Type.CODE, "Client who referred this one.", "转介绍该客户的老客户。",
                 nullable=True, refers="client"),
        personal("risk_level", Type.CHOICE,
                 "Result of the latest risk questionnaire, from C1 (most cautious) to C5.",
                 "最近一次风险测评结果，C1（最保守）至 C5（最激进）。", nullable=True,
                 choices=("C1", "C2", "C3", "C4", "C5")),
        personal("risk_assessed_on", Type.DATE,
                 "Day of the latest risk questionnaire; it expires by the suitability rules.",
                 "最近一次风险测评日期；按适当性规则会过期。", nullable=True),
        personal("professional", Type.BOOL, "True for a professional investor under the suitability rules.",
                 "是否为适当性办法所称专业投资者。", nullable=True),
        personal("declared_wealth", Type.MONEY, "Financial assets everywhere, as the client declared them.",
                 "客户申报的全部金融资产（含他处）。", unit="CNY", nullable=True, low=0),
        personal("commission_rate", Type.RATE,
                 "Commission agreed for stock trades, as a fraction of the amount traded.",
                 "约定的股票交易佣金率，占成交金额的比例。", unit="fraction", nullable=True, low=0,
                 high=0.05),
        personal("marketing_opt_out", Type.BOOL, "True when the client refused to be approached with offers.",
                 "客户是否已拒绝营销推送。", nullable=True),
        personal("frozen", Type.BOOL,
                 "True when the record is kept only because the law demands it: not shown, scored or"
                 " exported.", "是否仅因法定留存而保留：不展示、不评分、不导出。", nullable=True),
    ),
)

ACCOUNT = Table(
    "account", "The accounts of a client, one row an account.", "客户名下的账户，每户一行。",
    cluster=("client_id", "account_id"),
    columns=(
        personal("account_id", Type.CODE, "The account's number, leading zeros kept.", "账户号，保留前导零。",
                 key=True),
        client_id("The client who owns the account.", "账户所有人。"),
        personal("kind", Type.CHOICE,
                 "What may be traded in it: own cash only, on margin, options, or fund units.",
                 "账户类型：普通、信用、期权或基金。", choices=("cash", "margin", "option", "fund")),
        personal("market", Type.CODE, "Exchange or market the account is registered for, such as SH or SZ.",
                 "账户所属市场，如 SH、SZ。", nullable=True),
        personal("opened_on", Type.DATE, "Day the account was opened.", "账户开立日期。", nullable=True),
        personal("closed_on", Type.DATE, "Day the account was closed; empty while it is open.",
                 "账户注销日期；未注销为空。", nullable=True),
        personal("status", Type.TEXT, "State in the counter system's own words, such as normal or locked.",
                 "柜台系统中的账户状态原文，如正常、冻结。", nullable=True),
        personal("maintenance_ratio", Type.RATE,
                 "Margin account: collateral over debt at the last close; 1.3 means 130 %.",
                 "信用账户最近收盘的维持担保比例；1.3 即 130%。", unit="ratio", nullable=True, low=0),
    ),
)

ASSET = Table(
    "asset", "What a client had at the end of each day.", "客户每日日终资产。",
    required=True, cluster=("client_id", "date"),
    columns=(
        personal("date", Type.DATE, "Day at whose end the assets were counted.", "日终资产对应的日期。",
                 key=True),
        client_id("The client whose assets these are.", "资产所属客户。", key=True),
        personal("cash", Type.MONEY, "Cash in all accounts, frozen cash included.",
                 "各账户资金合计，含冻结资金。", unit="CNY"),
        personal("securities", Type.MONEY, "Market value of securities at the close.", "证券收盘市值。",
                 unit="CNY"),
        personal("funds", Type.MONEY, "Value of fund units and other products held.",
                 "基金及其他产品的持有市值。", unit="CNY"),
        personal("debt", Type.MONEY, "Money and securities owed to the broker, as a positive amount.",
                 "融资融券等负债，以正数表示。", unit="CNY", low=0),
        personal("net", Type.MONEY, "Net assets: cash + securities + funds − debt.",
                 "净资产 = 资金 + 证券 + 基金 − 负债。", unit="CNY"),
    ),
)

HOLDING = Table(
    "holding",
    "Positions at the end of a day, for any subset of days; the first seeds those older than the trades.",
    "某些日期的日终持仓（每月末即可）；首份用于补足成交记录之前的持仓。",
    cluster=("client_id", "date", "security_id"),
    columns=(
        personal("date", Type.DATE, "Day at whose end the position was counted.", "持仓对应的日期。",
                 key=True),
        client_id("The client who holds the position.", "持仓客户。", key=True),
        security_id("The security held.", "持有的证券。", key=True),
        personal("quantity", Type.QUANTITY, "Shares or units held; negative for a short position.",
                 "持有数量；融券空头为负。", unit="shares"),
        personal("cost", Type.MONEY,
                 "What the whole position cost, as the counter system reports it (not per share).",
                 "整个持仓的成本金额，按柜台口径（非每股成本）。", unit="currency", nullable=True),
        personal("market_value", Type.MONEY, "Value of the position at the close.", "持仓收盘市值。",
                 unit="currency", nullable=True),
    ),
)

LOGIN = Table(
    "login",
    "How often a client logged in, one row a client and day with logins.", "客户每日登录次数，有登录才有行。",
    cluster=("client_id", "date"),
    columns=(
        personal("date", Type.DATE, "Day of the logins.", "登录日期。", key=True),
        client_id("The client who logged in.", "登录的客户。", key=True),
        personal("count", Type.COUNT, "Logins on that day, over all apps and terminals.",
                 "当日各终端登录次数合计。", unit="logins", low=0),
    ),
)

BUSINESS = Table(
    "business", "What institutions bring beyond trades: one row a month, client and kind of business.",
    "机构客户交易之外的业务：每月、每客户、每类业务一行。",
    cluster=("client_id", "month", "kind"),
    columns=(
        personal("month", Type.MONTH, "Month of the business, as its first day.",
                 "业务月份，以当月首日表示。", key=True),
        client_id("The client the business was done with.", "业务所属客户。", key=True),
        personal("kind", Type.CHOICE,
                 "Kind of business: exchange seat leasing, margin, stock pledge, repo, custody, investment"
                 " banking, equity incentive plan, or another.",
                 "业务类别：席位、两融、质押、回购、托管、投行、股权激励或其他。", key=True,
                 choices=("seat", "margin", "pledge", "repo", "custody", "banking", "equity_plan", "other")),
        personal("revenue", Type.MONEY,
                 "Revenue booked in the month; negative when earlier revenue was reversed.",
                 "当月确认收入；冲回时为负。", unit="CNY"),
        personal("balance", Type.MONEY,
                 "Outstanding amount at the month's end, such as loans or assets in custody.",
                 "月末余额，如融资余额、托管规模。", unit="CNY", nullable=True),
    ),
)
