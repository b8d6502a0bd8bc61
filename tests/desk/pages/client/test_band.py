from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from zhike_desk.pages.client import sums
from zhike_desk.pages.client.band import contacted, risk
from zhike_desk.records.queries.client import Written


@pytest.fixture(autouse=True)
def chinese() -> object:
    with translation.override("zh-hans"):
        yield


def test_a_grade_on_its_last_day_is_about_to_expire_and_expired_the_day_after() -> None:
    assessed, until = date(2023, 6, 30), date(2025, 6, 30)
    assert risk("C3", assessed, until, until, 30).words == "C3 · 0 天后到期"
    gone = risk("C3", assessed, until, date(2025, 7, 1), 30)
    assert (gone.words, gone.tone) == ("C3 · 已过期 1 天", "care")
    assert "下次交易" in gone.more


def test_from_when_a_grade_is_about_to_expire_is_the_branchs_to_say() -> None:
    until, today = date(2025, 6, 30), date(2025, 5, 31)
    assert risk("C3", date(2023, 6, 30), until, today, 30).words == "C3 · 30 天后到期"
    assert risk("C3", date(2023, 6, 30), until, today, 29).words == "C3 · 有效"


def test_a_missing_grade_is_told_as_missing_with_a_word_and_an_icon() -> None:
    flag = risk("", None, None, date(2025, 6, 30), 30)
    assert (flag.icon, flag.tone, flag.words) == ("shield", "note", "未作风险测评")


def test_the_last_contact_is_the_last_that_reached_the_client_and_attempts_are_told_apart() -> None:
    assert contacted(Written()) == "从未联系到"
    assert contacted(Written(attempts=2)) == "从未联系到，其后 2 次未接通"
    assert contacted(Written(contacted_on=date(2025, 4, 11), attempts=1)) == "2025-04-11，其后 1 次未接通"


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
