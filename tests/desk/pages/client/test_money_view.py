from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from zhike_desk.pages.client.money_view import assets_view, attribution_view
from zhike_desk.records.book.series import AssetDay
from zhike_desk.records.queries.client_money import Attribution
from zhike_desk.records.queries.reference import Run
from zhike_desk.records.queries.timeline import Event


@pytest.fixture(autouse=True)
def chinese() -> object:
    with translation.override("zh-hans"):
        yield


def _bars(found: Attribution) -> list[tuple[float, float]]:
    """Return from where to where each bar of the waterfall reaches, above and below zero together."""
    view = attribution_view([found], found.window)
    assert view is not None
    assert view.figure is not None
    series = view.figure.option["series"]
    over = zip(series[0]["data"], (b["value"] for b in series[1]["data"]), strict=True)
    under = zip(series[2]["data"], (b["value"] for b in series[3]["data"]), strict=True)
    return [(c + d if d else a, a + b if b else c) for (a, b), (c, d) in zip(over, under, strict=True)]


def test_the_six_parts_hang_on_each_other_and_end_where_the_profit_does() -> None:
    found = Attribution(250, 60.0, (100.0, -30.0, 20.0, -40.0, 15.0, -5.0))
    assert sum(found.parts) == found.pnl
    assert _bars(found) == [(0, 100), (70, 100), (70, 90), (50, 90), (50, 65), (60, 65), (0, 60)]


def test_a_bar_that_crosses_zero_stands_on_both_sides_of_it() -> None:
    found = Attribution(20, -20.0, (30.0, -50.0, 0.0, 0.0, 0.0, 0.0))
    assert _bars(found)[:2] == [(0, 30), (-20, 30)]
    assert _bars(found)[-1] == (-20, 0)


def test_the_sentence_names_the_parts_of_a_tenth_of_all_movement_and_no_others() -> None:
    found = Attribution(250, -85_000.0, (-73_700.0, 2_000.0, -11_000.0, -1_500.0, 200.0, -1_000.0))
    view = attribution_view([found], 250)
    assert view is not None
    assert view.figure is not None
    assert view.figure.sentence == "近 250 个交易日亏损 8.5 万元：随大盘 −7.4 万元、选股 −1.1 万元。"


def test_a_window_without_profit_or_loss_has_no_picture_and_one_not_there_gives_the_longest() -> None:
    quiet, full = Attribution(20, 0.0, (0.0,) * 6), Attribution(250, 1.0, (1.0, 0, 0, 0, 0, 0))
    assert attribution_view([], 20) is None
    view = attribution_view([quiet, full], 20)
    assert view is not None
    assert view.figure is None
    longest = attribution_view([quiet, full], 999)
    assert longest is not None
    assert longest.window == 250


def _day(day: date, cash: float) -> AssetDay:
    return AssetDay(day, cash, 0.0, 0.0, 0.0, cash)


def test_assets_are_told_with_their_peak_and_flows_stand_on_the_line() -> None:
    days = [_day(date(2025, 5, d), v) for d, v in ((1, 10_000.0), (2, 30_000.0), (6, 20_000.0))]
    runs = [
        Run("hot", date(2025, 4, 1), date(2025, 5, 2)),
        Run("ranging", date(2025, 5, 3), date(2025, 5, 6)),
    ]
    flow = Event(
        datetime(2025, 5, 1, 18, 0, tzinfo=UTC), "night", 1, "large_inflow", "转入"
    )  # 2 May in Shanghai
    view = assets_view(days, runs, [flow])
    assert view.figure is not None
    assert view.figure.sentence == "净资产 2.0 万元，较 2025-05 增 100%；最高 3.0 万元（2025-05-02）。"
    line = view.figure.option["series"][-1]
    assert [m["coord"] for m in line["markPoint"]["data"]] == [["2025-05-02", 30_000]]
    assert [(a["xAxis"], b["xAxis"]) for a, b in line["markArea"]["data"]] == [("2025-05-01", "2025-05-02")]


def test_without_any_assets_there_is_no_picture() -> None:
    assert assets_view([], [], []).figure is None
    assert assets_view([_day(date(2025, 5, d), 0.0) for d in (1, 2)], [], []).figure is None


def test_a_few_yuan_are_told_in_a_sentence_and_not_drawn() -> None:
    view = assets_view([_day(date(2025, 5, d), 1.2) for d in (1, 2)], [], [])
    assert view.figure is None
    assert view.empty == "2025-05 以来账户几乎没有资产（始终不足 10 元），不画图。"
    small = attribution_view([Attribution(250, 1.0, (1.0, 0.4, -0.4, 0.0, 0.0, 0.0))], 250)
    assert small is not None
    assert small.figure is None


def test_of_days_in_a_row_every_second_is_drawn_and_month_ends_before_them_all() -> None:
    ends = [_day(date(2024, month, 28), 900.0) for month in (10, 11, 12)]
    row = [_day(date(2025, 1, 6) + timedelta(days=n), 1_000.0 + n) for n in range(4)]
    view = assets_view([*ends, *row], [], [])
    assert view.figure is not None
    drawn = view.figure.option["dataset"]["source"]
    assert [d for d, *_ in drawn] == ["2024-10-28", "2024-11-28", "2024-12-28", "2025-01-07", "2025-01-09"]
    assert drawn[-1][1] == 1_003
