"""Logins in months of which nothing else tells: they count, and say nothing of assets, trades or since when somebody is here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from client_months import Life, calendar, clients_of, crowd, months_from, panel_of
from few_rows import rows_of
from zhike.models.lifecycle import STAGES, History, history, monthly
from zhike.models.lifecycle.sentences import Case, sentence
from zhike.models.lifecycle.settings import FALLING_ACTIVITY

MONTHS = months_from(2024, 1, 24)
AS_OF = date(2025, 12, 20)
LIVELY = Life(trading_days=[1], login_days=[6])


def alone(client: str, months: Sequence[date], days: int = 6) -> list[dict[str, object]]:
    """Return rows of the panel of which logins alone tell."""
    return [{"client_id": client, "month": month, "login_days": days} for month in months]


def walked(
    lives: dict[str, Life], more: list[dict[str, object]], known: dict[str, Life] | None = None
) -> History:
    panel = panel_of(lives, MONTHS)
    panel = pa.concat_tables([panel, pa.Table.from_pylist(more, schema=panel.schema)])
    return history(panel, clients_of(lives if known is None else known), calendar(MONTHS), AS_OF)


def test_who_takes_everything_out_and_keeps_logging_in_is_not_said_to_have_stopped() -> None:
    names = ["gone", *(f"like{k:02}" for k in range(12))]
    rows, looks = [], []
    for name in names:
        for k, month in enumerate(MONTHS):
            looks += [{"client_id": name, "date": month.replace(day=day), "count": 1} for day in range(1, 7)]
            if name != "gone" or k <= 21:  # all is taken out at the end of October 2025
                rows.append({"client_id": name, "date": month.replace(day=20), "net": 50_000.0, "trades": 1})
    rows[21]["flow_out"] = 50_000.0
    rows[21]["net"] = 0.0
    panel = monthly(rows_of("client_day", rows), calendar(MONTHS), rows_of("login", looks))
    lives = dict.fromkeys(names, LIVELY)
    found = history(panel, clients_of(lives), calendar(MONTHS), AS_OF)
    at = found.clients.index("gone")
    assert found.months.login_days[at].tolist() == [6.0] * 24
    assert found.months.net[at, 21:].tolist() == [0.0] * 3
    activity = found.levels.activity
    assert (activity.logins[at, 23], activity.logins_due[at, 23]) == (18.0, pytest.approx(18.0, rel=0.02))
    assert "declining" not in {STAGES[code] for code in found.stage[at, 12:]}


def test_logins_alone_make_nobody_a_client_and_no_month_one_of_the_data() -> None:
    lives = {"A": Life(from_month=6, login_days=[3])} | {k: Life(from_month=6) for k in ("B", "C")}
    plain = walked(lives, [])
    found = walked(lives, [*alone("A", MONTHS[:6]), *alone("stranger", MONTHS)])
    assert found.clients == plain.clients
    assert found.month_ends.tolist() == plain.month_ends.tolist()
    np.testing.assert_array_equal(found.stage, plain.stage)


def test_logins_alone_do_not_begin_a_client_whose_opening_is_unknown() -> None:
    late = Life(from_month=6, opened_on=None, login_days=[3])
    lives = {"late": late} | crowd(3, LIVELY)
    found = walked(lives, alone("late", MONTHS[:6]))
    at = found.clients.index("late")
    assert found.months.start[at] == 6
    assert found.stage[at, :6].tolist() == [-1] * 6


def test_logins_alone_leave_assets_unknown_that_no_row_tells() -> None:
    unknown = Life(net=[None], trading_days=[4], login_days=[6])
    panel = panel_of({"U": unknown} | crowd(3, LIVELY), MONTHS)
    gap = (np.array(panel["client_id"].to_pylist()) != "U") | (np.arange(panel.num_rows) % 24 != 10)
    panel = pa.concat_tables(
        [panel.filter(pa.array(gap)), pa.Table.from_pylist(alone("U", MONTHS[10:11]), schema=panel.schema)]
    )
    found = history(panel, clients_of({"U": unknown} | crowd(3, LIVELY)), calendar(MONTHS), AS_OF)
    at = found.clients.index("U")
    assert np.isnan(found.months.net[at]).all()
    assert (found.months.login_days[at, 10], found.months.trading_days[at, 10]) == (6.0, 0.0)


def test_the_reason_compares_what_was_seen_under_both_and_does_not_say_how_probable_a_fall_is() -> None:
    lively = Life(trading_days=[1], login_days=[10])
    away = Life(trading_days=[1], login_days=[10] * 15 + [1])
    found = walked({"away": away} | crowd(12, lively), [])
    said = _said(found, "away", 16)
    ratio = np.exp(found.levels.activity.fallen[found.clients.index("away"), 16])
    times = (
        ("1,000 倍以上", "more than 1,000 times")
        if ratio > 1000
        else (f"{ratio:.0f} 倍", f"{ratio:.0f} times")
    )
    assert said[0].endswith(
        f"；若活跃度已降一半以上，出现这样的登录与交易的可能性是未变时的 {times[0]}（以近六个月计）"
    )
    assert said[1].endswith(
        f"; had activity fallen to half or less, logins and trades like these would be {times[1]} as likely"
        " as with it unchanged (over six months)"
    )


def test_the_reason_names_trades_alone_where_no_logins_are_known() -> None:
    lively = Life(trading_days=[12])
    found = walked({"faller": Life(trading_days=[12] * 15 + [2])} | crowd(12, lively), [])
    zh, en = _said(found, "faller", 16)
    assert "出现这样的交易的可能性" in zh
    assert "trades like these" in en
    assert "login" not in en
    assert "登录" not in zh


def _said(found: History, client: str, m: int) -> tuple[str, str]:
    at = found.clients.index(client)
    case = Case(at, m, found.months, found.levels, found.ages, None, found.settings)
    said = sentence(FALLING_ACTIVITY, case).said
    return said.zh, said.en
