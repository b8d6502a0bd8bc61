"""Builders for what proposals are made from: clients, their last days, contacts and classes, each by the columns that matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from few_rows import rows_of, weekdays
from zhike.decisions.proposals import Inputs, Proposed, Settings, propose
from zhike.decisions.proposals.recent import RECENT

AS_OF = date(2025, 6, 30)  # a Monday
NOBODY_HELD_BACK = Settings(hold_share=0.0)


def clients(**more: Any) -> pa.Table:
    """Return one client, A: long here, assessed a year ago, born in October, marketing not refused; `more` replaces columns."""
    plain = {
        "client_id": "A", "kind": "individual", "opened_on": date(2020, 1, 6), "risk_level": "C3",
        "risk_assessed_on": date(2024, 7, 31), "birth_date": date(1980, 10, 1), "marketing_opt_out": False, "frozen": False,
    }  # fmt: skip
    return rows_of("client", [plain | more])


def last_days(**columns: Any) -> pa.Table:
    """Return client A's row of `recent`."""
    row = {"client_id": "A", "net": 200_000.0, "flow": 0.0, "gaps": 0} | columns
    return pa.table([pa.array([row.get(f.name)], f.type) for f in RECENT], schema=RECENT)


OUTFLOW = last_days(flow=-150_000.0, flow_on=AS_OF, assets_before=300_000.0)
"""Client A took out half."""


def contact(at: datetime, purpose: str = "关怀", outcome: str | None = None) -> pa.Table:
    """Return one contact with client A."""
    row = {"contact_id": "K", "client_id": "A", "at": at, "purpose": purpose, "outcome": outcome}
    return rows_of("contact", [row | {"medium": "phone"}])


def stage(name: str, since: date = AS_OF) -> pa.Table:
    """Return client A's stage."""
    return rows_of("stage", [{"client_id": "A", "stage": name, "since": since, "reason": "数"}])


def proposed(
    client: pa.Table | None = None,
    settings: Settings = NOBODY_HELD_BACK,
    usual_pause: float | None = None,
    **tables: pa.Table,
) -> Proposed:
    """Return what is proposed on the night of AS_OF."""
    inputs = Inputs(clients() if client is None else client, usual_pause=usual_pause, **tables)
    return propose(inputs, weekdays(AS_OF, 300).days, AS_OF, settings)


def rules_in(found: Proposed) -> Sequence[str]:
    """Return the rules that made proposals."""
    return sorted(found.table["rule"].to_pylist())


def refusals_in(found: Proposed) -> Sequence[tuple[str, str]]:
    """Return rule and refusal of what was withheld."""
    return [(r["rule"], r["refusal"]) for r in found.withheld.to_pylist()]
