"""The market's page: its sentence, its pictures, what clients of each logic did; each number by hand."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from zhike_desk.pages.market import behaviour, breadth, course, whys
from zhike_desk.pages.market.context import Asked, build
from zhike_desk.pages.market.percentiles import percentile, placed
from zhike_desk.records.models import BookMarket
from zhike_desk.records.queries import market as query
from zhike_desk.records.queries.market import Day, Phase
from zhike_desk.records.viewer import Denied, Viewer

if TYPE_CHECKING:
    from django.test import Client

Sign = Callable[[str], "Client"]
NOTHING = Day(
    **{f.name: None for f in fields(Day)} | {n: "" for n in ("state", "regime_known", "regime_dated", "wave")}
)  # type: ignore[arg-type]
FIRST = date(2025, 1, 1)


def days(count: int, **given: object) -> list[Day]:
    """Make `count` days; a callable is asked for each day's number, from 0."""
    return [
        replace(
            NOTHING,
            date=FIRST + timedelta(n),
            **{name: value(n) if callable(value) else value for name, value in given.items()},
        )
        for n in range(count)
    ]


def phase(logic: str = "value", state: str = "hot", wave: str = "001-up-1", **given: float) -> Phase:
    rest = {"days": 10, "seen": 10, "clients": 9, "trades": 40, "net_buy": 0.0, "turnover": 0.5, "pnl": 0.0}
    return Phase(logic, state, wave, **rest | given)  # type: ignore[arg-type]


def test_a_percentile_is_the_mean_rank_less_a_half_over_n() -> None:
    assert percentile([float(n) for n in range(100)]) == 0.995
    assert percentile([0.0] * 50 + [1.0] * 50) == 0.75
    assert percentile([5.0] * 59) is None
    assert placed(0.002) == "近一年最低"


def test_the_sentence_says_effect_state_place_drawdown_and_regime() -> None:
    made = days(250, money_effect=lambda n: n / 5, drawdown=0.125, state="warming", regime_known="bull")
    page = build(Asked(), made, {"state": 8, "regime_known": 30}, [])
    assert (
        page.sentence == "赚钱效应 50，回暖第 8 天，近一年最高；指数较前高低 12.5%；当时判定为牛市第 30 天。"
    )


def test_days_of_which_nothing_is_known_say_so() -> None:
    page = build(Asked(), days(3), {"state": 0, "regime_known": 0}, [])
    assert "已知的交易日还不够" in page.sentence
    assert page.clients is None
    assert page.behaviour.lines == []


def test_a_run_is_counted_from_its_end() -> None:
    made = days(6, state=lambda n: "hot" if n in (0, 4, 5) else "warming")
    assert (query.run(made, "state"), query.run(made[:4], "state"), query.run([], "state")) == (2, 3, 0)


def test_spells_end_where_the_class_changes_or_is_unknown() -> None:
    made = days(5, state=lambda n: ["hot", "hot", "", "hot", "ebbing"][n])
    found = course.spells(made, lambda d: d.state)
    assert [(s.name, s.first.day, s.last.day, s.days) for s in found] == [
        ("hot", 1, 2, 2),
        ("hot", 4, 4, 1),
        ("ebbing", 5, 5, 1),
    ]


def test_many_days_are_thinned_and_the_last_is_kept() -> None:
    made = days(1500)
    thin = course.thinned(made)
    assert len(thin) == 500
    assert thin[-1] == made[-1]
    assert course.thinned(made[:520]) == made[:520]


def test_parts_of_the_money_effect_are_turned_round_where_much_is_bad() -> None:
    rising = {
        n: float for n in ("up_share", "median_return", "above_ma20", "above_ma60", "broken_limit_share")
    }
    found = {p.name: p.percentile for p in breadth.parts(days(100, **rising))}
    assert found["上涨占比"] == 0.995
    assert found["炸板率（反向）"] == pytest.approx(0.005)


