from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from few_rows import rows_of
from proposal_inputs import (
    AS_OF,
    OUTFLOW,
    clients,
    contact,
    last_days,
    proposed,
    refusals_in,
    rules_in,
    stage,
)
from zhike.base.period import date_of, day_no
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.worklist import PROPOSAL
from zhike.decisions.proposals import Settings
from zhike.decisions.proposals.making import Week
from zhike.decisions.proposals.rules import RULES, months_later

NO_CONTACTS = rows_of("contact", [])


def only(found: object) -> dict[str, object]:
    """Return the one proposal made."""
    rows = found.table.to_pylist()  # type: ignore[attr-defined]
    assert len(rows) == 1, rows
    return dict(rows[0])


def test_a_client_of_whom_nothing_is_to_be_said_gets_no_proposal() -> None:
    assert rules_in(proposed()) == []


def test_a_new_client_is_called_back_within_thirty_days() -> None:
    row = only(proposed(clients(opened_on=date(2025, 6, 10)), contact=NO_CONTACTS))
    assert (row["rule"], row["kind"], row["must_do"], row["due_on"]) == (
        "new_account_callback", "callback", True, date(2025, 7, 10),
    )  # fmt: skip
    assert row["reason"] == "2025-06-10 新开户，须在 30 天内回访，还有 10 天"
    assert row["cooldown_until"] is None


def test_a_call_back_made_is_not_asked_for_again_and_another_contact_is_none() -> None:
    new = clients(opened_on=date(2025, 6, 10))
    assert rules_in(proposed(new, contact=contact(datetime(2025, 6, 12, 10), "新开户回访"))) == []
    assert rules_in(proposed(new, contact=contact(datetime(2025, 6, 12, 10), "产品"))) == [
        "new_account_callback"
    ]


def test_a_call_back_missed_stays_on_the_list_as_overdue() -> None:
    row = only(proposed(clients(opened_on=date(2025, 5, 11)), contact=NO_CONTACTS))
    assert "已超期 20 天" in str(row["reason"])
    assert rules_in(proposed(clients(opened_on=date(2025, 3, 31)), contact=NO_CONTACTS)) == []
    # where no contacts were delivered nobody knows, so nobody is called overdue
    assert rules_in(proposed(clients(opened_on=date(2025, 5, 11)))) == []
    assert "是否已回访未知" in str(only(proposed(clients(opened_on=date(2025, 6, 10))))["reason"])


@pytest.mark.parametrize(
    ("assessed", "due", "words"),
    [
        (date(2023, 7, 30), date(2025, 7, 30), "还有 30 天到期"),
        (date(2023, 6, 20), date(2025, 6, 20), "已过期 10 天"),
        (date(2023, 7, 31), None, ""),
    ],
)
def test_a_risk_assessment_holds_two_years(assessed: date, due: date | None, words: str) -> None:
    found = proposed(clients(risk_assessed_on=assessed))
    assert found.table["due_on"].to_pylist() == ([due] if due else [])
    if due:
        assert words in str(only(found)["reason"])
        assert only(found)["must_do"]


def test_an_account_that_stands_still_is_assessed_before_its_next_trade_not_called() -> None:
    old = clients(risk_assessed_on=date(2023, 6, 20))
    assert rules_in(proposed(old, stage=stage("mature"))) == ["risk_assessment_expiring"]
    for still in ("dormant", "prospect", "lost"):
        assert rules_in(proposed(old, stage=stage(still))) == []
    assert rules_in(proposed(old, stage=stage("returned"))) == ["risk_assessment_expiring"]


def test_an_empty_account_is_not_called_for_its_assessment_and_unknown_assets_are_not_empty() -> None:
    old, least = clients(risk_assessed_on=date(2023, 6, 20)), Settings().least_assets
    assert rules_in(proposed(old, recent=last_days(net=least - 1))) == []
    assert rules_in(proposed(old, recent=last_days(net=least))) == ["risk_assessment_expiring"]
    assert rules_in(proposed(old, recent=last_days(net=None))) == ["risk_assessment_expiring"]


@pytest.mark.parametrize(
    ("expires", "due"),
    [
        (date(2025, 7, 12), date(2025, 7, 11)),  # a Saturday
        (date(2025, 7, 13), date(2025, 7, 11)),
        (date(2025, 7, 14), date(2025, 7, 14)),
        (date(2025, 6, 22), date(2025, 6, 20)),  # a Sunday that has gone by
    ],
)
def test_what_ends_on_a_day_without_trading_is_due_on_the_trading_day_before(
    expires: date, due: date
) -> None:
    assert only(proposed(clients(risk_assessed_on=months_later(expires, -24))))["due_on"] == due


