"""What a client holds: how net assets divide, securities, funds and other products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhike_desk.pages.client.sums import listed, money, share, signed_money, signed_share
from zhike_desk.records.book.series import AssetDay
from zhike_desk.records.queries.client_money import Held, Product
from zhike_desk.ui.speech import told

_LEAST = 1.0
"""Assets below this many CNY are none: they are the rest of a rounding."""


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of what a client has: its name, CNY, its share of all assets in 0 … 1."""

    name: str
    amount: float
    share: float


@dataclass(frozen=True, slots=True)
class HoldingsView:
    """The panel of holdings: how assets divide (empty: there are none, or none on record), a sentence each for the whole, securities, products."""

    portions: Sequence[Portion]
    whole: str
    securities: str
    products: str
    held: Held
    as_of: date


def holdings_view(assets: Sequence[AssetDay], held: Held, as_of: date) -> HoldingsView:
    """Return the panel of holdings; the parts of assets are those of the last day on record."""
    last = assets[-1] if assets else None
    portions = _portions(last)
    return HoldingsView(
        portions=portions,
        whole=_whole(last, portions) if last is not None and portions else "",
        securities=held_sentence(held),
        products=_products(held.products, last.funds if last is not None else 0.0, as_of),
        held=held,
        as_of=as_of,
    )


def _portions(last: AssetDay | None) -> list[Portion]:
    if last is None:
        return []
    parts = (
        (told("证券", "Securities"), last.securities),
        (told("基金与理财产品", "Funds and products"), last.funds),
        (told("资金", "Cash"), last.cash),
    )
    gross = sum(amount for _, amount in parts)
    if gross < _LEAST:
        return []
    return [Portion(name, amount, amount / gross) for name, amount in parts]


def _whole(last: AssetDay, portions: Sequence[Portion]) -> str:
    each = listed(
        [f"{p.name} {money(p.amount)}{told('（', ' (')}{share(p.share)}{told('）', ')')}" for p in portions]
    )
    owed = (
        told(
            f"；负债 {money(last.debt)}，占比按总资产计",
            f"; owed {money(last.debt)}, shares are of all assets",
        )
        if last.debt >= _LEAST
        else ""
    )
    return told(f"净资产 {money(last.net)}：{each}{owed}。", f"Net assets {money(last.net)}: {each}{owed}.")  # fmt: skip


def held_sentence(held: Held) -> str:
    """Say which securities are held and how much of them is the largest."""
    if not held.count:
        return ""
    most = held.rows[0]
    gain = sum(r.gain for r in held.rows if r.gain is not None)
    cost = sum((r.market_value or 0.0) - r.gain for r in held.rows if r.gain is not None)
    paper = told(f"，浮动盈亏 {signed_money(gain)}（{signed_share(gain / cost)}）", f"; on paper {signed_money(gain)} ({signed_share(gain / cost)})") if cost > 0 else ""  # fmt: skip
    return told(
        f"持有 {held.count} 只证券，市值 {money(held.value)}，最大一只 {most.name} 占 {share(most.share or 0.0)}{paper}。",
        f"{_securities(held.count)} worth {money(held.value)}; the largest, {most.name}, is {share(most.share or 0.0)}{paper}.",
    )


def _securities(count: int) -> str:
    return "One security" if count == 1 else f"{count} securities"


def _products(products: Sequence[Product], worth: float, as_of: date) -> str:
    """Say how many products are held by the orders and what all funds are worth; nothing where there are neither."""
    if not products:
        if worth < _LEAST:
            return ""
        return told(
            f"基金与理财产品市值 {money(worth)}；没有产品订单，无法逐只列出。",
            f"Funds and products are worth {money(worth)}; there are no orders to list them by.",
        )
    paid = sum(p.paid for p in products)
    ripe = sum(p.matures_on is not None and p.matures_on <= as_of for p in products)
    over = told(f"，其中 {ripe} 只已期满", f", {ripe} past their term") if ripe else ""
    return told(
        f"按订单持有 {len(products)} 只基金或理财产品{over}；净投入 {money(paid)}，合计市值 {money(worth)}（逐只市值未交付）。",
        f"{len(products)} funds or products by the orders{over}; {money(paid)} paid in, worth {money(worth)} together (each one's value isn't delivered).",
    )
