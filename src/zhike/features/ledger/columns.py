"""The columns of client_day and round_trip as numbers, in the order of their definitions, for the compiled loops."""

from __future__ import annotations

from zhike.datacentre.tables.ledger import CLIENT_DAY, MOMENTA, ROUND_TRIP, STANDINGS

DAY_NAMES = tuple(c.name for c in CLIENT_DAY.columns if not c.key)
TRIP_NAMES = tuple(
    c.name for c in ROUND_TRIP.columns if c.name not in ("client_id", "security_id", "ordinal")
)
N_STANDINGS, N_MOMENTA = len(STANDINGS), len(MOMENTA)

(
    TRADES, BUY_AMOUNT, SELL_AMOUNT, FEES, COMMISSION, EXCHANGE_FEE, FLOW_IN, FLOW_OUT, BANK_IN, BANK_OUT,
    NET, CASH, FUNDS, DEBT, STOCKS, POSITIONS, LARGEST, HERFINDAHL, ASSETS_BEFORE, STOCKS_BEFORE,
    PNL, MARKET, ASSETS_MARKET, SELECTION, TRADING, INTEREST, COST, UNEXPLAINED, EXPOSURE, EXPOSURE_DAYS,
    GROWTH, VALUATION, EPS_KNOWN, DAYS, SUM_X, SUM_X2, SUM_Y, SUM_Y2, SUM_XY, LOG_RETURN, RETURN_DAYS,
    REALISED_GAINS, REALISED_LOSSES, PAPER_GAINS, PAPER_LOSSES, PNL_REALISED, PNL_UNREALISED, PNL_INCOME,
    BUYS, SELLS, BUYS_RANKED, SELLS_RANKED, BUYS_VALUED, SELLS_VALUED,
) = range(54)  # fmt: skip
STANDING = SELLS_VALUED + 1  # buys' eight, then sells'
MOMENTUM = STANDING + 2 * N_STANDINGS  # buys' three, then sells'
(
    BUYS_HOT, BUYS_AFTER_LIMIT, BUYS_MORE_BELOW, BUYS_MORE_ABOVE, SELLS_KNOWN, SELLS_GAIN, SELLS_HELD, SELLS_QUICK,
    SELLS_FROM_PEAK, HELD_CHEAP, HELD_VALUED, HELD_LOTTERY, HELD_FOLLOWED,
) = range(MOMENTUM + 2 * N_MOMENTA, MOMENTUM + 2 * N_MOMENTA + 13)  # fmt: skip
N_DAY = len(DAY_NAMES)

(
    OPENED_ON,
    CLOSED_ON,
    QUANTITY,
    PAID,
    PROCEEDS,
    TRIP_FEES,
    HOLDING_DAYS,
    TRIP_BUYS,
    TRIP_SELLS,
    PEAK,
    TROUGH,
) = range(11)
N_TRIP = len(TRIP_NAMES)
TRIP_CLIENT, TRIP_SECURITY = N_TRIP, N_TRIP + 1  # behind them, in the loops' own table

# A decision, one row: whose, when, which way; the security's places (N_STANDINGS of them); what the position had brought.
ACT_CLIENT, ACT_DAY, ACT_SELLS = 0, 1, 2
ACT_STANDING = 3
(
    ACT_HOT, ACT_AFTER_LIMIT, ACT_MORE, ACT_GAIN, ACT_HELD, ACT_FROM_PEAK,
) = range(ACT_STANDING + N_STANDINGS, ACT_STANDING + N_STANDINGS + 6)  # fmt: skip
N_ACT = ACT_FROM_PEAK + 1
