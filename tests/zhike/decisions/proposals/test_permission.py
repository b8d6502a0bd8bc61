from __future__ import annotations

from datetime import date, datetime

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
from zhike.base.errors import UsageError
from zhike.decisions.proposals import Settings
from zhike.decisions.proposals.making import arm

NEW = {"opened_on": date(2025, 6, 10)}
INFLOW = last_days(flow=150_000.0, flow_on=AS_OF, assets_before=300_000.0)


def out_on(day: date, kind: str = "custody") -> pa.Table:
    """Return one transfer out of client A's shares."""
    return rows_of("custody", [{"client_id": "A", "date": day, "security_id": "600000.SH", "quantity": 100,
                                "direction": "out", "kind": kind}])  # fmt: skip


def holds(quantity: int) -> pa.Table:
    """Return client A's position."""
    return rows_of("position", [{"client_id": "A", "security_id": "600000.SH", "quantity": quantity}])


def test_who_refused_marketing_gets_must_dos_only() -> None:
    found = proposed(clients(marketing_opt_out=True, **NEW), recent=OUTFLOW)
    assert rules_in(found) == ["new_account_callback"]
    assert refusals_in(found) == [("large_outflow", "opted_out")]
    assert rules_in(proposed(clients(**NEW), recent=OUTFLOW)) == ["large_outflow", "new_account_callback"]


def test_where_nobody_asked_about_marketing_the_proposal_says_so() -> None:
    row = proposed(clients(marketing_opt_out=None), recent=OUTFLOW).table.to_pylist()[0]
    assert "是否拒绝营销未登记" in row["suitability"]


def test_the_frozen_get_nothing_at_all() -> None:
    found = proposed(clients(frozen=True, **NEW), recent=OUTFLOW)
    assert rules_in(found) == []
    assert {refusal for _, refusal in refusals_in(found)} == {"frozen"}


def test_who_closed_the_account_gets_nothing_at_all() -> None:
    assert rules_in(proposed(clients(closed_on=AS_OF, **NEW), recent=OUTFLOW, stage=stage("lost"))) == []


def test_a_closing_applied_for_is_not_obstructed() -> None:
    for client, more in (
        (clients(closed_on=date(2025, 7, 2)), {}),
        (
            clients(),
            {
                "account": rows_of(
                    "account", [{"account_id": "1", "client_id": "A", "kind": "cash", "status": "待销户"}]
                )
            },
        ),
    ):
        found = proposed(client, recent=OUTFLOW, **more)
        assert rules_in(found) == []
        assert refusals_in(found) == [("large_outflow", "leaving")]


def test_a_closing_far_off_is_not_known_yet() -> None:
    assert rules_in(proposed(clients(closed_on=date(2025, 12, 1)), recent=OUTFLOW)) == ["large_outflow"]


@pytest.mark.parametrize(
    ("gone", "due"),
    [
        (AS_OF, date(2025, 7, 2)),  # Monday: two days are left
        (date(2025, 6, 27), date(2025, 7, 1)),  # Friday: one
        (date(2025, 6, 26), None),  # both are over
    ],
)
def test_reasons_of_a_transfer_may_be_asked_within_two_trading_days(gone: date, due: date | None) -> None:
    found = proposed(custody=out_on(gone), position=holds(0), recent=OUTFLOW)
    assert found.table["due_on"].to_pylist() == ([due] if due else [])
    if due:
        assert "不得阻碍" in found.table["suitability"].to_pylist()[0]
    else:
        assert refusals_in(found) == [("large_outflow", "leaving")]


def test_who_is_leaving_is_offered_nothing_but_called_back_by_rule() -> None:
    found = proposed(clients(**NEW), custody=out_on(AS_OF), position=holds(0), recent=INFLOW)
    assert rules_in(found) == ["new_account_callback"]
    assert refusals_in(found) == [("large_inflow", "leaving")]


def test_part_of_the_shares_moved_or_collateral_is_no_leaving() -> None:
    assert rules_in(proposed(custody=out_on(date(2025, 6, 16)), position=holds(100), recent=OUTFLOW)) == [
        "large_outflow"
    ]
    moved = out_on(date(2025, 6, 16), "collateral")
    assert rules_in(proposed(custody=moved, position=holds(0), recent=OUTFLOW)) == ["large_outflow"]


def test_a_contact_within_the_cooldown_keeps_may_dos_away_and_no_must_do() -> None:
    lately = contact(datetime(2025, 6, 17, 9))  # thirteen days before; the cooldown is fourteen
    found = proposed(clients(**NEW), recent=OUTFLOW, contact=lately)
    assert rules_in(found) == ["new_account_callback"]
    assert refusals_in(found) == [("large_outflow", "cooldown")]
    assert rules_in(proposed(recent=OUTFLOW, contact=contact(datetime(2025, 6, 16, 9)))) == ["large_outflow"]


def test_a_contact_of_later_days_is_not_known() -> None:
    assert rules_in(proposed(recent=OUTFLOW, contact=contact(datetime(2025, 7, 1, 9)))) == ["large_outflow"]


def test_some_may_dos_are_held_back_always_the_same_and_must_dos_never() -> None:
    most = Settings(hold_share=0.999999)
    found = proposed(clients(**NEW), settings=most, recent=OUTFLOW)
    arms = dict(zip(found.table["rule"].to_pylist(), found.table["arm"].to_pylist(), strict=True))
    assert arms == {"large_outflow": "hold", "new_account_callback": "treat"}
    share = sum(arm(f"C{k}", "drawdown", Settings()) == "hold" for k in range(10_000)) / 10_000
    assert abs(share - 0.1) < 0.01  # three standard deviations are 0.009
    assert arm("C1", "drawdown", Settings()) == arm("C1", "drawdown", Settings())


def test_the_same_inputs_give_the_same_rows_and_another_occasion_another_number() -> None:
    one, two = proposed(recent=OUTFLOW), proposed(recent=OUTFLOW)
    assert one.table.equals(two.table)
    later = last_days(flow=-150_000.0, flow_on=date(2025, 6, 27), assets_before=300_000.0)
    assert proposed(recent=later).table["proposal_id"].to_pylist() != one.table["proposal_id"].to_pylist()


def test_a_client_who_opened_later_is_not_there_yet() -> None:
    assert rules_in(proposed(clients(opened_on=date(2025, 7, 1)), recent=OUTFLOW)) == []


def test_a_share_held_back_of_one_is_refused() -> None:
    with pytest.raises(UsageError, match="hold_share"):
        Settings(hold_share=1.0)
