"""Service as files: contacts, complaints, surveys, experiments; experts' judgements; institutions' business."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.simulate.agents import layout as at
from zhike.simulate.agents.traits import INSTITUTION, NEVER, Traits
from zhike.simulate.branch.books import client_codes
from zhike.simulate.branch.columns import codes, dates, money, nulled, stamps, words
from zhike.simulate.branch.staff import Crew
from zhike.simulate.chance import stream
from zhike.simulate.market.assembly import Market

Ints = npt.NDArray[np.int64]
PURPOSES = ("新开户回访", "客户挽留", "日常服务", "产品推荐", "生日关怀")
_MEDIA = ("phone", "phone", "wecom", "sms", "visit")
_MATTERS = ("佣金", "交易系统", "服务态度", "产品亏损", "业务办理")
_REMARKS = (None, None, None, "服务及时", "希望多些建议", "佣金偏高", "系统偶有卡顿")
_BUSINESS = ("seat", "margin", "pledge", "repo", "custody", "banking", "equity_plan")
EXPERIMENTS = ("E-RETAIN", "E-OFFER")
_CRITERIA = {
    "value": (("current", "potential", "relationship", "cost_risk"), (2, 3, 5, 2, 3, 2)),
    "current": (("commission", "interest", "product", "assets"), (3, 2, 2, 1 / 2, 1 / 2, 1)),
    "potential": (("wallet_gap", "inflow", "turnover", "breadth", "skill"), (1, 2, 2, 3, 2, 2, 3, 1, 2, 2)),
    "relationship": (("tenure", "activity", "referral", "satisfaction"), (1 / 3, 1 / 2, 1 / 2, 2, 2, 1)),
}


def service_tables(market: Market, crew: Crew, events: Ints) -> dict[str, pa.Table]:
    """Return contact, complaint and survey from what agents noted."""
    what = events[:, 2]
    return {
        "contact": _contacts(market, crew, events[what == at.CONTACTED]),
        "complaint": _complaints(market, crew, events[what == at.COMPLAINED]),
        "survey": _surveys(market, events[(what == at.RATED) | (what == at.RECOMMENDS)]),
    }


def _second(rows: Ints, salt: int) -> Ints:
    """Spread the moments of a day over working hours, the same for the same client and day."""
    return 32_400 + (rows[:, 0] * 7919 + rows[:, 1] * 104_729 + salt * 1299) % 29_000


def _contacts(market: Market, crew: Crew, rows: Ints) -> pa.Table:
    day = market.course.days[rows[:, 1]].astype(np.int64)
    reached = rows[:, 6]
    outcome = np.where(reached == 1, np.where(rows[:, 3] == at.OFFER, 2, 1), 0)
    return pa.table({
        "contact_id": codes("V", rows[:, 0] * 10_000 + rows[:, 1], 12), "at": stamps(day, _second(rows, 1)),
        "client_id": client_codes(rows[:, 0]), "staff_id": crew.ids.take(pa.array(crew.serving(rows[:, 0], day))),
        "medium": words(_MEDIA, rows[:, 4]), "purpose": words(PURPOSES, rows[:, 3]),
        "outcome": words(("未接通", "已沟通", "已推荐"), outcome), "minutes": rows[:, 5],
    })  # fmt: skip


def _complaints(market: Market, crew: Crew, rows: Ints) -> pa.Table:
    day = market.course.days[rows[:, 1]].astype(np.int64)
    last = int(market.course.days[market.end - 1])
    takes = 2 + (rows[:, 0] * 31 + rows[:, 1] * 17) % 20
    still = day + takes > last
    right = (rows[:, 0] * 13 + rows[:, 1] * 7) % 10 < 3
    at_ = _second(rows, 2)
    return pa.table({
        "complaint_id": codes("K", rows[:, 0] * 10_000 + rows[:, 1], 12), "opened_at": stamps(day, at_),
        "client_id": client_codes(rows[:, 0]), "staff_id": crew.ids.take(pa.array(crew.serving(rows[:, 0], day))),
        "category": words(_MATTERS, rows[:, 3]), "severity": rows[:, 4],
        "closed_at": nulled(stamps(np.minimum(day + takes, last), at_ + 900), still), "upheld": nulled(pa.array(right), still),
    })  # fmt: skip


def _surveys(market: Market, rows: Ints) -> pa.Table:
    day = market.course.days[rows[:, 1]].astype(np.int64)
    nps = rows[:, 2] == at.RECOMMENDS
    word = np.where(nps, (rows[:, 0] * 11 + rows[:, 1]) % len(_REMARKS), 0)
    return pa.table({
        "answer_id": codes("N", rows[:, 0] * 20_000 + rows[:, 1] * 2 + nps, 12), "at": stamps(day, _second(rows, 3)),
        "client_id": client_codes(rows[:, 0]), "survey_id": words(("CSAT", "NPS"), nps * 1),
        "question_id": words(("Q1", "Q2"), nps * 1), "kind": words(("csat", "nps"), nps * 1), "score": rows[:, 3],
        "scale_max": rows[:, 4], "text": words(_REMARKS, word),
    })  # fmt: skip


def assignments(market: Market, who: Traits, begin: int, end: int) -> pa.Table:
    """Return the arms of both experiments, drawn before anyone was contacted; who opted out takes part in none."""
    rows = np.arange(begin, end)
    rows = rows[(who.wholes[rows, at.ARM] < 2) & (who.wholes[rows, at.OPENS] < min(market.end, NEVER))]
    opens = np.maximum(who.wholes[rows, at.OPENS], market.first)
    day = market.course.days[opens].astype(np.int64)
    tables = [
        pa.table({
            "client_id": client_codes(rows), "experiment_id": [EXPERIMENTS[k]] * len(rows),
            "arm": words(("hold", "treat"), who.wholes[rows, column]), "assigned_at": stamps(day, np.full(len(rows), 30_600)),
        })
        for k, column in enumerate((at.ARM, at.OFFER_ARM))
    ]  # fmt: skip
    return pa.concat_tables(tables)


def judgements(market: Market) -> pa.Table:
    """Let five experts compare criteria pair by pair on Saaty's scale, each a little off; one pair is left open."""
    dice = stream(market.plan.seed, "experts")
    scale = np.array([1 / k for k in range(9, 1, -1)] + [float(k) for k in range(1, 10)])
    rows = []
    for expert in range(5):
        for parent, (names, values) in _CRITERIA.items():
            for (left, right), value in zip(combinations(names, 2), values, strict=True):
                near = int(np.argmin(np.abs(np.log(scale) - np.log(value)))) + int(
                    np.rint(dice.normal(0, 0.7))
                )
                rows.append(
                    (f"X{expert + 1}", parent, left, right, round(float(scale[min(max(near, 0), 16)]), 8))
                )
    day = int(market.course.days[market.first])
    n = len(rows)
    return pa.table({
        "judgement_id": codes("J", np.arange(n), 5), "at": stamps(np.full(n, day), 36_000 + 60 * np.arange(n)),
        "expert_id": [r[0] for r in rows], "model_id": ["individual"] * n, "parent": [r[1] for r in rows],
        "left": [r[2] for r in rows], "right": [r[3] for r in rows],
        "value": nulled(pa.array([r[4] for r in rows]), np.arange(n) == n - 2),
    })  # fmt: skip


