"""The branch's books: what agents wrote, as tables of the contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.simulate.agents import layout as at
from zhike.simulate.agents.layout import Pages
from zhike.simulate.branch.columns import (
    codes,
    dates,
    in_trading_hours,
    money,
    nulled,
    price,
    words,
)
from zhike.simulate.market.assembly import Market
from zhike.simulate.market.shelf import PRODUCTS
from zhike.simulate.market.universe import REPO

Ints = npt.NDArray[np.int64]
_FLOW_KINDS = ("bank", "bank", "dividend", "interest", "interest", "tax", "other", "other", "other", "other", "fee", "other", "other")  # fmt: skip
_FLOW_FLAGS = ("银行转证券", "证券转银行", "红利入账", "利息归本", "融资利息", "股息红利税补缴", "融资借款", "偿还融资负债本金", "产品资金划出", "产品资金划入", "费用扣收", "资金内转出", "资金内转入")  # fmt: skip
_KINDS = ("ordinary", "margin", "ipo", "repo")
_FLAGS = ("证券买入", "证券卖出", "融资买入", "卖券还款", "中签扣款", "证券卖出", "融券回购", "融券购回")
_CUSTODY = ("custody", "collateral", "listing", "designation")


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What the agents of one chunk wrote on the days of the drop; rows as agents.layout lays them out."""

    trades: Ints
    flows: Ints
    custody: Ints
    holds: Ints
    logins: Ints
    orders: Ints
    events: Ints
    assets: Ints


def written(pages: Pages) -> Written:
    """Part the rows of the pages by kind."""
    rows, assets = pages.rows[: pages.used[0]], pages.assets[: pages.used[1]]
    kind = rows[:, 16]
    trades, flows, custody, holds, logins, orders, events = (rows[kind == k] for k in range(at.EVENTS + 1))
    return Written(trades, flows, custody, holds, logins, orders, events, assets)


def client_codes(numbers: npt.ArrayLike) -> pa.Array:
    """Return client numbers as the counter writes them: ten digits with leading zeros."""
    return codes("", np.asarray(numbers, np.int64) + 20_000_001, 10)


def account_codes(numbers: npt.ArrayLike, margin: npt.ArrayLike) -> pa.Array:
    """Return account numbers: cash accounts begin with 301, margin accounts with 306."""
    return codes(
        "", 3_010_000_000 + 50_000_000 * np.asarray(margin, np.int64) + np.asarray(numbers, np.int64), 10
    )


def firsts(owner: Ints) -> Ints:
    """Return where the rows of each owner begin; there is at least one row, and an owner's rows stand together."""
    return np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))


