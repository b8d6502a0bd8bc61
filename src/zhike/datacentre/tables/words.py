"""The words that sentences name: stages, profit logics, grades, quadrants, kinds of client, ways of contact, traits, notes of service.

In Chinese where English has the choice's own name. Besides, how an outcome says that a client was not reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhike.base.text import Said, say

STAGE_WORDS: Mapping[str, str] = MappingProxyType({
    "prospect": "潜客", "developing": "发展期", "growing": "成长期", "mature": "成熟期", "declining": "衰退期",
    "dormant": "休眠", "lost": "流失", "returned": "回流",
})  # fmt: skip
LOGIC_WORDS: Mapping[str, str] = MappingProxyType({
    "value": "价值型", "trend": "趋势型", "sentiment": "情绪型", "mixed": "混合型", "insufficient": "样本不足",
})  # fmt: skip
GRADE_WORDS: Mapping[str, str] = MappingProxyType({
    "diamond": "钻石", "platinum": "白金", "gold": "黄金", "growth": "成长", "standard": "标准",
})  # fmt: skip
QUADRANT_WORDS: Mapping[str, str] = MappingProxyType({
    "keep": "保持", "develop": "发展", "maintain": "维持", "reduce": "缩减",
})  # fmt: skip
QUADRANT_ADVICE: Mapping[str, Said] = MappingProxyType({
    "keep": say("当前与潜在价值都高，应重点保持", "both are high: keep this client close"),
    "develop": say("潜力高于现状，值得投入发展", "there is more to win than there is now: worth developing"),
    "maintain": say("贡献已高、潜力有限，维持服务即可", "much is there and little is left to win: maintain the service"),
    "reduce": say("两者都不高，以低成本方式服务", "neither is high: serve at low cost"),
})  # fmt: skip
KIND_WORDS: Mapping[str, Said] = MappingProxyType({
    "individual": say("个人客户", "individuals"), "institution": say("机构客户", "institutions"),
    "product": say("产品户", "product accounts"),
})  # fmt: skip
MEDIUM_WORDS: Mapping[str, Said] = MappingProxyType({
    "phone": say("电话", "Telephone"), "wecom": say("企业微信", "WeCom"), "sms": say("短信", "Text message"),
    "visit": say("拜访", "Visit"), "app": say("APP", "App"),
})  # fmt: skip
TRAIT_WORDS: Mapping[str, Said] = MappingProxyType({
    "buy_trend": say("买入前一至三个月的涨势", "rise over one to three months before buying"),
    "buy_week": say("买入前一周的涨幅", "rise in the week before buying"),
    "buy_cheap": say("买入时的估值高低", "valuation when buying"),
    "buy_attention": say("所买证券受关注、刚涨停的程度", "how much what is bought draws attention or has just hit its limit"),
    "buy_lottery": say("所买证券的博彩性", "how lottery-like what is bought is"),
    "buy_more": say("加仓时高于或低于成本", "adding above or below cost"),
    "sell_trend": say("卖出时的走势", "course of what is sold"),
    "sell_cheap": say("卖出时的估值高低", "valuation when selling"),
    "sell_attention": say("所卖证券受关注、博彩的程度", "how much what is sold draws attention or is lottery-like"),
    "sell_gain": say("卖出时的盈亏与距高点回撤", "gain, and fall from the peak, when selling"),
    "sell_held": say("持有时间", "time held"),
    "level": say("总体", "overall"),
})  # fmt: skip
"""What the evidence for a profit logic calls the traits of decisions."""
SERVICE_WORDS: Mapping[str, str] = MappingProxyType({
    "日常服务": "everyday service", "服务": "service", "关怀": "care", "生日关怀": "birthday greeting", "回访": "call-back",
    "新开户回访": "call-back of a new account", "挽留": "retaining", "客户挽留": "retaining the client", "激活": "waking up", "开发": "developing",
    "产品": "product", "产品推荐": "product offer", "营销": "marketing", "投诉处理": "complaint", "其他": "other",
    "service": "everyday service", "care": "care", "callback": "call-back", "retain": "retaining", "activate": "waking up", "develop": "developing",
    "product": "product", "marketing": "marketing", "complaint": "complaint", "other": "other",
    "未接通": "not reached", "已沟通": "talked", "已推荐": "offered", "有意向": "interested", "已办理": "done", "再联系": "call again", "拒绝": "refused",
    "佣金": "commission", "佣金费用": "commission and fees", "交易系统": "trading system", "服务态度": "manner of service",
    "产品亏损": "loss on a product", "产品销售": "sale of products", "投资建议": "advice", "业务办理": "procedures",
})  # fmt: skip
"""What staff usually note of contacts and complaints, in English; anything else stays as it was written."""
INDUSTRY_WORDS: Mapping[str, str] = MappingProxyType({
    "农林牧渔": "Agriculture", "基础化工": "Chemicals", "化工": "Chemicals", "钢铁": "Steel", "有色金属": "Non-ferrous metals", "电子": "Electronics",
    "家用电器": "Home appliances", "食品饮料": "Food and beverages", "纺织服饰": "Textiles and apparel", "轻工制造": "Light manufacturing",
    "医药生物": "Medicine and biotech", "公用事业": "Utilities", "交通运输": "Transport", "房地产": "Real estate", "商贸零售": "Retail",
    "社会服务": "Social services", "综合": "Conglomerates", "建筑材料": "Building materials", "建筑装饰": "Construction", "电力设备": "Power equipment",
    "国防军工": "Defence", "计算机": "Computers", "传媒": "Media", "通信": "Telecommunications", "银行": "Banks", "非银金融": "Non-bank finance",
    "汽车": "Cars", "机械设备": "Machinery", "煤炭": "Coal", "石油石化": "Oil and petrochemicals", "环保": "Environment", "美容护理": "Beauty and care",
})  # fmt: skip
"""Shenwan's first-level industries, in English; any other name stays as it was delivered."""

UNREACHED_WORDS = (
    "未接", "无人接听", "拒接", "未回复", "未读", "关机", "停机", "空号", "忙音",
    "no answer", "no_answer", "no reply", "no_reply", "unanswered", "unreachable", "not reached", "busy", "ignored",
)  # fmt: skip
"""What an outcome contains where the client was not reached: then the contact is an attempt, here and at the desk."""


def reached(outcome: str | None) -> bool:
    """Tell whether a contact reached the client: unless its outcome says otherwise, for many branches write none down."""
    said = (outcome or "").lower()
    return not any(word in said for word in UNREACHED_WORDS)
