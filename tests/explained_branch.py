"""A small branch whose numbers can be followed by hand: three clients, two stocks, 100 days; ingested and run for real.

A buys 100 of 600000.SH on the first day and then trades a little; F is frozen; Z never did anything. Day n is DAYS[n].
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from small_drops import drop
from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.run import Night, run_night

SETTINGS = EngineSettings(threads=1, memory=256 << 20)
BEGIN = date(2025, 1, 6)  # a Monday
DAYS = [d for n in range(140) if (d := BEGIN + timedelta(n)).weekday() < 5][:100]
LAST = DAYS[-1]
STOCKS = ("600000.SH", "000001.SZ")


def close(stock: str, n: int) -> float:
    """Return a stock's close on day n: one saws up and down by a yuan in 20 days, the other rises by a cent a day."""
    return (
        10 + (n % 20 if n % 40 < 20 else 20 - n % 20) * 0.05
        if stock == STOCKS[0]
        else round(20 + n * 0.01, 2)
    )


# client, day, stock, side, quantity; each at that day's close, 5 yuan of commission
DEALS = [
    ("A", 0, 0, "buy", 100), ("A", 10, 0, "sell", 100), ("A", 30, 1, "buy", 200), ("A", 50, 1, "sell", 100),
    ("A", 70, 0, "buy", 300), ("A", 90, 0, "sell", 300), ("F", 5, 0, "buy", 100),
]  # fmt: skip
# client, date, amount; the second on a Saturday, which counts for the Monday after it
FLOWS = [("A", DAYS[0], 20_000), ("A", DAYS[4] + timedelta(1), 1_000), ("A", DAYS[80], -3_000), ("F", DAYS[0], 5_000)]  # fmt: skip


def csv(header: str, rows: list[tuple[object, ...]]) -> str:
    """Return a CSV file."""
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def trades() -> str:
    """Return the trades; T1 is on line 2."""
    rows = []
    for n, (client, day, stock, side, quantity) in enumerate(DEALS, start=1):
        price = round(close(STOCKS[stock], day), 2)
        rows.append((f"T{n}", DAYS[day], client, STOCKS[stock], side, "ordinary", quantity, price, round(price * quantity, 2), 5))  # fmt: skip
    return csv("trade_id,date,client_id,security_id,side,kind,quantity,price,amount,commission", rows)


def assets() -> str:
    """Return the assets of each day, as they follow from deals and flows."""
    rows = []
    for client in ("A", "F"):
        for n, day in enumerate(DAYS):
            cash = float(sum(a for c, d, a in FLOWS if c == client and d <= day))
            held = dict.fromkeys(STOCKS, 0)
            for c, at, stock, side, quantity in DEALS:
                if c == client and at <= n:
                    sign = 1 if side == "buy" else -1
                    held[STOCKS[stock]] += sign * quantity
                    cash -= sign * quantity * round(close(STOCKS[stock], at), 2) + 5
            worth = sum(quantity * round(close(stock, n), 2) for stock, quantity in held.items())
            rows.append((day, client, f"{cash:.2f}", f"{worth:.2f}", 0, 0, f"{cash + worth:.2f}"))
    return csv("date,client_id,cash,securities,funds,debt,net", rows)


def quotes() -> str:
    """Return the quotes of both stocks."""
    rows = []
    for stock in STOCKS:
        for n, day in enumerate(DAYS):
            price, before = round(close(stock, n), 2), round(close(stock, max(n - 1, 0)), 2)
            rows.append((day, stock, before, max(price, before), min(price, before), price, before, 1000, round(1000 * price, 2)))  # fmt: skip
    return csv("date,security_id,open,high,low,close,prev_close,volume,amount", rows)


def files() -> dict[str, str]:
    """Return the files of the drop."""
    return {
        "client.csv": "client_id,kind,name,phone,opened_on,frozen\n"
        "A,individual,张三丰,13800000001,2025-01-02,false\n"
        "F,individual,李四,13800000002,2025-01-02,true\nZ,individual,王五,13800000003,2025-01-02,false\n",
        "trade.csv": trades(),
        "cash_flow.csv": csv("flow_id,date,client_id,kind,amount", [(f"C{n}", d, c, "bank", a) for n, (c, d, a) in enumerate(FLOWS, 1)]),
        "asset.csv": assets(),
        "quote.csv": quotes(),
        "index_quote.csv": csv("date,index_id,close", [(d, "000300.SH", 4000 + 40 * (n % 7)) for n, d in enumerate(DAYS)]),
    }  # fmt: skip


def night(home: Path, folder: Path) -> Night:
    """Write the drop, ingest it and run a night."""
    ingest(home, Request(drop(folder, files()), LAST + timedelta(1), settings=SETTINGS))
    return run_night(home, None, SETTINGS)
