"""What a branch sets for its desk: typed, each with a default and its bounds. What has no row has its default."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from zhike.base.text import Said, say
from zhike_desk.records.models import Setting

_MOST_DAYS = 400
_LONGEST = timedelta(days=31)
_BETWEEN = re.compile(r"[\s,，、;；]+")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class Unfit(ValueError):
    """A value that a setting can't take; `why` says what it may be."""

    def __init__(self, why: Said) -> None:
        super().__init__(why.en)
        self.why = why


def whole(default: int, low: int, high: int, zh: str, en: str) -> Any:
    """Declare a whole number between `low` and `high`."""

    def fit(value: Any) -> int:
        number = int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value) else value
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise Unfit(
                say(f"{zh}：应为 {low} 到 {high} 的整数。", f"{en}: a whole number from {low} to {high}.")
            )
        return number

    return field(default=default, metadata={"fit": fit, "zh": zh, "en": en, "low": low, "high": high})


def clock(default: str, zh: str, en: str) -> Any:
    """Declare a time of day, HH:MM, Asia/Shanghai."""

    def fit(value: Any) -> str:
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            raise Unfit(say(f"{zh}：应为 HH:MM，如 02:30。", f"{en}: HH:MM, as in 02:30."))
        return value

    return field(default=default, metadata={"fit": fit, "zh": zh, "en": en})


def days(zh: str, en: str) -> Any:
    """Declare a list of days: 2026-01-01, or from one to another, 2026-02-15~2026-02-23, blanks or commas between."""

    def fit(value: Any) -> str:
        wrong = Unfit(
            say(
                f"{zh}：请写日期或区间，如 2026-01-01 2026-02-15~2026-02-23，最多 {_MOST_DAYS} 天。",
                f"{en}: days or stretches, as in 2026-01-01 2026-02-15~2026-02-23, {_MOST_DAYS} days at the most.",
            )
        )
        written = " ".join(part for part in _BETWEEN.split(value) if part) if isinstance(value, str) else "?"
        try:
            found = days_of(written)
        except ValueError as error:
            raise wrong from error
        if len(found) > _MOST_DAYS:
            raise wrong
        return written

    return field(default="", metadata={"fit": fit, "zh": zh, "en": en})


def days_of(written: str) -> frozenset[date]:
    """Return the days of a setting; raise ValueError where they can't be understood."""
    found: set[date] = set()
    for part in written.split():
        first, dash, last = part.partition("~")
        begin, end = date.fromisoformat(first), date.fromisoformat(last if dash else first)
        if not timedelta(0) <= end - begin <= _LONGEST:
            raise ValueError(part)
        found.update(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are free or worked against the week; the exchanges' past days are known without."""

    holidays: str = days("法定节假日放假的日子", "public holidays, the days off")
    workdays: str = days("调休上班的周末", "weekends worked to make up for a holiday")


@dataclass(frozen=True, slots=True)
class Care:
    """How often a client may be approached."""

    contacts: int = whole(
        2,
        0,
        20,
        "每位客户在期限内最多联系几次（必做除外）",
        "contacts with a client within the days, must-do ones apart",
    )
    days: int = whole(7, 1, 90, "联系次数的期限（天）", "days over which contacts are counted")


@dataclass(frozen=True, slots=True)
class Undo:
    """How long the page offers to undo."""

    seconds: int = whole(10, 3, 60, "撤销按钮显示多少秒", "seconds for which undo is offered")


@dataclass(frozen=True, slots=True)
class Export:
    """What goes out without a second person."""

    rows: int = whole(200, 1, 200, "无需审批的导出行数", "rows exported without approval")
    keep_days: int = whole(7, 1, 30, "导出文件保留天数", "days an exported file is kept")


@dataclass(frozen=True, slots=True)
class Reveal:
    """How many fields each role may reveal a day."""

    manager: int = whole(20, 0, 200, "客户经理每日查看次数", "reveals a day by a manager")
    head: int = whole(40, 0, 200, "负责人每日查看次数", "reveals a day by a head")
    compliance: int = whole(100, 0, 500, "合规每日查看次数", "reveals a day by compliance")


@dataclass(frozen=True, slots=True)
class Night:
    """When the night runs, and when a missing drop is told."""

    at: str = clock("02:30", "夜间运行时间", "when the night runs")
    drop_by: str = clock(
        "20:00",
        "工作日文件到此时未到或缺来源则告警",
        "from when missing or late files are told, on working days",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """From where on a figure is pointed out."""

    stale_days: int = whole(
        3,
        1,
        30,
        "数据超过几天提示过期（各页页眉）",
        "days after which the data are called stale, at the top of every page",
    )
    uncontacted_days: int = whole(90, 7, 720, "多少天未联系提示", "days without contact that are pointed out")
    assessment_days: int = whole(30, 1, 180, "风险测评到期前几天提示", "days before a risk assessment ends")


@dataclass(frozen=True, slots=True)
class Complaints:
    """By when a complaint is answered and closed; no deadline is confirmed for all branches, so each sets its own."""

    acknowledge_days: int = whole(
        1, 1, 10, "投诉受理后几个工作日内答复客户", "working days until a complaint is acknowledged"
    )
    close_days: int = whole(
        15, 1, 60, "投诉受理后几个工作日内办结", "working days until a complaint is to be closed"
    )
    last_days: int = whole(
        60, 1, 365, "投诉最迟几天内必须办结", "days by which a complaint must be closed at the very last"
    )


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the law keeps records of clients and trades."""

    years: int = whole(
        20, 20, 100, "客户与交易资料法定保存年限", "years that client and trade records are kept by law"
    )


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """All settings, by group."""

    care: Care = Care()
    undo: Undo = Undo()
    export: Export = Export()
    reveal: Reveal = Reveal()
    night: Night = Night()
    shown: Shown = Shown()
    complaints: Complaints = Complaints()
    calendar: Calendar = Calendar()
    retention: Retention = Retention()


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting as a form shows it: its name `group.field`, value, default, what it says, its version (0: never set)."""

    name: str
    value: Any
    default: Any
    says: Said
    version: int


def current() -> DeskSettings:
    """Return the settings that hold now; one query."""
    return of(Setting.objects.values_list("name", "value"))


def of(rows: Iterable[tuple[str, Any]]) -> DeskSettings:
    """Return the settings that hold by rows of (name, value)."""
    found = DeskSettings()
    for name, value in rows:
        group, _, one = name.partition(".")
        if name in _FITS:
            found = replace(found, **{group: replace(getattr(found, group), **{one: value})})
    return found


def fit(name: str, value: Any) -> Any:
    """Return `value` as the setting `name` takes it; raise Unfit where it can't, or there is no such setting."""
    if name not in _FITS:
        raise Unfit(say(f"没有这样的设置：{name}。", f"There is no such setting: {name}."))
    return _FITS[name](value)


def entries() -> list[Entry]:
    """List every setting, in order; one query."""
    rows = {row.name: row for row in Setting.objects.all()}
    defaults = DeskSettings()
    found = []
    for group in fields(DeskSettings):
        for one in fields(getattr(defaults, group.name)):
            name = f"{group.name}.{one.name}"
            default = getattr(getattr(defaults, group.name), one.name)
            row = rows.get(name)
            says = say(one.metadata["zh"], one.metadata["en"])
            found.append(Entry(name, row.value if row else default, default, says, row.version if row else 0))
    return found


_FITS: dict[str, Callable[[Any], Any]] = {
    f"{group.name}.{one.name}": one.metadata["fit"]
    for group in fields(DeskSettings)
    for one in fields(getattr(DeskSettings(), group.name))
}
