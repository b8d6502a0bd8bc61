"""The list engine: its state is the URL's, its pages meet without gap or overlap, its counts stop at a cap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.models import BookClient
from zhike_desk.records.models.book import FIGURES
from zhike_desk.records.queries import clients, listing
from zhike_desk.records.refusals import Refused
from zhike_desk.records.viewer import Viewer

Who = Callable[[str], Viewer]


def walked(viewer: Viewer, size: int, **query: str) -> list[str]:
    state = clients.asked({k.replace("__", "."): [v] for k, v in query.items()})
    seen: list[str] = []
    for _ in range(200):
        found = listing.sliced(clients.LISTED, clients.matching(viewer, state), state, size)
        seen += [row.client_id for row in found.rows]
        if not found.older:
            return seen
        state = clients.asked(
            {**{k.replace("__", "."): [v] for k, v in query.items()}, "after": [found.older]}
        )
    raise AssertionError("the pages don't end")


@pytest.mark.parametrize("sort", ["-score", "-net_now", "-days_since_contact", "sort_key", "-opened_on"])
@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_hold_every_client_once_in_order(viewer: Who, sort: str, size: int) -> None:
    bob = viewer("bob")
    name = sort.lstrip("-")
    way = "-" if sort.startswith("-") else ""
    expected = list(
        clients.matching(bob, clients.asked({}))
        .order_by(sort, f"{way}client_id")
        .values_list("client_id", flat=True)
    )
    if name == "opened_on":
        expected = [c for c in expected if BookClient.objects.get(pk=c).opened_on is not None]
    assert len(expected) > 40
    assert walked(bob, size, sort=sort) == expected


def test_one_page_back_is_the_page_one_came_from(viewer: Who) -> None:
    bob = viewer("bob")
    first = clients.page(bob, clients.asked({}))
    second = clients.page(bob, clients.asked({"after": [first.older]}))
    again = clients.page(bob, clients.asked({"before": [second.newer]}))
    assert [r.key for r in again.rows] == [r.key for r in first.rows]
    assert not first.newer
    assert second.newer


def test_what_is_not_known_sorts_last_and_is_left_out_where_the_lowest_come_first(viewer: Who) -> None:
    bob = viewer("bob")
    values = {c.client_id: c.days_since_trade for c in clients.matching(bob, clients.asked({}))}
    unknown = {c for c, v in values.items() if v == UNKNOWN}
    assert unknown
    down = walked(bob, 50, sort="-days_since_trade")
    assert set(down[-len(unknown) :]) == unknown
    assert set(walked(bob, 50, sort="days_since_trade")) == set(values) - unknown


def test_filters_mean_what_they_say(viewer: Who) -> None:
    bob = viewer("bob")
    every = list(clients.matching(bob, clients.asked({})))
    chosen = clients.matching(bob, clients.asked({"logic": ["trend,value"], "net_now.min": ["10000"]}))
    assert {c.client_id for c in chosen} == {
        c.client_id for c in every if c.logic in ("trend", "value") and c.net_now >= 10_000
    }
    below = clients.matching(bob, clients.asked({"net_now.max": ["10000"]}))
    assert {c.client_id for c in below} == {c.client_id for c in every if UNKNOWN < c.net_now <= 10_000}


def test_any_measure_of_the_night_is_a_filter_and_a_column(viewer: Who) -> None:
    bob = viewer("bob")
    state = clients.asked({"m.positions_now.min": ["1"], "col": ["m.positions_now"]})
    page = clients.page(bob, state)
    assert page.rows
    assert all(row.measures["positions_now"] >= 1 for row in page.rows)  # type: ignore[operator]
    ids = [c.client_id for c in clients.matching(bob, clients.asked({}))]
    held = {c for c, m in clients.measured(ids, ["positions_now"]).items() if (m["positions_now"] or 0) >= 1}
    assert {c.client_id for c in clients.matching(bob, state)} == held


@pytest.mark.parametrize(
    "query",
    [
        {"logic": ["astrology"]},
        {"net_now.min": ["1e5"]},
        {"net_now.min": ["'; DROP"]},
        {"opened_on.max": ["2024-02-30"]},
        {"name.min": ["3"]},
        {"m.no_such_measure.min": ["3"]},
        {"sort": ["-phone"]},
        {"after": ["%%%"]},
        {"after": ["WzEsMl0"]},
        {"after": ["W251bGwsIngiXQ"]},
    ],
)
def test_what_a_list_cannot_understand_is_refused_by_name(
    db: Path, viewer: Callable[[str], Viewer], query: dict[str, list[str]]
) -> None:
    bob = viewer("bob")
    with pytest.raises(Refused) as refused:
        clients.page(bob, clients.asked(query))
    assert next(iter(query)).partition(".min")[0].partition(".max")[0] in refused.value.why.zh


def test_a_state_written_and_read_again_is_the_same(db: Path) -> None:
    query = {
        "logic": ["trend"], "net_now.min": ["100000"], "opened_on.max": ["2024-12-31"], "m.positions_now.min": ["2"],
        "sort": ["-net_now"], "cols": ["sort_key,logic,net_now"], "col": ["m.positions_now"], "tag": ["重点"],
    }  # fmt: skip
    state = clients.asked(query)
    again = clients.asked(parse_qs(listing.written(state, clients.LISTED)))
    assert again == state
    assert "net_now.min" not in parse_qs(listing.written(state, clients.LISTED, **{"net_now.min": None}))


def test_a_count_stops_at_its_cap(viewer: Who) -> None:
    rows = clients.matching(viewer("bob"), clients.asked({}))
    total = rows.count()
    assert listing.counted(rows) == (total, False)
    assert listing.counted(rows, 10) == (10, True)
    assert listing.counted(rows, total) == (total, False)


def test_an_analyst_sees_no_name_number_or_phone(viewer: Who) -> None:
    page = clients.page(viewer("erin"), clients.asked({}))
    assert page.rows
    known = set(BookClient.objects.values_list("pseudonym", flat=True))
    for row in page.rows:
        assert row.key in known
        assert (row.name, row.number, row.phone) == (row.key, "", "")


def test_bounds_in_the_units_shown_mean_the_same(viewer: Who) -> None:
    shown = clients.asked(
        {"units": ["shown"], "net_now.min": ["12.5"], "twr_12m.max": ["-7"], "score.min": ["40"]}
    )
    plain = clients.asked({"net_now.min": ["125000"], "twr_12m.max": ["-0.07"], "score.min": ["40"]})
    assert shown == plain
    assert listing.written(shown, clients.LISTED) == listing.written(plain, clients.LISTED)


def test_who_refused_marketing_is_a_filter(viewer: Who) -> None:
    bob = viewer("bob")
    refused, rest = (
        {c.opt_out for c in clients.matching(bob, clients.asked({"opt_out": [v]}))} for v in ("1", "0")
    )
    assert (refused, rest) == ({True}, {False})


@pytest.mark.parametrize("rare", [0, 6, 10_000], ids=["followed", "one gathered", "gathered"])
@pytest.mark.parametrize(
    "query",
    [
        {"net_now.min": ["1000"], "sort": ["-score"]},
        {"net_now.max": ["200000"], "days_since_trade.min": ["3"], "sort": ["days_since_contact"]},
        {"opened_on.min": ["2024-06-01"], "clv_p50.min": ["10"], "sort": ["-net_now"]},
        {"net_now.min": ["1000"], "net_now.max": ["1001"], "sort": ["sort_key"]},
        {"logic": ["trend"], "twr_12m.min": ["-0.5"], "sort": ["-revenue_12m"]},
    ],
)
def test_bounds_give_the_same_pages_however_they_are_found(
    viewer: Who, monkeypatch: pytest.MonkeyPatch, rare: int, query: dict[str, list[str]]
) -> None:
    monkeypatch.setattr(clients, "RARE", rare)
    dora, state, seen = viewer("dora"), clients.asked(query), list[str]()
    while True:
        page = clients.page(dora, state)
        seen += [row.number for row in page.rows]
        if not page.older:
            break
        state = clients.asked({**query, "after": [page.older]})
    fits = [
        c
        for c in BookClient.objects.all()
        if all(_lies(getattr(c, name), bound) for name, bound in state.bounds.items())
        and c.logic in state.choices.get("logic", (c.logic,))
    ]
    if not state.descending and state.sort != "sort_key":
        fits = [c for c in fits if getattr(c, state.sort) != UNKNOWN]
    told = sorted(fits, key=lambda c: (getattr(c, state.sort), c.client_id), reverse=state.descending)
    assert seen == [c.client_id for c in told]


def _lies(value: Any, bound: listing.Bound) -> bool:
    if value is None or value == UNKNOWN:
        return False
    low, high = (
        bound.low if bound.low is not None else value,
        bound.high if bound.high is not None else value,
    )
    return bool(low <= value <= high)


def test_sqlite_finds_what_bounds_leave_within_an_index_whether_many_fit_or_few(
    viewer: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite's planner")
    plans = {}
    for rare in (0, 10_000):
        monkeypatch.setattr(clients, "RARE", rare)
        state = clients.asked({"net_now.min": ["1000"], "sort": ["-clv_p50"]})
        with CaptureQueriesContext(connection) as asked:
            assert clients.page(viewer("dora"), state).rows
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + asked[-1]["sql"])
            plans[rare] = [line[-1] for line in cursor.fetchall()]
    assert plans[0] == ["SCAN book_client USING INDEX book_client_clv_p50"]
    assert plans[10_000] == [
        "SEARCH book_client USING INDEX book_client_net_now (net_now>?)",
        "USE TEMP B-TREE FOR ORDER BY",
    ]


def test_a_list_held_to_every_figure_still_costs_few_queries(viewer: Who) -> None:
    query = {f"{name}.min": ["-1000000"] for name in FIGURES if name != "opened_on"}
    with CaptureQueriesContext(connection) as asked:
        clients.page(viewer("dora"), clients.asked(query))
    assert len(asked) <= 8
