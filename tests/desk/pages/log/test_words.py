"""Every act the desk can log has a name in both languages, and no name stands for an act that nobody logs; objects too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from zhike_desk.pages.log import words
from zhike_desk.records.models import ApiToken, Consent, Task  # noqa: F401  (read by the names of states)
from zhike_desk.records.models.approval import Approval
from zhike_desk.records.policy import policy
from zhike_desk.records.wording import CONSENTS, IDENTITY

DESK = Path(__file__).parents[4] / "src" / "zhike_desk"
NO_ACTS = {
    # names of settings, files, modules, columns and bulk acts' parameters
    "audit.heads", "tasks.done", "tasks.hand", "tasks.move", "feedback.known", "alerts.watch", "zhike.epoch", "looks.jsonl", "clients.hand",
}  # fmt: skip
STATES = {"approval": ("done", "refused", "withdrawn"), "task": ("done", "dropped")}


def named_in(text: str) -> Iterator[str]:
    """Yield what a module that logs writes like an act: `room.doing`, and one whose doing is a state."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            room = node.values[0].value if isinstance(node.values[0], ast.Constant) else ""
            yield from (
                f"{room}{state}" for state in STATES.get(str(room).rstrip("."), ()) if str(room).endswith(".")
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.fullmatch(r"[a-z]+\.[a-z_]+", node.value):
                yield node.value
        elif isinstance(node, ast.Call) and _appends(node) and isinstance(node.args[1], ast.Constant):
            yield str(node.args[1].value)


def kinds_in(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _appends(node):
            yield from (
                k.value.value for k in node.keywords if k.arg == "kind" and isinstance(k.value, ast.Constant)
            )  # type: ignore[misc]


def _appends(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func) == "audit.append"
        and len(node.args) > 1
    )


LOGGING = {
    p.name: text
    for p in sorted(DESK.rglob("*.py"))
    if "audit.append" in (text := p.read_text("utf-8")) or "line_up(" in text
}


def logged() -> set[str]:
    found = {name for text in LOGGING.values() for name in named_in(text)}
    return {
        name for name in found if name in words.ACTS or (name not in policy().cells and name not in NO_ACTS)
    }


def test_every_act_that_is_logged_has_a_name() -> None:
    assert len(LOGGING) > 20
    assert logged() - set(words.ACTS) - {"job.end"} == set()
    assert len(logged()) > 55


def test_no_name_stands_for_an_act_that_nobody_logs() -> None:
    elsewhere = {"job.end"}  # the worker's
    assert set(words.ACTS) - logged() - elsewhere == set()
    assert all('"job.end"' in (DESK / "worker" / "doing.py").read_text("utf-8") for _ in elsewhere)


def test_an_act_without_a_name_would_be_found() -> None:
    planted = 'audit.append(by, "client.kiss", at=at, kind="mouth")'
    assert list(named_in(planted)).count("client.kiss") >= 1
    assert "client.kiss" not in words.ACTS
    assert list(kinds_in(planted)) == ["mouth"]


def test_every_kind_of_object_has_a_name() -> None:
    found = {kind for text in LOGGING.values() for kind in kinds_in(text)}
    assert found - set(words.OBJECTS) == set()
    assert {"client", "user", "job", "approval"} <= found


def test_every_act_lies_in_a_room_one_can_filter_by_and_no_two_names_are_alike() -> None:
    assert [
        a for a in words.ACTS if not any(a == r or (r.endswith(".") and a.startswith(r)) for r in words.ROOMS)
    ] == []
    assert [r for r in words.ROOMS if not any(a == r or a.startswith(r) for a in words.ACTS)] == []
    for language in (0, 1):
        names = [pair[language] for pair in words.ACTS.values()]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("state", STATES["approval"])
def test_the_states_whose_acts_are_named_are_the_records_own(state: str) -> None:
    assert state in Approval.STATES
    assert set(STATES["task"]) <= set(Task.STATES)


def test_fields_that_are_revealed_and_kinds_of_consent_are_named_once_and_all() -> None:
    assert set(IDENTITY) == set(policy().fields["reveal"])
    assert set(CONSENTS) == set(Consent.KINDS)
    twice = [
        p.name
        for p in DESK.rglob("*.py")
        if p.name != "wording.py"
        and re.search(r'"(证件号码?|通话录音|录音|数据使用|资料使用)"', p.read_text("utf-8"))
    ]
    assert twice == []


def test_what_a_row_tells_besides_is_written_field_by_field_in_either_language() -> None:
    told_of = {
        "left": "cash",
        "right": "credit",
        "value": 2.0,
        "given": True,
        "of": "client.hold",
        "kind": "preview",
        "role": "head",
        "note": "",
    }
    with translation.override("zh-hans"):
        found = words.details(told_of)
    assert (
        found
        == "左项：cash；右项：credit；取值：2.0；客户同意：是；事项：封存、删除或解除封存；种类：预览；角色：营业部负责人"
    )
    with translation.override("en"):
        assert (
            words.details({"fields": {"is_active": False}, "clients": ["1", "2"]})
            == "Becomes: May sign in: no; Clients: 1, 2"
        )
        assert words.details({"never_heard_of": 3}) == "never_heard_of: 3"
