"""The gate of rows: own, branch, all, and without whom; each set written out from the rows it comes from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import trust_ground as ground
from people import OTHER, PEOPLE
from trust_ground import AT
from zhike_desk.records import scope
from zhike_desk.records.models import BookClient, BookRelation, Hold, Move, Note, Task
from zhike_desk.records.viewer import Denied, Viewer

People = Callable[[str], Viewer]


def ids(found: object) -> set[str]:
    return {client.client_id for client in found}  # type: ignore[attr-defined]


def everybody() -> set[str]:
    return ids(BookClient.objects.all())


def of_branch(branch: str) -> set[str]:
    return {c.client_id for c in BookClient.objects.all() if c.branch_id == branch}


def served(name: str) -> set[str]:
    return {r.client_id for r in BookRelation.objects.all() if r.staff_id == PEOPLE[name].staff_id}


def move(client: str, to: str, *, ended: bool = False, by: str = "alice") -> None:
    Move.objects.create(
        client_id=client, from_staff=PEOPLE[by].staff_id, to_staff=PEOPLE[to].staff_id, reason="—", by_id=1,
        ended_at=AT if ended else None, created_at=AT, changed_at=AT,
    )  # fmt: skip


def test_everybody_sees_their_own_their_branch_or_all(db: Path, viewer: People) -> None:
    sees = {
        name: ids(scope.clients(viewer(name)))
        for name in ("alice", "grace", "charlie", "bob", "heidi", "erin", "dora")
    }
    assert sees == {
        "alice": served("alice"),
        "grace": served("grace"),
        "charlie": served("charlie"),
        "bob": of_branch("3101"),
        "heidi": of_branch(OTHER),
        "erin": everybody(),
        "dora": everybody(),
    }
    assert all(sees.values())
    assert len({frozenset(s) for s in sees.values()}) == 5  # charlie serves the whole of the other branch


@pytest.mark.parametrize(
    ("name", "action"), [("frank", "client.list"), ("grace", "client.reveal"), ("erin", "care.read")]
)
def test_who_may_not_is_denied_by_the_action_s_name(db: Path, viewer: People, name: str, action: str) -> None:
    for ask in (scope.clients, scope.hidden):
        with pytest.raises(Denied, match=action.replace(".", r"\.")):
            ask(viewer(name), action)
    with pytest.raises(Denied, match=action.replace(".", r"\.")):
        scope.client(viewer(name), ground.targets_of("alice"), action)


def test_an_action_that_is_not_named_is_that_of_lists_or_of_a_view(db: Path) -> None:
    lists = Viewer(1, "x", "manager", PEOPLE["alice"].staff_id, scopes=frozenset({"client.list"}))
    views = Viewer(1, "x", "manager", PEOPLE["alice"].staff_id, scopes=frozenset({"client.view"}))
    cares = Viewer(1, "x", "manager", PEOPLE["alice"].staff_id, scopes=frozenset({"care.read"}))
    one = ground.targets_of("alice")
    assert ids(scope.clients(lists)) == served("alice")
    assert ids(scope.hidden(lists)) == set()
    assert scope.client(views, one).client_id == one
    assert list(scope.tasks(cares)) == []
    for viewer, ask in ((views, scope.clients), (views, scope.hidden), (views, scope.tasks)):
        with pytest.raises(Denied):
            ask(viewer)
    with pytest.raises(Denied):
        scope.client(lists, one)


def test_without_a_staff_number_or_a_branch_nobody_is_one_s_own(db: Path) -> None:
    assert not scope.clients(Viewer(1, "x", "manager")).exists()
    assert not scope.clients(Viewer(1, "x", "head")).exists()
    assert not scope.clients(
        Viewer(1, "x", "manager", "E0002"), "help.view"
    ).exists()  # of oneself, not of clients
    assert not scope.clients(Viewer(1, "x", "manager", branch_id="3101")).exists()
    assert ids(scope.clients(Viewer(1, "x", "head", "E0002", "3102"))) == of_branch("3102")


def test_who_is_held_is_seen_by_compliance_alone_until_it_is_lifted(db: Path, viewer: People) -> None:
    frozen, erased, lifted, *_ = sorted(served("alice"))
    ground.hold(frozen)
    ground.hold(erased, "erased")
    ground.hold(lifted)
    Hold.objects.filter(client_id=lifted).update(lifted_at=AT)
    gone = {frozen, erased}
    assert set(scope.held()) == gone
    assert ids(scope.clients(viewer("alice"))) == served("alice") - gone
    assert ids(scope.clients(viewer("bob"))) == of_branch("3101") - gone
    assert ids(scope.clients(viewer("erin"))) == everybody() - gone
    assert ids(scope.clients(viewer("dora"))) == everybody()
    hidden = {name: ids(scope.hidden(viewer(name))) for name in ("alice", "bob", "heidi", "erin", "dora")}
    assert hidden == {"alice": gone, "bob": gone, "heidi": set(), "erin": gone, "dora": set()}
    with pytest.raises(Denied):
        scope.client(viewer("alice"), frozen)
    assert scope.client(viewer("dora"), frozen).client_id == frozen


def test_who_was_handed_on_is_the_new_one_s_until_the_files_say_so(db: Path, viewer: People) -> None:
    first, second, third, fourth, *_ = sorted(served("alice") - served("grace"))
    move(first, "grace")
    move(second, "grace", ended=True)
    move(third, "charlie")
    move(fourth, "bob", by="grace")  # what somebody else hands on of a client served by both
    assert ids(scope.clients(viewer("alice"))) == served("alice") - {first, third}
    assert ids(scope.clients(viewer("grace"))) == served("grace") | {first}
    assert ids(scope.clients(viewer("charlie"))) == served("charlie") | {third}
    assert set(scope.own("E0002")) == served("alice") - {first, third}
    assert set(scope.moved_to("E0003")) == {first}
    assert set(scope.own("E0003")) == served("grace")


def test_one_client_is_found_by_number_and_by_pseudonym_where_no_number_is_seen(
    db: Path, viewer: People
) -> None:
    row = BookClient.objects.get(client_id=ground.targets_of("alice"))
    for name in ("alice", "bob", "dora"):
        assert scope.client(viewer(name), row.client_id) == row
        with pytest.raises(Denied, match=r"client\.view"):
            scope.client(viewer(name), row.pseudonym)
    assert scope.client(viewer("erin"), row.pseudonym) == row
    with pytest.raises(Denied):
        scope.client(viewer("erin"), row.client_id)
    with pytest.raises(Denied):
        scope.client(viewer("charlie"), row.client_id)


def test_rows_of_clients_are_kept_as_their_clients_are(db: Path, viewer: People) -> None:
    alice = viewer("alice")
    mine, other = ground.targets_of("alice"), ground.targets_of("charlie")
    for client in (mine, other, "nobody"):
        ground.note(alice, client)

    def seen(name: str, action: str = "care.read") -> set[str]:
        return ids(scope.of_clients(Note.objects.all(), viewer(name), action))

    assert {name: seen(name) for name in ("alice", "charlie", "bob", "heidi")} == {
        "alice": {mine}, "charlie": {other}, "bob": {mine}, "heidi": {other},
    }  # fmt: skip
    assert seen("dora", "client.view") == {mine, other}
    ground.hold(mine)
    assert (seen("alice"), seen("bob")) == (set(), set())
    with pytest.raises(Denied, match=r"care\.read"):
        seen("dora")


def test_tasks_are_those_of_one_s_clients_and_bare_ones_of_one_s_own_or_one_s_branch(
    db: Path, viewer: People
) -> None:
    people = {name: viewer(name) for name in ("alice", "bob", "charlie", "grace", "heidi")}
    alice, grace, charlie = (people[n] for n in ("alice", "grace", "charlie"))
    mine = min(served("alice") - served("grace"))
    named = {
        "client, by and for alice": ground.task(alice, mine),
        "client, by and for grace": ground.task(grace, mine),
        "client, by grace for alice": ground.task(grace, mine, staff_id="E0002"),
        "client, by alice for grace": ground.task(alice, mine, staff_id="E0003"),
        "bare, alice": ground.task(alice, "", branch_id="3101"),
        "bare, by grace for alice": ground.task(grace, "", branch_id="3101", staff_id="E0002"),
        "bare, grace": ground.task(grace, "", branch_id="3101"),
        "bare, charlie": ground.task(charlie, "", branch_id=OTHER),
        "bare, by alice elsewhere": ground.task(alice, "", branch_id=OTHER, staff_id="E0004"),
    }
    by_id = {task.pk: name for name, task in named.items()}

    def seen(name: str, action: str) -> set[str]:
        return {by_id[task.pk] for task in scope.tasks(people[name], action)}

    of_alice = {n for n in named if n.startswith("client") or "alice" in n}
    assert seen("alice", "care.read") == of_alice
    assert seen("alice", "care.write") == of_alice - {"client, by and for grace"}
    ours = {n for n in named if n not in ("bare, charlie", "bare, by alice elsewhere")}
    assert seen("bob", "care.read") == seen("bob", "care.write") == ours
    people["dora"] = viewer("dora")
    assert seen("dora", "client.view") == set(named)
    assert seen("heidi", "care.read") == {"bare, charlie", "bare, by alice elsewhere"}
    assert seen("grace", "care.read") == {"bare, by grace for alice", "bare, grace"}
    assert seen("charlie", "care.write") == {"bare, charlie", "bare, by alice elsewhere"}
    assert Task.objects.count() == len(named)


def test_who_has_no_staff_number_sees_bare_tasks_of_their_own_making_alone(db: Path, viewer: People) -> None:
    alice = viewer("alice")
    ground.task(alice, "", staff_id="")
    own = Task.objects.get(pk=ground.task(viewer("bob"), "", staff_id="").pk)
    nobody = Viewer(viewer("bob").user_id, "bob", "manager")
    assert list(scope.tasks(nobody)) == [own]
    assert list(scope.tasks(Viewer(viewer("bob").user_id, "bob", "head"))) == [own]


def test_a_day_begins_at_the_branch_s_midnight() -> None:
    assert scope.day_of(datetime(2025, 7, 1, 15, 59, tzinfo=UTC)) == date(2025, 7, 1)
    assert scope.day_of(datetime(2025, 7, 1, 16, 0, tzinfo=UTC)) == date(2025, 7, 2)
