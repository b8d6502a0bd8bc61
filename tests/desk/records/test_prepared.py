"""Queries put together once give what the same queries give when they are put together each time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from zhike.base.errors import BrokenPromise
from zhike_desk.records import prepared, scope
from zhike_desk.records.models import BookClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from zhike_desk.records.viewer import Viewer

pytestmark = pytest.mark.both
_made: list[str] = []


def _of(viewer: Viewer, *, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    _made.append(viewer.username)
    return scope.clients(viewer).filter(client_id=client_id).values_list("client_id", "opened_on", "opt_out")


def _beyond(*, score: float, day: date, name: str) -> QuerySet[Any, tuple[Any, ...]]:
    rows = BookClient.objects.filter(score__gte=score, opened_on__lte=day, sort_key__gt=name)
    return rows.order_by("client_id").values_list("client_id", "score")


def _deaf(*, client_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    return BookClient.objects.values_list("client_id")


def _within(*, name: str) -> QuerySet[Any, tuple[Any, ...]]:
    return BookClient.objects.filter(name__contains=name, sort_key=name).values_list("client_id")


def test_a_prepared_query_answers_each_viewer_and_client_as_one_put_together_anew(
    db: None, viewer: Callable[[str], Viewer]
) -> None:
    ids = list(BookClient.objects.order_by("client_id").values_list("client_id", flat=True)[:40])
    seen = {name: 0 for name in ("alice", "bob", "dora")}
    for name in seen:
        for client_id in ids:
            found = prepared.rows(_of, viewer(name), client_id=client_id)
            assert found == list(_of(viewer(name), client_id=client_id))
            seen[name] += len(found)
    assert 0 < seen["alice"] < seen["bob"] <= seen["dora"] <= len(ids)


def test_a_prepared_query_is_put_together_once_for_each_viewer(
    db: None, viewer: Callable[[str], Viewer]
) -> None:
    prepared.rows(_of, viewer("alice"), client_id="1")
    _made.clear()
    for client_id in ("2", "3", "4"):
        assert prepared.rows(_of, viewer("alice"), client_id=client_id) == []
    assert _made == []


def test_numbers_days_and_texts_are_filled_in_where_they_stand(db: None) -> None:
    rows = list(BookClient.objects.order_by("score", "client_id")[:: max(1, BookClient.objects.count() // 7)])
    told = 0
    for row in rows:
        values = {"score": row.score, "day": row.opened_on or date(2024, 1, 1), "name": "li"}
        found = prepared.rows(_beyond, **values)
        assert found == list(_beyond(**values))
        told += len(found)
    assert told


def test_a_value_the_query_has_no_place_for_is_refused_aloud(db: None) -> None:
    with pytest.raises(BrokenPromise):
        prepared.rows(_deaf, client_id="1")
    with pytest.raises(BrokenPromise):
        prepared.rows(_within, name="li")


def test_who_may_see_nobody_gets_nobody_without_a_query(db: None, viewer: Callable[[str], Viewer]) -> None:
    from dataclasses import replace

    nowhere = replace(viewer("bob"), branch_id="")
    assert prepared.rows(_of, nowhere, client_id=BookClient.objects.values_list("client_id")[0][0]) == []
