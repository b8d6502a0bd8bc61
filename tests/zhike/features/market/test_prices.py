import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from market_rows import (
    MONDAY,
    action_table,
    closes,
    day_numbers,
    quote_table,
    random_quotes,
    security_table,
    weekdays,
)
from zhike.base.exchange import limit_prices
from zhike.features.market import (
    LIMIT_DOWN,
    LIMIT_UP,
    ST,
    SUSPENDED,
    TOUCHED_UP,
    TRADED,
    prices_of,
    trading_days,
)

A, B = "600000.SH", "600001.SH"
DAYS = weekdays(6)


def same(left: np.ndarray, right: list[float]) -> None:
    np.testing.assert_allclose(left, right, rtol=1e-15, atol=1e-15)


NAN = float("nan")


def test_each_security_is_a_row_and_each_trading_day_a_column_whatever_the_order_of_the_quotes() -> None:
    rows = [*closes(B, [20, 21, 22]), *closes(A, [10, 11, 12])]
    book = prices_of(quote_table(rows[::-1]))
    assert book.securities == (A, B)
    assert book.days.tolist() == day_numbers(DAYS[:3]).tolist()
    assert book.close.tolist() == [[10, 11, 12], [20, 21, 22]]
    assert book.rows_of([B, "nobody", None, A]).tolist() == [1, -1, -1, 0]
    assert book.days_of([book.days[2], 5]).tolist() == [2, -1]


def test_the_close_is_carried_over_days_without_a_row_and_unknown_before_the_first() -> None:
    book = prices_of(quote_table([*closes(A, [1, 1, 1, 1]), *closes(B, [None, 5, None, 5.25])]))
    same(book.close[1], [NAN, 5, 5, 5.25])
    same(book.previous[1], [NAN, NAN, 5, 5])
    same(book.returns[1], [NAN, NAN, 0, 0.05])
    same(book.adjusted[1], [NAN, 5, 5, 5.25])
    assert book.flags[1].tolist() == [0, TRADED, SUSPENDED, TRADED]


def test_the_previous_close_that_is_delivered_is_believed() -> None:
    book = prices_of(quote_table(closes(A, [10, 5.5], prev_close=[9.6, 5])))
    same(book.returns[0], [10 / 9.6 - 1, 0.1])
    same(book.adjusted[0], [10, 11])


def test_without_one_the_ratio_of_adjustment_factors_tells_the_rights() -> None:
    book = prices_of(quote_table(closes(A, [10, 5.5, 5.5], adj_factor=[1, 2, None])))
    same(book.previous[0], [NAN, 5, 5.5])
    same(book.adjusted[0], [10, 11, 11])


@pytest.mark.parametrize(
    ("kind", "figures", "reference"),
    [
        ("dividend", {"cash": 0.5}, 9.5),
        ("bonus", {"ratio": 1.0}, 5.0),
        ("rights", {"ratio": 0.25, "price": 5.0}, 9.0),  # (10 + 1.25) / 1.25
        ("split", {"ratio": 4.0}, 2.5),
        ("split", {"ratio": 0.5}, 20.0),
        ("dividend", {"cash": 12.0}, 10.0),  # more than the share is worth: not believed
        ("merger", {"ratio": 2.0}, 10.0),
    ],
)
def test_without_factors_corporate_actions_tell_the_rights(
    kind: str, figures: dict[str, float], reference: float
) -> None:
    quotes = quote_table(closes(A, [10, 8]))
    book = prices_of(quotes, actions=action_table((A, DAYS[1], kind, figures), (B, DAYS[1], kind, figures)))
    same(book.previous[0], [NAN, reference])
    same(book.returns[0], [NAN, 8 / reference - 1])


def test_dividend_and_bonus_of_one_day_go_off_together() -> None:
    actions = action_table((A, DAYS[1], "dividend", {"cash": 1.0}), (A, DAYS[1], "bonus", {"ratio": 0.5}))
    assert prices_of(quote_table(closes(A, [10, 6])), actions=actions).previous[0, 1] == 6.0  # (10 − 1) / 1.5


