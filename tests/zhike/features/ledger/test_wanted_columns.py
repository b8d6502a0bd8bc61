"""What is asked of the ledger is what the whole ledger says of it, with less work."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from ledger_worlds import world
from zhike.base.errors import UsageError
from zhike.features.ledger import BARE, ledger_of
from zhike.features.ledger.columns import DAY_NAMES

SAID_AT_CLOSE = [name for name in DAY_NAMES if name not in BARE]


def _that_say_something(days: pa.Table, names: list[str]) -> list[dict[str, object]]:
    rows = days.select(["client_id", "date", *names]).to_pylist()
    return [r for r in rows if any(r[n] for n in names)]


@given(seed=st.integers(0, 2**31))
@hypothesis(max_examples=40)
def test_columns_that_rest_on_no_close_are_those_of_the_whole_ledger(seed: int) -> None:
    made = world(seed)
    names = sorted(BARE)
    whole = ledger_of(made.book, made.securities, made.tables, made.as_of)
    bare = ledger_of(made.book, made.securities, made.tables, made.as_of, names)
    assert bare.client_day.column_names == ["client_id", "date", *names]
    assert _that_say_something(bare.client_day, names) == _that_say_something(whole.client_day, names)
    assert bare.position.equals(whole.position)
    assert bare.round_trip.equals(whole.round_trip.drop_columns(["peak", "trough"]))
    assert not len(bare.acts)


def test_a_client_who_bought_once_and_held_has_one_row_where_nothing_rests_on_closes() -> None:
    made = world(11)
    rows = made.tables["trade"]
    once = {
        "trade": rows.filter(
            pc.and_(pc.equal(rows["side"], "buy"), pc.equal(rows["kind"], "ordinary"))
        ).slice(0, 1)
    }
    whole = ledger_of(made.book, made.securities, once, made.as_of)
    bare = ledger_of(made.book, made.securities, once, made.as_of, ["trades", "buy_amount"])
    assert bare.client_day.num_rows == 1 < whole.client_day.num_rows
    assert bare.client_day["trades"].to_pylist() == [1]
    assert bare.position.equals(whole.position)


def test_nothing_asked_for_is_nothing_said_and_an_unknown_column_is_refused() -> None:
    made = world(11)
    assert ledger_of(made.book, made.securities, made.tables, made.as_of, []).client_day.column_names == [
        "client_id",
        "date",
    ]
    with pytest.raises(UsageError, match="client_day has no column profit"):
        ledger_of(made.book, made.securities, made.tables, made.as_of, ["pnl", "profit"])


@pytest.mark.parametrize("name", SAID_AT_CLOSE)
def test_a_column_that_rests_on_closes_is_asked_for_alone_and_is_the_same(name: str) -> None:
    made = world(11)
    whole = ledger_of(made.book, made.securities, made.tables, made.as_of)
    one = ledger_of(made.book, made.securities, made.tables, made.as_of, [name])
    assert one.client_day.equals(whole.client_day.select(["client_id", "date", name]))
    assert one.round_trip.equals(whole.round_trip)
