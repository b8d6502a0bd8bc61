from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from client_months import Life, calendar, clients_of, crowd, months_from, panel_of
from zhike.base.errors import UsageError
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import STAGE
from zhike.models.lifecycle import STAGES, History, Settings, changes, history, stage_table

MONTHS = months_from(2024, 1, 24)
STEADY = Life()


def lived(
    lives: Mapping[str, Life], months: Sequence[date] = MONTHS, days: int = 20, **more: object
) -> History:
    """Walk some clients through the months."""
    kinds = {name: life.logic for name, life in lives.items() if life.logic}
    logic = (
        pa.table({"client_id": pa.array(list(kinds)), "logic": pa.array(list(kinds.values()))})
        if kinds
        else None
    )
    as_of = months[-1].replace(day=days)
    trading = calendar(months)
    return history(panel_of(lives, months), clients_of(lives), trading, as_of, logic=logic, **more)  # type: ignore[arg-type]


def stages_of(found: History, client: str) -> list[str]:
    """Return one client's stage by the month."""
    row = found.stage[found.clients.index(client)]
    return ["" if code < 0 else STAGES[code] for code in row]


def now(found: History, client: str) -> dict[str, object]:
    """Return one client's row of the table `stage`."""
    as_of = date(2025, 12, 20)
    return next(r for r in stage_table(found, as_of).to_pylist() if r["client_id"] == client)


def falling(to: int) -> Life:
    """Trade 12 days a month for 15 months, then fewer."""
    return Life(trading_days=[12] * 15 + [to])


def test_who_opened_lately_and_did_nothing_is_developing_and_a_prospect_when_ninety_days_are_over() -> None:
    new = Life(net=[0.0], trading_days=[0], opened_on=date(2025, 8, 10), from_month=20)
    stages = stages_of(lived({"new": new, "other": STEADY}), "new")
    assert stages[18:] == ["", "developing", "developing", "developing", "prospect", "prospect"]


def test_the_first_trade_makes_a_new_client_grow_and_twelve_months_make_it_mature() -> None:
    new = Life(
        opened_on=date(2024, 3, 5), from_month=2, trading_days=[0, 0, 4], net=[100_000.0], flow=[100_000.0]
    )
    found = lived({"new": new} | crowd(12, STEADY))
    stages = stages_of(found, "new")
    assert stages[:5] == ["", "", "developing", "developing", "growing"]
    # twelve months are over in March 2025, and April says it again
    assert stages[13:17] == ["growing", "growing", "mature", "mature"]
    assert now(found, "new")["since"] == date(2025, 4, 20)


def test_a_client_whose_trading_fell_by_itself_declines_after_two_months() -> None:
    found = lived({"faller": falling(2)} | crowd(12, Life(trading_days=[12])))
    # two days where twelve were due say so in April, and again in May
    assert stages_of(found, "faller")[14:19] == ["mature", "mature", "declining", "declining", "declining"]
    begun = changes(found).to_pylist()[0]
    assert begun["since"] == date(2025, 5, 20)
    # three months' revenue was 360 at its peak and is 160 in May; 34 days, as the faller is one of thirteen like clients
    assert begun["reason"].startswith(
        "近 3 个月净创收为近 12 个月高点的 44%（同类中位 100%），交易 16 天（应约 34 天）"
    )


def test_who_looks_in_far_less_than_like_clients_declines_before_trades_could_tell() -> None:
    lively = Life(trading_days=[1], login_days=[10])
    away = replace(lively, login_days=[10] * 15 + [1])
    found = lived({"away": away} | crowd(12, lively))
    assert stages_of(found, "away")[15:18] == ["mature", "declining", "declining"]
    reason = changes(found).to_pylist()[0]["reason"]
    assert "交易 3 天（应约 3 天）、登录 12 天（应约 29 天）" in reason
    # all look in less: that is the market
    assert {stages_of(lived(crowd(13, away)), "like00")[-1]} == {"mature"}