def test_a_small_picture_of_many_days_keeps_every_peak_and_the_last_day() -> None:
    made = days(1000, limit_down=lambda n: {501: 56.0, 999: 3.0}.get(n, 0.0))
    panel = next(p for p in breadth.panels(made, made[-250:]) if p.name == "跌停家数")
    ((line),) = panel.lines
    heights = [int(point.split(",")[1]) for point in line.split(" ")]
    assert (len(heights), min(heights), panel.value, panel.summary) == (251, 8, "3", "最低 0，最高 56")
    assert panel.end == ("432", str(heights[-1]))


def test_an_index_alone_tells_no_parts() -> None:
    assert breadth.parts(days(100, drawdown=float, turnover_pct=float)) == []


def test_a_days_turnover_over_waves_is_weighted_by_days() -> None:
    rows = [phase(turnover=1.0), phase(wave="002-down-2", days=30, seen=30, turnover=1.5, clients=12)]
    found = behaviour.gathered(rows, "state")["value", "hot"]
    assert found.turnover == pytest.approx((0.1 * 10 + 0.05 * 30) / 40)
    assert (found.days, found.clients, found.exact, found.trades) == (40, 12, False, 80)


def test_days_before_the_clients_ledger_begins_dont_count() -> None:
    found = behaviour.gathered([phase(days=100, seen=10, net_buy=1000.0, turnover=2.0)], "state")[
        "value", "hot"
    ]
    assert found.figure("net_buy") == 100.0
    assert found.figure("turnover") == pytest.approx(0.02)


def test_fewer_than_five_clients_show_no_money() -> None:
    made = behaviour.shown([phase(clients=4, pnl=123456.0)], "hot", "pnl", "state")
    assert made.lines[0].spots[0].text == "不足 5 位"
    assert made.rows[0][-3:] == ["—", "—", "—"]
    assert "12.3" not in str(made)


def test_words_compare_a_state_with_the_others() -> None:
    rows = [
        phase(days=20, seen=20, trades=50, turnover=0.4, net_buy=-400_000.0, pnl=3_000_000.0),
        phase(state="ebbing", days=20, seen=20, trades=50, turnover=0.2, pnl=-50_000.0),
    ]
    ((logic, words),) = behaviour.shown(rows, "hot", "turnover", "state").words
    assert logic == "value"
    assert (
        words
        == "日均换手 2.00%，比其他状态高 100%；日均净卖出 2.0 万元；这些日子合计盈利 300 万元，其余日子合计亏损 5.0 万元。"
    )


def test_too_few_trades_say_nothing_but_that() -> None:
    ((_, words),) = behaviour.shown([phase(trades=29, days=50, seen=50)], "hot", "pnl", "state").words
    assert words == "只有 29 笔成交，说不出规律。"


def test_waves_come_in_order_of_time_and_the_undated_last() -> None:
    rows = [phase(wave=w) for w in ("undated", "010-down-2", "009-up-1")]
    heads = behaviour.shown(rows, "hot", "turnover", "wave").heads
    assert [name for name, _, _ in heads] == ["9·升1", "10·降2", "尚未可知"]


@pytest.mark.both
def test_phases_know_the_trading_days_of_their_state_and_wave(viewer: Callable[[str], Viewer]) -> None:
    rows = query.phases(viewer("alice"))
    assert rows
    for row in rows[:5]:
        wave = "" if row.wave == "undated" else row.wave
        assert row.days == BookMarket.objects.filter(state=row.state, wave=wave).count()
        assert row.seen <= row.days


@pytest.mark.both
def test_since_when_a_state_holds_is_what_counting_back_says(viewer: Callable[[str], Viewer]) -> None:
    bob = viewer("bob")
    made = query.days(bob)
    count = query.run(made, "state")
    assert query.since(bob, "state") == (made[-count].date, count)


