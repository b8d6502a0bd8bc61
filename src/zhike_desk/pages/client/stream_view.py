"""The timeline as it is written: days, events, icons, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from zhike_desk.records.queries.timeline import FILTERS, Event, Stream
from zhike_desk.ui.speech import noted, said, told
from zhike_desk.ui.words import word

_ICONS: Mapping[str, str] = {
    "contact": "phone", "note": "note", "task": "task", "consent": "shield", "opened": "key", "closed": "leave",
    "first_trade": "trade", "subscribe": "box", "redeem": "swap", "mature": "clock", "biggest_gain": "up", "biggest_loss": "down", "large_inflow": "download", "large_outflow": "upload",
    "risk_assessment": "shield", "complaint": "alarm", "complaint_closed": "check", "stage": "tree", "logic": "scale", "answer": "chat",
}  # fmt: skip
_MEDIA = {"phone": "phone", "wecom": "chat", "sms": "message", "visit": "visit", "app": "screen"}
PURPOSES: Mapping[str, tuple[str, str]] = {
    "service": ("日常服务", "Service"),
    "care": ("关怀", "Care"),
    "callback": ("回访", "Call-back"),
    "retain": ("挽留", "Retain"),
    "activate": ("激活", "Activate"),
    "develop": ("开发", "Develop"),
    "product": ("产品", "Product"),
    "marketing": ("营销", "Marketing"),
    "complaint": ("投诉处理", "Complaint"),
    "other": ("其他", "Other"),
}


_HEARD: Mapping[str, tuple[str, str]] = {
    "complaint": ("投诉", "Complaint"),
    "complaint_closed": ("投诉办结", "Complaint closed"),
    "answer": ("客户评价", "Client's answer"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One event as it is written: its icon, its heading, its sentence, the time of day (empty: a whole day), who wrote it."""

    icon: str
    title: str
    text: str
    time: str
    who: str
    tone: str


@dataclass(frozen=True, slots=True)
class Day:
    """The events of a day."""

    day: date
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class StreamView:
    """A page of the timeline: days, what it is narrowed to, the cursor of what is older, the filters as (name, word, chosen)."""

    days: Sequence[Day]
    only: str
    older: str
    filters: Sequence[tuple[str, str, bool]]
    first: bool


def filters() -> dict[str, str]:
    """Return what the timeline can be narrowed to, in words."""
    return {
        "contact": told("联系", "Contacts"), "task": told("任务", "Tasks"), "note": told("备注", "Notes"), "trade": told("交易", "Trades"),
        "product": told("产品", "Products"), "money": told("资金", "Money"), "risk": told("风险与投诉", "Risk"), "system": told("账户与分类", "Account"),
    }  # fmt: skip


def stream_view(stream: Stream, *, only: str, after: str, private: bool) -> StreamView:
    """Return a page of the timeline; filters that show nothing to who may not read care are left out."""
    days: dict[date, list[Item]] = {}
    for event in stream.events:
        days.setdefault(timezone.localtime(event.at).date(), []).append(_item(event))
    words = {n: w for n, w in filters().items() if private or n not in ("contact", "task", "note")}
    assert words.keys() <= FILTERS.keys()
    return StreamView(
        days=[Day(day, items) for day, items in days.items()],
        only=only,
        older=stream.older,
        filters=[("", told("全部", "All"), not only), *((n, w, n == only) for n, w in words.items())],
        first=not after,
    )


def _item(event: Event) -> Item:
    icon = _MEDIA.get(event.medium, "phone") if event.kind == "contact" else _ICONS.get(event.kind, "dot")
    tone = "note" if event.kind in ("complaint", "large_outflow") else ""
    return Item(icon, _title(event), _text(event), _time(event.at), event.who, tone)


def _title(event: Event) -> str:
    if event.source == "contact":
        return told(f"{word('medium', event.medium)}联系", f"Contact: {word('medium', event.medium).lower()}")
    if event.source == "note":
        return told("备注", "Note")
    if event.source == "task":
        return told("任务完成", "Task done") if event.medium == "done" else told("任务取消", "Task dropped")
    if event.source in _HEARD:
        return told(*_HEARD[event.source])
    if event.source == "consent":
        what = word("consent", event.medium)
        return told(
            f"{'同意' if event.outcome == 'given' else '拒绝'}{what}",
            f"{'Agreed to' if event.outcome == 'given' else 'Refused'}: {what.lower()}",
        )
    return ""


def _text(event: Event) -> str:
    if event.source == "contact":
        parts = [told(*PURPOSES.get(event.text.zh, (event.text.zh, event.text.en)))]
        parts += [noted(event.outcome)] if event.outcome else []
        parts += [told(f"{event.minutes:g} 分钟", f"{event.minutes:g} min")] if event.minutes else []
        return " · ".join(parts)
    if event.source == "complaint":
        return f"{noted(event.text.zh)}{_in_brackets(word('severity', f'{event.minutes:g}'))}"
    if event.source == "complaint_closed":
        ended = ("成立", "upheld") if event.outcome == "upheld" else ("不成立", "not upheld")
        return f"{noted(event.text.zh)} · {told(*ended)}"
    if event.source == "answer":
        mark = f"{word('question', event.medium)} {event.minutes:g} / {float(event.outcome):g}"
        return f"{mark} · {event.text.zh}" if event.text.zh else mark
    if event.source == "task" and event.outcome:
        return f"{said(event.text)} · {noted(event.outcome)}"
    return said(event.text)


def _in_brackets(text: str) -> str:
    return told(f"（{text}）", f" ({text.lower()})")


def _time(at: datetime) -> str:
    local = timezone.localtime(at)
    return "" if (local.hour, local.minute) == (0, 0) else local.strftime("%H:%M")