def test_logins_from_before_they_were_recorded_are_unknown_not_absent() -> None:
    recorded = Life(trading_days=[1], login_days=[0] * 12 + [10])
    found = lived(crowd(13, recorded))
    assert np.isnan(found.months.login_days[:, :12]).all()
    assert set(stages_of(found, "like00")) == {"mature"}


def test_one_month_that_leans_towards_a_fall_moves_nobody() -> None:
    once = Life(trading_days=[6] * 15 + [0] + [6])
    found = lived({"once": once} | crowd(12, Life(trading_days=[6])))
    assert np.exp(found.levels.activity.fallen[found.clients.index("once"), 15]) > 10
    assert set(stages_of(found, "once")) == {"mature"}


def test_the_same_fall_makes_nobody_decline_when_the_market_did_it_to_everyone() -> None:
    found = lived({"faller": falling(2)} | crowd(12, falling(2)))
    assert {s for client in found.clients for s in stages_of(found, client)} == {"mature"}


def test_like_clients_are_those_of_the_same_logic_when_there_are_enough() -> None:
    others = {f"o{k}": replace(falling(2), logic="sentiment") for k in range(12)}
    steady = {f"s{k}": replace(Life(trading_days=[12]), logic="trend") for k in range(12)}
    faller = replace(falling(2), logic="trend")
    found = lived(others | steady | {"faller": faller})
    assert stages_of(found, "faller")[-1] == "declining"
    assert {stages_of(found, o)[-1] for o in others} == {"mature"}


def test_without_ten_like_clients_nothing_is_said_of_a_fall_in_trading() -> None:
    found = lived({"faller": falling(2)} | crowd(8, Life(trading_days=[12])))
    assert stages_of(found, "faller")[-1] == "mature"


def test_few_trades_fewer_are_no_decline_but_chance() -> None:
    # one trading day a month, then one in three months: a third of the peak, yet 2 of 6 are no strong evidence
    seldom = Life(trading_days=[1] * 15 + [0, 0, 1] * 3)
    found = lived({"seldom": seldom} | crowd(12, Life(trading_days=[12])))
    assert stages_of(found, "seldom")[-1] == "mature"


def test_a_falling_market_takes_no_assets_that_count() -> None:
    crash = Life(net=[100_000.0] * 12 + [30_000.0])
    assert set(stages_of(lived({"crashed": crash}), "crashed")) == {"mature"}


def test_taking_half_of_the_assets_out_counts_whatever_the_market_did() -> None:
    # the market doubled what was left, so the account looks as large as before
    out = Life(net=[100_000.0] * 12 + [80_000.0], flow=[0.0] * 12 + [-120_000.0])
    found = lived({"out": out})
    # half a year later what is left is the new level
    assert stages_of(found, "out")[11:20] == ["mature"] * 2 + ["declining"] * 6 + ["mature"]
    assert "为近 12 个月高点的 40%" in changes(found).to_pylist()[0]["reason"]


def test_who_takes_half_out_and_is_as_active_as_ever_has_not_turned_away() -> None:
    out = Life(net=[100_000.0] * 12 + [40_000.0], flow=[0.0] * 12 + [-60_000.0], trading_days=[4])
    assert "declining" not in stages_of(lived({"out": out} | crowd(12, STEADY)), "out")
    less = replace(out, trading_days=[4] * 12 + [2])
    assert "declining" in stages_of(lived({"out": less} | crowd(12, STEADY)), "out")


