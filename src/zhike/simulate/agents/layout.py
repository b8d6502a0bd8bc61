"""How clients lie in arrays, and the pages on which they leave their traces. Money is in fen, prices in milli-yuan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled_part

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SLOTS = 16  # positions a client can hold at once
VALUE, TREND, SENTIMENT, NOISE = 0, 1, 2, 3
WAITING, DEVELOPING, GROWING, MATURE, DECLINING, DORMANT, LOST, RETURNED = 0, 1, 2, 3, 4, 5, 6, 7
STAGES = ("prospect", "developing", "growing", "mature", "declining", "dormant", "lost", "returned")
CAUSES = ("", "loss", "price", "service", "life")

# Columns of a client's book [whole numbers].
CASH, DEBT, STAGE, SINCE, NEXT, NEXT_SINCE, TOUCHED, CAUSE, CLOSED, REPO, IPO, IPO_QTY, IPO_COST, ON_MARGIN, FUNDED, LAST_TRADE, ENDING, CALLED, TAX_DUE = range(19)  # fmt: skip
BOOK = 19
# Columns of a client's mood [reals].
ENGAGED, CONTENT, FORTUNE, ACCRUED, OWED, NET, REVENUE, HAZARD, PUT_IN, EARNED = range(10)
MOOD = 10
# Columns of a position.
SEC, QTY, LOCKED, COST, OPENED, TOP, UNTAXED, BY = range(8)
POSITION = 8
# Columns of traits: reals, then whole numbers.
PURITY, WEALTH, LIVELY, RATE, PATIENCE, TARGET, STOP, DISPOSITION, CARE, PRICE_CARE, SERVICE_CARE, EFFECT, ETF_SHARE, LOTTERY_TASTE, BASE_CONTENT, EXPOSURE, FRAILTY, TRADE_SIZE = range(18)  # fmt: skip
REALS = 18  # behind them: how often a year the client buys of each product category
LOGIC, OPENS, ASLEEP, PLACES, MARGIN, IPO_ONLY, REPO_USER, KIND, ARM, TIER, RISK, OFFER_ARM = range(12)
NUMBER, KEY = 12, 13
WHOLES = 14

# How a client begins: new, awake, asleep without much, asleep with shares, or new and never to bring money.
NEW, AWAKE, EMPTY, WITH_SHARES, NEVER_FUNDED = range(5)

# What a flow of money is; the sign is in the amount.
BANK_IN, BANK_OUT, DIVIDEND, INTEREST, LOAN_INTEREST, TAX, LOAN, REPAY, PRODUCT_OUT, PRODUCT_IN, FEE, MOVED_OUT, MOVED_IN = range(13)  # fmt: skip
ORDINARY, ON_LOAN, IPO_TRADE, REPO_TRADE = range(4)
TRANSFER, COLLATERAL, LISTING, DESIGNATION = range(4)
CONTACTED, COMPLAINED, RATED, RECOMMENDS, STAGED, FELT = range(6)
CALLBACK, CAMPAIGN, SERVICE, OFFER, CARING = range(5)
REPO_SEC = -2

# Columns of what agents meet: prices of the day; what was known of a share before it; days; securities; products.
HIGH, LOW, CLOSE, PREV, UP, DOWN, PAID, HALTED = range(8)
RATIO, CHEAP, ABOVE20, ABOVE60, MONTH, NOTICED = range(6)
HEAT, RISING, LEVEL, LATE = range(4)  # LATE: how lively the market felt over the last months
MONTH_END, QUARTER_END, SURVEY, ORDINAL, IPO_SHARE, IPO_PRICE = range(6)
FAMILY, STAR, LISTED_ON = range(3)
WORTH, ON_SALE, P_FEE = range(3)
P_RISK, P_MINIMUM, P_CATEGORY, P_TERM = range(4)
UNITS, BOUGHT = range(2)


class Ground(NamedTuple):
    """The market as agents meet it; few and wide arrays, since each one costs the compiler time.

    px (T, S, 8): prices of the day. sg (T, S, 6), days_f (T, 4) and invites (3, T, LISTED + FUNDS): what was known before
    it. fee (T, family, side, 4): stamp rate, transfer rate, transfer a share and its minimum. nav (T, products, 3).
    """

    px: Ints
    sg: Floats
    invites: Ints
    days_f: Floats
    days_i: Ints
    fee: Floats
    sec_i: Ints
    nav: Floats
    shelf: Ints
    usual_rate: float
    first: int
    last: int
    stocks_end: int
    mechanics: int


class Clients(NamedTuple):
    """Some clients: who they are (`reals`, `wholes`) and how they stand; `dice` is shared by all of them."""

    reals: Floats
    wholes: Ints
    book: Ints
    mood: Floats
    held: Ints
    units: Floats
    dice: npt.NDArray[np.uint64]


class Pages(NamedTuple):
    """What is written down: `rows` of all kinds, the kind in the last column, and `assets`; `used` counts both.

    A page that is full counts on without writing.
    """

    rows: Ints
    assets: Ints
    used: Ints


TRADES, FLOWS, CUSTODY, HOLDS, LOGINS, ORDERS, EVENTS = range(7)
WIDTH, ASSET_WIDTH = 17, 6


def blank(rows: int, assets: int) -> Pages:
    """Return empty pages."""
    return Pages(
        np.zeros((rows, WIDTH), np.int64), np.zeros((assets, ASSET_WIDTH), np.int64), np.zeros(2, np.int64)
    )


@compiled_part
def line_on(pages: Pages, kind: int) -> int:
    """Take the next line for a row of that kind; −1 where the page is full."""
    at = int(pages.used[0])
    pages.used[0] += 1
    if at >= len(pages.rows):
        return -1
    pages.rows[at, 16] = kind
    return at


@compiled_part
def note(pages: Pages, kind: int, client: int, day: int, what: tuple[int, int, int, int, int]) -> None:
    """Write a row of that kind down: client, day, and five numbers more."""
    at = line_on(pages, kind)
    if at >= 0:
        row = pages.rows[at]
        row[0], row[1] = client, day
        for k in range(5):
            row[2 + k] = what[k]


def copied(clients: Clients) -> Clients:
    """Return the clients with a standing of their own, so that one past can have several futures."""
    return clients._replace(
        book=clients.book.copy(),
        mood=clients.mood.copy(),
        held=clients.held.copy(),
        units=clients.units.copy(),
    )
