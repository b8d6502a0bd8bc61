from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from zhike.base.exchange import (
    FEES,
    FeeFamily,
    FeePeriod,
    FeeTable,
    Side,
    expected_fees,
    fee_family,
    fee_family_of,
    fee_table,
)
from zhike.base.period import date_of, day_no

TEN_THOUSAND = Decimal(10_000)


def stamp(side: Side, day: str, family: FeeFamily = FeeFamily.SH_A) -> Decimal | None:
    return expected_fees(side, family, date.fromisoformat(day), TEN_THOUSAND).stamp_duty


@pytest.mark.parametrize(
    ("day", "buy", "sell"),
    [
        ("1991-10-23", "30.00", "30.00"),
        ("1997-05-11", "30.00", "30.00"),
        ("1997-05-12", "50.00", "50.00"),
        ("1998-06-12", "40.00", "40.00"),
        ("2001-11-15", "40.00", "40.00"),
        ("2001-11-16", "20.00", "20.00"),
        ("2005-01-24", "10.00", "10.00"),
        ("2007-05-29", "10.00", "10.00"),
        ("2007-05-30", "30.00", "30.00"),
        ("2007-06-01", "30.00", "30.00"),
        ("2008-04-24", "10.00", "10.00"),
        ("2008-09-18", "10.00", "10.00"),
        ("2008-09-19", "0.00", "10.00"),
        ("2023-08-25", "0.00", "10.00"),
        ("2023-08-27", "0.00", "10.00"),
        ("2023-08-28", "0.00", "5.00"),
    ],
)
def test_ten_thousand_yuan_pay_the_stamp_duty_of_their_day(day: str, buy: str, sell: str) -> None:
    assert (stamp("buy", day), stamp("sell", day)) == (Decimal(buy), Decimal(sell))


def test_shenzhen_sellers_paid_six_per_mille_before_buyers_did() -> None:
    assert stamp("sell", "1990-07-02", FeeFamily.SZ_A) == 60
    assert stamp("buy", "1990-07-02", FeeFamily.SZ_A) == 0
    assert stamp("buy", "1990-11-23", FeeFamily.SZ_A) == 60
    assert stamp("buy", "1991-10-01", FeeFamily.SZ_A) == 30


def test_b_shares_paid_less_than_a_shares_from_june_1999() -> None:
    assert stamp("buy", "1999-06-01", FeeFamily.SH_B) == 30
    assert stamp("buy", "1999-06-01", FeeFamily.SH_A) == 40
    assert stamp("sell", "2024-01-02", FeeFamily.SZ_B) == 5


def test_before_the_first_known_day_a_fee_is_unknown_not_zero() -> None:
    assert stamp("sell", "1991-10-22") is None
    assert expected_fees("buy", FeeFamily.SH_A, date(2002, 4, 30), TEN_THOUSAND).commission_cap is None
    assert expected_fees("buy", FeeFamily.UNKNOWN, date(2024, 1, 2), TEN_THOUSAND).stamp_duty is None


@pytest.mark.parametrize("family", [FeeFamily.FUND, FeeFamily.CONVERTIBLE, FeeFamily.BOND, FeeFamily.REPO])
def test_funds_bonds_and_repos_pay_neither_stamp_duty_nor_transfer_nor_management_fee(
    family: FeeFamily,
) -> None:
    fees = expected_fees("sell", family, date(2024, 1, 2), TEN_THOUSAND)
    assert [fees.stamp_duty, fees.transfer_fee, fees.management] == [Decimal(0)] * 3


@pytest.mark.parametrize(
    ("family", "day", "fee"),
    [
        (FeeFamily.SH_A, "2015-08-01", "20.00"),
        (FeeFamily.SZ_A, "2022-04-28", "20.00"),
        (FeeFamily.SZ_A, "2022-04-29", "10.00"),
        (FeeFamily.SZ_A, "2015-07-31", "25.50"),
        (FeeFamily.BJ_A, "2022-04-28", "25.00"),
        (FeeFamily.BJ_A, "2022-04-29", "10.00"),
    ],
)
def test_a_million_yuan_pay_the_transfer_fee_of_their_day(family: FeeFamily, day: str, fee: str) -> None:
    fees = expected_fees("buy", family, date.fromisoformat(day), Decimal(1_000_000))
    assert fees.transfer_fee == Decimal(fee)


