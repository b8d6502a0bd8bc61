"""What the matrix of rights denies to tokens stays denied, whatever scopes a token claims, to whoever's token it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

import trust_ground as ground
from api_caller import described
from trust_ground import AT, DUE
from zhike_desk.records.actions import (
    approvals,
    consent,
    deputies,
    drops,
    exports,
    holds,
    jobs,
    judgements,
    moves,
    panels,
    people,
    reveal,
    settings,
    suitability,
    tokens,
    views,
)
from zhike_desk.records.models import Approval, User
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import ahp, complaints, compliance, data, log, team, value_models
from zhike_desk.records.queries import approvals as asked_for
from zhike_desk.records.refusals import Refused
from zhike_desk.records.valuing import drafting
from zhike_desk.records.viewer import Denied, Viewer

Who = Callable[[str], Viewer]

MAY = {
    "client.list": "the matrix: list, search, view clients",
    "client.view": "the matrix: list, search, view clients",
    "client.money": "the matrix: assets and trades",
    "care.read": "the matrix: notes, tasks, contacts",
    "care.write": "the matrix: notes, tasks, contacts",
    "data.upload": "the matrix: upload and validate",
    "today.view": "a list of clients one may list, with tasks one may read",
    "market.view": "the market: nobody's personal data",
    "segment.view": "sums over clients one may list",
    "job.view": "how far one's own jobs are",
    "undo": "takes back what the token, or its owner, did; held to the scope of that act beside",
}
"""What a token may be for, and why."""


@dataclass(frozen=True)
class Act:
    """Something tokens may never do, whatever their owner may: the action, who may, how it is tried."""

    action: str
    person: str
    do: Callable[[Viewer], Any]


def _mine(by: Viewer) -> str:
    return ground.targets_of(by.username)


def _approval(by: Viewer, action: str) -> int:
    made = Approval.objects.create(
        action=action, branch_id=by.branch_id, payload={}, summary="—", reason="—", asked_by=User.objects.get(username="heidi"),
        created_at=AT, changed_at=AT,
    )  # fmt: skip
    return made.pk


def _judge(by: Viewer) -> Any:
    """Judge the first pair of a panel that asks for it."""
    head = Viewer.of(User.objects.get(username="bob"))
    panel = int(panels.begin("机构三季度", "institution-1", [by.user_id], by=head, at=AT).id)
    node = next(n for n in drafting.nodes_of(value_models.text_of("institution-1")) if n.key == "scale")
    left, right = node.items[:2]
    return judgements.judge(panel, node.key, left, right, 3.0, seen=0, by=by, at=AT)


NEVER = (
    Act("client.reveal", "alice", lambda v: reveal.reveal(_mine(v), "name", "客户要求核对", by=v, at=AT)),
    Act("client.move", "bob", lambda v: moves.hand_over([_mine(v)], to_staff="E0003", reason="休假", by=v, at=AT)),
    Act("client.hold", "dora", lambda v: holds.hold(ground.targets_of("alice"), kind="frozen", reason="法院", by=v, at=AT)),
    Act("consent.write", "alice", lambda v: consent.record(_mine(v), kind="marketing", given=False, reason="来电", by=v, at=AT)),
    Act("consent.read", "dora", lambda v: compliance.consents(v, {})),
    Act("suitability.write", "alice", lambda v: suitability.assess(_mine(v), level="C2", assessed_on=AT.date(), reason="问卷 7", by=v, at=AT)),
    Act("export.small", "alice", lambda v: exports.small("", form="csv", purpose="周会", typed=1, by=v, at=AT)),
    Act("export.large", "alice", lambda v: exports.request("", form="csv", purpose="周会", typed=1, by=v, at=AT)),
    Act("export.approve", "dora", lambda v: approvals.refuse(_approval(v, "export.large"), seen=1, remark="不必", by=v, at=AT)),
    Act("data.commit", "bob", lambda v: drops.take_back(1, reason="传错了", by=v, at=AT)),
    Act("data.view", "bob", data.overview),
    Act("night.run", "bob", lambda v: jobs.ask("night", {}, by=v, at=AT)),
    Act("ahp.view", "erin", ahp.panels),
    Act("ahp.judge", "alice", _judge),
    Act("ahp.lead", "bob", lambda v: panels.begin("评议", "individual-1", [], by=v, at=AT)),
    Act("settings.write", "bob", lambda v: settings.put({"care.contacts": 3}, seen={"care.contacts": 0}, reason="忙季", by=v, at=AT)),
    Act("users.write", "bob", lambda v: people.disable(User.objects.get(username="alice").pk, seen=1, reason="离职", by=v, at=AT)),
    Act("deputy.name", "bob", lambda v: deputies.name(User.objects.get(username="alice").pk, until=DUE, reason="休假", by=v, at=AT)),
    Act("token.write", "alice", lambda v: tokens.create("x", scopes=["client.list"], days=1, by=v, at=AT)),
    Act("view.save", "alice", lambda v: views.save("clients", "我的", "logic=trend", by=v, at=AT)),
    Act("complaint.read", "bob", lambda v: complaints.register(v, {}, AT.date())),
    Act("approval.view", "bob", lambda v: asked_for.waiting(v, AT)),
    Act("team.view", "bob", lambda v: team.rows(v, AT)),
    Act("log.read", "alice", log.acts),
)  # fmt: skip


def claiming(viewer: Viewer) -> Viewer:
    """Return a token of somebody's that claims every action there is, as one whose row was forged would."""
    return Viewer.of(User.objects.get(username=viewer.username), frozenset(policy().cells))


def test_a_token_may_be_for_what_is_written_here_with_its_reason_and_nothing_else() -> None:
    assert policy().tokens == set(MAY)


@pytest.mark.parametrize("act", NEVER, ids=lambda act: act.action)
def test_what_is_never_a_token_s_is_denied_even_to_one_that_claims_it_and_changes_no_row(
    act: Act, viewer: Who
) -> None:
    person = viewer(act.person)
    with transaction.atomic():
        with suppress(Refused):  # who signs in isn't denied: so it is the token that is
            act.do(person)
        transaction.set_rollback(True)
    before = ground.tables()
    with pytest.raises(Denied), transaction.atomic():
        act.do(claiming(person))
    assert ground.tables() == before
    assert claiming(person).may(act.action) is None
    assert person.may(act.action) is not None


@pytest.mark.parametrize("action", sorted(set(policy().cells) - set(MAY)))
def test_no_token_is_made_for_what_tokens_never_do_and_no_operation_stands_for_it(
    action: str, viewer: Who
) -> None:
    for name in ("alice", "bob", "erin", "grace"):
        with pytest.raises(Refused, match="Choose among"):
            tokens.create("x", scopes=[action], days=1, by=viewer(name), at=timezone.now())
    ways = [name for name, needed in policy().routes.items() if needed == action and name.startswith("api:")]
    assert ways == []


def test_every_operation_says_the_scope_that_it_needs(viewer: Who) -> None:
    for methods in described()["paths"].values():
        for operation in methods.values():
            needed = policy().routes[f"api:{operation['operationId']}"]
            assert operation["description"].endswith(f"Scope of the token: `{needed}`.")
