"""The fold's book: which corporate actions change units, and on which of its days."""

from __future__ import annotations

from datetime import timedelta

from market_rows import MONDAY, action_table, closes, day_numbers, quote_table, security_table, weekdays
from zhike.features.ledger.market_book import unit_changes
from zhike.features.market import prices_of


def test_an_action_counts_from_the_next_trading_day_and_before_the_first_one_not_at_all() -> None:
    quotes = quote_table(closes("600000.SH", [10.0] * 8) + closes("600001.SH", [5.0] * 8))
    securities = security_table([{"security_id": "600000.SH"}, {"security_id": "600001.SH"}])
    actions = action_table(
        ("600001.SH", MONDAY - timedelta(days=1), "split", {"ratio": 2.0}),  # past
        ("600001.SH", MONDAY + timedelta(days=5), "bonus", {"ratio": 0.5}),  # Saturday: from the next Monday
        ("600001.SH", MONDAY + timedelta(days=1), "dividend", {"cash": 0.5}),  # changes no units
        ("600000.SH", MONDAY, "split", {"ratio": 3.0}),
        ("600000.SH", MONDAY + timedelta(days=90), "split", {"ratio": 3.0}),  # not yet
    )
    prices = prices_of(quotes, securities, day_numbers(weekdays(8)), actions)
    first, day, factor = unit_changes(actions, prices)
    assert (first.tolist(), day.tolist(), factor.tolist()) == ([0, 1, 2], [0, 5], [3.0, 1.5])