def test_factors_outweigh_actions_so_that_no_right_goes_off_twice() -> None:
    actions = action_table((A, DAYS[1], "bonus", {"ratio": 1.0}))
    book = prices_of(quote_table(closes(A, [10, 5], adj_factor=[1, 2])), actions=actions)
    assert book.previous[0, 1] == 5.0


def test_a_right_that_goes_off_while_suspended_lowers_the_carried_close_and_loses_nobody_anything() -> None:
    actions = action_table((A, DAYS[1], "bonus", {"ratio": 1.0}))
    book = prices_of(quote_table([*closes(A, [10, None, 5.5]), *closes(B, [1, 1, 1])]), actions=actions)
    same(book.close[0], [10, 5, 5.5])
    same(book.returns[0], [NAN, 0, 0.1])


def test_a_right_of_a_day_without_trading_goes_off_on_the_next_one() -> None:
    rows = quote_table(closes(A, [10, 10, 10, 10, 10, 5]))
    saturday = DAYS[4] + timedelta(days=1)
    assert prices_of(rows, actions=action_table((A, saturday, "bonus", {"ratio": 1.0}))).returns[0, 5] == 0


def test_a_halted_share_returns_nothing_whether_the_row_says_so_or_trades_nothing() -> None:
    rows = closes(A, [10, 11, 11, 10.5], suspended=[False, True, False, None], volume=[5, None, 0, 7])
    book = prices_of(quote_table(rows))
    assert book.flags[0].tolist() == [TRADED, SUSPENDED, SUSPENDED, TRADED]
    same(book.close[0], [10, 10, 10, 10.5])
    same(book.returns[0], [NAN, 0, 0, 0.05])
    assert book.volume[0].tolist() == [5, 0, 0, 7]


def test_a_fund_without_volume_still_has_its_price() -> None:
    book = prices_of(quote_table(closes("510300.SH", [4.0, 4.1], volume=[0, 0])))
    same(book.close[0], [4.0, 4.1])


def test_a_delisted_share_is_neither_traded_nor_suspended() -> None:
    table = security_table([{"security_id": A, "delisted_on": DAYS[2]}])
    book = prices_of(quote_table([*closes(A, [10, 9]), *closes(B, [1, 1, 1, 1])]), table)
    assert book.flags[0].tolist() == [TRADED, TRADED | LIMIT_DOWN, 0, 0]
    assert book.returns[0, 2:].tolist() == [0, 0]


def flags_of(name: str, close: float, high: float | None = None, *, day: date = MONDAY, st: bool = False,
             previous: float = 10.05, **facts: object) -> int:  # fmt: skip
    row = {"date": day, "security_id": name, "close": close, "prev_close": previous, "high": high, "st": st}
    return int(prices_of(quote_table([row]), security_table([{"security_id": name, **facts}])).flags[0, 0])


def test_limits_are_those_of_board_st_age_and_date() -> None:
    # 10.05: +10 % is 11.055, half up 11.06; −10 % 9.045, 9.05; ST ±5 %: 10.5525 and 9.5475; ±20 %: 12.06, 8.04
    assert flags_of(A, 11.06) == TRADED | LIMIT_UP
    assert flags_of(A, 11.05) == TRADED
    assert flags_of(A, 9.05) == TRADED | LIMIT_DOWN
    assert flags_of(A, 10.55, st=True) == TRADED | ST | LIMIT_UP
    assert flags_of(A, 9.55, st=True) == TRADED | ST | LIMIT_DOWN
    assert flags_of(A, 10.55, st=True, day=date(2026, 7, 6)) == TRADED | ST
    assert flags_of("300001.SZ", 11.06) == TRADED
    assert flags_of("300001.SZ", 12.06) == TRADED | LIMIT_UP
    assert flags_of("300001.SZ", 11.06, day=date(2020, 8, 21)) == TRADED | LIMIT_UP
    assert flags_of("X1", 12.06, board="创业板") == TRADED | LIMIT_UP
    assert flags_of("X1", 12.06) == TRADED
    assert flags_of("113050.SH", 11.06, kind="convertible", board="main") == TRADED