def test_shanghai_took_the_transfer_fee_per_share_and_at_least_one_yuan_before_august_2015() -> None:
    def fee(day: str, shares: int) -> Decimal | None:
        return expected_fees(
            "buy", FeeFamily.SH_A, date.fromisoformat(day), TEN_THOUSAND, Decimal(shares)
        ).transfer_fee

    assert fee("2012-05-31", 5000) == Decimal("5.00")
    assert fee("2012-06-01", 5000) == Decimal("3.75")
    assert fee("2012-09-03", 5000) == Decimal("3.00")
    assert fee("2015-07-31", 100) == Decimal("1.00")
    assert fee("2015-08-03", 5000) == Decimal("0.20")


@pytest.mark.parametrize(
    ("family", "day", "fee"),
    [
        (FeeFamily.SH_A, "2012-05-31", "110.00"),
        (FeeFamily.SZ_A, "2012-05-31", "122.00"),
        (FeeFamily.SZ_A, "2012-06-01", "87.00"),
        (FeeFamily.SH_A, "2012-09-03", "69.60"),
        (FeeFamily.SH_A, "2023-08-27", "48.70"),
        (FeeFamily.SH_A, "2023-08-28", "34.10"),
        (FeeFamily.SH_B, "2023-08-28", "34.10"),
        (FeeFamily.BJ_A, "2022-11-30", "500.00"),
        (FeeFamily.BJ_A, "2022-12-01", "250.00"),
        (FeeFamily.BJ_A, "2023-08-28", "125.00"),
    ],
)
def test_a_million_yuan_pay_the_handling_fee_of_their_day(family: FeeFamily, day: str, fee: str) -> None:
    fees = expected_fees("buy", family, date.fromisoformat(day), Decimal(1_000_000))
    assert fees.handling == Decimal(fee)


def test_the_etf_of_a_real_statement_paid_two_fen_of_handling_fee() -> None:
    fees = expected_fees("buy", fee_family_of("510310.SH"), date(2023, 2, 14), Decimal("394.00"))
    assert fees.handling == Decimal("0.02")


def test_the_share_of_a_real_statement_paid_four_yuan_two_of_stamp_duty() -> None:
    fees = expected_fees("sell", fee_family_of("002027.SZ"), date(2022, 1, 21), Decimal(4020))
    assert fees.stamp_duty == Decimal("4.02")


def test_the_management_fee_halved_in_september_2012() -> None:
    def fee(day: date) -> Decimal | None:
        return expected_fees("sell", FeeFamily.SZ_A, day, Decimal(1_000_000)).management

    days = (date(2012, 8, 31), date(2012, 9, 3), date(2024, 1, 2))
    assert [fee(day) for day in days] == [40, 20, 20]


def test_commission_is_at_most_three_per_mille_but_five_yuan_may_always_be_taken() -> None:
    def cap(amount: int) -> Decimal | None:
        return expected_fees("buy", FeeFamily.SH_A, date(2024, 1, 2), Decimal(amount)).commission_cap

    assert cap(1_000) == 5
    assert cap(10_000) == 30


def test_hong_kong_shares_pay_stamp_duty_on_both_sides() -> None:
    assert [stamp("buy", day, FeeFamily.HK) for day in ("2021-07-30", "2021-08-02", "2023-11-17")] == [
        10,
        13,
        10,
    ]
    assert stamp("sell", "2021-08-02", FeeFamily.HK) == 13
    fees = expected_fees("buy", FeeFamily.HK, date(2025, 6, 30), Decimal(1_000_000))
    assert fees.transfer_fee == Decimal("42.00")
    assert (fees.handling, fees.management) == (Decimal("56.50"), Decimal("28.50"))


def test_half_a_fen_is_rounded_up() -> None:
    assert expected_fees("sell", FeeFamily.SH_A, date(2024, 1, 2), Decimal(10)).stamp_duty == Decimal("0.01")
    assert expected_fees("sell", FeeFamily.SH_A, date(2024, 1, 2), Decimal("9.99")).stamp_duty == 0


@pytest.mark.parametrize(
    ("security_id", "family"),
    [
        ("600000.SH", FeeFamily.SH_A),
        ("688981.SH", FeeFamily.SH_A),
        ("300750.SZ", FeeFamily.SZ_A),
        ("920001.BJ", FeeFamily.BJ_A),
        ("900901.SH", FeeFamily.SH_B),
        ("200002.SZ", FeeFamily.SZ_B),
        ("588000.SH", FeeFamily.FUND),
        ("163402.SZ", FeeFamily.FUND),
        ("113052.SH", FeeFamily.CONVERTIBLE),
        ("019547.SH", FeeFamily.BOND),
        ("204001.SH", FeeFamily.REPO),
        ("00700.HK", FeeFamily.HK),
        ("02800.HK", FeeFamily.UNKNOWN),
        ("400008.BJ", FeeFamily.UNKNOWN),
        ("799999.SH", FeeFamily.UNKNOWN),
        ("AAPL", FeeFamily.UNKNOWN),
    ],
)
def test_a_code_is_charged_as_its_family(security_id: str, family: FeeFamily) -> None:
    assert fee_family_of(security_id) is family


