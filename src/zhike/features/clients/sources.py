"""Tables whose rows happen on a day: how each is dated, and what can be summed of it over a window."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import narwhals as nw
import pyarrow as pa

from zhike.base.period import day_no
from zhike.datacentre.hashes import whole
from zhike.engine.meaning import day_number, flag, made, positive
from zhike.features.clients.settings import WINDOWS
from zhike.features.clients.walk import Held
from zhike.features.market.gathering import floats

Columns = Mapping[str, nw.Expr]
BUSINESS: Mapping[str, tuple[str, ...]] = {
    "seat": ("seat",),
    "financing": ("margin", "pledge", "repo"),
    "custody": ("custody",),
    "banking": ("banking", "equity_plan"),
}
"""The kinds of business that are told apart, by what institutions are valued for."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of events. `date` dates its rows where no column `date` does; `columns` are summed beside its own.

    `money`: what the columns made of its own read as numbers: an engine casts a decimal to the nearest one, Arrow doesn't.
    """

    table: str
    columns: Callable[[Held], Columns]
    date: Callable[[], nw.Expr] | None = None
    money: tuple[str, ...] = ()

    def rows(self, held: Held, wanted: Collection[str]) -> pa.Table:
        """Return the table with `age` (see `Held.aged`) and those of the wanted columns that are made of its own."""
        rows = plain = held.aged(self.table, self.date() if self.date else None)
        for name in self.money:
            plain = plain.set_column(
                plain.column_names.index(name), name, pa.array(floats(whole(plain[name])), from_pandas=True)
            )
        own = {name: value for name, value in self.columns(held).items() if name in wanted}
        found = made(plain, own)
        for name in own:
            rows = rows.append_column(name, found[name])
        return rows


def _stamp(column: str) -> Callable[[], nw.Expr]:
    return lambda: nw.col(column).dt.date()


def _client_day(held: Held) -> Columns:
    age, days = nw.col("age"), nw.col("days")
    traded, known, interest = nw.col("trades") > 0, ~nw.col("net").is_null(), nw.col("interest")
    openings = {
        f"opening_{n}": nw.when(age == held.horizon.length(n) - 1).then(nw.col("assets_before"))
        for n in WINDOWS.values()
    }
    return {
        **openings,
        "rows": nw.lit(1),
        "trading_days": flag(traded),
        "trade_age": nw.when(traded).then(age),
        "net_unknown": flag(~known),
        "gross": nw.when(known).then(nw.col("net") + nw.col("debt").fill_null(0.0)),
        "held_days": flag(nw.col("positions") > 0),
        "flow_in_aged": nw.col("flow_in") * (age + 1),
        "flow_out_aged": nw.col("flow_out") * age,
        "interest_paid": nw.when(interest < 0).then(-interest),
        "index_log": nw.when(days > 0).then(positive(nw.col("sum_x") + 1.0).log()),
        "own_log": nw.when(days > 0).then(nw.col("log_return")),
        "log_return2": nw.col("log_return") * nw.col("log_return"),
    }


def _login(held: Held) -> Columns:
    return {
        "login_days": flag(nw.col("count") > 0),
        "login_age": nw.when(nw.col("count") > 0).then(nw.col("age")),
    }


def _contact(held: Held) -> Columns:
    """Tell contacts that reached the client from attempts; where no outcome was written down, the client was reached."""
    outcome = nw.col("outcome").fill_null("").str.to_lowercase()
    said = outcome.str.len_chars() > 0
    missed, refused = (_says(outcome, words) for words in (held.settings.unreached, held.settings.unanswered))
    since = day_no(held.horizon.end) - day_number(nw.col("at"))
    return {
        "contacts": flag(~missed),
        "attempts": flag(missed),
        "since": nw.when(~missed).then(since),
        "answerable": flag(said),
        "answered": flag(said & ~refused),
    }


def _says(text: nw.Expr, words: Collection[str]) -> nw.Expr:
    found = nw.lit(False)
    for word in words:
        found = found | text.str.contains(word, literal=True)
    return found


def _complaint(held: Held) -> Columns:
    closed = nw.col("closed_at").dt.date()
    still = closed.is_null() | (closed > nw.lit(held.horizon.end))
    return {"complaints": nw.lit(1), "open": flag(still), "found_right": flag(nw.col("upheld"))}


def _survey(held: Held) -> Columns:
    share = nw.col("score") / positive(nw.col("scale_max"))
    columns: dict[str, nw.Expr] = {}
    for kind in ("csat", "nps"):
        asked = nw.col("kind") == kind
        columns |= {kind: nw.when(asked).then(share), f"{kind}_answers": flag(asked)}
    return columns


def _product_order(held: Held) -> Columns:
    return {"orders": nw.lit(1)}


def _round_trip(held: Held) -> Columns:
    pnl = nw.col("proceeds") - nw.col("cost") - nw.col("fees")
    rate, counts = pnl / positive(nw.col("cost")), nw.col("cost") > 0
    return {
        "trips": flag(counts),
        "wins": flag(counts & (pnl > 0)),
        "defeats": flag(counts & (pnl < 0)),
        "trip_pnl": nw.when(counts).then(pnl),
        "rates": rate,
        "rates2": rate * rate,
        "gains": nw.when(counts & (pnl > 0)).then(rate),
        "losses": nw.when(counts & (pnl < 0)).then(-rate),
        "held": nw.when(counts).then(nw.col("holding_days")),
    }


def _business(held: Held) -> Columns:
    """Part the revenue by what it is earned with; kinds that are in none are in `revenue` all the same."""
    kind = nw.col("kind")
    return {
        f"{name}_revenue": nw.when(kind.is_in(kinds)).then(nw.col("revenue"))
        for name, kinds in BUSINESS.items()
    }


SOURCES: Mapping[str, Source] = {
    s.table: s
    for s in (
        Source(
            "client_day",
            _client_day,
            money=("net", "debt", "assets_before", "interest", "flow_in", "flow_out"),
        ),
        Source("round_trip", _round_trip, lambda: nw.col("closed_on"), money=("cost", "proceeds", "fees")),
        Source("login", _login),
        Source("contact", _contact, _stamp("at")),
        Source("complaint", _complaint, _stamp("opened_at")),
        Source("survey", _survey, _stamp("at")),
        Source("product_order", _product_order),
        Source("business", _business, lambda: nw.col("month"), money=("revenue",)),
    )
}
