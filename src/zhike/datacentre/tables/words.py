"""The Chinese words of choices that sentences name: stages, profit logics, grades, quadrants, ways of contact."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
MEDIUM_WORDS: Mapping[str, str] = MappingProxyType({
    "phone": "电话", "wecom": "企业微信", "sms": "短信", "visit": "拜访", "app": "APP",
})  # fmt: skip
