"""One answer: fractions, decimals that stand for them, words, and what is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.models.ahp.answers import read_answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("9.0", 9), ("1/3", 1 / 3), ("=1/7", 1 / 7), (" = 1 / 7 ", 1 / 7), ("2/5", 0.4), ("１／３", 1 / 3),
        ("0.142857142857143", 1 / 7), ("0.2", 0.2), ("0.5", 0.5), ("2.5", 2.5), ("0.6", 0.6), ("稍微重要", 3), ("'5", 5),
    ],
)  # fmt: skip
def test_what_is_written_plainly_is_taken_without_a_remark(text: str, value: float) -> None:
    answer = read_answer(text)
    assert answer.value == pytest.approx(value, rel=1e-15)
    assert answer.why is None


@pytest.mark.parametrize(
    ("text", "k"),
    [
        ("0.11", 9), ("0.111", 9), ("0.1", 9), (".14", 7), ("0.143", 7), ("0.142", 7), ("0.13", 8), ("0.12", 8),
        ("0.17", 6), ("0.16", 6), ("0.33", 3), ("0.3", 3),
    ],
)  # fmt: skip
def test_a_decimal_that_is_a_fraction_as_printed_is_that_fraction_and_says_so(text: str, k: int) -> None:
    answer = read_answer(text)
    assert answer.value == 1 / k
    assert answer.why is not None
    assert f"1/{k}" in answer.why.en


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0.001", "outside"), ("0", "outside"), ("98", "outside"), ("0.0102040816326531", "outside"), ("1/98", "outside"),
        ("9.01", "outside"), ("0.109", "outside"), ("-3", "negative"), ("abc", "neither"), ("1/0", "zero"), ("nan", "neither"),
        ("1e-3", "neither"), ("inf", "neither"), ("2024-01-07", "date"), ("2024-01-07 00:00:00", "date"), ("9" * 5000, "neither"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_says_nothing_and_tells_why(text: str, reason: str) -> None:
    answer = read_answer(text)
    assert answer.value is None
    assert answer.why is not None
    assert reason in answer.why.en
    assert len(answer.why.en) < 200


@pytest.mark.parametrize("text", ["", "  ", "-", "—"])
def test_an_empty_cell_is_no_answer_and_no_fault(text: str) -> None:
    assert read_answer(text).value is None
    assert read_answer(text).why is None


@given(st.integers(1, 9), st.integers(2, 15))
def test_every_fraction_printed_with_two_decimals_or_more_is_found_again(k: int, digits: int) -> None:
    assert read_answer(f"{1 / k:.{digits}f}").value == 1 / k


@given(st.text(max_size=30))
def test_nothing_that_people_write_breaks_the_reading(text: str) -> None:
    answer = read_answer(text)
    assert answer.value is None or 1 / 9 - 1e-9 <= answer.value <= 9 + 1e-9
