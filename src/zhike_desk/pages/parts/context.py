"""What the page of parts shows: each part drawn from a template, and that template's own lines beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest
from django.template.loader import get_template

from zhike.base.text import say
from zhike_desk.records.queries.holding import Subject
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Driver, Explained, Why

SAMPLES = (
    ("tokens", "颜色", "Colours"),
    ("icons", "图标", "Icons"),
    ("buttons", "按钮", "Buttons"),
    ("chips", "标签", "Chips"),
    ("numbers", "数字", "Numbers"),
    ("stats", "指标", "Figures"),
    ("why", "为什么与含义", "Why, and meanings"),
    ("card", "卡片与网格", "Cards and the grid"),
    ("filters", "筛选栏", "Filter bar"),
    ("table", "表格、批量栏、翻页", "Table, bulk bar, pager"),
    ("states", "空、载入、出错、无权限", "Empty, loading, broken, not permitted"),
    ("notices", "提示条", "Notices"),
    ("form", "表单", "Form"),
    ("dialogs", "对话框、抽屉、菜单", "Dialog, drawer, menu"),
    ("toasts", "轻提示与撤销", "Toasts and undo"),
    ("tabs", "标签页", "Tabs"),
    ("steps", "步骤与进度", "Steps and progress"),
    ("work", "提醒与后台任务", "Alerts and jobs"),
    ("subject", "处置的对象", "Whom it is about"),
    ("timeline", "时间线", "Timeline"),
    ("diff", "对照表", "Two versions side by side"),
    ("chart", "图表", "Chart"),
    ("keys", "键盘", "Keys"),
)
TOKENS = (
    ("ink", "正文", "text"),
    ("ink-2", "次要文字", "secondary text"),
    ("ink-3", "说明文字", "hints"),
    ("accent", "可操作、已选", "can be acted on, chosen"),
    ("up", "涨（仅限价格与收益）", "rise, of price and return only"),
    ("down", "跌（仅限价格与收益）", "fall, of price and return only"),
    ("note", "风险：留意", "risk: take note"),
    ("care", "风险：当心", "risk: take care"),
    ("grave", "风险：严重", "risk: grave"),
)
ICONS = [
    "sun",
    "moon",
    "contrast",
    "people",
    "user",
    "grid",
    "pulse",
    "check",
    "tasks",
    "scale",
    "team",
    "stack",
    "shield",
    "shield-check",
    "book",
    "dial",
    "question",
    "info",
    "phone",
    "chat",
    "message",
    "visit",
    "screen",
    "note",
    "task",
    "eye",
    "eye-off",
    "lock",
    "key",
    "warn",
    "alarm",
    "bell",
    "ban",
    "up",
    "down",
    "flat",
    "filter",
    "sort",
    "columns",
    "download",
    "upload",
    "undo",
    "refresh",
    "plus",
    "minus",
    "close",
    "star",
    "clock",
    "calendar",
    "chevron",
    "left",
    "right",
    "menu",
    "more",
    "search",
    "edit",
    "trash",
    "copy",
    "link",
    "open",
    "tag",
    "flag",
    "money",
    "wallet",
    "trade",
    "swap",
    "chart",
    "trend",
    "history",
    "gift",
    "heart",
    "building",
    "box",
    "flask",
    "bolt",
    "target",
    "mix",
    "dots",
    "seed",
    "sprout",
    "tree",
    "fall",
    "sleep",
    "leave",
    "return",
    "diamond",
    "medal",
    "dot",
    "ring",
    "keyboard",
    "play",
    "stop",
    "gear",
    "file",
    "folder",
    "print",
    "drag",
    "home",
    "language",
    "snow",
    "flame",
    "wave",
    "bull",
]


@dataclass(frozen=True, slots=True)
class Sample:
    """One part: its anchor, its name, what it looks like, and the lines that make it."""

    anchor: str
    name: str
    html: str
    source: str


class Contact(forms.Form):
    """A form that shows each kind of field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        media = [("phone", told("电话", "Telephone")), ("visit", told("面访", "Visit"))]
        self.fields["medium"] = forms.ChoiceField(label=told("方式", "Medium"), choices=media)
        self.fields["minutes"] = forms.IntegerField(
            label=told("分钟", "Minutes"), min_value=1, help_text=told("一到二百四十", "One to 240")
        )
        self.fields["text"] = forms.CharField(
            label=told("说了什么", "What was said"), required=False, widget=forms.Textarea(attrs={"rows": 2})
        )
        self.fields["again"] = forms.BooleanField(label=told("约好再联系", "Will call again"), required=False)


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return every sample, drawn, with its source."""
    made = _made_up()
    samples = []
    for anchor, zh, en in SAMPLES:
        template = get_template(f"parts/samples/{anchor}.html")
        source = template.template.source  # type: ignore[attr-defined]
        samples.append(Sample(anchor, told(zh, en), template.render(made, request), source.strip()))
    return {"samples": samples}


def _made_up() -> dict[str, Any]:
    form = Contact({"medium": "phone", "minutes": "0"})
    form.is_valid()
    return {
        "tokens": [(name, told(zh, en)) for name, zh, en in TOKENS],
        "icons": ICONS,
        "reason": _why(),
        "asked": [Explained(told("流失可能", "Risk of leaving"), "63", "", _why())],
        "rows": ROWS,
        "manager": told("爱丽", "Alice"),
        "form": form,
        "tabs": [
            {"name": told("概览", "Overview"), "url": "#part-tabs", "here": True},
            {"name": told("任务", "Tasks"), "url": "#part-tabs", "count": 3},
        ],
        "steps": [
            {"name": told("上传", "Upload"), "done": True},
            {"name": told("预览", "Preview"), "here": True},
            {"name": told("导入", "Import")},
        ],
        "at": datetime(2025, 6, 30, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai")),
        "late": [
            {
                "name": "late",
                "what": say("今天的文件还没到。", "Today's files haven't come."),
                "next": say("请联系提供文件的人。", "Ask who delivers them."),
            }
        ],
        "jobs": [{"state": state} for state in ("waiting", "running", "done", "failed", "cancelled")],
        "subject": _subject(),
        "differing": [(told("下次联系", "Next contact"), "2025-07-04", "2025-07-02")],
        "chart": _chart(),
    }


def _subject() -> Subject:
    return Subject(
        client_id="10001", name="张*", kind="individual", branch_id="3101", staff=told("爱丽", "Alice"), net=1_234_567.8,
        opened_on=date(2019, 3, 4), closed_on=None, kept_until=None, kept=True, standing="",
    )  # fmt: skip


ROWS = (
    {"id": "10001", "name": "张*", "logic": "trend", "stage": "growing", "grade": "gold", "assets": 1_234_567.8, "ret": 0.031, "chosen": True},
    {"id": "10002", "name": "李*", "logic": "value", "stage": "mature", "grade": "diamond", "assets": 15_234_000.0, "ret": -0.012, "chosen": True},
    {"id": "10003", "name": "王*", "logic": "sentiment", "stage": "dormant", "grade": "standard", "assets": 8_120.5, "ret": 0.0, "chosen": False},
)  # fmt: skip


def _why() -> Why:
    return Why(
        told(
            "未来十二个月流失的可能，0 到 100。",
            "How likely the client leaves within twelve months, 0 to 100.",
        ),
        date(2025, 6, 30),
        (
            Driver(told("近一月没有登录", "No sign-in for a month"), 0.8, "+21"),
            Driver(told("近一季净转出", "Money taken out this quarter"), 0.5, "+13"),
            Driver(told("持有三只产品", "Holds three products"), -0.4, "−9"),
        ),
        told("联系一次，或有新的转入", "a contact, or money coming in"),
        told("流失规则 1", "churn rules 1"),
        "value",
    )


def _chart() -> dict[str, Any]:
    months = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]
    flows = [120.0, 80.5, -42.0, 15.2, 64.0, 98.7]
    return {
        "sentence": told(
            "半年里有五个月净转入，三月除外。",
            "Money came in in five of six months; March was the exception.",
        ),
        "option": {
            "tooltip": {"trigger": "axis", "valueFormatter": "format:one"},
            "xAxis": {"type": "category", "data": months},
            "yAxis": {"type": "value", "name": told("万元", "CNY 10k")},
            "series": [{"type": "bar", "data": flows, "barMaxWidth": 28, "itemStyle": {"color": "token:c1"}}],
        },
        "columns": [told("月份", "Month"), told("净转入（万元）", "Net inflow (CNY 10k)")],
        "rows": [(month, f"{flow:,.1f}") for month, flow in zip(months, flows, strict=True)],
    }
