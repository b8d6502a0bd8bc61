"""Moves between two generations add up to the clients there are."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from zhike.datacentre.generation import merged, transitions

WEIGHTS = {
    "client_id": pa.array(["A", "B", "C", "D"]),
    "assets": pa.array([100.0, 20.0, 3.0, 4.0]),
    "revenue": pa.array([1.5, 0.25, 0.0, 1.0]),
}


def classes(column: str = "stage", **by_client: str) -> pa.Table:
    return pa.table({"client_id": list(by_client), column: pa.array(list(by_client.values()), pa.string())})


def moves(
    before: pa.Table | None, after: pa.Table, table: str = "stage"
) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = transitions(before, after, table, WEIGHTS).to_pylist()
    assert {r["table"] for r in rows} <= {table}
    return {(r["from"], r["to"]): (r["clients"], r["assets"], r["revenue"]) for r in rows}


def test_clients_who_moved_stayed_came_and_went_are_counted_with_their_money() -> None:
    found = moves(
        classes(A="growing", B="growing", C="mature"), classes(A="mature", B="growing", D="growing")
    )
    assert found == {
        ("growing", "mature"): (1, Decimal("100.0000"), Decimal("1.5000")),
        ("growing", "growing"): (1, Decimal("20.0000"), Decimal("0.2500")),
        ("mature", "none"): (1, Decimal("3.0000"), Decimal("0.0000")),
        ("none", "growing"): (1, Decimal("4.0000"), Decimal("1.0000")),
    }


def test_without_an_earlier_generation_everyone_comes_from_none() -> None:
    found = moves(None, classes(A="mature", B="mature"))
    assert found == {("none", "mature"): (2, Decimal("120.0000"), Decimal("1.7500"))}


def test_a_client_without_weights_is_counted_and_adds_no_money() -> None:
    found = moves(None, classes(A="mature", Z="mature"))
    assert found == {("none", "mature"): (2, Decimal("100.0000"), Decimal("1.5000"))}


def test_the_order_of_clients_does_not_matter_and_rows_are_sorted() -> None:
    before, after = classes(A="a", B="b", C="c"), classes(A="b", B="c", C="a")
    one = transitions(before, after, "stage", WEIGHTS)
    assert one.equals(transitions(before.take([2, 0, 1]), after.take([1, 2, 0]), "stage", pa.table(WEIGHTS)))
    assert one["from"].to_pylist() == ["a", "b", "c"]


def test_a_logic_is_read_from_the_column_of_that_name() -> None:
    assert list(moves(None, classes("logic", A="trend"), "logic")) == [("none", "trend")]


def test_the_moves_of_ranges_of_clients_add_up_to_those_of_all() -> None:
    before, after = classes(A="a", B="b", C="c"), classes(A="b", B="c", C="a", D="b")
    whole = transitions(before, after, "stage", WEIGHTS)
    parts = [
        transitions(before.take(a), after.take(b), "stage", WEIGHTS)
        for a, b in (([0], [0]), ([1, 2], [1, 2, 3]))
    ]
    assert merged(parts).equals(whole)
    assert merged([whole]).equals(whole)
