"""What the pages of help show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import mark_safe

from zhike_desk.pages.help import shelf
from zhike_desk.ui.speech import language, told

# Note → group, Chinese name and sentence, English name and sentence. A note that isn't here goes by its own heading.
_NAMES = {
    "ledger": ("data", "台账", "事件怎样成为每日资产、持仓与盈亏", "Ledger", "from events to days, positions and gains"),
    "mapping": ("data", "文件识别", "送来的文件怎样被认出", "Recognising files", "how a delivered file is recognised"),
    "explaining": ("data", "追溯", "从一个数字追到送来的那一行", "Tracing", "from a number down to its line"),
    "simulate": ("data", "演示营业部", "演示数据怎样生成，哪里不像真的", "The demo branch", "how its data are made, and where they aren't real"),
    "market": ("market", "市场", "赚钱效应、市场状态与牛熊", "Market", "money effect, states, bull and bear"),
    "phases": ("market", "阶段行为", "每类客户在每种市场里做了什么", "Phases", "what each type of client did in each market"),
    "measures": ("client", "指标", "客户指标怎样算出，局限在哪里", "Measures", "how they are made, where their limits lie"),
    "logic": ("client", "盈利逻辑", "价值型、趋势型、情绪型怎样分辨", "Profit logic", "value, trend, sentiment: how they are told apart"),
    "lifecycle": ("client", "生命周期", "剔除市场之后，客户处在哪一阶段", "Life cycle", "where a client stands, the market taken out"),
    "pages": ("client", "客户页面", "客户全景里的每一项从哪里来", "Client's page", "where each thing on it comes from"),
    "clv": ("value", "终身价值", "客户今后会带来多少", "Lifetime value", "what a client will bring"),
    "value": ("value", "客户价值", "由本部专家定权重的客户评分", "Value", "what a client is worth, by your own experts"),
    "ahp": ("value", "层次分析", "两两比较怎样变成权重", "AHP", "from pairs compared to weights"),
    "ahp_synthesis": ("value", "层次分析：综合", "从权重到得分，以及得分稳不稳", "AHP: synthesis", "from weights to scores, and how firm they are"),
    "proposals": ("work", "联系建议", "今天该联系谁，为什么，是否合规", "Proposals", "who needs a call, why, and whether it is permitted"),
    "api": ("other", "接口", "程序能读什么、能做什么，附完整示例", "API", "what programs may read and do, with a worked example"),
    "dictionary": ("words", "数据字典", "每张表、每一列的含义", "Data dictionary", "what each table and column means"),
    "measures-list": ("words", "指标字典", "每个客户指标的单位、区间与含义", "Dictionary of measures", "unit, window and meaning of each"),
}  # fmt: skip
_GROUPS = (
    ("words", "字典", "Dictionaries", "book"),
    ("client", "认识客户", "Knowing a client", "people"),
    ("market", "市场", "The market", "pulse"),
    ("value", "价值", "Value", "scale"),
    ("work", "联系客户", "Whom to call", "phone"),
    ("data", "数据从哪里来", "Where data comes from", "stack"),
    ("other", "其他", "Others", "file"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A note on the shelf: its name in addresses, how it is called, what it tells."""

    slug: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Group:
    """Notes that belong together."""

    name: str
    icon: str
    entries: tuple[Entry, ...]


def index() -> dict[str, Any]:
    """Return all notes by group; none at all where they weren't installed."""
    entries: dict[str, list[Entry]] = {}
    for slug in (*(s for s in _NAMES if s in shelf.paths()), *(s for s in shelf.paths() if s not in _NAMES)):
        entries.setdefault(_NAMES[slug][0] if slug in _NAMES else "other", []).append(_entry(slug))
    groups = [
        Group(told(zh, en), icon, tuple(entries[key])) for key, zh, en, icon in _GROUPS if key in entries
    ]
    return {"groups": groups}


def note(found: shelf.Note, number: int, *, full: bool) -> dict[str, Any]:
    """Return one part of a note, where the others are, and whether there is a full note beside this page for users."""
    part = found.parts[number]
    return {
        "entry": _entry(found.slug),
        "full": full,
        "short": found.slug in shelf.pages(language()) and shelf.paths()[found.slug].parent.name == "methods",
        "note": found,
        "part": part,
        "number": number,
        "html": mark_safe(part.html),
        "earlier": number - 1 if number else None,
        "later": number + 1 if number + 1 < len(found.parts) else None,
    }


def _entry(slug: str) -> Entry:
    if slug in _NAMES:
        _, zh, about_zh, en, about_en = _NAMES[slug]
        return Entry(slug, told(zh, en), told(about_zh, about_en))
    found = shelf.note(slug)
    return Entry(slug, found.title if found else slug, "")