def test_a_share_without_a_market_is_charged_as_unknown() -> None:
    assert fee_family("stock", "main", None) is FeeFamily.UNKNOWN
    assert fee_family(None, None, "SH") is FeeFamily.UNKNOWN


def test_a_tariff_row_names_its_source() -> None:
    row = fee_table().period("stamp_duty", FeeFamily.SH_A, date(2023, 8, 28))
    assert row is not None
    assert "2023年第39号" in row.source
    assert row.since == date(2023, 8, 28)


def test_the_tariffs_of_many_trades_are_those_of_each() -> None:
    days = np.array(
        [day_no(date(2023, 8, 27)), day_no(date(2023, 8, 28)), day_no(date(1980, 1, 1))], dtype=np.int32
    )
    sells = np.array([True, False, True])
    rates = fee_table().rates(days, sells, np.full(3, FeeFamily.SZ_A, dtype=np.int8))
    np.testing.assert_array_equal(rates["stamp_duty"], [0.001, 0.0, np.nan])
    np.testing.assert_array_equal(rates["handling"], [0.0000487, 0.0000341, np.nan])
    np.testing.assert_array_equal(rates["commission_minimum"], [5.0, 5.0, np.nan])
    assert {array.dtype for array in rates.values()} == {np.dtype(np.float64)}


def test_the_charges_of_many_trades_agree_with_those_of_one_on_every_day_a_tariff_changes() -> None:
    table = fee_table()
    days = sorted({day_no(row.since) + step for row in table.rows for step in (-1, 0, 1)})
    cells = [(day, sell, family) for day in days for sell in (False, True) for family in FeeFamily]
    n = len(cells)
    charges = table.charges(
        np.array([day for day, _, _ in cells], dtype=np.int32),
        np.array([sell for _, sell, _ in cells]),
        np.array([family for _, _, family in cells], dtype=np.int8),
        np.full(n, 123_400.0),
        np.full(n, 5_000.0),
    )
    for i, (day, sell, family) in enumerate(cells):
        at = date_of(day)
        one = table.expected("sell" if sell else "buy", family, at, Decimal(123_400), Decimal(5_000))
        for fee in FEES:
            due = getattr(one, fee)
            if due is None:
                assert np.isnan(charges[fee][i])
            else:
                assert charges[fee][i] == pytest.approx(float(due), abs=0.0051)


def test_the_charges_of_no_trades_are_none() -> None:
    none = np.array([], dtype=np.int32)
    assert fee_table().rates(none, none.astype(np.bool_), none.astype(np.int8))["stamp_duty"].shape == (0,)


def test_a_family_that_is_none_is_refused() -> None:
    one = np.array([0], dtype=np.int32)
    with pytest.raises(IndexError):
        fee_table().rates(one, one.astype(np.bool_), np.array([99], dtype=np.int8))


def test_a_table_of_ones_own_answers_from_its_own_rows() -> None:
    row = FeePeriod(
        "stamp_duty",
        FeeFamily.SH_A,
        date(2030, 1, 1),
        Decimal(0),
        Decimal("0.0001"),
        Decimal(0),
        Decimal(0),
        "test",
    )
    table = FeeTable.of((row,))
    assert table.expected("sell", FeeFamily.SH_A, date(2030, 1, 1), TEN_THOUSAND).stamp_duty == 1
    assert table.expected("sell", FeeFamily.SH_A, date(2029, 12, 31), TEN_THOUSAND).stamp_duty is None


def test_every_tariff_names_a_known_fee_and_a_source_and_no_day_stands_twice() -> None:
    rows = fee_table().rows
    assert {row.fee for row in rows} == set(FEES)
    assert all(row.source for row in rows)
    assert len({(row.fee, row.family, row.since) for row in rows}) == len(rows)


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        FeeTable.of(())


def test_days_far_outside_the_table_take_its_nearer_end() -> None:
    days = np.array([-(2**31), 2**31 - 1], dtype=np.int32)
    rates = fee_table().rates(days, np.array([True, True]), np.full(2, FeeFamily.SH_A, dtype=np.int8))
    np.testing.assert_array_equal(rates["stamp_duty"], [np.nan, 0.0005])
