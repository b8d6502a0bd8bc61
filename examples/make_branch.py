"""Make the example branch: people and prices invented, formats, codes, fees and trading days as they are.

`python examples/make_branch.py [TARGET]` makes the same files each time, but for the packing of the workbook.
"""

from __future__ import annotations

import random
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).resolve().parent
GIVEN = tomllib.loads((HERE / "make_branch.toml").read_text("utf-8"))
SECURITIES, HEADER = GIVEN["securities"], GIVEN["header"]
SPAN = [GIVEN["first"] + timedelta(n) for n in range((GIVEN["last"] - GIVEN["first"]).days + 1)]
DAYS: list[date] = [day for day in SPAN if day.weekday() < 5 and day not in GIVEN["closed"]]
ZERO, FEN = Decimal(0), Decimal("0.01")

Prices = dict[tuple[date, str], list[Decimal]]  # open, high, low, close, close before
Deal = tuple[str, str, Decimal, int, Decimal, Decimal, Decimal, Decimal]
NOTHING: Deal = ("", "", ZERO, 0, ZERO, ZERO, ZERO, ZERO)  # code, name, price, quantity, amount, three fees


def fen(value: Decimal) -> Decimal:
    """Round to the fen, half up, as counters do."""
    return value.quantize(FEN, ROUND_HALF_UP)


@dataclass
class Client:
    """One client and the account as it runs; `rate` is the commission."""

    number: str
    name: str
    rate: Decimal
    cash: Decimal
    held: dict[str, int] = field(default_factory=dict)
    cost: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Statement:
    """The rows of 交割单 as they arise; every balance follows from the row before."""

    rows: list[list[str]] = field(default_factory=list)

    def book(self, day: date, at: str, flag: str, who: Client, cash: Decimal, deal: Deal = NOTHING) -> None:
        """Write one row and move the client's cash by `cash`."""
        code, name, price, quantity, amount, *fees = deal
        who.cash += cash
        money = [f"{m:.2f}" for m in (amount, *fees, cash, who.cash)]
        number = f"{len(self.rows) + 1:08d}" if amount else ""
        row = [f"{day:%Y%m%d}", at, flag, code[:6], name, price, quantity, who.held.get(code, 0), *money]
        self.rows.append([str(cell) for cell in (*row, "人民币", number, f"66{who.number}", who.number)])

    def trade(self, day: date, at: str, client: Client, code: str, quantity: int, price: Decimal) -> None:
        """Buy or sell (below 0) at the fees of 2025: 印花税 0.05 % of sales, 过户费 0.001 %, on shares only."""
        amount, sells, (name, _, tick) = fen(price * abs(quantity)), quantity < 0, SECURITIES[code]
        taxed = amount if tick == "0.01" else ZERO
        duty = fen(taxed * Decimal("0.0005")) if sells else ZERO
        fees = max(fen(amount * client.rate), Decimal(5)), duty, fen(taxed * Decimal("0.00001"))
        client.held[code] = client.held.get(code, 0) + quantity
        client.cost[code] = ZERO if sells else client.cost.get(code, ZERO) + amount
        flag, cash = ("证券卖出", amount) if sells else ("证券买入", -amount)
        self.book(day, at, flag, client, cash - sum(fees), (code, name, price, abs(quantity), amount, *fees))


def people(chance: random.Random) -> list[Client]:
    """Invent 24 clients, the last two of them institutions."""
    names = chance.sample([s + g for s in GIVEN["surnames"] for g in GIVEN["given"]], 22)
    terms = [
        (Decimal(chance.choice(GIVEN["rates"])), Decimal(chance.randint(6, 60) * 10_000)) for _ in range(24)
    ]
    named = enumerate(zip([*names, *GIVEN["institutions"]], terms, strict=True), start=1)
    return [Client(f"0088{i:05d}", name, rate, cash) for i, (name, (rate, cash)) in named]


def quotes(chance: random.Random) -> Prices:
    """Walk the prices through the days, in ticks."""
    out = {}
    for code, (_, before, tick) in SECURITIES.items():
        last = Decimal(before)
        for day in DAYS:
            moves = [Decimal(str(round(1 + chance.gauss(0, 0.012), 6))) for _ in range(4)]
            a, b, c, close = ((last * m).quantize(Decimal(tick), ROUND_HALF_UP) for m in moves)
            out[day, code] = [a, max(a, b, c, close), min(a, b, c, close), close, last]
            last = close
    return out


def one_day(statement: Statement, chance: random.Random, client: Client, day: date, prices: Prices) -> None:
    """Book a client's day: interest in March, now and then a transfer, one trade at the most, so that T+1 holds."""
    if day == GIVEN["interest"]:
        statement.book(day, "00:00:00", "利息归本", client, fen(client.cash * Decimal("0.00025")))
    if chance.random() < 0.03:
        moved, poor = Decimal(chance.randint(1, 5) * 1000), client.cash < 50_000
        flag = "银行转证券" if poor else "证券转银行"
        statement.book(day, "09:05:00", flag, client, moved if poor else -moved)
    if chance.random() < 0.25:
        code, time = chance.choice(list(SECURITIES)), f"1{chance.choice('034')}:{chance.randint(10, 59)}:07"
        price = chance.choice(prices[day, code][:4])
        hundreds = int(client.cash * Decimal("0.3") / price / 100)
        if client.held.get(code) and chance.random() < 0.6:
            statement.trade(day, time, client, code, -client.held[code], price)
        elif hundreds:
            statement.trade(day, time, client, code, hundreds * 100, price)


