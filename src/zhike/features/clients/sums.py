"""What the measures of clients ask for, and what each table and figure gives of it.

Each measure's expression is built once against a notebook of wants (`Wants`): every sum it names becomes a column of one wide
table, one row a client. Sums over windows are taken per client and band (`bands`), so each row is touched once a column, whatever
the number of windows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import UsageError
from zhike.base.measure import Measure
from zhike.base.text import say
from zhike.datacentre.hashes import whole
from zhike.features.clients.bands import Banded
from zhike.features.clients.bucket import Bucket, Frame
from zhike.features.clients.figures import FIGURES, PATHS, STANDING
from zhike.features.clients.settings import PRIOR, RHYTHM, WINDOWS
from zhike.features.clients.sources import SOURCES
from zhike.features.clients.walk import Held, figures_of
from zhike.features.clients.windows import CALENDAR

EDGES = tuple(sorted((*WINDOWS.values(), PRIOR, RHYTHM)))
CLIENTS = "clients"
_SUM = re.compile(r"__sum\d*$")


@dataclass(frozen=True, slots=True)
class Want:
    """One column to be gathered: how to take which column of which table, over how many days (None: all)."""

    of: str
    column: str
    how: str
    days: int | None = None

    @property
    def name(self) -> str:
        """The name of its column in the gathered table."""
        return f"{self.of}__{self.column}__{self.how}{'' if self.days is None else self.days}"


@dataclass(slots=True)
class Wants:
    """Notes what a measure asks for (see `zhike.base.measure.Sums`) among the tables that are there."""

    present: Collection[str]
    found: dict[Want, None] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)

    def total(self, column: str, days: int | None, of: str = "client_day") -> nw.Expr:
        """Return the sum of a column over the last `days` trading days, 0 where there are no rows."""
        asked = self._ask(Want(of, column, "sum", days), (of,))
        return nw.lit(0.0) if asked is None else asked

    def most(self, column: str, days: int | None, of: str = "client_day") -> nw.Expr:
        """Return the largest value of a column over the last `days` trading days."""
        return _or_null(self._ask(Want(of, column, "max", days), (of,)))

    def least(self, column: str, days: int | None, of: str = "client_day") -> nw.Expr:
        """Return the smallest value of a column over the last `days` trading days."""
        return _or_null(self._ask(Want(of, column, "min", days), (of,)))

    def figure(self, column: str, of: str) -> nw.Expr:
        """Return a figure of a client."""
        return _or_null(self._ask(Want(of, column, "as_is"), FIGURES[of].needs))

    def _ask(self, want: Want, tables: Iterable[str]) -> nw.Expr | None:
        if want.days is not None and want.days not in EDGES:
            raise ValueError(f"{want.days} days are no window: {EDGES}")
        lacking = [t for t in tables if t not in self.present]
        if lacking:
            self.missing |= dict.fromkeys(lacking)
            return None
        self.found[want] = None
        return nw.col(want.name)


def _or_null(asked: nw.Expr | None) -> nw.Expr:
    return nw.lit(None).cast(nw.Float64) if asked is None else asked


@dataclass(frozen=True, slots=True)
class Built:
    """A measure as expressions over the gathered table. `lacking`: the tables it can't be said without."""

    measure: Measure
    value: nw.Expr
    n: nw.Expr
    low: nw.Expr
    high: nw.Expr
    lacking: tuple[str, ...]
    wants: tuple[Want, ...]


def built(measure: Measure, present: Collection[str]) -> Built:
    """Build a measure's expressions for the tables that are there."""
    wants, nothing = Wants(present), nw.lit(None).cast(nw.Float64)
    assert measure.build is not None
    value = measure.build(wants).cast(nw.Float64)
    needed = dict.fromkeys(t for t in measure.source if t not in present)
    lacking = tuple(needed | {t: None for t in wants.missing if t not in measure.also})
    n = measure.n(wants).cast(nw.Float64) if measure.n else nothing
    low, high = measure.bounds(wants) if measure.bounds else (nothing, nothing)
    if lacking:
        return Built(measure, nothing, nothing, nothing, nothing, lacking, ())
    return Built(measure, value, n, low.cast(nw.Float64), high.cast(nw.Float64), (), tuple(wants.found))


