"""How clients are won: channels, what they cost, leads and what touched them."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import channel_id, client_id, internal, personal, staff_id

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

CHANNEL = Table(
    "channel", "Ways by which new clients come.", "获客渠道。",
    cluster=("channel_id",),
    columns=(
        internal("channel_id", Type.CODE, "The channel's code.", "渠道代码。", key=True),
        internal("name", Type.TEXT, "What the branch calls the channel.", "渠道名称。"),
        internal("kind", Type.CHOICE,
                 "Bank outlet, internet, new media, referral by clients, community or company visits, own"
                 " staff, or another way.",
                 "渠道类型：银行网点、互联网、新媒体、转介绍、社区企业、员工或其他。",
                 choices=("bank", "internet", "media", "referral", "community", "staff", "other")),
    ),
)

CHANNEL_COST = Table(
    "channel_cost",
    "What a channel cost in a month, and what it was seen and clicked.", "渠道每月费用与曝光、点击。",
    cluster=("channel_id", "month"),
    columns=(
        internal("month", Type.MONTH, "Month of the cost, as its first day.", "费用月份，以当月首日表示。",
                 key=True),
        channel_id("The channel paid for.", "费用所属渠道。", key=True),
        internal("cost", Type.MONEY, "All that was spent: media, incentives and staff time.",
                 "全部费用：投放、激励与人力。", unit="CNY", low=0),
        internal("impressions", Type.COUNT, "Times an advertisement was shown.", "曝光次数。",
                 unit="impressions", nullable=True, low=0),
        internal("clicks", Type.COUNT, "Times an advertisement was clicked.", "点击次数。", unit="clicks",
                 nullable=True, low=0),
    ),
)

LEAD = Table(
    "lead",
    "People who showed interest, whether or not they opened an account.",
    "销售线索：表达过兴趣的人，无论是否开户。",
    cluster=("created_at", "lead_id"),
    columns=(
        internal("lead_id", Type.CODE, "The lead's number.", "线索编号。", key=True),
        internal("created_at", Type.STAMP, "When the lead was first recorded.", "线索首次登记时间。"),
        channel_id("Channel the lead came through.", "线索来源渠道。"),
        staff_id("The person who works on the lead.", "跟进员工。", nullable=True),
        personal("referrer_id", Type.CODE, "Client who referred the lead.", "转介绍该线索的客户。",
                 nullable=True, refers="client"),
        client_id("The client the lead became, once an account is open.", "开户后对应的客户。",
                  nullable=True),
        internal("lost_on", Type.DATE, "Day the lead was given up; empty while open or won.",
                 "放弃该线索的日期；跟进中或已开户为空。", nullable=True),
    ),
)

TOUCH = Table(
    "touch", "Each time a lead met the branch before opening an account.", "线索开户前的每次触达。",
    derived_key=True, cluster=("lead_id", "at", "touch_id"),
    columns=(
        internal("touch_id", Type.CODE, "Number of the touch; derived from the row where the file has none.",
                 "触达编号；文件没有时由行内容生成。", key=True),
        internal("lead_id", Type.CODE, "The lead who was touched.", "被触达的线索。", refers="lead"),
        internal("at", Type.STAMP, "When it happened.", "触达时间。"),
        channel_id("Channel it happened through.", "触达渠道。"),
        internal("kind", Type.CHOICE,
                 "What happened: saw an advertisement, clicked it, replied, visited, or talked by phone.",
                 "触达方式：曝光、点击、回复、到访、通话。",
                 choices=("impression", "click", "reply", "visit", "call")),
    ),
)