def test_touching_the_upper_limit_is_told_from_closing_at_it() -> None:
    assert flags_of(A, 10.50, high=11.06) == TRADED | TOUCHED_UP
    assert flags_of(A, 11.06, high=11.06) == TRADED | TOUCHED_UP | LIMIT_UP


def test_a_new_share_has_no_limit_on_its_first_days() -> None:
    rows = quote_table(
        closes(A, [11, 12.1, 13.31, 14.64, 16.1, 17.71], prev_close=[10, 11, 12.1, 13.31, 14.64, 16.1])
    )
    listed = security_table([{"security_id": A, "listed_on": DAYS[0]}])
    assert prices_of(rows, listed).flags[0].tolist() == [TRADED] * 5 + [TRADED | LIMIT_UP]
    before = security_table(
        [{"security_id": A, "listed_on": DAYS[0] - timedelta(days=4)}]
    )  # Thursday: third day
    assert prices_of(rows, before).flags[0].tolist() == [TRADED] * 3 + [TRADED | LIMIT_UP] * 3
    unknown = security_table([{"security_id": A}])
    assert prices_of(rows, unknown).flags[0, 0] == TRADED | LIMIT_UP


def test_limits_agree_with_the_exchange_room_on_every_price_to_the_fen() -> None:
    fen = np.arange(1, 6000, 7)
    previous = [Decimal(int(f)) / 100 for f in fen]
    limits = [limit_prices(p, Decimal("0.1")) for p in previous]
    cases = [("up", [x.up for x in limits]), ("below", [x.up - Decimal("0.01") for x in limits]),
             ("down", [x.down for x in limits]), ("above", [x.down + Decimal("0.01") for x in limits])]  # fmt: skip
    found = {}
    for name, close in cases:
        rows = [{"date": MONDAY, "security_id": f"{600000 + i}.SH", "close": c, "prev_close": p}
                for i, (c, p) in enumerate(zip(close, previous, strict=True))]  # fmt: skip
        found[name] = prices_of(quote_table(rows)).flags[:, 0]
    assert np.all(found["up"] & LIMIT_UP)
    assert not np.any(found["below"] & LIMIT_UP)
    assert np.all(found["down"] & LIMIT_DOWN)
    assert not np.any(found["above"][10:] & LIMIT_DOWN)  # below eight fen the limits are one tick away


def test_decimals_become_the_nearest_float() -> None:
    book = prices_of(quote_table(closes(A, [10.05, 1234.56], eps_ttm=[-0.1, None])))
    assert book.close[0].tolist() == [10.05, 1234.56]
    assert book.eps[0, 0] == np.float32(-0.1)
    assert np.isnan(book.eps[0, 1])


def test_columns_that_are_absent_or_hold_no_numbers_are_unknown_and_a_row_without_a_price_is_none() -> None:
    table = quote_table(closes(A, [10, 11, 12])).append_column("bps", pa.array(["a", "b", "c"]))
    table = table.append_column("suspended", pa.array([1.5, 0.0, 0.0]))
    book = prices_of(table)
    assert np.isnan(book.bps).all()
    assert np.isnan(book.amount).all()
    assert book.flags[0].tolist() == [TRADED, TRADED | LIMIT_UP, TRADED]
    bad = prices_of(quote_table([*closes(A, [0, 10, None, 0])]))
    same(bad.close[0], [NAN, 10, 10][: bad.close.shape[1]])


def test_figures_are_carried_over_days_without_a_row() -> None:
    rows = [
        *closes(A, [10, None, 10], float_cap=[100, None, 200], amount=[7, None, None]),
        *closes(B, [1, 1, 1]),
    ]
    book = prices_of(quote_table(rows))
    assert book.float_cap[0].tolist() == [100, 100, 200]
    same(book.amount[0], [7, 0, NAN])