def gathered(builts: Iterable[Built], bucket: Bucket) -> Mapping[str, Frame]:
    """Return what the measures want of figures that stand, as lazy pieces by name, each with at most one row a client.

    The pieces are kept apart because planning one query over all of them takes an engine longer than running them one by
    one; `assembled` puts them together, with those that were `followed`.
    """
    asked = {of: wants for of, wants in _asked(builts).items() if of in STANDING}
    _all_given(asked, bucket.tables, (CALENDAR,))
    return {
        of: STANDING[of].build(bucket).select(
            "client_id", *(nw.col(w.column).cast(nw.Float64).alias(w.name) for w in wants)
        )
        for of, wants in asked.items()
    }  # fmt: skip


def followed(builts: Iterable[Built], held: Held) -> dict[str, pa.Table]:
    """Return what the measures want of sums and of clients' paths, as pieces by name like those of `gathered`.

    The piece CLIENTS names every client that a table names.
    """
    asked = {of: wants for of, wants in _asked(builts).items() if of not in STANDING}
    _all_given(asked, held.tables)
    named = [held.tables[t]["client_id"] for t in ("client", *SOURCES) if t in held.tables]
    ids = [pc.unique(c.cast(pa.string())) for c in named]
    pieces = {CLIENTS: pa.table({"client_id": pc.unique(pa.chunked_array(ids, pa.string()))})}
    for of, wants in asked.items():
        pieces[of] = _walked(of, wants, held) if of in PATHS else _summed(of, wants, held)
    return pieces


def _walked(of: str, wants: list[Want], held: Held) -> pa.Table:
    found = PATHS[of].build(held)
    return pa.table({"client_id": found["client_id"]} | {w.name: found[w.column] for w in wants})


def _asked(builts: Iterable[Built]) -> dict[str, list[Want]]:
    """Return what the measures want of each table and figure, once each."""
    by_table: dict[str, dict[Want, None]] = {}
    for want in (w for b in builts for w in b.wants):
        by_table.setdefault(want.of, {})[want] = None
    return {of: list(wants) for of, wants in by_table.items()}


def _all_given(asked: Iterable[str], tables: Collection[str], also: Collection[str] = ()) -> None:
    """Raise UsageError where a table that is read isn't given."""
    read = {t for of in asked for t in (FIGURES[of].needs if of in FIGURES else (of,))}
    for name in sorted({*also, *read} - set(tables)):
        raise UsageError(
            say(f"没有给出表 {name}", f"The table '{name}' isn't given"),
            next_=say(
                "calendar 用 calendar_days(calendar, as_of) 生成；其他表请放入 tables，或不要为其构建指标。",
                "Make 'calendar' with calendar_days(calendar, as_of); put any other into `tables`, or build no measure of it.",
            ),
        )


def assembled(pieces: Mapping[str, pa.Table]) -> pa.Table:
    """Return collected pieces side by side, one row a client, by client_id; a sum without rows is 0."""
    clients = pc.unique(_ids(pieces[CLIENTS]))
    clients = clients.take(pc.sort_indices(clients))
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"client_id": clients}
    for name, piece in pieces.items():
        if name != CLIENTS:
            at = pc.index_in(clients, value_set=_ids(piece))
            for column in (c for c in piece.column_names if c != "client_id"):
                values = piece[column].take(at)
                columns[column] = pc.fill_null(values, 0.0) if _is_sum(column) else values
    return pa.table(columns)


def _is_sum(column: str) -> bool:
    """Tell whether a gathered column is a sum: 0, not unknown, for a client without rows."""
    return _SUM.search(column) is not None


def _ids(rows: pa.Table) -> pa.Array:
    return whole(rows["client_id"].cast(pa.string()))


def _summed(of: str, wants: list[Want], held: Held) -> pa.Table:
    """Sum a table of events over the windows that are wanted."""
    rows = SOURCES[of].rows(held, {w.column for w in wants})
    banded = Banded.of(rows, EDGES)
    taken = {step: banded.taken(rows[step[0]], step[1]) for step in {(w.column, w.how): None for w in wants}}
    return figures_of(banded.clients, **{w.name: taken[w.column, w.how][_band(w.days)] for w in wants})


def _band(days: int | None) -> int:
    """Return the band that a window of so many days ends with; the last one for all days (None)."""
    return len(EDGES) if days is None else EDGES.index(days)