def business(market: Market, who: Traits) -> pa.Table:
    """Book what institutions bring beyond trades, month by month; each does some kinds and not others."""
    dice = stream(market.plan.seed, "business")
    days = market.course.days[market.first : market.end]
    months = (
        np.unique(days.astype("datetime64[D]").astype("datetime64[M]"))
        .astype("datetime64[D]")
        .astype(np.int64)
    )
    firms = np.flatnonzero(who.wholes[:, at.KIND] == INSTITUTION)
    does = dice.random((len(firms), len(_BUSINESS))) < 0.3
    does[:, 0] |= ~does.any(axis=1)
    firm, kind = np.nonzero(does)
    wealth = who.reals[firms[firm], at.WEALTH]
    client, what = np.repeat(firms[firm], len(months)), np.repeat(kind, len(months))
    month = np.tile(months, len(firm))
    wobble = np.exp(dice.normal(0, 0.4, len(month)))
    revenue = np.rint(np.repeat(wealth, len(months)) * 0.0004 * wobble).astype(np.int64)
    balance = np.rint(np.repeat(wealth, len(months)) * 0.3 * wobble).astype(np.int64)
    return pa.table({
        "month": dates(month), "client_id": client_codes(client), "kind": words(_BUSINESS, what), "revenue": money(revenue),
        "balance": nulled(money(balance), what == 5),
    })  # fmt: skip
