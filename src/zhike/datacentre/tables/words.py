"""The words of choices that sentences name: stages, profit logics, grades, quadrants, kinds of client, ways of contact.

In Chinese where English has the choice's own name.
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
MEDIUM_WORDS: Mapping[str, str] = MappingProxyType({
    "phone": "电话", "wecom": "企业微信", "sms": "短信", "visit": "拜访", "app": "APP",
})  # fmt: skip
