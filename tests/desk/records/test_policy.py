"""policy.yaml is read as it is written, or refused: nobody gets a right through a slip of the pen."""

from __future__ import annotations

import pytest

from zhike.base.errors import UsageError
from zhike_desk.records.policy import Cell, policy, read
from zhike_desk.records.viewer import Denied, Viewer

SMALL = """
roles: [manager, head]
actions:
  client.list: {manager: own masked, head: branch second, token: scope}
  client.move: {head: branch request}
seconds: {client.move: client.list}
fields: {masked: [name]}
routes: {clients: {clients: client.list, clients_more: signed-in}, way: {home: public}}
"""


def test_a_small_policy_is_read_cell_by_cell() -> None:
    found = read(SMALL)
    assert found.cell("manager", "client.list") == Cell("own", frozenset({"masked"}))
    assert found.cell("manager", "client.move") is None
    assert (found.roles, found.tokens, found.fields) == (
        ("manager", "head"),
        frozenset({"client.list"}),
        {"masked": ("name",)},
    )
    assert found.seconds == {"client.move": "client.list"}
    assert [found.route(name) for name in ("clients", "clients_more", "home", "nowhere")] == [
        "client.list",
        "signed-in",
        "public",
        None,
    ]


@pytest.mark.parametrize(
    ("words", "second", "pseudonym"),
    [
        ("own", False, False),
        ("branch second", True, False),
        ("all request", True, False),
        ("all pseudonym masked", False, True),
    ],
)
def test_what_a_cell_says(words: str, second: bool, pseudonym: bool) -> None:
    cell = read(SMALL.replace("own masked", words)).cell("manager", "client.list")
    assert cell is not None
    assert (cell.second, cell.pseudonym) == (second, pseudonym)


@pytest.mark.parametrize(
    ("slip", "instead", "where"),
    [
        ("own masked", "everything", "client.list: manager: everything"),
        ("own masked", "own maskd", "client.list: manager: own maskd"),
        ("{manager: own masked", "{manger: own masked", "client.list: manger: own masked"),
        ("client.move: client.list}", "client.move: client.liist}", "seconds: client.move"),
        ("seconds: {client.move", "seconds: {client.mvoe", "seconds: client.mvoe"),
        ("clients: client.list,", "clients: client.lst,", "routes: clients: client.lst"),
        ("home: public", "clients: public", "routes: clients: public"),
        ("home: public", "home: everybody", "routes: home: everybody"),
    ],
)
def test_a_slip_of_the_pen_is_refused_and_named(slip: str, instead: str, where: str) -> None:
    assert slip in SMALL
    with pytest.raises(UsageError, match=r"A line of policy\.yaml") as refused:
        read(SMALL.replace(slip, instead))
    assert refused.value.where == where


def test_an_action_nobody_wrote_down_is_a_fault_not_a_right() -> None:
    with pytest.raises(UsageError, match=r"knows no action client\.liist"):
        policy().cell("manager", "client.liist")


def test_a_viewer_may_what_the_role_may_and_a_token_within_its_scopes_only() -> None:
    person = Viewer(1, "alice", "manager")
    token = Viewer(1, "alice", "manager", scopes=frozenset({"care.read", "client.reveal"}))
    assert person.need("client.reveal").scope == "own"
    assert token.need("care.read").scope == "own"
    for action in ("care.write", "client.reveal"):  # not among its scopes; never a token's
        with pytest.raises(Denied):
            token.need(action)
    with pytest.raises(Denied):
        person.need("client.hold")


class _Nobody:
    is_authenticated = False


def test_nobody_is_no_viewer() -> None:
    with pytest.raises(Denied):
        Viewer.of(_Nobody())
