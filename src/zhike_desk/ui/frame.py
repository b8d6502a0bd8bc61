"""What stands around every page: the places the viewer may go to, the night's stamp, the language, the colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from zhike_desk.records.policy import policy
from zhike_desk.records.queries import alerts, nights
from zhike_desk.records.queries.alerts import Alert, Watch
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.speech import chinese, said, told

THEMES = ["auto", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the navigation."""

    route: str
    url: str
    name: str
    icon: str
    here: bool


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the numbers on a page hold for: the day of the data, when they were computed, and whether that is too long ago."""

    as_of: date
    published_at: datetime
    days: int
    tonight: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class Run:
    """How the latest night went, for those who see the branch's data: a word, its icon and tone, what it is about."""

    text: str
    title: str
    icon: str
    tone: str


_PLACES = (
    ("today", "今日", "Today", "sun"),
    ("clients", "客户", "Clients", "people"),
    ("segments", "客群", "Segments", "grid"),
    ("market", "市场", "Market", "pulse"),
    ("tasks", "任务", "Tasks", "tasks"),
    ("ahp", "价值", "Value", "scale"),
    ("approvals", "审批", "Approvals", "check"),
    ("team", "团队", "Team", "team"),
    ("data", "数据", "Data", "stack"),
    ("compliance", "合规", "Compliance", "shield"),
    ("log", "记录", "Log", "book"),
    ("settings", "设置", "Settings", "dial"),
    ("help", "帮助", "Help", "question"),
)

_WITHIN = {"clients": "client"}
"""Pages that are reached through a place and belong to it."""


def places(request: HttpRequest) -> list[Place]:
    """Return the places the viewer may go to, in order; a page that isn't there yet is left out."""
    viewer = Viewer.of(request.user)
    name = request.resolver_match.view_name if request.resolver_match else ""
    found = []
    for route, zh, en, icon in _PLACES:
        action = policy().route(route)
        if action is None or (action != "signed-in" and viewer.may(action) is None):
            continue
        try:
            url = reverse(route)
        except NoReverseMatch:
            continue
        here = name.partition("_")[0] in (route, _WITHIN.get(route))
        found.append(Place(route, url, told(zh, en), icon, here))
    return found


def stamp(night: nights.Shown | None, now: datetime, stale_days: int) -> Stamp | None:
    """Return the night's stamp; at a branch made up today is the data's own last day (`records.clock`), so they are never stale."""
    if night is None:
        return None
    computed = timezone.localtime(night.published_at).date()
    today = timezone.localtime(now).date()
    days = 0 if settings.DEMO else (today - night.as_of).days
    return Stamp(night.as_of, night.published_at, days, (today - computed).days <= 1, days > stale_days)


def runs(watch: Watch) -> list[Run]:
    """Say of the latest night that it runs or failed, how long it took, and that files are late."""
    found = []
    last = watch.last
    if last is not None and last.state == "running":
        found.append(Run(told("夜间运行中", "A night is running"), "", "refresh", "note"))
    elif last is not None and last.state == "failed":
        when = timezone.localtime(last.at)
        title = told(f"{when:%m-%d %H:%M} 失败", f"It failed on {when:%m-%d %H:%M}")
        found.append(Run(told("夜间运行失败", "The night failed"), title, "alarm", "grave"))
    elif last is not None and last.seconds is not None:
        took = _took(last.seconds)
        found.append(
            Run(took, told(f"最近一次夜间运行成功，{took}", f"The last night ran: {took}"), "moon", "")
        )
    return found + ([_late(watch.late)] if watch.late is not None else [])


def _late(alert: Alert) -> Run:
    return Run(said(alert.short), said(alert.what), "warn", "care")


def _took(seconds: float) -> str:
    if seconds < 90:
        return told(f"用时 {seconds:.0f} 秒", f"took {seconds:.0f} s")
    return told(f"用时 {seconds / 60:.0f} 分", f"took {seconds / 60:.0f} min")


def night_of(request: HttpRequest) -> nights.Shown | None:
    """Return the night a request shows: page and frame ask once for both."""
    kept = vars(request)
    if "night" not in kept:
        kept["night"] = nights.shown()
    found: nights.Shown | None = kept["night"]
    return found


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates what stands around every page; nothing of a client is in it."""
    theme = request.COOKIES.get("zhike_theme", "auto")
    around: dict[str, Any] = {
        "theme": theme if theme in THEMES else "auto",
        "zh": chinese(),
        "demo": settings.DEMO,
        "updown": "west" if request.COOKIES.get("zhike_updown") == "west" else "east",
    }
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        around |= _signed_in(request, Viewer.of(request.user))
    return around


def _signed_in(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """Give what only a whole page draws as functions: a fragment that draws none of it asks the database for nothing."""
    now = timezone.now()
    watched = cache(lambda: alerts.watch(viewer, now))
    found = cache(lambda: places(request))
    sees_data = viewer.may("data.view") is not None
    return {
        "viewer": viewer,
        "places": found,
        "night": lambda: night_of(request),
        "stamp_url": lambda: next((place.url for place in found() if place.route == "data"), ""),
        "stamp": cache(lambda: stamp(night_of(request), now, watched().stale_days)),
        "night_told": lambda: runs(watched()) if sees_data else [],
        "undo_seconds": lambda: watched().undo_seconds,
    }