def test_half_of_the_assets_is_nothing_unusual_where_all_come_and_go_with_most_of_theirs() -> None:
    out = Life(net=[100_000.0] * 12 + [45_000.0], flow=[0.0] * 12 + [-55_000.0], trading_days=[4] * 12 + [2])
    assert "declining" in stages_of(lived({"out": out} | crowd(12, STEADY)), "out")
    # like clients hold 100, 50, 25, 12 % of their peaks: what one of them does tells nothing
    coming = {
        f"l{k}": Life(net=[100_000.0] * 12 + [left], flow=[0.0] * 12 + [left - 100_000.0])
        for k, left in enumerate(
            [100_000.0, 100_000.0, 100_000.0, 60_000.0, 50_000.0, 25_000.0, 12_500.0] * 3
        )
    }
    assert "declining" not in stages_of(lived({"out": out} | coming), "out")


def test_growing_lasts_beyond_twelve_months_while_assets_rise_and_does_not_begin_again() -> None:
    rising = [10_000.0 * 1.1**k for k in range(24)]  # a third more in three months, all brought in
    flows = [0.0] + [b - a for a, b in pairwise(rising)]
    new = Life(net=rising[:20], flow=flows[:20], opened_on=date(2024, 1, 5))
    old = replace(new, opened_on=date(2015, 1, 5))
    found = lived({"new": new, "old": old} | crowd(12, STEADY))
    # nothing is brought from month 20 on: growth over three months falls to 21 % in month 20, 10 % in 21, 0 in 22
    assert stages_of(found, "new")[18:24] == ["growing"] * 4 + ["mature"] * 2
    assert set(stages_of(found, "old")) == {"mature"}


def test_six_months_without_a_trade_are_dormant_and_twelve_for_a_value_client() -> None:
    quiet = Life(trading_days=[4] * 6 + [0])
    found = lived({"quiet": quiet, "value": replace(quiet, logic="value")})
    stages = stages_of(found, "quiet")
    assert (stages[10], stages[11]) == ("mature", "dormant")
    stages = stages_of(found, "value")
    assert (stages[16], stages[17]) == ("mature", "dormant")
    assert now(found, "value")["reason"] == "连续 12 个月无交易，净资产 100,000 元"


def test_a_dormant_client_who_trades_is_back_for_three_months_then_as_any_other() -> None:
    back = Life(trading_days=[4] * 3 + [0] * 8 + [4])
    stages = stages_of(lived({"back": back}), "back")
    assert stages[8:15] == ["dormant", "dormant", "dormant", "returned", "returned", "returned", "mature"]


def test_assets_carried_away_are_lost_and_stay_lost_until_the_client_is_back() -> None:
    left = Life(
        net=[100_000.0] * 10 + [5_000.0] * 6 + [50_000.0],
        flow=[0.0] * 10 + [-95_000.0] + [0.0] * 5 + [45_000.0],
        trading_days=[4] * 10 + [0],
    )
    found = lived({"left": left})
    stages = stages_of(found, "left")
    assert stages[9:17] == ["mature"] + ["lost"] * 6 + ["returned"]
    table = changes(found).to_pylist()
    assert table[0]["since"] == date(2024, 11, 20)
    assert table[0]["reason"] == "近 3 个月净转出 95,000 元，仅余 5,000 元"


def test_an_account_older_than_the_data_without_anything_in_it_is_dormant_not_new() -> None:
    idle = Life(net=[0.0], trading_days=[0], opened_on=date(2006, 1, 5))  # when the data begin
    found = lived({"idle": idle, "other": STEADY})
    assert set(stages_of(found, "idle")) == {"dormant"}
    assert now(found, "idle")["reason"] == "开户约 18 年，有数据以来无资产亦无交易"


def test_who_keeps_half_of_a_small_account_has_not_left() -> None:
    half = Life(net=[12_000.0] * 10 + [5_000.0], flow=[0.0] * 10 + [-7_000.0], trading_days=[4] * 10 + [0])
    assert "lost" not in stages_of(lived({"half": half}), "half")


def test_who_takes_most_out_and_still_trades_has_not_left() -> None:
    trading = Life(net=[12_000.0] * 10 + [2_000.0], flow=[0.0] * 10 + [-10_000.0])
    assert "lost" not in stages_of(lived({"trading": trading}), "trading")


