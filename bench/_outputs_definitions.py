"""The twenty-five outputs of bench/outputs.py, a sentence each: what every contender must give for every client.

All are of one client over all days up to the last trading day, `as_of`. Money is in yuan. Where nothing happened a sum
or a count is 0; a ratio, a median, a mean or an age is null. Days are calendar days unless said to be trading days.

- A *position* is what a client holds of a security: trades of the client in it in the order (date, trade_id).
- Its *cost* is average cost: a buy adds amount and commission (a null commission is 0); a sale of n out of q takes
  the share n / q of it. The cost of *first in, first out* is that of the oldest shares instead.
- A *sell day* is a day on which the client sold some of a position held since the day before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SECURITIES, DAYS = 3_000, 500
DECAY, FLOW_WINDOW, LOOK_BACK = 60, 90, 20
LOST, QUIET, FRESH = 180, 60, 90
SAME = 1e-9
LEAST_MONTHS = 3
NEVER_TRADED, GONE, RESTING, NEW, LEAVING, ACTIVE = range(6)
TRADE_COLUMNS = ("trade_id", "client_id", "security_id", "date", "side", "quantity", "amount", "commission")


class Sort(Enum):
    """How two contenders' values are compared: counts exactly, others with a relative tolerance."""

    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Output:
    """One output: its column, how it is compared, what it means."""

    name: str
    sort: Sort
    meaning: str


_C, _N = Sort.COUNT, Sort.NUMBER
OUTPUTS = (
    Output("recency", _C, "Days from the last trade to as_of."),
    Output("trades", _C, "Trades."),
    Output("trading_days", _C, "Days with a trade."),
    Output("monetary", _N, "Amount of all trades."),
    Output("fees", _N, "Commission of all trades."),
    Output("median_ticket", _N, "Exact median of the trades' amounts, the mean of the middle two of an even number."),
    Output("decay", _N, "Σ over trades of e^(−age / 60), the age in days at as_of."),
    Output("net_buy_bull", _N, "Bought less sold on days whose market is a bull market."),
    Output("net_buy_bear", _N, "Bought less sold on days whose market is a bear market."),
    Output("chasing", _N, "Mean return of the security beyond the index over the 20 trading days up to the day before the trade, weighted by amount: "
           "that of buys less that of sells (0 for trades of the first 21 trading days)."),
    Output("hhi", _N, "Σ (value of a position ÷ value of all)² at the close of as_of."),
    Output("turnover", _N, "Amount of all trades ÷ mean net assets at month ends."),
    Output("drawdown", _N, "Deepest fall of net assets at a month's end from their highest month's end so far."),
    Output("beta", _N, "Slope of monthly returns (assets' change less transfers, ÷ assets before) on the index's, of at least 3 months."),
    Output("net_flow_90", _N, "Transfers in less out of the last 90 days."),
    Output("profit", _N, "Realised profit over average cost: Σ over sales of amount − cost taken."),
    Output("win_rate", _N, "Share of positions closed to nothing that brought more than was paid, commissions of both sides taken off."),
    Output("disposition", _N, "PGR − PLR = rg ÷ (rg + pg) − rl ÷ (rl + pl)."),
    Output("rg", _C, "Positions sold from on sell days above cost: the day's mean sale price against the morning's cost a share."),
    Output("rl", _C, "Such positions sold below cost."),
    Output("pg", _C, "Positions held in the morning of a sell day, not sold from that day, not suspended, whose close is above the morning's cost a share."),
    Output("pl", _C, "Such positions below cost. (Equal within 1e-9 of the cost counts as neither, in all four.)"),
    Output("fifo_profit", _N, "Realised profit where the oldest shares are sold first: Σ sales − cost of the shares sold."),
    Output("fifo_days", _N, "Mean days a sold share was held, the oldest sold first."),
    Output("stage", _C, "0 never traded; else 1 where recency is above 180; else 2 above 60; else 3 where the first trade is less than 90 days ago; "
           "else 4 where net_flow_90 is negative; else 5."),
)  # fmt: skip
NAMES = tuple(o.name for o in OUTPUTS)
