"""A desk on which a morning's work was done: what its pages show when they aren't empty. Everything goes through the actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from zhike_desk.records import clock, scope
from zhike_desk.records.actions import (
    complaints,
    consent,
    contacts,
    deputies,
    holds,
    moves,
    notes,
    panels,
    tags,
    tasks,
    views,
)
from zhike_desk.records.models import User
from zhike_desk.records.viewer import Viewer


def somebody(name: str) -> Viewer:
    """Return the viewer of that name."""
    return Viewer.of(User.objects.get(username=name))


def own_clients(by: Viewer) -> list[str]:
    """Return the numbers of the clients somebody works with, the most valuable first."""
    found = scope.clients(by, "care.write").order_by("-score", "client_id")
    return list(found.values_list("client_id", flat=True))


def morning() -> None:
    """Let Alice, Bob and Dora do what they do on a morning."""
    at = clock.now()
    _manager(at)
    _head(at)
    dora = somebody("dora")
    holds.hold(own_clients(somebody("bob"))[-1], kind="frozen", reason="客户来函要求", by=dora, at=at)


def _manager(at: datetime) -> None:
    alice = somebody("alice")
    first, second, third, *_ = own_clients(alice)
    contacts.log(first, medium="phone", purpose="care", outcome="满意", minutes=6, by=alice, at=at)
    notes.add(first, text_="家里刚添了孩子，想谈谈教育金的长期安排。", by=alice, at=at)
    for word in ("重点", "子女教育"):
        tags.add(first, word=word, by=alice, at=at)
    complaints.receive(
        second, category="佣金费用", severity=2, opened_at=at - timedelta(days=30), by=alice, at=at
    )
    consent.record(first, kind="recording", given=True, reason="录音 20250630-3", by=alice, at=at)
    today = clock.today()
    for days, client, title in (
        (-1, second, "回电：两融展期"),
        (0, third, "送季度账单"),
        (2, "", "晨会材料"),
    ):
        due = max(today, today + timedelta(days=days))
        tasks.add(title, due_on=due, client_id=client, by=alice, at=at)
    views.save("clients", "大额流出", "net_flow_3m.max=-100000", by=alice, at=at)


def _head(at: datetime) -> None:
    bob, today = somebody("bob"), clock.today()
    moves.hand_over(own_clients(somebody("alice"))[-2:], to_staff="E0003", reason="休产假", by=bob, at=at)
    deputies.name(
        somebody("alice").user_id, until=today + timedelta(days=14), reason="出差两周", by=bob, at=at
    )
    experts = [somebody(name).user_id for name in ("alice", "grace", "erin", "bob")]
    panels.begin("机构三季度", "institution-1", experts, by=bob, at=at)
    views.save("clients", "价值型大客户", "logic=value&sort=-net_now", shared=True, by=bob, at=at)