class Books:
    """Writes the pages of a market as tables."""

    def __init__(self, market: Market) -> None:
        self.days = market.course.days
        self.ids = (*market.universe.ids, "", REPO)  # −2 is the repo, −1 none

    def _securities(self, sec: Ints) -> pa.Array:
        return words(
            self.ids,
            np.where(sec == at.REPO_SEC, len(self.ids) - 1, np.where(sec < 0, len(self.ids) - 2, sec)),
        )

    def trade(self, rows: Ints, margin: Ints) -> pa.Table:
        """Return trades; `margin` says for each whether it was in the margin account."""
        client, kind, side = rows[:, 0], rows[:, 4], rows[:, 3]
        ids = client * 1_000_000 + _count_within(client)
        flag = np.where((kind == at.ORDINARY) & (margin > 0), 8 + side, 2 * kind + side)
        return pa.table({
            "trade_id": codes("", ids, 12), "date": dates(self.days[rows[:, 1]]), "time": _times(rows[:, 14]),
            "client_id": client_codes(client), "account_id": account_codes(client, margin),
            "security_id": self._securities(rows[:, 2]), "side": words(("buy", "sell"), side),
            "kind": words(_KINDS, kind), "quantity": rows[:, 5], "price": price(rows[:, 6]), "amount": money(rows[:, 7]),
            "commission": money(rows[:, 8]), "stamp_duty": money(rows[:, 9]), "transfer_fee": money(rows[:, 10]),
            "net_amount": money(rows[:, 11]), "cash_after": money(rows[:, 12]), "order_id": codes("W", ids, 12),
            "flag": words((*_FLAGS, "担保品买入", "担保品卖出"), flag),
        })  # fmt: skip

    def cash_flow(self, rows: Ints) -> pa.Table:
        """Return what moved money other than trades."""
        client, sec = rows[:, 0], rows[:, 3]
        return pa.table({
            "flow_id": codes("F", client * 1_000_000 + _count_within(client), 12), "date": dates(self.days[rows[:, 1]]),
            "client_id": client_codes(client), "account_id": account_codes(client, rows[:, 6]),
            "security_id": nulled(self._securities(sec), sec < 0), "kind": words(_FLOW_KINDS, rows[:, 2]),
            "amount": money(rows[:, 4]), "cash_after": money(rows[:, 5]), "flag": words(_FLOW_FLAGS, rows[:, 2]),
        })  # fmt: skip

    def custody(self, rows: Ints) -> pa.Table:
        """Return what moved securities without a trade."""
        client = rows[:, 0]
        return pa.table({
            "custody_id": codes("S", client * 1_000_000 + _count_within(client), 12), "date": dates(self.days[rows[:, 1]]),
            "client_id": client_codes(client), "security_id": self._securities(rows[:, 2]), "quantity": rows[:, 3],
            "market_value": money(rows[:, 4]), "direction": words(("in", "out"), rows[:, 5]),
            "kind": words(_CUSTODY, rows[:, 6]),
        })  # fmt: skip

    def asset(self, rows: Ints) -> pa.Table:
        """Return what each client had at the end of each day."""
        net = rows[:, 2] + rows[:, 3] + rows[:, 4] - rows[:, 5]
        parts = {
            name: money(rows[:, 2 + k]) for k, name in enumerate(("cash", "securities", "funds", "debt"))
        }
        return pa.table(
            {
                "date": dates(self.days[rows[:, 1]]),
                "client_id": client_codes(rows[:, 0]),
                **parts,
                "net": money(net),
            }
        )

    def holding(self, rows: Ints) -> pa.Table:
        """Return positions at month-ends, new shares that were paid but aren't listed among them."""
        return pa.table({
            "date": dates(self.days[rows[:, 1]]), "client_id": client_codes(rows[:, 0]),
            "security_id": self._securities(rows[:, 2]), "quantity": rows[:, 3], "cost": money(rows[:, 4]),
            "market_value": money(rows[:, 5]),
        })  # fmt: skip

    def login(self, rows: Ints) -> pa.Table:
        """Return logins."""
        return pa.table(
            {"date": dates(self.days[rows[:, 1]]), "client_id": client_codes(rows[:, 0]), "count": rows[:, 2]}
        )

    def product_order(self, rows: Ints) -> pa.Table:
        """Return subscriptions and redemptions; a subscription's amount includes its fee."""
        client = rows[:, 0]
        return pa.table({
            "order_id": codes("P", client * 1_000_000 + _count_within(client), 12), "date": dates(self.days[rows[:, 1]]),
            "client_id": client_codes(client), "product_id": words([p.product_id for p in PRODUCTS], rows[:, 2]),
            "side": words(("subscribe", "redeem"), rows[:, 3]), "amount": money(rows[:, 4]), "fee": money(rows[:, 5]),
        })  # fmt: skip


def _times(ordinal: Ints) -> pa.Array:
    return pa.array(in_trading_hours(ordinal).astype(np.int32)).cast(pa.time32("s"))


def _count_within(client: Ints) -> Ints:
    """Count the rows of each client from 0; rows of a client stand together."""
    if not len(client):
        return client
    begins = firsts(client)
    return np.arange(len(client)) - np.repeat(begins, np.diff(np.append(begins, len(client))))
