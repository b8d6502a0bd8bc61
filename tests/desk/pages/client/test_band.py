from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from zhike_desk.pages.client import sums
from zhike_desk.pages.client.band import months_later, risk


@pytest.fixture(autouse=True)
def chinese() -> object:
    with translation.override("zh-hans"):
        yield


def test_an_assessment_holds_two_years_to_the_day() -> None:
    assert months_later(date(2023, 6, 30), 24) == date(2025, 6, 30)
    assert months_later(date(2024, 2, 29), 24) == date(2026, 2, 28)
    assert months_later(date(2023, 12, 31), 2) == date(2024, 2, 29)


def test_a_grade_on_its_last_day_is_about_to_expire_and_expired_the_day_after() -> None:
    assessed = date(2023, 6, 30)
    assert risk("C3", assessed, date(2025, 6, 30)).words == "C3 · 0 天后到期"
    gone = risk("C3", assessed, date(2025, 7, 1))
    assert (gone.words, gone.tone) == ("C3 · 已过期 1 天", "care")
    assert risk("C3", assessed, date(2025, 5, 30)).words == "C3 · 有效"
    assert risk("C3", assessed, date(2025, 5, 31)).words == "C3 · 30 天后到期"


def test_a_missing_grade_is_told_as_missing_with_a_word_and_an_icon() -> None:
    flag = risk("", None, date(2025, 6, 30))
    assert (flag.icon, flag.tone, flag.words) == ("shield", "note", "未作风险测评")


@pytest.mark.parametrize(
    ("value", "written"),
    [(805_321.0, "80.5 万元"), (999.4, "999 元"), (-12_340.0, "−1.2 万元"), (0.0, "0 元")],
)
def test_money_in_a_sentence_is_in_wan_from_a_thousand_yuan_on(value: float, written: str) -> None:
    assert sums.money(value) == written


def test_a_large_figure_is_in_yuan_below_ten_thousand() -> None:
    assert sums.sized(9_999.4)[1] == "元"
    assert ">9,999<" in sums.sized(9_999.4)[0]
    assert sums.sized(10_000.0)[1] == "万元"
    assert ">+1.0<" in sums.sized(10_000.0, signed=True)[0]
    assert sums.sized(None) == ("—", "")
