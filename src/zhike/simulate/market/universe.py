"""What is listed: shares on their boards, funds, the repo, the indices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from zhike.base.exchange import fee_family_of, limit_rate
from zhike.base.period import EPOCH, Days, date_of, day_no
from zhike.simulate.chance import stream
from zhike.simulate.settings import Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
INDUSTRIES = ("银行", "非银金融", "食品饮料", "医药生物", "电子", "计算机", "电力设备", "汽车", "机械设备", "有色金属", "公用事业", "房地产")  # fmt: skip
INDEX_IDS = ("000300.SH", "000001.SH")
REPO = "204001.SH"
_BOARDS = (("main", "SH", 600000, 0.40), ("main", "SZ", 1, 0.27), ("chinext", "SZ", 300001, 0.20), ("star", "SH", 688001, 0.13))  # fmt: skip
_OPENED = {"chinext": Date(2009, 10, 30), "star": Date(2019, 7, 22)}
_NAMES = ("华", "中", "东", "新", "金", "天", "海", "国", "永", "长", "江", "恒", "盛", "泰", "信", "龙")
_ENDS = ("科", "源", "电", "药", "股", "业", "能", "通", "材", "机", "控", "城")
_ETFS = (
    ("510300.SH", "沪深300ETF", "all"), ("510500.SH", "中证500ETF", "small"), ("159915.SZ", "创业板ETF", "chinext"),
    ("588000.SH", "科创50ETF", "star"), ("512000.SH", "券商ETF", "非银金融"), ("512800.SH", "银行ETF", "银行"),
    ("159928.SZ", "消费ETF", "食品饮料"), ("512010.SH", "医药ETF", "医药生物"), ("512480.SH", "半导体ETF", "电子"),
    ("515030.SH", "新能源车ETF", "电力设备"), ("512400.SH", "有色金属ETF", "有色金属"), ("512200.SH", "房地产ETF", "房地产"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """Securities in one order: stocks first, then ETFs. Arrays have shape (S,), `limit` (T, stocks).

    `listed`: index of the first trading day, 0 for what was there before. `limit`: the price limit as a
    fraction, NaN where there is none. `basket`: (ETFs, stocks), the share of each stock in each fund.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    board: tuple[str, ...]
    industry: Ints
    listed: Ints
    size: Floats
    beta: Floats
    star: npt.NDArray[np.bool_]
    family: npt.NDArray[np.int8]
    st: npt.NDArray[np.bool_]
    limit: Floats
    basket: Floats
    stocks: int

    def __len__(self) -> int:
        """Count the securities."""
        return len(self.ids)


def universe(plan: Plan, days: Days, first: int) -> Universe:
    """List the securities of a plan; boards that hadn't opened when the history begins are left out."""
    m, dice = plan.market_settings, stream(plan.seed, "universe")
    n = m.stocks
    boards = [b for b in _BOARDS if day_no(_OPENED.get(b[0], EPOCH)) < days[0]]
    shares = np.array([b[3] for b in boards])
    row = np.repeat(
        np.arange(len(boards)), np.diff(np.round(np.cumsum([0.0, *shares]) / shares.sum() * n)).astype(int)
    )
    place = np.arange(n) - np.searchsorted(row, row)
    ids = [f"{boards[b][2] + 7 * k:06d}.{boards[b][1]}" for k, b in zip(place, row, strict=True)]
    board = tuple(boards[b][0] for b in row)
    industry = dice.integers(len(INDUSTRIES), size=n)
    size = np.exp(dice.normal(22.6, 1.1, n))
    listed = np.zeros(n, np.int64)
    fresh = dice.choice(n, size=min(m.new_listings, n // 4), replace=False)
    listed[fresh] = np.sort(dice.integers(m.lead_in, first + plan.days, len(fresh)))
    st = _special(board, dice, len(days), listed)
    names = [_name(k, bool(st[0, k])) for k in range(n)]
    etfs = _ETFS[: m.etfs] if "star" in board else tuple(e for e in _ETFS[: m.etfs] if e[2] not in _OPENED)
    basket = _baskets(etfs, board, industry, size)
    every = (*ids, *(e[0] for e in etfs))
    return Universe(
        every, (*names, *(e[1] for e in etfs)), (*board, *("" for _ in etfs)), industry, np.append(listed, np.zeros(len(etfs), np.int64)),
        size, np.clip(dice.normal(1.0, 0.25, n), 0.3, 1.8), np.array([i.startswith("688") for i in every]),
        np.array([fee_family_of(i) for i in every], np.int8), st, _limits(board, st, listed, days), basket, n,
    )  # fmt: skip


def _name(k: int, st: bool) -> str:
    a, b, c = k % 16, (k // 16) % 12, (k // 192) % 16
    return ("ST" if st else "") + _NAMES[a] + _NAMES[(5 * a + 3 + c) % 16] + _ENDS[b]


def _special(
    board: tuple[str, ...], dice: np.random.Generator, n_days: int, listed: Ints
) -> npt.NDArray[np.bool_]:
    """Mark special treatment (T, stocks): some from the beginning, some from a day on; main board only."""
    main = np.array([b == "main" for b in board]) & (listed == 0)
    chance = dice.random(len(board))
    since = np.where(chance < 0.04, 0, dice.integers(300, 4000, len(board)))
    since = np.where(main & (chance < 0.10), since, n_days)
    return np.asarray(np.arange(n_days)[:, None] >= since[None, :])


def _limits(board: tuple[str, ...], st: npt.NDArray[np.bool_], listed: Ints, days: Days) -> Floats:
    out = np.empty(st.shape)
    for t, day in enumerate(days):
        date = date_of(int(day))
        of = {(b, s): _rate(limit_rate(b, s, None, date)) for b in set(board) for s in (False, True)}
        out[t] = [of[b, bool(s)] for b, s in zip(board, st[t], strict=True)]
        for k in np.flatnonzero((listed > 0) & (t >= listed) & (t < listed + 6)):
            out[t, k] = _rate(limit_rate(board[k], bool(st[t, k]), int(t - listed[k]), date))
    return out


def _rate(rate: Decimal | None) -> float:
    return np.nan if rate is None else float(rate)


def _baskets(
    etfs: tuple[tuple[str, str, str], ...], board: tuple[str, ...], industry: Ints, size: Floats
) -> Floats:
    out = np.zeros((len(etfs), len(size)))
    for e, (_, _, what) in enumerate(etfs):
        if what in INDUSTRIES:
            chosen = industry == INDUSTRIES.index(what)
        elif what in ("all", "small"):
            middle = np.median(size)
            chosen = size >= middle if what == "all" else size < middle
        else:
            chosen = np.array([b == what for b in board])
        out[e] = np.where(chosen, size, 0.0) / max(float(size[chosen].sum()), 1.0)
    return out