def test_a_holiday_the_calendar_knows_is_no_day_to_be_due_on() -> None:
    days = np.array([day_no(date(2025, 6, n)) for n in (26, 27, 30)], np.int64)
    assert due(days, date(2025, 6, 29)) == date(2025, 6, 27)
    assert due(days, date(2025, 7, 5)) == date(2025, 7, 4)
    assert due(days, date(2025, 1, 4)) == date(2025, 1, 4)


def due(days: Any, day: date, ahead: Any = None, **told: Any) -> date:
    return date_of(Week.of(days, ahead, Settings(**told)).workday(day_no(day)))


def test_a_holiday_to_come_is_none_either_whether_a_calendar_tells_it_or_the_branch_has_set_it() -> None:
    known = np.array([day_no(date(2026, 2, n)) for n in (10, 11)], np.int64)
    ahead = np.array([day_no(date(2026, 2, n)) for n in (12, 13, 24, 25)], np.int32)
    spring = tuple(date(2026, 2, n).isoformat() for n in range(15, 24))
    assert due(known, date(2026, 2, 20)) == date(2026, 2, 20)
    assert due(known, date(2026, 2, 20), ahead) == date(2026, 2, 13)
    assert due(known, date(2026, 2, 20), days_off=spring) == date(2026, 2, 13)
    assert due(known, date(2026, 2, 20), days_off=spring, days_worked=("2026-02-14",)) == date(2026, 2, 14)
    assert due(known, date(2026, 2, 28), days_worked=("2026-02-28",)) == date(2026, 2, 28)
    assert due(known, date(2026, 2, 28), ahead) == date(2026, 2, 27)
    assert due(known, date(2026, 2, 20), ahead, days_worked=("2026-02-14",)) == date(2026, 2, 14)
    assert due(known, date(2026, 2, 14), ahead, days_worked=("2026-02-14",)) == date(2026, 2, 14)


def test_of_a_hole_in_the_calendar_nothing_is_known() -> None:
    known = np.array([day_no(date(2025, 11, n)) for n in (19, 20)], np.int64)
    next_year = np.array([day_no(date(2026, 1, n)) for n in (5, 6, 7)], np.int32)
    assert due(known, date(2025, 12, 10), next_year) == date(2025, 12, 10)
    assert due(known, date(2025, 12, 13), next_year) == date(2025, 12, 12)


def test_an_attempt_is_no_call_back_and_leaves_the_rules_as_they_are() -> None:
    new = clients(opened_on=date(2025, 6, 10))
    missed = contact(datetime(2025, 6, 12, 10), "新开户回访", "未接通")
    assert rules_in(proposed(new, contact=missed)) == ["new_account_callback"]
    reached = contact(datetime(2025, 6, 27, 10), outcome="已沟通")
    assert refusals_in(proposed(recent=OUTFLOW, contact=reached)) == [("large_outflow", "cooldown")]
    missed = contact(datetime(2025, 6, 27, 10), outcome="No answer")
    assert rules_in(proposed(recent=OUTFLOW, contact=missed)) == ["large_outflow"]


def test_large_flows_are_large_in_yuan_and_for_the_client() -> None:
    row = only(proposed(recent=OUTFLOW))
    assert (row["rule"], row["kind"], row["must_do"]) == ("large_outflow", "retain", False)
    assert row["reason"] == "近 5 个交易日净转出 150,000 元，为此前净资产 300,000 元的 50%"
    assert row["cooldown_until"] == date(2025, 7, 14)
    rich = last_days(flow=-150_000.0, flow_on=AS_OF, assets_before=600_000.0)
    small = last_days(flow=-90_000.0, flow_on=AS_OF, assets_before=100_000.0)
    assert rules_in(proposed(recent=rich)) == rules_in(proposed(recent=small)) == []
    arrived = last_days(flow=100_000.0, flow_on=AS_OF, assets_before=0.0)
    assert only(proposed(recent=arrived))["rule"] == "large_inflow"


def test_a_drawdown_is_told_while_it_deepens() -> None:
    fallen = {"drawdown": 0.25, "peak_on": date(2025, 3, 3), "lost": -50_000.0}
    row = only(proposed(recent=last_days(low_on=date(2025, 6, 27), **fallen)))
    assert row["reason"] == "自 2025-03-03 高点回撤 25%（已剔除资金进出），浮亏 50,000 元"
    assert row["kind"] == "care"
    # the lowest point five trading days ago, or a fall of a tenth, is no news
    assert rules_in(proposed(recent=last_days(low_on=date(2025, 6, 23), **fallen))) == []
    assert rules_in(proposed(recent=last_days(low_on=AS_OF, **fallen | {"drawdown": 0.1}))) == []