def test_the_calendar_decides_the_days_and_rows_on_none_of_them_are_counted() -> None:
    quotes = quote_table(closes(A, [10, 11, 12]))
    book = prices_of(
        quotes, calendar_days=day_numbers([MONDAY - timedelta(days=3), DAYS[0], DAYS[2], DAYS[3]])
    )
    assert book.days.tolist() == day_numbers([DAYS[0], DAYS[2]]).tolist()
    assert book.left_out == 1
    index = pa.table({"date": pa.array(DAYS[:2])})
    assert trading_days(None, index).tolist() == day_numbers(DAYS[:2]).tolist()
    assert (
        trading_days(pa.table({"date": pa.array(DAYS[:3])}), index).tolist() == day_numbers(DAYS[:3]).tolist()
    )
    assert trading_days(None, index.slice(0, 0)) is None


def test_without_quotes_the_book_is_empty() -> None:
    book = prices_of(quote_table([*closes(A, [10])]).slice(0, 0))
    assert book.close.shape == (0, 0)
    assert book.days_of([1]).tolist() == [-1]
    elsewhere = prices_of(quote_table(closes(A, [10])), calendar_days=day_numbers([DAYS[3]]))
    assert elsewhere.close.shape == (1, 0)


def test_a_stream_of_batches_gives_the_same_book_as_the_table() -> None:
    table = random_quotes(12, 60)
    whole, streamed = prices_of(table), prices_of(iter(table.to_batches(max_chunksize=17)))
    dictionary = table.set_column(1, "security_id", table["security_id"].dictionary_encode())
    for other in (streamed, prices_of(dictionary)):
        assert other.securities == whole.securities
        for name in ("close", "previous", "returns", "adjusted", "amount", "float_cap", "eps", "flags"):
            np.testing.assert_array_equal(getattr(other, name), getattr(whole, name))


def test_no_later_day_changes_an_earlier_one() -> None:
    table = random_quotes(12, 60)
    whole = prices_of(table)
    for days in (1, 20, 41):
        early = pa.Table.from_pylist(
            [r for r in table.to_pylist() if r["date"] <= weekdays(days)[-1]], table.schema
        )
        cut = prices_of(early)
        rows = whole.rows_of(cut.securities)
        for name in ("close", "previous", "returns", "adjusted", "flags"):
            np.testing.assert_array_equal(getattr(cut, name), getattr(whole, name)[rows, :days])


def test_a_book_can_not_be_written() -> None:
    book = prices_of(random_quotes(5, 30))
    assert book.kinds == ("stock",) * 5
    with pytest.raises(ValueError, match="read-only"):
        book.close[0, 0] = 1.0


def test_no_close_of_ten_real_shares_lies_beyond_a_limit(real_data: Path) -> None:
    rows = []
    for path in sorted((real_data / "market_cn").glob("6*.csv")):
        with path.open(encoding="utf-8") as stream:
            rows += list(csv.DictReader(stream))
    table = pa.table({
        "date": pa.array([date.fromisoformat(row["trade_date"]) for row in rows]),
        "security_id": [row["ts_code"] for row in rows],
        **{ours: [float(row[theirs]) for row in rows]
           for ours, theirs in (("close", "close"), ("prev_close", "pre_close"), ("high", "high"), ("volume", "vol"))},
    })  # fmt: skip
    book = prices_of(table)
    traded = (book.flags & TRADED) != 0
    assert np.count_nonzero(traded) == len(rows)
    up, down = (
        np.floor(book.previous * 110 + 0.5 + 1e-6) / 100,
        np.floor(book.previous * 90 + 0.5 + 1e-6) / 100,
    )
    assert not np.any(traded & ((book.close > up + 0.001) | (book.close < down - 0.001)))
    locked = (book.flags & LIMIT_UP) != 0
    assert np.count_nonzero(locked) == 335
    np.testing.assert_allclose(book.close[locked], up[locked], atol=1e-9)
