import csv
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from market_rows import closes, day_numbers, index_table, quote_table, random_quotes, random_walk, weekdays
from zhike.base.errors import UsageError
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.branch import MARKET_STATE
from zhike.features.market import (
    MarketSettings,
    Prices,
    market_states,
    missing_parts,
    prices_of,
    regimes,
    states,
    with_client_effect,
)
from zhike.features.market.kernels import rolling

WITH_HINDSIGHT = {"regime_dated", "wave"}
AS_KNOWN = [name for name in MARKET_STATE.names if name not in {"as_of", *WITH_HINDSIGHT}]
FAR = date(2050, 1, 1)


def missing(table: pa.Table, prices: object, index: object) -> dict[str, str]:
    return {part.column: part.reason.en for part in missing_parts(table, prices, index)}


def test_the_table_is_the_one_of_the_contract_with_a_row_a_trading_day() -> None:
    quotes, index = random_quotes(10, 90), index_table(random_walk(95), random_walk(95, 1))
    as_of = weekdays(92)[-1]
    table = market_states(prices_of(quotes), index, as_of)
    assert table.schema == schema_of(MARKET_STATE)
    assert table["date"].to_pylist() == weekdays(92)
    assert set(table["as_of"].to_pylist()) == {as_of}
    assert table["up_share"].null_count == 2  # days on which only the index is quoted
    assert table["state"].null_count == 59
    found = missing(table, prices_of(quotes), index)
    assert found.keys() <= {
        "client_money_effect",
        "regime_dated",
        "prev_limit_up_return",
        "regime_known",
        "wave",
    }
    assert found["client_money_effect"] == "There are no clients' profits and losses"


def test_figures_are_rounded_to_the_scale_of_their_column_and_keep_their_sign() -> None:
    quotes = quote_table(
        [*closes("600000.SH", [3, 2.9]), *closes("600001.SH", [3, 2.9]), *closes("600002.SH", [3, 3.1])]
    )
    table = market_states(prices_of(quotes), None, FAR)
    assert table["date"].to_pylist() == weekdays(2)[1:]  # on the first day no return is known
    assert table["median_return"].to_pylist() == [Decimal("-0.03333333")]
    assert table["up_share"].to_pylist() == [Decimal("0.33333333")]


def test_an_index_alone_is_enough_and_what_is_missing_is_said() -> None:
    index = index_table(random_walk(400, 3), random_walk(400, 4))
    table = market_states(None, index, FAR)
    for name in states.FROM_STOCKS:
        assert table[name].null_count == 400
    assert table["money_effect"].null_count == 60  # sixty returns need sixty-one days
    assert table["turnover_pct"].null_count == 59
    found = missing(table, None, index)
    assert found["up_share"] == "There are no quotes of stocks (table 'quote')"
    assert found["money_effect"] == "Composed of the index alone"


def test_stocks_alone_are_enough_and_their_own_return_stands_for_the_index() -> None:
    prices = prices_of(quote_table([*closes("600000.SH", [10, 11, 9.9]), *closes("600001.SH", [10, 10, 10])]))
    table = market_states(prices, None, FAR)
    # +5 %, then −5 %; on the first day nothing is known to have moved
    assert table["drawdown"].to_pylist() == [Decimal(0), Decimal("0.05")]
    found = missing(table, prices, None)
    assert (
        found["drawdown"] == "There is no index (table 'index_quote'): the stocks' own return stands for it"
    )
    assert found["money_effect"] == "Fewer than 60 trading days are known"


def test_a_book_without_securities_is_as_good_as_none() -> None:
    index = index_table(random_walk(80, 3))
    coded = index.set_column(1, "index_id", index["index_id"].dictionary_encode())
    days = day_numbers(weekdays(80))
    wide, narrow, flags = (np.zeros((0, 80), kind) for kind in (np.float64, np.float32, np.uint8))
    empty = Prices(days, (), (), *[wide] * 4, *[narrow] * 6, flags)
    table = market_states(empty, coded, FAR)
    assert table.equals(market_states(None, index, FAR))
    assert missing(table, empty, coded) == missing(table, None, index)


def test_without_anything_there_is_no_state() -> None:
    with pytest.raises(UsageError, match="neither index quotes nor"):
        market_states(None, None, FAR)
    with pytest.raises(UsageError, match="1990-01-01"):
        market_states(None, index_table([1.0]), date(1990, 1, 1))


def test_the_index_that_the_settings_name_is_taken_else_the_one_that_begins_first() -> None:
    ours, other = index_table([100.0, 50.0]), index_table([100.0, 90.0], name="399001.SZ")
    both = pa.concat_tables([other, ours])
    assert market_states(None, both, FAR)["drawdown"].to_pylist()[1] == Decimal("0.5")
    named = MarketSettings(indices=("399001.SZ",))
    assert market_states(None, both, FAR, settings=named)["drawdown"].to_pylist()[1] == Decimal("0.1")
    first = MarketSettings(indices=())
    assert market_states(None, pa.concat_tables([ours.slice(1), other]), FAR, settings=first).num_rows == 2


def test_what_clients_earned_comes_from_outside_by_date() -> None:
    days = weekdays(3)
    given = pa.table({"date": [days[1], days[2] + timedelta(days=9)], "client_money_effect": [0.25, 0.5]})
    table = with_client_effect(market_states(None, index_table([1.0, 1.0, 1.0]), FAR), given)
    assert table["client_money_effect"].to_pylist() == [None, Decimal("0.25"), None]


