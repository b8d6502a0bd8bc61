"""The twenty-five outputs in pandas: sorted frames, grouped running sums, merges; the formulas of _outputs_sql.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from _outputs_data import Data
from _outputs_definitions import (
    DECAY,
    FLOW_WINDOW,
    FRESH,
    LEAST_MONTHS,
    LOOK_BACK,
    LOST,
    NAMES,
    QUIET,
    SAME,
    TRADE_COLUMNS,
)

PAIR = ["client_id", "security_id"]
EPISODE = [*PAIR, "episode"]
NULLABLE = {"recency", "median_ticket", "chasing", "hhi", "turnover", "drawdown", "beta", "win_rate", "disposition", "fifo_days", "stage"}  # fmt: skip


def _table(data: Data, name: str, columns: tuple[str, ...] | None = None) -> Any:
    """Return a table as a frame, dates as day numbers, money as floats."""
    rows = data.read(name, columns)
    for at, column in enumerate(rows.column_names):
        if pa.types.is_date(rows[column].type):
            rows = rows.set_column(at, column, rows[column].cast(pa.int32()).cast(pa.int64()))
        elif pa.types.is_decimal(rows[column].type):
            rows = rows.set_column(at, column, rows[column].cast(pa.float64()))
    return rows.to_pandas()


def outputs(data: Data) -> pa.Table:
    """Return the outputs, a row a client."""
    day = _table(data, "day").sort_values("date")
    day["moved"] = day["close"].shift(1) / day["close"].shift(LOOK_BACK + 1)
    quote = _table(data, "quote").sort_values(["security_id", "date"])
    close = quote.groupby("security_id")["close"]
    quote["beyond"] = close.shift(1) / close.shift(LOOK_BACK + 1)
    quote = quote.merge(day[["date", "moved", "market"]], on="date")
    quote["beyond"] = (quote["beyond"] - quote["moved"]).fillna(0.0)
    as_of = int(day["date"].max())
    state = _state(data)
    resting = _resting(state)
    found = _table(data, "client").set_index("client_id")
    for part in (_traded(state, quote, as_of), _closed(state), _gains(resting, quote), _held(resting, quote, as_of), _owned(data, day, as_of)):  # fmt: skip
        found = found.join(part)
    return _finished(found)


def _state(data: Data) -> Any:
    rows = _table(data, "trade", TRADE_COLUMNS).sort_values([*PAIR, "date", "trade_id"], ignore_index=True)
    rows["buys"], rows["fee"] = rows["side"] == "buy", rows["commission"].fillna(0.0)
    rows["n"] = rows["quantity"].astype(float)
    rows["into"], rows["out"] = rows["n"] * rows["buys"], rows["n"] * ~rows["buys"]
    rows["change"] = rows["into"] - rows["out"]
    pairs = rows.groupby(PAIR)
    rows["after"], rows["bought"] = pairs["change"].cumsum(), pairs["into"].cumsum()
    sold = pairs["out"].transform("sum")
    rows["matched"] = np.clip(sold - (rows["bought"] - rows["n"]), 0, rows["n"])
    partial = ~rows["buys"] & (rows["after"] > 0)
    rows["step"] = np.log(np.where(partial, rows["after"] / (rows["after"] + rows["n"]), 1.0))
    rows["begins"] = (rows["buys"] & (rows["after"] == rows["n"])).astype(int)
    rows["episode"] = rows.groupby(PAIR)["begins"].cumsum()
    rows["level"] = rows.groupby(EPISODE)["step"].cumsum()
    rows["paid"] = np.where(rows["buys"], (rows["amount"] + rows["fee"]) * np.exp(-rows["level"]), 0.0)
    rows["cost"] = np.exp(rows["level"]) * rows.groupby(EPISODE)["paid"].cumsum()
    return rows


def _traded(state: Any, quote: Any, as_of: int) -> Any:
    rows = state.merge(quote[["security_id", "date", "beyond", "market"]], on=["security_id", "date"])
    buys, amount, age = rows["buys"], rows["amount"], as_of - rows["date"]
    signed = np.where(buys, amount, -amount)
    left = np.exp(-rows["step"]) * rows["cost"] * rows["n"] / (rows["after"] + rows["n"])
    sums = pd.DataFrame({
        "client_id": rows["client_id"], "trades": 1, "monetary": amount, "fees": rows["fee"], "decay": np.exp(-age / DECAY),
        "net_buy_bull": signed * (rows["market"] == 1), "net_buy_bear": signed * (rows["market"] == -1),
        "buy_beyond": amount * rows["beyond"] * buys, "bought": amount * buys, "sell_beyond": amount * rows["beyond"] * ~buys,
        "sold": amount * ~buys, "profit": (amount - left).where(~buys, 0.0), "out": rows["out"],
        "taken": (rows["matched"] * (amount + rows["fee"]) / rows["n"]).where(buys, 0.0),
        "sold_days": rows["out"] * rows["date"], "bought_days": (rows["matched"] * rows["date"]).where(buys, 0.0),
    }).groupby("client_id").sum()  # fmt: skip
    clients = rows.groupby("client_id")
    sums["recency"], sums["first_age"] = as_of - clients["date"].max(), as_of - clients["date"].min()
    sums["trading_days"], sums["median_ticket"] = clients["date"].nunique(), clients["amount"].median()
    sums["chasing"] = sums["buy_beyond"] / sums["bought"] - sums["sell_beyond"] / sums["sold"]
    sums["fifo_profit"] = sums["sold"] - sums["taken"]
    sums["fifo_days"] = (sums["sold_days"] - sums["bought_days"]) / sums["out"]
    return sums


def _closed(state: Any) -> Any:
    rows = state.assign(
        brought=(state["amount"] - state["fee"]).where(~state["buys"], 0.0),
        paid=(state["amount"] + state["fee"]).where(state["buys"], 0.0),
    )
    trips = rows.groupby(EPISODE).agg(
        brought=("brought", "sum"), paid=("paid", "sum"), least=("after", "min")
    )
    trips = trips[trips["least"] == 0]
    won = (trips["brought"] - trips["paid"] > SAME * trips["paid"]).astype(float)
    return won.groupby("client_id").mean().rename("win_rate")


def _resting(state: Any) -> Any:
    rows = state.assign(brought=state["amount"].where(~state["buys"], 0.0))
    days = rows.groupby([*PAIR, "date"]).agg(
        units=("after", "last"), cost=("cost", "last"), sold=("out", "sum"), brought=("brought", "sum")
    ).reset_index()  # fmt: skip
    pairs = days.groupby(PAIR)
    days["units_before"] = pairs["units"].shift(1).fillna(0.0)
    days["cost_before"] = pairs["cost"].shift(1)
    days["next_date"], days["next_sold"] = pairs["date"].shift(-1), pairs["sold"].shift(-1)
    days["takes"] = (days["sold"] > 0) & (days["units_before"] > 0)
    return days


def _gains(resting: Any, quote: Any) -> Any:
    sales = resting[resting["takes"]]
    price, cost = sales["brought"] / sales["sold"], sales["cost_before"] / sales["units_before"]
    taken = _signs(sales["client_id"], price, cost, ("rg", "rl"))
    days = resting.groupby(["client_id", "date"])["takes"].any().astype(int).reset_index()
    days["ordinal"] = days.groupby("client_id")["takes"].cumsum()
    rests = resting[resting["units"] > 0].merge(
        days[["client_id", "date", "ordinal"]], on=["client_id", "date"]
    )
    following = days[["client_id", "date", "ordinal"]].rename(
        columns={"date": "next_date", "ordinal": "next"}
    )
    rests = rests.merge(following, on=["client_id", "next_date"], how="left")
    most = rests["client_id"].map(days.groupby("client_id")["ordinal"].max())
    high = (rests["next"] - (rests["next_sold"] > 0)).fillna(most).astype(int)
    times = np.maximum(high - rests["ordinal"], 0).to_numpy()
    pairs = rests.loc[rests.index.repeat(times), ["client_id", "security_id", "units", "cost", "ordinal"]]
    pairs["ordinal"] += np.arange(len(pairs)) - np.repeat(np.cumsum(times) - times, times) + 1
    pairs = pairs.merge(
        days.loc[days["takes"] > 0, ["client_id", "ordinal", "date"]], on=["client_id", "ordinal"]
    )
    quoted = quote.loc[~quote["suspended"], ["security_id", "date", "close"]]
    pairs = pairs.merge(quoted, on=["security_id", "date"])
    kept = _signs(pairs["client_id"], pairs["close"], pairs["cost"] / pairs["units"], ("pg", "pl"))
    return taken.join(kept, how="outer")


def _signs(client: Any, price: Any, cost: Any, names: tuple[str, str]) -> Any:
    above, below = price - cost > SAME * cost, cost - price > SAME * cost
    found = pd.DataFrame({"client_id": client, names[0]: above, names[1]: below})
    return found.groupby("client_id").sum()


def _held(resting: Any, quote: Any, as_of: int) -> Any:
    last = quote.loc[quote["date"] == as_of, ["security_id", "close"]]
    rows = resting[resting["next_date"].isna() & (resting["units"] > 0)].merge(last, on="security_id")
    rows["value"] = rows["units"] * rows["close"]
    rows["square"] = rows["value"] ** 2
    sums = rows.groupby("client_id")[["value", "square"]].sum()
    return (sums["square"] / (sums["value"] * sums["value"])).rename("hhi")


def _owned(data: Data, day: Any, as_of: int) -> Any:
    months = day.loc[day["month_end"], ["date", "close"]].copy()
    months["x"] = months["close"] / months["close"].shift(1) - 1
    flows, rows = _table(data, "transfer"), _table(data, "asset").sort_values(["client_id", "date"])
    ends = months["date"].to_numpy()
    moved = flows.assign(date=ends[np.searchsorted(ends, flows["date"])]).groupby(["client_id", "date"])["amount"].sum()  # fmt: skip
    rows = rows.merge(months, on="date").merge(
        moved.rename("moved").reset_index(), on=["client_id", "date"], how="left"
    )
    rows = rows.sort_values(["client_id", "date"])
    nets = rows.groupby("client_id")["net"]
    rows["fall"] = 1 - rows["net"] / nets.cummax()
    earlier = nets.shift(1)
    rows["y"] = (rows["net"] - earlier - rows["moved"].fillna(0.0)) / earlier
    known = rows[rows["y"].notna()]
    by = known.groupby("client_id")
    dx, dy = known["x"] - by["x"].transform("mean"), known["y"] - by["y"].transform("mean")
    slopes = pd.DataFrame({"client_id": known["client_id"], "xy": dx * dy, "xx": dx * dx, "months": 1})
    slope = slopes.groupby("client_id").sum()
    owned = rows.groupby("client_id").agg(net=("net", "mean"), drawdown=("fall", "max"))
    owned["beta"] = (slope["xy"] / slope["xx"]).where(slope["months"] >= LEAST_MONTHS)
    late = flows[as_of - flows["date"] < FLOW_WINDOW].groupby("client_id")["amount"].sum()
    return owned.join(late.rename("net_flow_90"))


def _finished(found: Any) -> pa.Table:
    sums = [name for name in NAMES if name not in NULLABLE]
    found[sums] = found[sums].fillna(0)
    found["turnover"] = found["monetary"] / found["net"]
    gains, losses = found["rg"] + found["pg"], found["rl"] + found["pl"]
    both = (gains > 0) & (losses > 0)
    found["disposition"] = (found["rg"] / gains - found["rl"] / losses).where(both)
    cases = [found["trades"] == 0, found["recency"] > LOST, found["recency"] > QUIET, found["first_age"] < FRESH, found["net_flow_90"] < 0]  # fmt: skip
    found["stage"] = np.select(cases, [0, 1, 2, 3, 4], 5)
    return pa.Table.from_pandas(found.reset_index()[["client_id", *NAMES]], preserve_index=False)
