"""The shelf: products on sale and what a unit of each is worth by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhike.simulate.chance import stream
from zhike.simulate.market.assembly import Market

CATEGORIES = ("money", "bond", "mixed", "equity", "index", "structured", "private")


@dataclass(frozen=True, slots=True)
class Product:
    """One product: risk from 1 to 5, smallest amount in yuan, fee as a fraction; market share and drift of its worth."""

    product_id: str
    name: str
    risk: int
    category: str
    term: int
    minimum: int
    fee: float
    beta: float
    drift: float
    first: float  # when on sale, as a share of the drop's days
    last: float


PRODUCTS = (
    Product("A00001", "知客天天货币", 1, "money", 0, 100, 0.0, 0.0, 0.017, -1, 9),
    Product("A00002", "稳盈短债", 2, "bond", 0, 1000, 0.0003, 0.01, 0.028, -1, 9),
    Product("A00003", "稳健纯债一年", 2, "bond", 245, 1000, 0.004, 0.02, 0.036, -1, 0.6),
    Product("A00004", "均衡成长混合", 3, "mixed", 0, 1000, 0.008, 0.6, 0.02, -1, 9),
    Product("A00005", "远见精选混合", 3, "mixed", 120, 1000, 0.010, 0.7, 0.03, 0.2, 9),
    Product("A00006", "行业龙头股票", 4, "equity", 0, 1000, 0.012, 0.95, 0.02, -1, 9),
    Product("A00007", "新动力股票", 4, "equity", 0, 1000, 0.012, 1.1, 0.0, 0.4, 0.9),
    Product("A00008", "沪深300指数联接", 4, "index", 0, 100, 0.001, 1.0, 0.0, -1, 9),
    Product("A00009", "安享收益凭证28天", 1, "structured", 20, 50_000, 0.0, 0.0, 0.024, -1, 9),
    Product("A00010", "挂钩指数收益凭证", 3, "structured", 90, 50_000, 0.0, 0.15, 0.03, 0.1, 0.8),
    Product("A00011", "明远私募一期", 5, "private", 120, 1_000_000, 0.01, 0.75, 0.06, -1, 9),
)


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """Worth of a unit and whether it was on sale, both (T, products)."""

    nav: npt.NDArray[np.float64]
    on_sale: npt.NDArray[np.bool_]


def shelf(market: Market) -> Shelf:
    """Let every product follow the index by its share, with a drift and a wobble of its own."""
    days = len(market.course.days)
    gain = np.diff(np.log(market.index[:, 0]), prepend=np.log(market.index[0, 0]))
    beta = np.array([p.beta for p in PRODUCTS])
    drift = np.array([p.drift for p in PRODUCTS]) / 245.0
    wobble = stream(market.plan.seed, "products").standard_normal((days, len(PRODUCTS)))
    own = np.where(beta > 0.1, 0.003, np.where(beta > 0, 0.0005, 0.0)) * wobble
    nav = np.round(np.exp(np.cumsum(gain[:, None] * beta + drift + own, axis=0)), 4)
    part = (np.arange(days) - market.first) / market.plan.days
    on_sale = np.array([(part >= p.first) & (part < p.last) for p in PRODUCTS]).T
    return Shelf(nav, np.ascontiguousarray(on_sale))
