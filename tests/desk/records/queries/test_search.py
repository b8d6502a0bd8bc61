"""Searching clients: by name, as it is read, initials, number, the end of a phone; within what the viewer may see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people import OTHER
from zhike_desk.records import scope
from zhike_desk.records.book.tokens import INITIALS
from zhike_desk.records.models import BookClient, BookIdentity, BookToken, Hold, User
from zhike_desk.records.queries import clients, search
from zhike_desk.records.refusals import Refused
from zhike_desk.records.rows.names import readings
from zhike_desk.records.viewer import Denied, Viewer

Viewers = Callable[[str], Viewer]


@pytest.fixture
def known(viewer: Viewers) -> BookIdentity:
    """Return who one of Alice's clients is: a person whose name has three characters."""
    mine = scope.clients(viewer("alice")).filter(kind="individual").values("client_id")
    rows = BookIdentity.objects.filter(client_id__in=mine).order_by("client_id")
    return next(r for r in rows if len(r.name) == 3)


def keys(found: list[search.Found]) -> list[str]:
    return [f.key for f in found]


def ways(person: BookIdentity) -> dict[str, str]:
    read = readings(person.name)[0]
    return {
        person.name: "name",
        person.name[1:]: "name",
        "".join(read): "pinyin",
        "".join(read[1:]): "pinyin",
        "".join(r[0] for r in read): "initials",
        person.client_id: "number",
        person.client_id[-5:]: "number",
        person.phone[-4:]: "phone",
    }


def test_a_client_is_found_in_every_way_one_remembers_them(viewer: Viewers, known: BookIdentity) -> None:
    for text, why in ways(known).items():
        found = {f.key: f for f in search.clients(viewer("alice"), text, 50)}
        assert known.client_id in found, text
        assert found[known.client_id].why == why, text


def test_what_is_typed_is_folded(viewer: Viewers, known: BookIdentity) -> None:
    read = " ".join(readings(known.name)[0]).title()
    wide = known.client_id.translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert known.client_id in keys(search.clients(viewer("alice"), f"  {read} "))
    assert keys(search.clients(viewer("alice"), wide)) == [known.client_id]


def test_a_whole_name_comes_before_names_that_begin_so(viewer: Viewers, known: BookIdentity) -> None:
    assert search.clients(viewer("dora"), known.name, 3)[0].why == "name"
    assert search.clients(viewer("dora"), known.client_id, 3)[0].key == known.client_id


def test_names_and_phones_are_masked(viewer: Viewers, known: BookIdentity) -> None:
    (found,) = search.clients(viewer("alice"), known.client_id)
    assert found.name == known.name[0] + "**"
    assert known.phone[:9] not in found.phone
    assert known.name not in repr(found)


def test_others_clients_are_not_found(viewer: Viewers, known: BookIdentity) -> None:
    for text in ways(known):
        assert known.client_id not in keys(search.clients(viewer("charlie"), text, 100)), text


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "dora", "grace", "heidi"])
def test_no_search_finds_more_than_the_list_shows(viewer: Viewers, name: str) -> None:
    who = viewer(name)
    listed = set(scope.clients(who).values_list("client_id", flat=True))
    found = {
        key for text in "0123456789abcdefghijklmnopqrstuvwxyz" for key in keys(search.clients(who, text, 500))
    }
    assert found == listed


def test_a_head_finds_their_own_branch_alone(viewer: Viewers) -> None:
    found = search.clients(viewer("heidi"), "0", 100)
    assert found
    assert {f.branch_id for f in found} == {OTHER}


def test_an_analyst_finds_by_pseudonym_alone(viewer: Viewers, known: BookIdentity) -> None:
    for text in ways(known):
        assert search.clients(viewer("erin"), text) == [], text
    alias = BookClient.objects.get(client_id=known.client_id).pseudonym
    (found,) = search.clients(viewer("erin"), alias)
    assert (found.key, found.name, found.phone, found.why) == (alias, alias, "", "pseudonym")


def test_who_lists_no_clients_searches_none(viewer: Viewers) -> None:
    with pytest.raises(Denied):
        search.clients(viewer("frank"), "张")


def test_who_is_frozen_at_the_desk_is_found_by_compliance_alone(
    viewer: Viewers, known: BookIdentity, db: Path
) -> None:
    at = "2025-07-01T00:00Z"
    Hold.objects.create(
        client_id=known.client_id,
        kind="frozen",
        reason="x",
        by=User.objects.get(username="dora"),
        created_at=at,
        changed_at=at,
    )
    assert search.clients(viewer("alice"), known.client_id) == []
    assert keys(search.clients(viewer("dora"), known.client_id)) == [known.client_id]


@pytest.mark.parametrize("text", ["", "   ", "x" * 200, "%", "_", "'; DROP", "\U0010ffff", "没有这人"])
def test_odd_texts_find_nothing(viewer: Viewers, text: str) -> None:
    assert search.clients(viewer("dora"), text) == []


@pytest.mark.parametrize(("name", "most"), [("alice", 4), ("bob", 2), ("dora", 2)])
def test_a_search_is_a_few_queries_whatever_it_finds(viewer: Viewers, name: str, most: int) -> None:
    who = viewer(name)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        search.clients(who, "z")
    assert len(asked) <= most


def test_who_is_called_so_comes_before_whose_name_only_holds_it(viewer: Viewers) -> None:
    dora = viewer("dora")
    tokens = BookToken.objects.filter(weight=INITIALS).values_list("token", flat=True)
    asked = sorted({t[:2] for t in tokens if len(t) >= 2})
    both = 0
    for text in asked:
        found = search.clients(dora, text, 50)
        begins = [_begins(BookIdentity.objects.get(client_id=f.key).name, text) for f in found]
        assert begins == sorted(begins, reverse=True), text
        both += len(set(begins)) == 2
    assert both > 3, "no initials were both at the beginning and within: nothing was tried"


def _begins(name: str, text: str) -> bool:
    spelt = ("".join(parts) for read in readings(name) for parts in (read, [part[0] for part in read]))
    return any(word.startswith(text) for word in spelt)


def test_a_list_holds_everybody_the_search_finds(viewer: Viewers, known: BookIdentity) -> None:
    for name in ("alice", "bob", "dora"):
        for text in ways(known):
            listed = set(
                clients.matching(viewer(name), clients.asked({"q": [text]})).values_list(
                    "client_id", flat=True
                )
            )
            assert listed == set(keys(search.clients(viewer(name), text, 500))), (name, text)
            assert listed <= set(scope.clients(viewer(name)).values_list("client_id", flat=True))


def test_an_analysts_list_is_not_found_by_name(viewer: Viewers, known: BookIdentity) -> None:
    erin = viewer("erin")
    assert not clients.matching(erin, clients.asked({"q": [known.name]})).exists()
    alias = BookClient.objects.get(pk=known.client_id).pseudonym
    found = clients.matching(erin, clients.asked({"q": [alias]}))
    assert [c.client_id for c in found] == [known.client_id]


@pytest.mark.parametrize("action", ["export.small", "care.write"])
def test_what_was_found_by_name_is_not_worked_on_as_a_whole(viewer: Viewers, action: str) -> None:
    with pytest.raises(Refused):
        clients.matching(viewer("alice"), clients.asked({"q": ["zhang"]}), action)
    with pytest.raises(Refused):
        clients.ids(viewer("alice"), clients.asked({"q": ["zhang"]}), 10)
