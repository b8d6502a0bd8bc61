"""Products on the shelf and clients' orders for them."""

from __future__ import annotations

from zhike.datacentre.tables.definition import Table, Type
from zhike.datacentre.tables.recurring import client_id, personal, public

# A column reads as one entry of a list: name and type, English, Chinese, the rest.
# fmt: off

PRODUCT = Table(
    "product", "Funds and other products the branch may sell.", "营业部可代销的基金及其他产品。",
    cluster=("product_id",),
    columns=(
        public("product_id", Type.CODE, "The product's code.", "产品代码。", key=True),
        public("name", Type.TEXT, "Name the product is sold under.", "产品名称。"),
        public("risk_level", Type.CHOICE,
               "Risk grade of the product, R1 (lowest) to R5; matched against the client's C1–C5.",
               "产品风险等级，R1（最低）至 R5；与客户 C1–C5 匹配。", choices=("R1", "R2", "R3", "R4", "R5")),
        public("category", Type.CHOICE, "What the product mainly invests in, or how it is built.",
               "产品类别：按主要投向或结构。",
               choices=("money", "bond", "mixed", "equity", "index", "structured", "private")),
        public("term_days", Type.COUNT, "Days the money is bound; empty when it can be redeemed any day.",
               "封闭或持有期限；随时可赎回为空。", unit="days", nullable=True, low=0),
        public("minimum", Type.MONEY, "Smallest amount of a first subscription.", "首次认申购起点金额。",
               unit="CNY", low=0),
        public("fee_rate", Type.RATE, "Subscription fee as a fraction of the amount subscribed.",
               "认申购费率，占认申购金额的比例。", unit="fraction", low=0, high=1),
        public("on_sale_from", Type.DATE, "First day it may be sold.", "开始销售日。"),
        public("on_sale_to", Type.DATE, "Last day it may be sold; empty when open-ended.",
               "最后销售日；长期销售为空。", nullable=True),
    ),
)

PRODUCT_ORDER = Table(
    "product_order",
    "Clients' confirmed subscriptions and redemptions of products.", "客户已确认的产品认申购与赎回。",
    derived_key=True, cluster=("client_id", "date", "order_id"),
    columns=(
        personal("order_id", Type.CODE, "Number of the order; derived from the row where the file has none.",
                 "委托编号；文件没有时由行内容生成。", key=True),
        personal("date", Type.DATE, "Day the order was confirmed.", "确认日期。"),
        client_id("The client who ordered.", "下单客户。"),
        personal("product_id", Type.CODE, "The product ordered.", "所订产品。", refers="product"),
        personal("side", Type.CHOICE, "Money into the product (subscribe) or out of it (redeem).",
                 "认申购或赎回。", choices=("subscribe", "redeem")),
        personal("amount", Type.MONEY, "Confirmed amount, never signed: `side` has the direction.",
                 "确认金额，不带正负号，方向见 side。", unit="CNY", low=0),
        personal("fee", Type.MONEY, "Fee the client paid on the order.", "客户支付的手续费。", unit="CNY",
                 nullable=True),
    ),
)
