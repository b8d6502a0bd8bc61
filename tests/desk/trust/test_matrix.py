"""Role × action × client: every cell is right, and what is denied or refused changes no row of any table."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

import trust_ground as ground
from trust_ground import ACTS, TARGETS, Act
from zhike_desk.records.policy import policy

VIEWERS = 10
CELLS = VIEWERS * len(TARGETS) * len(ACTS)


@pytest.mark.both
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_who_may_is_who_the_requirement_names_and_a_denied_act_changes_no_row(act: Act, db: Path) -> None:
    targets, viewers = ground.targets(), ground.viewers()
    wrong, done, before = [], 0, ground.tables()
    for name, viewer in viewers.items():
        for target, client_id in targets.items():
            with _put_back():
                outcome = ground.tried(act, viewer, client_id)
                if (outcome != "denied") != ground.expected(name, target, act):
                    wrong.append((name, target, outcome))
                if outcome != "done" and ground.tables() != before:
                    wrong.append((name, target, "rows changed"))
                done += outcome == "done"
    assert wrong == []
    assert ground.tables() == before
    assert done > 0  # somebody may: an act that nobody can do proves nothing
    assert len(viewers) == VIEWERS


def test_there_are_more_than_1200_cells() -> None:
    assert CELLS >= 1_200


@pytest.mark.both
def test_a_denied_act_that_writes_all_the_same_is_caught(db: Path) -> None:
    bold = Act("bold", {}, lambda v, c: (ground.note(v, c), False)[1])
    with _put_back():
        before = ground.tables()
        assert ground.tried(bold, ground.viewers()["frank"], "0020000001") == "denied"
        assert ground.tables() != before


def test_what_nobody_wrote_into_the_policy_is_denied_and_what_is_written_is_what_the_requirement_says() -> (
    None
):
    assert {
        action: {role: _cell(action, role) for role in policy().roles if policy().cell(role, action)}
        for action in _REQUIRED
    } == _REQUIRED


class _put_back:
    """Take back whatever was written within."""

    def __enter__(self) -> None:
        self.outer = transaction.atomic()
        self.outer.__enter__()

    def __exit__(self, *error: object) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)


def _cell(action: str, role: str) -> str:
    cell = policy().cell(role, action)
    assert cell is not None
    letter = {"own": "O", "branch": "B", "all": "A", "self": "S"}[cell.scope]
    return " ".join([letter, *sorted(cell.limits)])


_OWN = {
    "manager": "O masked",
    "adviser": "O masked",
    "head": "B masked",
    "analyst": "A pseudonym",
    "compliance": "A masked",
}
_REQUIRED = {
    "client.list": _OWN,
    "client.view": _OWN,
    "client.reveal": {"manager": "O", "head": "B", "compliance": "A"},
    "client.money": {"manager": "O", "adviser": "O", "head": "B", "analyst": "A pseudonym", "compliance": "A"},
    "care.read": {"manager": "O", "adviser": "O", "head": "B"},
    "care.write": {"manager": "O", "adviser": "O", "head": "B"},
    "consent.write": {"manager": "O", "head": "B second", "compliance": "A"},
    "suitability.write": {"manager": "O", "head": "B second", "compliance": "A"},
    "client.move": {"head": "B second"},
    "client.hold": {"compliance": "A second"},
    "client.held": {"compliance": "A"},
    "data.upload": {"head": "B", "analyst": "A"},
    "data.commit": {"head": "B second", "analyst": "A second"},
    "export.small": {"manager": "O masked", "adviser": "O masked", "head": "B masked", "analyst": "A aggregate", "compliance": "A masked"},
    "export.large": {"manager": "O request", "head": "B request", "compliance": "A request"},
    "export.approve": {"head": "B", "compliance": "A"},
    "ahp.judge": {"manager": "O", "adviser": "O", "head": "B", "analyst": "A"},
    "ahp.publish": {"head": "B second", "analyst": "A second"},
    "night.run": {"head": "B", "analyst": "A", "admin": "A"},
    "deputy.name": {"head": "B second"},
    "deputy.approve": {"compliance": "A"},
    "log.read": {"manager": "S", "adviser": "S", "head": "B", "compliance": "A", "admin": "A metadata"},
    "users.write": {"head": "B request", "admin": "A second"},
    "settings.write": {"head": "B request", "admin": "A second"},
}  # fmt: skip