def test_silence_is_measured_by_the_clients_own_rhythm() -> None:
    def paused(gap: int, long_gap: float, gaps: int = 20) -> pa.Table:
        return last_days(gap=gap, long_gap=long_gap, gaps=gaps, traded_on=date(2025, 5, 1))

    row = only(proposed(recent=paused(33, 15.0)))
    assert row["rule"] == "rhythm_broken"
    assert (
        row["reason"]
        == "33 个交易日未交易；以往的间隔十次中九次不超过 15 个，现为其 2.2 倍（全体中位 0.0 倍）"
    )
    assert rules_in(proposed(recent=paused(30, 15.0))) == []  # twice the long gap isn't passed
    assert rules_in(proposed(recent=paused(19, 2.0))) == []  # less than twenty days
    assert rules_in(proposed(recent=paused(200, 15.0, gaps=4))) == []  # no rhythm to speak of


def test_a_pause_of_the_whole_branch_is_the_markets_and_nobodys_own() -> None:
    names = [f"C{k}" for k in range(11)]
    rows = [clients(client_id=n) for n in names]

    def all_paused(gaps: list[int]) -> pa.Table:
        each = [last_days(gap=g, long_gap=10.0, gaps=20, traded_on=date(2025, 5, 1)) for g in gaps]
        table = pa.concat_tables(each)
        return table.set_column(0, "client_id", pa.array(names))

    # all 25 days: 2.5 of the own long gap, the branch's median 2.5 too; one paused for 60 days: 6.0 > 2 × 2.5
    assert rules_in(proposed(pa.concat_tables(rows), recent=all_paused([25] * 11))) == []
    found = proposed(pa.concat_tables(rows), recent=all_paused([25] * 10 + [60]))
    assert found.table["client_id"].to_pylist() == ["C10"]
    # a range of these clients alone, told the median of all
    found = proposed(rows[10], recent=all_paused([25] * 10 + [60]).slice(10), usual_pause=2.5)
    assert found.table["client_id"].to_pylist() == ["C10"]
    assert rules_in(proposed(rows[0], recent=all_paused([25] * 11).slice(0, 1), usual_pause=2.5)) == []
    assert rules_in(proposed(rows[0], recent=all_paused([25] * 11).slice(0, 1))) == ["rhythm_broken"]


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        ("declining", "retain"),
        ("lost", "retain"),
        ("dormant", "activate"),
        ("returned", "care"),
        ("growing", "develop"),
    ],
)
def test_a_stage_just_changed_is_told_and_the_same_stage_is_not(now: str, kind: str) -> None:
    row = only(proposed(stage=stage(now), previous_stage=stage("mature")))
    assert (row["kind"], row["rule"]) == (kind, f"stage_{now}")
    assert str(row["reason"]).startswith("由成熟期转为")
    assert rules_in(proposed(stage=stage(now), previous_stage=stage(now))) == []
    assert rules_in(proposed(stage=stage(now))) == []


def test_a_logic_just_changed_is_told_but_a_first_verdict_is_none() -> None:
    def logic(name: str) -> pa.Table:
        return rows_of("logic", [{"client_id": "A", "logic": name, "since": AS_OF, "evidence": "{}"}])

    row = only(proposed(logic=logic("sentiment"), previous_logic=logic("trend")))
    assert row["reason"] == "盈利逻辑由趋势型变为情绪型，服务方式宜随之调整"
    assert rules_in(proposed(logic=logic("trend"), previous_logic=logic("insufficient"))) == []


@pytest.mark.parametrize(
    ("born", "due"),
    [
        (date(1980, 7, 7), date(2025, 7, 7)),
        (date(1980, 7, 8), None),
        (date(1980, 6, 30), None),  # today's is too late for tomorrow's list
    ],
)
def test_a_birthday_is_told_a_week_before(born: date, due: date | None) -> None:
    assert proposed(clients(birth_date=born)).table["due_on"].to_pylist() == ([due] if due else [])
    assert rules_in(proposed(clients(birth_date=born, kind="institution"))) == []


def test_months_end_where_the_shorter_month_ends() -> None:
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2024, 12, 31), 2) == date(2025, 2, 28)
    assert months_later(date(2024, 11, 30), 1) == date(2024, 12, 30)


def test_each_rule_has_its_own_name_and_a_kind_of_the_table() -> None:
    assert len({r.name for r in RULES}) == len(RULES)
    assert {r.kind for r in RULES} <= set(PROPOSAL.column("kind").choices)
    assert proposed(recent=OUTFLOW).table.schema == schema_of(PROPOSAL)