def odd_rows(statement: Statement, clients: list[Client], prices: Prices) -> None:
    """Add a repo and a lottery number, which are life, and two faults: an unknown flag, an unknown client."""
    (one, two), (name, rate), lent, fee = DAYS[-2:], GIVEN["repo"], Decimal(20000), Decimal("0.20")
    due, repo = lent + fen(lent * Decimal(rate) / 36500), ("204001", name, Decimal(rate), 200)
    statement.book(one, "14:50:00", "融券回购", clients[-1], -lent - fee, (*repo, lent, fee, ZERO, ZERO))
    statement.book(two, "00:00:00", "融券购回", clients[-1], due, (*repo, due, ZERO, ZERO, ZERO))
    statement.book(two, "15:30:00", "申购配号", clients[0], ZERO)
    statement.book(two, "15:31:00", "星火礼遇兑换", clients[0], ZERO)
    stranger, day, code = Client("008899999", "", Decimal("0.0002"), Decimal(50000)), DAYS[-5], "600000.SH"
    statement.trade(day, "10:30:07", stranger, code, 100, prices[day, code][3])


def client_rows(chance: random.Random, clients: list[Client]) -> Iterator[Sequence[object]]:
    """Describe the clients; no area is 000000 and no telephone begins with 100, so nobody real is meant."""
    for i, c in enumerate(clients, start=1):
        born, opened = 19550101 + chance.randint(0, 44) * 10_000, 20150105 + chance.randint(0, 9) * 10_000
        person = ("个人", "身份证", f"000000{born}{i:03d}0", chance.choice("男女"), born)
        who = ("机构", "营业执照", f"000000{i:012d}", "", "") if c.name in GIVEN["institutions"] else person
        assessed = "20240620" if i % 8 else f"202305{i:02d}"  # every eighth is about to expire
        yield (c.number, c.name, *who, f"100{i:08d}", opened, f"C{i % 5 + 1}", assessed, c.rate)
    yield ("008800025", "郑样例", *("个人", "", "", "女", "", "", "20240230"), "C3", "20240620", "0.0002")


def holdings(path: Path, clients: list[Client], prices: Prices) -> None:
    """Write what everybody holds on the last day, as a workbook: codes as text, the day as a date cell."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2025, 4, 30)})
        sheet, day = book.add_worksheet("持仓"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER["holding"])
        held = [(c, code, n) for c in clients for code, n in sorted(c.held.items()) if n]
        for row, (client, code, n) in enumerate(held, start=1):
            cost, value = round(float(client.cost[code] / n), 4), float(prices[DAYS[-1], code][3] * n)
            sheet.write_datetime(row, 0, datetime.combine(DAYS[-1], datetime.min.time()), day)
            sheet.write_row(row, 1, (client.number, code[:6], SECURITIES[code][0], n, cost, value))


def index_rows(chance: random.Random) -> Iterator[Sequence[object]]:
    """Walk the index through the days."""
    close = 3890.0
    for day in DAYS:
        start, close = close, round(close * (1 + chance.gauss(0, 0.009)), 2)
        high, low = round(max(start, close) + 9.5, 2), round(min(start, close) - 8.5, 2)
        yield f"{day:%Y%m%d}", "000300.SH", start, high, low, close, chance.randint(18, 40) * 10**10


def text(path: Path, header: str, rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    """Write a CSV file."""
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))


def tab_text(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write the `.xls` that is GBK text, words and codes wrapped so that Excel leaves them alone."""
    wrapped = [name in HEADER["wrapped"] for name in HEADER["statement"]]
    lines = [[f'="{name}"' for name in HEADER["statement"]]]
    lines += [[f'="{c}"' if c and w else c for c, w in zip(row, wrapped, strict=True)] for row in rows]
    path.write_bytes("".join("\t".join(line) + "\r\n" for line in lines).encode("gbk"))


def make(folder: Path) -> None:
    """Write every file of the branch."""
    chance = random.Random(GIVEN["seed"])
    clients, prices, statement = people(chance), quotes(chance), Statement()
    paid = sorted((f"202502{chance.randint(17, 28)}", f"66{c.number}", c.number, c.cash) for c in clients)
    transfers = [("银行转证券", *row) for row in paid]
    text(folder / "银证转账_202502.csv", HEADER["transfer"], transfers, "utf-8-sig")
    text(folder / "客户资料.csv", HEADER["client"], client_rows(chance, clients), "gb18030")
    for day, client in ((day, client) for day in DAYS for client in clients[:-1]):
        one_day(statement, chance, client, day, prices)
    odd_rows(statement, clients, prices)
    statement.rows.sort(key=lambda row: row[0])
    for month in ("202503", "202504"):
        tab_text(folder / f"交割单_{month}.xls", [r for r in statement.rows if r[0].startswith(month)])
    holdings(folder / "持仓_20250430.xlsx", clients, prices)
    traded = [(key, five, chance.randint(2_000, 90_000) * 100) for key, five in sorted(prices.items())]
    text(folder / "quote.csv", HEADER["quote"], [(*k, *five, n, fen(five[3] * n)) for k, five, n in traded])
    text(folder / "指数行情.csv", HEADER["index"], index_rows(chance), "gb18030")
    for name, (header, *lines) in GIVEN["files"].items():
        text(folder / name, header, ([line] for line in lines))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "branch")
