"""A measure says what it means, or is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from zhike.base.measure import Measure, dictionary_rows, registry
from zhike.base.text import say


def measure(**given: Any) -> Measure:
    told: dict[str, Any] = {"name": "trades_1m", "unit": "trades", "title": say("成交笔数", "Trades"), "meaning": say("成交笔数。", "Executions."), "window": 20,
                            "group": "trading", "source": ("trade",), "build": lambda t: t.total("trades", 20), "absent": 0.0}  # fmt: skip
    return Measure(**(told | given))


@pytest.mark.parametrize("given", [
    {"name": "Trades"}, {"name": "trades__n"}, {"name": "1m"}, {"unit": ""}, {"source": ()}, {"meaning": say("", "x")}, {"absent": float("nan")},
    {"title": say("", "x")}, {"unit": "furlongs"}, {"group": "weather"},
])  # fmt: skip
def test_a_measure_that_says_too_little_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="measure"):
        measure(**given)


def test_a_name_stands_once() -> None:
    with pytest.raises(ValueError, match="trades_1m"):
        registry([measure()], [measure()])


def test_the_dictionary_speaks_one_language_at_a_time() -> None:
    given = [measure(also=("asset",)), measure(name="net_now", window=say("截至日", "now"), absent=None)]
    first, second = dictionary_rows(given, date(2025, 3, 31), "en")
    assert first == {"name": "trades_1m", "as_of": date(2025, 3, 31), "unit": "trades", "meaning": "Executions.", "window": "20 trading days",
                     "absent": 0.0, "source": "trade; if delivered: asset", "group": "trading"}  # fmt: skip
    assert (second["window"], second["absent"]) == ("now", None)
    assert dictionary_rows(given, date(2025, 3, 31))[0]["window"] == "20 个交易日"


def test_a_measure_is_called_by_its_title_and_the_window_in_its_name() -> None:
    assert measure().label == say("近1月成交笔数", "Trades, 1 m")
    assert measure(name="net_now", title=say("净资产", "Net assets")).label == say("净资产", "Net assets")
