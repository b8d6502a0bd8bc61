"""A column that numbers the rows isn't left out in silence where the table lacks a key."""

from __future__ import annotations

import pytest

from zhike.datacentre.mapping import Recognition, parse_overrides, recognise

HEADER = ["成交日期", "证券代码", "买卖标志", "成交数量", "成交价格", "成交金额", "客户号", "咕咚"]
LETTERS = [f"X{n:03}" for n in range(1, 7)]


def read(cells: list[str], header: list[str] = HEADER, mapping: str = "") -> Recognition:
    """Recognise a trade file whose last column holds `cells`."""
    rows = [["20250303", "600000", "证券买入", "100", "10", "1000", "A", cell] for cell in cells]
    own = parse_overrides(mapping) if mapping else None
    return recognise(header, [[*row[: len(header) - 1], row[-1]] for row in rows], "成交.csv", own)


@pytest.mark.parametrize(
    "cells",
    [
        LETTERS,
        [f"20250331{n:06}" for n in range(1, 7)],  # day and number: no times of day
        [f"{n:04}" for n in range(1, 7)],
        [str(n) for n in range(700_001, 700_007)],
        [str(n) for n in range(99_999_997, 100_000_003)],  # two lengths, and longer than amounts are
        [f"{n:05}-B" for n in range(20)] + ["00000-B"],  # 20 different ones among 21
    ],
)
def test_an_unknown_column_that_numbers_the_rows_is_asked_about(cells: list[str]) -> None:
    found = read(cells)
    assert (found.table, found.columns["咕咚"], found.unsure) == ("trade", None, ("咕咚",))
    best = found.proposals["咕咚"][0]
    assert (best.column, best.confidence) == ("trade_id", 0.5)
    assert "hardly ever the same" in best.why.en


@pytest.mark.parametrize(
    "cells",
    [
        LETTERS[:4],  # too few rows to tell
        [*LETTERS, ""],  # not in every row
        [*LETTERS, "X001"],  # 6 different ones among 7
        ["1000", "250", "31000", "42", "5", "600000"],  # whole amounts
        ["1000", "2000", "3000", "4000", "5000", "6000"],
        ["1000.5", "1001.5", "1002.5", "1003.5", "1004.5", "1005.5"],
        ["093000", "093012", "100000", "101500", "130001", "145959"],
        ["09:30:00", "9:30:12", "10:00:00", "10:15:00", "13:00:01", "14:59:59"],
        ["20250303093000", "20250303093012", "20250303100000", "20250304101500", "20250304130001", "20250304145959"],
        ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-10"],
        ["甲方来电", "乙方来电", "丙方来电", "丁方来电", "戊方来电", "己方来电"],
        ["one", "two", "three", "four", "five", "six"],
    ],
)  # fmt: skip
def test_amounts_moments_words_and_columns_with_gaps_number_nothing(cells: list[str]) -> None:
    found = read(cells)
    assert (found.columns["咕咚"], found.unsure) == (None, ())


def test_nothing_is_asked_where_the_key_is_there_or_the_name_is_known_or_the_user_has_spoken() -> None:
    numbered = [*HEADER[:6], "成交编号", "咕咚"]
    assert read(LETTERS, numbered).unsure == ()
    assert read(LETTERS, [*HEADER[:7], "委托编号"]).unsure == ()
    assert read(LETTERS, mapping='[trade.columns]\n咕咚 = ""\n').unsure == ()
    told = read(LETTERS, mapping='[trade.columns]\n咕咚 = "trade_id"\n')
    assert (told.columns["咕咚"], told.unsure) == ("trade_id", ())


def test_a_blank_line_in_the_sample_is_no_gap() -> None:
    rows = [["20250303", "600000", "证券买入", "100", "10", "1000", "A", cell] for cell in LETTERS]
    assert recognise(HEADER, [*rows, [""] * 8, [" "]], "成交.csv").unsure == ("咕咚",)
    assert recognise(HEADER, [], "成交.csv").unsure == ()


def test_a_table_that_always_has_its_key_asks_for_none() -> None:
    header = ["日期", "证券代码", "开盘价", "收盘价", "最高价", "最低价", "咕咚"]
    rows = [["20250303", "600000", "3", "3", "3", "3", cell] for cell in LETTERS]
    found = recognise(header, rows, "行情.csv")
    assert (found.table, found.unsure) == ("quote", ())
