"""Counts that the night has added up are what counting says, whoever asks; filters by a measure find the same either way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from zhike_desk.records import scope
from zhike_desk.records.book import wide
from zhike_desk.records.models import BookClient, Hold, User
from zhike_desk.records.queries import clients, counts, listing
from zhike_desk.records.queries.listing import Bound
from zhike_desk.records.viewer import Viewer

pytestmark = pytest.mark.both
Viewers = Callable[[str], Viewer]
ASKED = (
    "",
    "logic=trend",
    "logic=trend,value&kind=individual",
    "grade=gold&stage=mature,growing",
    "quadrant=keep",
)


def state(query: str) -> listing.Asked:
    from urllib.parse import parse_qs

    return clients.asked(parse_qs(query))


@pytest.mark.parametrize("who", ["bob", "dora", "erin"])
@pytest.mark.parametrize("query", ASKED)
def test_what_the_night_added_up_is_what_counting_says(
    db: None, viewer: Viewers, who: str, query: str
) -> None:
    someone = BookClient.objects.filter(logic="trend", frozen=False).order_by("client_id")[3]
    by = User.objects.get(username="dora")
    for held in (False, True):
        if held:
            at = datetime(2025, 7, 1, tzinfo=UTC)
            Hold.objects.create(
                client_id=someone.client_id, kind="frozen", reason="r", created_at=at, changed_at=at, by=by
            )
        asked = state(query)
        rows = clients.matching(viewer(who), asked).count()
        assert counts.known(viewer(who), asked) == rows
        assert clients.count(viewer(who), asked) == (rows, False)


def test_what_the_night_did_not_add_up_is_counted(db: None, viewer: Viewers) -> None:
    for query in ("net_now.min=1000", "tag=x", "risk_level=C3", "m.turnover_3m.min=1"):
        assert counts.known(viewer("bob"), state(query)) is None
    assert counts.known(viewer("alice"), state("")) is None


@pytest.mark.parametrize("bound", [Bound(low=0.5), Bound(high=0.5), Bound(low=0.2, high=3.0)])
def test_a_measures_filter_finds_the_same_from_its_column_and_client_by_client(
    db: None, viewer: Viewers, bound: Bound
) -> None:
    everybody = scope.clients(viewer("dora"))
    of = {
        c: clients.measured([c], ["turnover_3m"])[c]["turnover_3m"]
        for c in everybody.values_list("client_id", flat=True)
    }
    low, high = (end if isinstance(end, float) else None for end in (bound.low, bound.high))
    expected = {
        c
        for c, v in of.items()
        if v is not None and (low is None or v >= low) and (high is None or v <= high)
    }
    for few in (True, False):
        found = everybody.filter(clients._held_to("turnover_3m", bound, few=few))
        assert set(found.values_list("client_id", flat=True)) == expected
    assert expected
    assert len(expected) < len(of)


def test_every_measure_lies_in_the_part_that_its_place_tells(db: None) -> None:
    names = list(clients._places(clients.nights.shown()))
    told = {name: part for part, columns in wide.parts(sorted(names)) for name in columns}
    assert clients._places(clients.nights.shown()) == told
    assert len(set(told.values())) == -(-len(names) // wide.PART) > 1


def test_a_night_without_measures_has_a_table_of_clients_alone() -> None:
    assert wide.parts([]) == [("book_measure_0", [])]