def test_the_market_is_denied_to_an_administrator(viewer: Callable[[str], Viewer]) -> None:
    with pytest.raises(Denied):
        query.days(viewer("frank"), 1)


@pytest.mark.parametrize("name", ["alice", "grace", "bob", "erin", "dora"])
def test_each_role_that_may_sees_the_page(signed_in: Sign, name: str) -> None:
    page = signed_in(name).get("/market/")
    assert page.status_code == 200
    assert "市场广度" in page.content.decode()


def test_an_administrator_finds_nothing_there(signed_in: Sign) -> None:
    assert [signed_in("frank").get(url).status_code for url in ("/market/", "/market/days/")] == [404, 404]


def test_a_window_that_isnt_there_is_refused(signed_in: Sign) -> None:
    assert signed_in("bob").get("/market/?days=7").status_code == 422


def test_the_days_of_the_window_are_listed_newest_first(signed_in: Sign) -> None:
    html = signed_in("bob").get("/market/days/?days=60").content.decode()
    listed = re.findall(r'<th scope="row">([\d-]+)</th>', html)
    assert len(listed) == 60
    assert listed == sorted(listed, reverse=True)


def test_the_page_asks_little_and_its_charts_are_compact(signed_in: Sign) -> None:
    browser = signed_in("bob")
    browser.get("/market/")
    with CaptureQueriesContext(connection) as told:
        page = browser.get("/market/?days=all")
    assert len(told) <= 15
    assert len(gzip.compress(page.content)) <= 25_000
    option = re.search(
        r'<script id="course" type="application/json">(.*?)</script>', page.content.decode(), re.S
    )
    assert option
    assert len(json.loads(option[1])["dataset"]["source"]) <= course.MOST_POINTS


def test_english_is_complete(signed_in: Sign) -> None:
    browser = signed_in("bob")
    browser.cookies["zhike_language"] = "en"
    main = browser.get("/market/?by=wave").content.decode().partition("<main")[2].partition("</main>")[0]
    assert "Money effect" in main
    assert not re.search(r"[一-鿿]", main)


def test_each_figure_of_breadth_is_taken_apart_and_says_what_it_does_to_the_money_effect(
    viewer: Callable[[str], Viewer],
) -> None:
    year = query.days(viewer("bob"), 250)
    with translation.override("en"):
        found = dict(zip((f.column for f in breadth.FIGURES), whys.panels(year), strict=True))
    assert all(why.meaning and why.change and why.as_of == year[-1].date for why in found.values())
    last = year[-1].up_share
    assert last is not None
    parts = [float(d.told.replace("−", "-").rstrip("%")) for d in found["up_share"].drivers]
    assert sum(parts) == pytest.approx(100 * last, abs=0.2)
    assert "no part of the money effect" in found["dispersion"].change
    assert "“Limit-ups less downs”" in found["limit_up"].change


def test_a_part_at_its_median_is_nothing_of_the_money_effect_and_one_above_all_is_five_points_of_ten() -> (
    None
):
    names = [column for column, *_ in breadth.PARTS if column not in ("limits", "up_share")]
    flat = days(101, limit_up=5.0, limit_down=5.0, up_share=lambda n: n / 100, **dict.fromkeys(names, 0.5))
    with translation.override("en"):
        found = dict(zip((f.column for f in breadth.FIGURES), whys.panels(flat), strict=True))
    assert "is +0.0 points" in found["above_ma20"].change
    assert "is +5.0 points" in found["up_share"].change
    assert [d.told for d in found["up_share"].drivers] == ["50.0%", "+49.0%", "+1.0%"]


def test_the_heat_map_answers_for_the_state_of_today(signed_in: Sign) -> None:
    html = signed_in("bob").get("/market/").content.decode()
    box = html[html.index('id="behaviour"') :]
    box = box[box.index("why-box") : box.index("why-foot")]
    assert "什么会改变它" in box
    assert re.findall(r'class="value">([^<]+)<', box)