def test_months_before_any_clients_rows_are_no_silence() -> None:
    lives = {"A": Life(trading_days=[0] * 3 + [4])}
    panel = panel_of(lives, MONTHS[12:])  # the calendar knows a year more
    found = history(panel, clients_of(lives), calendar(MONTHS), date(2025, 12, 20))
    assert stages_of(found, "A") == ["developing"] * 3 + ["mature"] * 9


def test_three_months_below_a_thousand_yuan_are_lost() -> None:
    empty = Life(net=[4_000.0] * 10 + [900.0])
    assert stages_of(lived({"empty": empty}), "empty")[10:14] == ["mature", "mature", "lost", "lost"]


def test_closing_is_lost_on_that_day() -> None:
    found = lived({"closed": Life(closed_on=date(2025, 5, 7))})
    assert stages_of(found, "closed")[15:18] == ["mature", "lost", "lost"]
    assert now(found, "closed") == {
        "client_id": "closed", "as_of": date(2025, 12, 20), "stage": "lost", "since": date(2025, 5, 7),
        "reason": "2025-05-07 已销户", "reason_told": '["stage.closed","2025-05-07"]',
    }  # fmt: skip


def test_a_closing_announced_for_later_has_not_happened() -> None:
    assert stages_of(lived({"going": Life(closed_on=date(2026, 1, 5))}), "going")[-1] == "mature"


def test_a_month_that_has_hardly_begun_changes_only_what_facts_change() -> None:
    quiet = Life(trading_days=[4] * 18 + [0])
    # five quiet months are whole; the sixth has five days so far
    assert stages_of(lived({"quiet": quiet}, days=5), "quiet")[-1] == "mature"
    assert stages_of(lived({"quiet": quiet}, days=20), "quiet")[-1] == "dormant"


def test_without_asset_rows_nobody_is_called_empty() -> None:
    unknown = Life(net=[None], trading_days=[4])
    assert set(stages_of(lived({"unknown": unknown}), "unknown")) == {"mature"}


def test_leads_with_a_number_are_prospects_and_frozen_clients_are_left_out() -> None:
    lead = pa.table(
        {"client_id": ["L", None], "created_at": [datetime(2025, 10, 3, 9), datetime(2025, 10, 4, 9)]}
    )
    found = lived({"A": STEADY, "F": replace(STEADY, frozen=True)}, lead=lead)
    assert found.clients == ("A", "L")
    row = now(found, "L")
    assert (row["stage"], row["since"]) == ("prospect", date(2025, 10, 3))


def test_the_past_is_the_same_whatever_comes_later() -> None:
    lives = {"faller": falling(2), "back": Life(trading_days=[4] * 3 + [0] * 8 + [4])} | crowd(
        12, Life(trading_days=[12])
    )
    whole = lived(lives)
    for n in (6, 12, 18):
        part = lived(lives, MONTHS[:n])
        np.testing.assert_array_equal(part.stage, whole.stage[:, :n])


def test_the_table_is_as_defined_and_a_client_unknown_so_far_has_no_row() -> None:
    later = Life(opened_on=date(2026, 2, 1), from_month=23)
    found = lived({"A": STEADY, "later": later})
    table = stage_table(found, date(2025, 12, 20))
    assert table.schema == schema_of(STAGE)
    assert table["client_id"].to_pylist() == ["A"]


def test_a_threshold_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="fall"):
        Settings(fall=1.5)
    with pytest.raises(UsageError, match="wishful"):
        Settings(silent_by_logic={"wishful": 3})


def test_where_a_year_brought_no_revenue_a_steady_client_s_reason_says_so() -> None:
    found = lived({"free": Life(revenue=[0.0]), "other": STEADY})
    row = now(found, "free")
    assert row["stage"] == "mature"
    assert str(row["reason"]).endswith("近 12 个月没有净创收可比")
    assert "—" not in str(row["reason"])
