"""The measures of clients again, in slow plain Python over lists of rows: written from docs/methods/measures.md, not from the code."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

WINDOWS = {"1m": 20, "3m": 60, "6m": 120, "12m": 250}
UNREACHED = ("未接", "无人接听", "拒接", "关机", "no answer", "busy")
STANDINGS = ("mom5", "mom20", "mom60", "ma20", "cheap", "attention", "lottery", "low")
Row = Mapping[str, Any]
Value = float | None


def over(top: Value, bottom: Value) -> Value:
    return None if top is None or bottom is None or bottom <= 0 else top / bottom


def minus(a: Value, b: Value) -> Value:
    return None if a is None or b is None else a - b


class Plain:
    """One client: rows by table, each with its age in trading days; rows after the last day are gone."""

    def __init__(self, client: str, tables: Mapping[str, Sequence[Row]], trading: Sequence[date]) -> None:
        self.client, self.trading, self.tables = client, trading, tables
        self.days = sorted(self.aged("client_day", "date"), key=lambda r: r["date"])
        self.first_age = self.days[0]["age"] if self.days else None

    def aged(self, table: str, dated: str) -> list[dict[str, Any]]:
        found = []
        for row in self.tables.get(table, ()):
            day = row[dated]
            day = day.date() if hasattr(day, "date") else day
            if row["client_id"] == self.client and day <= self.trading[-1]:
                place = bisect_left(self.trading, day) if day >= self.trading[0] else -(10**9)
                found.append({**row, "age": len(self.trading) - 1 - place})
        return found

    def within(self, days: int | None, rows: Iterable[Row] | None = None) -> list[Row]:
        chosen = self.days if rows is None else rows
        return [r for r in chosen if days is None or r["age"] < days]

    def total(self, column: str | Callable[[Row], float], days: int | None) -> float:
        get = column if callable(column) else lambda r: float(r[column] or 0)
        return math.fsum(get(r) for r in self.within(days))

    def length(self, days: int) -> int:
        return min(days, len(self.trading))

    def average(self, days: int) -> Value:
        if self.first_age is None:
            return 0.0
        rows = self.within(days)
        known = min(self.first_age + 1, self.length(days)) - sum(r["net"] is None for r in rows)
        return over(self.total("net", days), known)


def all_measures(p: Plain) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for part in (assets, spread, flows, activity, trading, profit, behaviour, revenue, people):
        found |= part(p)
    return found | holding(p)


def assets(p: Plain) -> dict[str, Value]:
    known = [r for r in p.days if r["net"] is not None]
    last = known[-1] if known else None
    none = None if p.days else 0.0
    net = float(last["net"]) if last else none
    gross = float(last["net"]) + float(last["debt"] or 0) if last else none
    closing = p.days[-1] if p.days and p.days[-1]["age"] == 0 else None
    year = p.within(250)
    peak = [float(r["net"]) for r in year if r["net"] is not None]
    level, top, deepest, now = 0.0, 0.0, None, None
    for r in year:
        if r["return_days"]:
            level += r["log_return"]
            top = max(top, level)
            now = 1 - math.exp(level - top)
            deepest = max(deepest or 0.0, now)
    found: dict[str, Value] = {
        "net_now": net,
        "net_peak_12m": max(peak) if peak else (None if year else 0.0),
        "net_trend": over(p.average(20), p.average(120)),
        "fall_12m": deepest,
        "fall_now": now,
        "cash_share_now": over(float(last["cash"]), gross) if last else None,
        "funds_share_now": over(float(last["funds"]), gross) if last else None,
        "debt_now": float(last["debt"]) if last else 0.0,
        "leverage_now": over(float(last["debt"]), net) if last else None,
        "stocks_now": float(closing["stocks"]) if closing else 0.0,
        "stocks_free_now": max(
            0.0, (float(closing["stocks"]) if closing else 0.0) - (float(last["debt"]) if last else 0.0)
        ),
        "cash_now": float(last["cash"]) if last else 0.0,
        "positions_now": float(closing["positions"]) if closing else 0.0,
        "largest_share_now": over(float(closing["largest"]), float(closing["stocks"])) if closing else None,
        "positions_avg_12m": over(p.total("positions", 250), p.total(lambda r: r["positions"] > 0, 250)),
    }
    return found | {f"net_avg_{name}": p.average(days) for name, days in WINDOWS.items()}


def spread(p: Plain) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, days in (("3m", 60), ("12m", 250)):
        gross_sum = p.total(lambda r: 0 if r["net"] is None else float(r["net"]) + float(r["debt"]), days)
        found[f"cash_share_{name}"] = over(p.total("cash", days), gross_sum)
        found[f"exposure_{name}"] = over(p.total("exposure", days), p.total("exposure_days", days))
        found[f"concentration_{name}"] = over(
            p.total("herfindahl", days), p.total(lambda r: r["positions"] > 0, days)
        )
    return found


def flows(p: Plain) -> dict[str, Value]:
    found: dict[str, Value] = {
        "bank_in_12m": p.total("bank_in", 250),
        "bank_out_12m": p.total("bank_out", 250),
    }
    for name, days in WINDOWS.items():
        came, went = p.total("flow_in", days), p.total("flow_out", days)
        found |= {f"flow_in_{name}": came, f"flow_out_{name}": went, f"net_flow_{name}": came - went}
        found[f"outflow_share_{name}"] = over(went, p.average(days)) if went else 0.0
    for name, days in (("1m", 20), ("12m", 250)):
        for side in ("in", "out"):
            found[f"largest_{side}_{name}"] = max(
                (float(r[f"flow_{side}"]) for r in p.within(days)), default=0.0
            )
    quarter = p.total("flow_out", 60) - p.total("flow_in", 60)
    before = [r for r in p.days if 60 <= r["age"] < 180]
    begun = min((p.first_age or 0) + 1, p.length(180)) - 60 - sum(r["net"] is None for r in before)
    base = over(math.fsum(float(r["net"] or 0) for r in before), begun)
    found["net_outflow_share_3m"] = over(quarter, base) if quarter > 0 else 0.0
    return found


def lower_quantile(values: Sequence[float], share: float) -> Value:
    ordered = sorted(values)
    return float(ordered[math.ceil(share * len(ordered) - 1e-9) - 1]) if ordered else None


def activity(p: Plain) -> dict[str, Value]:
    logins = p.aged("login", "date")
    found: dict[str, Value] = {}
    for name, days in WINDOWS.items():
        found[f"trading_days_{name}"] = p.total(lambda r: r["trades"] > 0, days)
        found[f"decisions_{name}"] = p.total("buys", days) + p.total("sells", days)
        found[f"logins_{name}"] = float(sum(r["count"] for r in p.within(days, logins)))
        found[f"login_days_{name}"] = float(sum(r["count"] > 0 for r in p.within(days, logins)))
    traded = [r["age"] for r in p.days if r["trades"] > 0]
    found["days_since_trade"] = since = float(min(traded)) if traded else None
    found["days_since_login"] = float(min(r["age"] for r in logins)) if logins else None
    recent = [a for a in traded if a < 500]
    gaps = [a - b for a, b in pairwise(recent)]
    for word, share in (("median", 0.5), ("long", 0.9)):
        usual = lower_quantile(gaps, share) if len(gaps) >= 5 else None
        found |= {f"gap_{word}": usual, f"gap_ratio_{word}": over(since, usual)}
    return found


def whole_months(p: Plain) -> list[list[Row]]:
    """Return the rows of each of the last twelve calendar months that lie wholly within the known days."""
    after = p.trading[-1] + timedelta(days=1)
    stop = after.replace(day=1)
    months: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for r in p.days:
        if r["date"] < stop:
            months[r["date"].year, r["date"].month].append(r)
    first = p.trading[0]
    lowest = (first.year, first.month) if first.day == 1 else next_month(first.year, first.month)
    begin = (stop.year - 1, stop.month)
    return [rows for month, rows in months.items() if month >= lowest and month >= begin]


def next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def trading(p: Plain) -> dict[str, Value]:
    trips = [r for r in p.aged("round_trip", "closed_on") if r["cost"] > 0]
    found: dict[str, Value] = {}
    for name, days in WINDOWS.items():
        value = p.total("buy_amount", days) + p.total("sell_amount", days)
        found |= {f"trades_{name}": p.total("trades", days), f"traded_{name}": value}
        found[f"turnover_{name}"] = over(value, p.average(days)) if value else 0.0
        found[f"round_trips_{name}"] = float(len(p.within(days, trips)))
    sides = []
    for rows in whole_months(p):
        for amount, base in (("sell_amount", rows[0]["stocks_before"]), ("buy_amount", rows[-1]["stocks"])):
            if base > 0:
                sides.append(min(1.0, sum(float(r[amount]) for r in rows) / float(base)))
    found["turnover_monthly"] = over(math.fsum(sides), len(sides))
    found["months_active_12m"] = float(sum(any(r["trades"] for r in rows) for rows in whole_months(p)))
    year = p.within(250, trips)
    pnl = [float(r["proceeds"]) - float(r["cost"]) - float(r["fees"]) for r in year]
    rates = [gain / float(r["cost"]) for gain, r in zip(pnl, year, strict=True)]
    wins, losses = [x for x in rates if x > 0], [-x for x in rates if x < 0]
    found |= {
        "holding_days_mean_12m": over(math.fsum(r["holding_days"] for r in year), len(year)),
        "wins_12m": float(len(wins)),
        "trip_pnl_12m": math.fsum(pnl),
        "win_rate_12m": over(len(wins), len(year)),
        "payoff_12m": over(over(math.fsum(wins), len(wins)), over(math.fsum(losses), len(losses))),
        "expectancy_12m": over(math.fsum(rates), len(rates)),
        "quick_sell_share_12m": over(p.total("sells_quick", 250), p.total("sells_known", 250)),
    }
    decisions = p.total("buys", 250) + p.total("sells", 250)
    found["order_size_mean_12m"] = over(p.total("buy_amount", 250) + p.total("sell_amount", 250), decisions)
    sizes: dict[tuple[Any, ...], float] = defaultdict(float)
    for r in p.within(250, p.aged("trade", "date")):
        if (r.get("kind") or "ordinary") in ("ordinary", "margin"):
            sizes[r["date"], r["security_id"], r["side"]] += float(r["amount"])
    found["order_size_median_12m"] = lower_quantile(list(sizes.values()), 0.5)
    return found


def holding(p: Plain) -> dict[str, Value]:
    first, end = p.trading[-p.length(250)], p.trading[-1]
    spells = [
        (math.floor(r["holding_days"] + 0.5), 1)
        for r in p.tables.get("round_trip", ())
        if r["client_id"] == p.client and first <= r["opened_on"] <= end and r["closed_on"] <= end
    ]
    spells += [
        ((end - r["opened_on"]).days, 0)
        for r in p.tables.get("position", ())
        if r["client_id"] == p.client and first <= r["opened_on"] <= end and r["quantity"] > 0
    ]
    alive, area, before, half = 1.0, 0.0, 0, None
    for day in sorted({d for d, _ in spells}):
        area += alive * (day - before)
        before = day
        ended = sum(e for d, e in spells if d == day)
        alive *= 1 - ended / sum(d >= day for d, _ in spells)
        half = float(day) if half is None and alive <= 0.5 + 1e-9 else half
    length = (end - first).days + 1
    n = len(spells)
    return {
        "holding_days_median_12m": half,
        "holding_days_restricted_12m": area + alive * (length - before) if n else None,
        "still_held_share_12m": over(sum(1 - e for _, e in spells), n),
    }


def capital(p: Plain, days: int) -> float:
    n = p.length(days)
    total = 0.0
    for at, r in enumerate(p.days):
        if r["age"] >= n:
            continue
        came, went = float(r["flow_in"]), float(r["flow_out"])
        if at == 0 and r["net"] is not None:
            total += (float(r["net"]) - float(r["pnl"]) - came + went) * (r["age"] + 1) / n
        elif r["age"] == n - 1:
            total += float(r["assets_before"])
        total += came * (r["age"] + 1) / n - went * r["age"] / n
    return total


def profit(p: Plain) -> dict[str, Value]:
    found: dict[str, Value] = {"income_12m": p.total("pnl_income", 250)}
    for name, days in WINDOWS.items():
        rows, both = p.within(days), [r for r in p.within(days) if r["days"]]
        index = math.fsum(math.log(1 + r["sum_x"]) for r in both)
        own = math.fsum(r["log_return"] for r in both)
        twr = math.exp(p.total("log_return", days)) - 1 if any(r["return_days"] for r in rows) else None
        mwr = over(p.total("pnl", days), capital(p, days))
        found |= {
            f"pnl_{name}": p.total("pnl", days), f"realised_{name}": p.total("pnl_realised", days), f"twr_{name}": twr, f"mwr_{name}": mwr,
            f"index_return_{name}": math.exp(index) - 1 if both else None, f"excess_return_{name}": math.exp(own - index) - 1 if both else None,
        }  # fmt: skip
        if days > 20:
            found[f"timing_gap_{name}"] = minus(mwr, twr)
    n = p.total("days", 250)
    x, y, xx, xy = (p.total(c, 250) for c in ("sum_x", "sum_y", "sum_x2", "sum_xy"))
    found["beta_12m"] = over(n * xy - x * y, n * xx - x * x) if n > 2 else None
    logs = [r["log_return"] for r in p.within(250) if r["return_days"]]
    if len(logs) > 1:
        mean = math.fsum(logs) / len(logs)
        found["volatility_12m"] = math.sqrt(math.fsum((v - mean) ** 2 for v in logs) / (len(logs) - 1) * 250)
    else:
        found["volatility_12m"] = None
    found["cost_share_12m"] = over(-p.total("cost", 250), p.average(250))
    held = [r for r in p.tables.get("position", ()) if r["client_id"] == p.client and r["quantity"] != 0]
    sure = [r for r in held if r["quantity"] > 0 and not r["seeded"]]
    found["floating_now"] = math.fsum(float(r["market_value"]) - float(r["cost"]) for r in held)
    gained = math.fsum(float(r["market_value"]) - float(r["cost"]) for r in sure)
    found["floating_share_now"] = over(gained, math.fsum(float(r["cost"]) for r in sure))
    found["under_water_share_now"] = over(sum(r["market_value"] < r["cost"] for r in sure), len(sure))
    return found


def behaviour(p: Plain) -> dict[str, Value]:
    def share(part: str, *whole: str) -> Value:
        return over(p.total(part, 250), sum(p.total(w, 250) for w in whole))

    found = {
        f"{c}_12m": p.total(c, 250)
        for c in ("realised_gains", "realised_losses", "paper_gains", "paper_losses")
    }
    pgr = share("realised_gains", "realised_gains", "paper_gains")
    plr = share("realised_losses", "realised_losses", "paper_losses")
    both: dict[str, Value] = {"pgr_12m": pgr, "plr_12m": plr, "disposition_12m": minus(pgr, plr)}
    for side in ("buy", "sell"):
        for days in (5, 20, 60):
            both[f"{side}_momentum_{days}_12m"] = share(f"{side}_return{days}", f"{side}_amount")
        for standing in STANDINGS:
            both[f"{side}_{standing}_12m"] = share(
                f"{side}_{standing}", f"{side}s_{'valued' if standing == 'cheap' else 'ranked'}"
            )
    both |= {
        "attention_share_12m": share("buys_hot", "buys"), "after_limit_share_12m": share("buys_after_limit", "buys"),
        "added_below_share_12m": share("buys_more_below", "buys_more_below", "buys_more_above"),
        "sell_gain_12m": share("sells_gain", "sells_known"), "sell_age_12m": share("sells_held", "sells_known"),
        "sell_from_peak_12m": share("sells_from_peak", "sells_known"), "follower_share_12m": share("held_followed", "stocks"),
        "value_tilt_12m": share("held_cheap", "held_valued"), "lottery_tilt_12m": share("held_lottery", "stocks"),
    }  # fmt: skip
    return found | both


def revenue(p: Plain) -> dict[str, Value]:
    orders, business = p.aged("product_order", "date"), p.aged("business", "month")
    contacts = p.aged("contact", "at")
    found: dict[str, Value] = {}

    def paid(days: int) -> float:
        return p.total(lambda r: max(0.0, -float(r["interest"])), days)

    def fees(days: int) -> float:
        return math.fsum(float(r.get("fee") or 0) for r in p.within(days, orders))

    def earned(days: int, *kinds: str) -> float:
        return math.fsum(
            float(r["revenue"]) for r in p.within(days, business) if not kinds or r["kind"] in kinds
        )

    for name, days in WINDOWS.items():
        kept = p.total("commission", days) - p.total("exchange_fee", days)
        found[f"commission_net_{name}"] = kept
        found[f"revenue_{name}"] = kept + paid(days) + fees(days) + earned(days)
    minutes = math.fsum(r.get("minutes") or 0.0 for r in p.within(250, contacts))
    value = p.total("buy_amount", 250) + p.total("sell_amount", 250)
    total = found["revenue_12m"] or 0.0
    return found | {
        "commission_rate_12m": over(p.total("commission", 250), value), "interest_paid_12m": paid(250),
        "product_fees_12m": fees(250), "business_revenue_12m": earned(250), "cost_to_serve_12m": 2.0 * minutes,
        "contribution_12m": total - 2.0 * minutes, "revenue_yield_12m": over(total, p.average(250)),
        "contact_minutes_12m": minutes, "seat_revenue_12m": earned(250, "seat"),
        "financing_revenue_12m": earned(250, "margin", "pledge", "repo"), "custody_revenue_12m": earned(250, "custody"),
        "banking_revenue_12m": earned(250, "banking", "equity_plan"),
        "business_groups_12m": sum(
            earned(250, *kinds) > 0
            for kinds in (("seat",), ("margin", "pledge", "repo"), ("custody",), ("banking", "equity_plan"))
        ),
    }  # fmt: skip


def people(p: Plain) -> dict[str, Value]:
    contacts, complaints = p.aged("contact", "at"), p.aged("complaint", "opened_at")
    missed = [r for r in contacts if any(w in (r.get("outcome") or "").lower() for w in UNREACHED)]
    reached = [r for r in contacts if r not in missed]
    found: dict[str, Value] = {}
    for name, days in WINDOWS.items():
        found[f"contacts_{name}"] = float(len(p.within(days, reached)))
        found[f"attempts_{name}"] = float(len(p.within(days, missed)))
    last = p.trading[-1]
    found["days_since_contact"] = (
        float(min((last - r["at"].date()).days for r in reached)) if reached else None
    )
    found["complaints_12m"] = float(len(p.within(250, complaints)))
    answers = p.within(250, p.aged("survey", "at"))
    for kind in ("csat", "nps"):
        marks = [r["score"] / r["scale_max"] for r in answers if r["kind"] == kind]
        found[f"{kind}_12m"] = over(math.fsum(marks), len(marks))
    orders = p.aged("product_order", "date")
    left: dict[str, float] = defaultdict(float)
    for r in orders:
        left[r["product_id"]] += float(r["amount"]) * (1 if r["side"] == "subscribe" else -1)
    found["products_held"] = float(sum(v > 0.005 for v in left.values()))
    found["products_left"] = math.fsum(v for v in left.values() if v > 0)
    found["product_orders_12m"] = float(len(p.within(250, orders)))
    return found
