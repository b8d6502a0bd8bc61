"""Measures are written as their unit asks, their unit in words."""

from __future__ import annotations

import pytest
from django.utils import translation

from zhike.base.measure import UNITS
from zhike.features.clients import MEASURES
from zhike_desk.records.book.detailed import DETAILED, Detail, pack, unpack
from zhike_desk.records.queries.clients import LISTED
from zhike_desk.ui.measured import asked_unit, shown_unit, written


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.1234, "fraction", "12.3%"),
        (0.0012, "log per day", "0.12%"),
        (2.0, "times", "2.00"),
        (1234.0, "trades", "1,234"),
        (3.25, "years", "3.2"),
        (None, "times", "—"),
    ],
)
def test_a_figure_is_written_as_its_unit_asks(value: float | None, unit: str, told: str) -> None:
    assert written(value, unit) == told


def test_money_is_in_ten_thousands_with_its_unit_beside_it() -> None:
    with translation.override("en"):
        assert ">12.3</data>" in written(123_456.0, "CNY")
        assert (shown_unit("CNY"), asked_unit("CNY"), shown_unit("fraction")) == ("10k CNY", "CNY", "")
        assert asked_unit("fraction") == "0.1 is 10 %"
    with translation.override("zh-hans"):
        assert (shown_unit("CNY"), shown_unit("times")) == ("万元", "倍")


def test_every_unit_of_a_measure_is_told_in_words() -> None:
    with translation.override("zh-hans"):
        bare = [m.unit for m in MEASURES.values() if asked_unit(m.unit) == m.unit]
    assert bare == []
    assert {m.unit for m in MEASURES.values()} == set(UNITS)


@pytest.mark.parametrize("name", sorted(set(LISTED.columns) & set(MEASURES)))
def test_a_column_of_the_list_is_called_as_its_measure_is(name: str) -> None:
    assert LISTED.columns[name].title == MEASURES[name].label


def test_details_are_packed_and_those_unknown_are_left_out() -> None:
    import numpy as np

    rows = np.full((len(DETAILED), 3), np.nan, np.float32)
    rows[1] = (61, 0.25, 0.75)
    rows[3] = (4, np.nan, np.nan)
    assert unpack(pack(rows)) == {
        DETAILED[1]: Detail(61, 0.25, 0.75),
        DETAILED[3]: Detail(4, None, None),
    }
