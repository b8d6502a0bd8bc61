"""What the palette offers, in groups: clients, pages, acts; eight options at the most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from zhike_desk.records.queries.search import Found
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.frame import Place
from zhike_desk.ui.speech import told

MOST = 8
MOST_CLIENTS = 6

# What can be done from anywhere: route, what follows it, the action of policy.yaml, names to find it by, icon.
_ACTS = (
    ("tasks_new", "", "care.write", "新建任务", "New task", "renwu xinjian rw", "plus"),
    ("today", "", "today.view", "记一次联系：从今日清单", "Log a contact, from today's list", "lianxi jilu lx", "phone"),
    ("tasks_week", "", "care.read", "任务日历", "Calendar of tasks", "rili rl", "calendar"),
    ("clients", "?sort=-days_since_contact", "client.list", "久未联系的客户", "Clients not contacted for long", "jiuwei jwlx", "people"),
    ("clients", "?stage=dormant", "client.list", "休眠客户", "Dormant clients", "xiumian xm", "sleep"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One option: where it leads, what it says, what it says small, its icon."""

    url: str
    name: str
    small: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Options of a kind."""

    name: str
    options: Sequence[Option]


def groups(viewer: Viewer, text: str, found: Sequence[Found], places: Sequence[Place]) -> list[Group]:
    """Put clients, pages and acts that fit `text` into groups; an empty group is left out."""
    word = text.lower()
    left = MOST
    told_of: list[Group] = []
    for name, options in (
        (told("客户", "Client"), [_client(f) for f in found]),
        (told("页面", "Page"), [_page(p) for p in places if word in f"{p.name} {p.route}".lower()]),
        (told("操作", "Act"), _acts(viewer, word)),
    ):
        kept = options[:left]
        left -= len(kept)
        if kept:
            told_of.append(Group(name, kept))
    return told_of


def _client(found: Found) -> Option:
    number = found.key if found.key != found.name else ""
    small = " · ".join(part for part in (number, found.phone) if part)
    return Option(reverse("client", args=[found.key]), found.name, small, "user")


def _page(place: Place) -> Option:
    return Option(place.url, place.name, told("页面", "Page"), place.icon)


def _acts(viewer: Viewer, word: str) -> list[Option]:
    options = []
    for route, rest, action, zh, en, spelt, icon in _ACTS:
        if viewer.may(action) is None or word not in f"{zh} {en} {spelt}".lower():
            continue
        options.append(Option(reverse(route) + rest, told(zh, en), told("操作", "Act"), icon))
    return options