def test_a_market_that_rises_every_day_is_hot_and_one_that_falls_is_frozen() -> None:
    def ends(drift: float) -> str:
        pace = np.concatenate(
            [random_walk(150, 7), random_walk(150, 7)[-1] * np.cumprod(np.full(40, 1 + drift))]
        )
        amounts = np.concatenate(
            [random_walk(150, 8), random_walk(150, 8).max() * (1 + drift) ** np.arange(1, 41) ** 1.5]
        )
        return str(market_states(None, index_table(pace, amounts), FAR)["state"].to_pylist()[-1])

    assert ends(0.02) == "hot"
    assert ends(-0.02) == "frozen"


def cut(table: pa.Table, last: date) -> pa.Table:
    return table.filter(pa.array([day <= last for day in table["date"].to_pylist()]))


def changed_past(quotes: pa.Table | None, index: pa.Table, cuts: list[int]) -> set[str]:
    """Return the columns whose past differs when later rows aren't there, or come after `as_of`."""

    def build(last: date, as_of: date) -> pa.Table:
        prices = None if quotes is None else prices_of(cut(quotes, last))
        return market_states(prices, cut(index, last), as_of)

    whole, days = build(FAR, FAR), sorted(set(index["date"].to_pylist()))
    differing = set()
    for at in cuts:
        for early in (build(days[at], days[at]), build(FAR, days[at])):
            differing |= {
                name
                for name in MARKET_STATE.names
                if early[name].to_pylist() != whole[name].to_pylist()[: at + 1]
            }
    return differing - {"as_of"}


CUTS = [0, 40, 61, 130, 200, 299]


def random_market() -> tuple[pa.Table, pa.Table]:
    return random_quotes(15, 300, seed=1), index_table(random_walk(300, 2), random_walk(300, 3))


def test_no_later_row_changes_what_was_known() -> None:
    quotes, index = random_market()
    assert not changed_past(quotes, index, CUTS) & set(AS_KNOWN)
    assert not changed_past(None, index, CUTS) & set(AS_KNOWN)


def test_the_columns_with_hindsight_are_caught_by_the_same_test() -> None:
    index = index_table(random_walk(900, 5))
    assert changed_past(None, index, [300, 500, 700]) == WITH_HINDSIGHT


def peeking_percentile(values: np.ndarray, days: int, least: int) -> np.ndarray:
    """Rank against all days, later ones too."""
    return np.array([np.mean(values[values == values] < v) if v == v else np.nan for v in values])


@pytest.mark.parametrize(
    ("where", "name", "peeking", "caught"),
    [
        (states, "percentile", peeking_percentile, {"turnover_pct", "money_effect", "state"}),
        (regimes, "regime_known", lambda close, _: np.where(close[-1] > close, 1, -1), {"regime_known"}),
    ],
)
def test_one_that_peeks_is_caught(
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    peeking: Callable[..., object],
    caught: set[str],
) -> None:
    monkeypatch.setattr(where, name, peeking)
    _, index = random_market()
    assert changed_past(None, index, CUTS) & set(AS_KNOWN) == caught


@pytest.fixture
def shanghai(real_data: Path) -> pa.Table:
    """Return the Shanghai Composite, daily since 1990."""
    with (real_data / "market_cn/sse_composite_daily.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    days = [date.fromisoformat(row["date"]) for row in rows]
    figures = {name: pa.array([float(row[name]) for row in rows]) for name in ("close", "amount")}
    return pa.table({"date": pa.array(days, pa.date32()), "index_id": ["000001.SH"] * len(days), **figures})


@pytest.mark.parametrize(
    ("day", "ends"),
    [("2005-07-11", "bear"), ("2007-10-16", "bull"), ("2008-10-28", "bear"), ("2015-06-12", "bull")],
)
def test_the_great_turns_of_shanghai_are_dated(shanghai: pa.Table, day: str, ends: str) -> None:
    table = market_states(None, shanghai, FAR)
    dated, days = table["regime_dated"].to_pylist(), table["date"].to_pylist()
    at = days.index(date.fromisoformat(day))
    turns = [t for t in range(at - 10, at + 11) if dated[t] == ends and dated[t + 1] not in (ends, None)]
    assert len(turns) == 1


def test_no_later_row_changes_what_was_known_of_shanghai(shanghai: pa.Table) -> None:
    assert not changed_past(None, shanghai, list(range(250, shanghai.num_rows, 911))) & set(AS_KNOWN)


def test_what_is_known_in_shanghai_agrees_with_what_is_dated_later_on_two_days_of_three(
    shanghai: pa.Table,
) -> None:
    table = market_states(None, shanghai, FAR)
    known, dated = table["regime_known"].to_pylist(), table["regime_dated"].to_pylist()
    both = [(k, d) for k, d in zip(known, dated, strict=True) if k and d]
    assert sum(k == d for k, d in both) / len(both) == pytest.approx(0.68, abs=0.01)


def test_the_window_of_the_percentile_is_a_year() -> None:
    assert MarketSettings().percentile_days == 250
    rising = np.arange(600.0)
    assert rolling.percentile(rising, 250, 60)[599] == 249.5 / 250
