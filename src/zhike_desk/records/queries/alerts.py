"""What is wrong with the night, for those who see the branch's data: late files, a failed run, numbers grown old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from django.conf import settings as django_settings
from django.utils import timezone

from zhike.base.text import Said, say
from zhike_desk.made_up import DESK_FEED
from zhike_desk.records import settings
from zhike_desk.records.models import Job
from zhike_desk.records.queries import nights
from zhike_desk.records.viewer import Viewer

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that needs somebody: its name (`late`, `failed`, `stale`), what it is, what to do next."""

    name: str
    what: Said
    next: Said


def alerts(viewer: Viewer, at: datetime) -> list[Alert]:
    """List what is wrong with the night at `at`; nothing for who doesn't see the branch's data, nor at a branch made up."""
    if django_settings.DEMO or viewer.may("data.view") is None:
        return []
    rules = settings.current()
    found = [_failed(), _stale(at, rules.shown.stale_days), _late(at, rules.night.drop_by)]
    return [alert for alert in found if alert is not None]


def _failed() -> Alert | None:
    last = Job.objects.filter(kind="night", state__in=("done", "failed")).order_by("-id").first()
    if last is None or last.state == "done":
        return None
    why = last.result.get("error", {"zh": last.error, "en": last.error})
    return Alert(
        "failed",
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
        say(
            f"所示数据截至 {shown.as_of}，已有 {days} 天。",
            f"The numbers hold for {shown.as_of}: {days} days ago.",
        ),
        say("检查文件是否到达、夜间运行是否成功。", "See whether files came, and whether the night ran."),
    )


def _late(at: datetime, by: str) -> Alert | None:
    """Tell of a working day past its hour on which nothing came in: neither taken in since midnight, nor waiting in the inbox."""
    local = timezone.localtime(at)
    if local.weekday() >= _SATURDAY or local.time() < time.fromisoformat(by):
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    home = Path(django_settings.HOME)
    rooms = (home / "drops", home / "inbox", home / "inbox" / "taken")
    came = (
        p
        for room in rooms
        if room.is_dir()
        for p in room.iterdir()
        if DESK_FEED not in p.name and p.name != "taken"
    )
    if any(p.stat().st_mtime >= midnight for p in came):
        return None
    return Alert(
        "late",
        say(f"今天的文件到 {by} 仍未到达。", f"Today's files had not come by {by}."),
        say("联系提供文件的人，或在“数据”中上传。", "Ask whoever delivers them, or upload them under Data."),
    )
