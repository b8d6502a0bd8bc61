from datetime import date
from decimal import Decimal

import pytest

from zhike.base.errors import UsageError
from zhike.base.exchange import LimitPrices, limit_prices, limit_rate

OLD = 1000


@pytest.mark.parametrize(
    ("board", "st", "day", "rate"),
    [
        ("main", False, "1996-12-13", None),
        ("main", False, "1996-12-16", "0.10"),
        ("main", True, "1998-04-21", "0.10"),
        ("main", True, "1998-04-22", "0.05"),
        ("main", True, "2026-07-03", "0.05"),
        ("main", True, "2026-07-06", "0.10"),
        ("main", False, "2026-07-06", "0.10"),
        ("b_share", True, "2020-01-02", "0.05"),
        ("chinext", False, "2020-08-21", "0.10"),
        ("chinext", False, "2020-08-24", "0.20"),
        ("chinext", True, "2021-01-04", "0.20"),
        ("star", False, "2020-01-02", "0.20"),
        ("star", True, "2024-01-02", "0.20"),
        ("bse", False, "2022-01-04", "0.30"),
        ("bse", True, "2022-01-04", "0.30"),
        ("hk", False, "2024-01-02", None),
        ("neeq", False, "2024-01-02", None),
    ],
)
def test_the_limit_follows_board_st_and_date(board: str, st: bool, day: str, rate: str | None) -> None:
    expected = None if rate is None else Decimal(rate)
    assert limit_rate(board, st, OLD, date.fromisoformat(day)) == expected


@pytest.mark.parametrize(
    ("board", "age", "day", "rate"),
    [
        ("main", 0, "2023-04-10", None),  # the first registered listings: Monday to Friday without a limit
        ("main", 4, "2023-04-14", None),
        ("main", 5, "2023-04-17", "0.10"),
        ("main", 1, "2023-04-10", "0.10"),  # listed on Friday the 7th, under the old rule
        ("main", 4, "2023-04-13", "0.10"),
        ("main", 0, "2010-01-04", None),
        ("main", 1, "2010-01-05", "0.10"),
        ("chinext", 4, "2020-08-28", None),
        ("chinext", 3, "2020-08-26", "0.20"),  # listed on Friday the 21st
        ("chinext", 1, "2020-08-21", "0.10"),
        ("star", 4, "2019-07-26", None),
        ("star", 5, "2019-07-29", "0.20"),
        ("bse", 0, "2022-03-01", None),
        ("bse", 1, "2022-03-02", "0.30"),
    ],
)
def test_a_new_share_has_no_limit_on_the_first_days_of_the_rule_it_was_listed_under(
    board: str, age: int, day: str, rate: str | None
) -> None:
    expected = None if rate is None else Decimal(rate)
    assert limit_rate(board, False, age, date.fromisoformat(day)) == expected


def test_an_unknown_age_is_taken_as_old() -> None:
    assert limit_rate("star", False, None, date(2024, 1, 2)) == Decimal("0.20")


def test_an_unknown_board_and_a_negative_age_are_refused() -> None:
    with pytest.raises(UsageError, match="no board 'sme'"):
        limit_rate("sme", False, OLD, date(2024, 1, 2))
    with pytest.raises(UsageError, match="negative"):
        limit_rate("main", False, -1, date(2024, 1, 2))


@pytest.mark.parametrize(
    ("prev_close", "rate", "up", "down"),
    [
        ("10.00", "0.10", "11.00", "9.00"),
        ("10.05", "0.10", "11.06", "9.05"),  # 11.055 and 9.045: half goes up, not to the even
        ("8.93", "0.10", "9.82", "8.04"),  # 9.823, 8.037
        ("3.33", "0.05", "3.50", "3.16"),  # 3.4965, 3.1635
        ("0.04", "0.10", "0.05", "0.03"),  # 0.044 would be the close itself: one tick away
        ("0.01", "0.05", "0.02", "0.01"),  # never below one tick
    ],
)
def test_limit_prices_are_rounded_half_up_to_the_fen(prev_close: str, rate: str, up: str, down: str) -> None:
    assert limit_prices(Decimal(prev_close), Decimal(rate)) == LimitPrices(Decimal(up), Decimal(down))


def test_a_fund_moves_in_ticks_of_a_tenth_of_a_fen() -> None:
    assert limit_prices(Decimal("1.235"), Decimal("0.10"), Decimal("0.001")) == LimitPrices(
        Decimal("1.359"), Decimal("1.112")
    )


def test_a_previous_close_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="positive"):
        limit_prices(Decimal(0), Decimal("0.10"))
