"""What is wrong with the night, for those who see the branch's data: late files, a failed run, numbers grown old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.cache import caches
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from zhike.base.text import Said, say
from zhike_desk.records import settings
from zhike_desk.records.arrivals import arrivals
from zhike_desk.records.models import Job, Setting, User
from zhike_desk.records.queries import nights, working_days
from zhike_desk.records.viewer import Viewer

KEPT_SECONDS = 20
"""How long a process goes by what it last looked up for the frame."""
_KEY = "alerts.watch"
_USUAL_DAYS = 3
"""A feed that came on so many days of the last seven is expected every working day."""
_WATCHED = {
    "undo": "undo.seconds",
    "stale": "shown.stale_days",
    "by": "night.drop_by",
    "holidays": "calendar.holidays",
    "workdays": "calendar.workdays",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that needs somebody: its name (`late`, `missing`, `failed`, `stale`), in a word, what it is, what to do next."""

    name: str
    short: Said
    what: Said
    next: Said


@dataclass(frozen=True, slots=True)
class LastNight:
    """The latest run of a night: `running`, `done` or `failed`, when it ended (or began), how long it took."""

    state: str
    at: datetime
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What the frame of every page goes by: two settings, the latest run, whether files are late."""

    undo_seconds: int
    stale_days: int
    last: LastNight | None
    late: Alert | None


def alerts(viewer: Viewer, at: datetime) -> list[Alert]:
    """List what is wrong with the night at `at`; nothing for who doesn't see the branch's data.

    A branch made up has neither new files nor new days: there only a night that failed is told.
    """
    if viewer.may("data.view") is None:
        return []
    found = [_failed()]
    if not django_settings.DEMO:
        rules = settings.current()
        found += [_stale(at, rules.shown.stale_days), _late(at, rules.night.drop_by, rules.calendar)]
    return [alert for alert in found if alert is not None]


def watch(viewer: Viewer, at: datetime) -> Watch:
    """Return what the frame goes by: two queries at the most, none within twenty seconds of the last look of this process."""
    found: Watch | None = caches["memory"].get(_KEY)
    if found is None:
        found = _looked(viewer, at)
        caches["memory"].set(_KEY, found, KEPT_SECONDS)
    return found


def _looked(viewer: Viewer, at: datetime) -> Watch:
    defaults = settings.DeskSettings()
    rows = User.objects.filter(pk=viewer.user_id)  # a row that is there, for what is looked up beside it
    kept = {
        name: Subquery(Setting.objects.filter(name=setting).values("value")[:1])
        for name, setting in _WATCHED.items()
    }
    newest = _nights("running", "done", "failed")
    run = {
        name: Subquery(newest.values(name)[:1]) for name in ("state", "started_at", "ended_at", "created_at")
    }
    asked: Any = rows.values(**kept, **{f"night_{n}": s for n, s in run.items()})
    told: dict[str, Any] = asked.first() or {}
    free = settings.Calendar(told.get("holidays") or "", told.get("workdays") or "")
    return Watch(
        undo_seconds=_or(told.get("undo"), defaults.undo.seconds),
        stale_days=_or(told.get("stale"), defaults.shown.stale_days),
        last=_last(told),
        late=None if django_settings.DEMO else _late(at, _or(told.get("by"), defaults.night.drop_by), free),
    )


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _last(told: dict[str, Any]) -> LastNight | None:
    if not told.get("night_state"):
        return None
    began, ended = told["night_started_at"], told["night_ended_at"]
    seconds = (ended - began).total_seconds() if began and ended else None
    return LastNight(told["night_state"], ended or began or told["night_created_at"], seconds)


def _nights(*states: str) -> QuerySet[Job]:
    return Job.objects.filter(kind="night", state__in=states).order_by("-id")


def _failed() -> Alert | None:
    last = _nights("done", "failed").first()
    if last is None or last.state == "done":
        return None
    why = last.result.get("error", {"zh": last.error, "en": last.error})
    return Alert(
        "failed",
        say("夜间运行失败", "The night failed"),
        say(f"最近一次夜间运行失败：{why['zh']}", f"The last night failed: {why['en']}"),
        say("查明原因后再运行一次。", "See to the reason, then run it again."),
    )


def _stale(at: datetime, most: int) -> Alert | None:
    shown = nights.shown()
    if shown is None:
        return None
    days = (timezone.localtime(at).date() - shown.as_of).days
    if days <= most:
        return None
    return Alert(
        "stale",
        say("数据过期", "Stale data"),
        say(
            f"所示数据截至 {shown.as_of}，已有 {days} 天。",
            f"The numbers hold for {shown.as_of}: {days} days ago.",
        ),
        say("检查文件是否到达、夜间运行是否成功。", "See whether files came, and whether the night ran."),
    )


def _late(at: datetime, by: str, free: settings.Calendar) -> Alert | None:
    """Tell of a working day past its hour on which nothing came, or not what usually does."""
    local = timezone.localtime(at)
    if local.time() < time.fromisoformat(by) or not working_days.current(free).works(local.date()):
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    came = arrivals(Path(django_settings.HOME), midnight - timedelta(days=7))
    today = {a.feed for a in came if a.at >= midnight}
    days: dict[str, set[object]] = {}
    for one in came:
        if one.at < midnight:
            days.setdefault(one.feed, set()).add(one.at.date())
    missing = sorted(f for f, on in days.items() if len(on) >= _USUAL_DAYS and f not in today)
    if today and not missing:
        return None
    return _missing(missing, by) if today else _nothing(by)


def _nothing(by: str) -> Alert:
    return Alert(
        "late",
        say("今天的文件未到", "Files are late"),
        say(f"今天的文件到 {by} 仍未到达。", f"Today's files had not come by {by}."),
        say("联系提供文件的人，或在“数据”中上传。", "Ask whoever delivers them, or upload them under Data."),
    )


def _missing(feeds: list[str], by: str) -> Alert:
    zh, en = "、".join(feeds), ", ".join(feeds)
    return Alert(
        "missing",
        say("有来源未到", "A feed is missing"),
        say(
            f"平时每天都来的文件，到 {by} 缺：{zh}。",
            f"Of what comes every day, this had not come by {by}: {en}.",
        ),
        say("联系提供文件的人，或在“数据”中上传。", "Ask whoever delivers them, or upload them under Data."),
    )
