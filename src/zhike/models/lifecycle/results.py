"""From the monthly panel to each client's history of stages, and to the table `stage`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Days, date_of, day_no
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import LOGICS, STAGE
from zhike.models.lifecycle import settings as s
from zhike.models.lifecycle.levels import Levels, levels_of
from zhike.models.lifecycle.months import Flags, Floats, Ints, Months
from zhike.models.lifecycle.panel import first_days, month_ends, month_numbers, told
from zhike.models.lifecycle.sentences import Case, sentence
from zhike.models.lifecycle.settings import Settings
from zhike.models.lifecycle.walk import Ages, Stages, walk

_NEVER = -(10**6)  # a day number long before any date


@dataclass(frozen=True, slots=True)
class History:
    """Every client's stage at each month's end: `stage` and `rule` hold codes of STAGES and RULES, clients × months.

    `month_ends`: the last trading day of each month up to `as_of`, as day numbers; the last is that of `as_of`'s month so far.
    """

    clients: tuple[str, ...]
    month_ends: Ints
    stage: Stages
    rule: Stages
    months: Months
    levels: Levels
    ages: Ages
    opened: Ints
    closed: Ints
    settings: Settings


def history(
    panel: pa.Table,
    client: pa.Table,
    calendar_days: Days,
    as_of: Date,
    *,
    logic: pa.Table | None = None,
    lead: pa.Table | None = None,
    settings: Settings | None = None,
) -> History:
    """Walk every client through the months from the first with rows of any client up to `as_of`.

    `panel`: rows of `monthly`, `login_days` may be absent. `client`: client_id, opened_on, closed_on, frozen (the last three may be absent); clients opened
    later and frozen ones are left out. `calendar_days`: trading days, as day numbers. `logic`: client_id, logic. `lead`:
    client_id, created_at; those with a number but not among the clients begin as prospects.
    """
    settings = settings or Settings()
    days = np.asarray(calendar_days)
    days = days[days <= day_no(as_of)]
    own = told(panel)
    numbers, ends, counts = month_ends(days[month_numbers(days) >= _first_month(own, day_no(as_of))])
    people = _people(own, client, lead, day_no(as_of))
    group, patience = _groups(people.clients, logic, settings)
    months = _dense(panel, people, numbers, group)
    judged = counts >= settings.least_days
    levels = levels_of(months, judged, patience, settings)
    ages = _ages(months, people, numbers, ends)
    steps = walk(months, levels, ages, judged, patience, settings)
    return History(
        people.clients,
        ends,
        steps.stage,
        steps.rule,
        months,
        levels,
        ages,
        people.opened,
        people.closed,
        settings,
    )


def stage_table(found: History, as_of: Date) -> pa.Table:
    """Return the table `stage`: where each client stands now, since when, and by which rule, in words with its numbers."""
    begun = _last_change(found.stage)
    there = np.flatnonzero(found.stage[:, -1] != s.UNKNOWN)
    rows = [_row(found, int(i), int(begun[i])) for i in there]
    names = ("client_id", "stage", "since", "reason")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)} | {
        "as_of": [as_of] * len(rows)
    }
    schema = schema_of(STAGE)
    return pa.table([pa.array(columns[n], schema.field(n).type) for n in schema.names], schema=schema)


def changes(found: History) -> pa.Table:
    """Return every change of stage: client_id, since, stage, reason, in order of client and time; the first stage isn't one."""
    rows = []
    for i, row in enumerate(found.stage):
        turned = np.flatnonzero((row[1:] != row[:-1]) & (row[:-1] != s.UNKNOWN)) + 1
        rows += [_row(found, i, int(m)) for m in turned]
    schema = pa.schema(
        [("client_id", pa.string()), ("stage", pa.string()), ("since", pa.date32()), ("reason", pa.string())]
    )
    return pa.table([pa.array([row[k] for row in rows], schema.types[k]) for k in range(4)], schema=schema)


def _row(found: History, i: int, m: int) -> tuple[str, str, Date, str]:
    closed = date_of(int(found.closed[i])) if found.closed[i] != _NEVER else None
    rule = int(found.rule[i, m])
    case = Case(i, m, found.months, found.levels, found.ages, closed, found.settings)
    return found.clients[i], s.STAGES[found.stage[i, m]], _since(found, i, m), sentence(rule, case).zh


def _since(found: History, i: int, m: int) -> Date:
    """Return the day of closing or opening where these made the stage, else the last trading day of the month."""
    day, rule = int(found.month_ends[m]), found.rule[i, m]
    if rule == s.CLOSED:
        day = int(found.closed[i])
    elif found.opened[i] != _NEVER and (m == 0 or found.stage[i, m - 1] == s.UNKNOWN):
        day = int(found.opened[i]) if m or found.stage[i, m] in (s.PROSPECT, s.DEVELOPING) else day
    return date_of(day)


def _last_change(stage: Stages) -> Ints:
    """Return the month in which each client entered the last stage."""
    turned = np.concatenate([np.ones((len(stage), 1), np.bool_), stage[:, 1:] != stage[:, :-1]], axis=1)
    return np.asarray(stage.shape[1] - 1 - np.argmax(turned[:, ::-1], axis=1))


@dataclass(frozen=True, slots=True)
class _People:
    """The clients known on a day, in order: day numbers of opening (or of becoming a lead) and closing, who is a lead only."""

    clients: tuple[str, ...]
    opened: Ints
    closed: Ints
    lead: Flags


def _people(panel: pa.Table, client: pa.Table, lead: pa.Table | None, as_of: int) -> _People:
    ids = client["client_id"].to_pylist()
    opened = dict(zip(ids, _days_of(client, "opened_on"), strict=True))
    closed = dict(zip(ids, _days_of(client, "closed_on"), strict=True))
    frozen = client["frozen"].to_pylist() if "frozen" in client.column_names else [None] * len(ids)
    kept_out = {i for i, f in zip(ids, frozen, strict=True) if f} | {i for i in ids if opened[i] > as_of}
    traded = set(pc.unique(panel["client_id"]).to_pylist())
    leads = _leads(lead, as_of)
    clients = tuple(sorted((set(ids) | traded | leads.keys()) - kept_out))
    days = np.array([opened.get(i, _NEVER) for i in clients], np.int64)
    led = np.array([leads.get(i, _NEVER) for i in clients], np.int64)
    shut = np.array([closed.get(i, _NEVER) for i in clients], np.int64)
    return _People(
        clients,
        np.where(days == _NEVER, led, days),
        np.where(shut > as_of, _NEVER, shut),
        (days == _NEVER) & (led != _NEVER),
    )


def _leads(lead: pa.Table | None, as_of: int) -> dict[str, int]:
    """Return the day each lead that has a client number came in, the first where there are several."""
    if lead is None:
        return {}
    rows = zip(lead["client_id"].to_pylist(), _days_of(lead, "created_at"), strict=True)
    return dict(sorted(((i, day) for i, day in rows if i is not None and day <= as_of), reverse=True))


def _first_month(panel: pa.Table, as_of: int) -> int:
    """Return the first month any client's rows tell of: earlier ones in the calendar are not silence but unknown."""
    first = pc.min(panel["month"].cast(pa.int32())).as_py()
    return int(month_numbers(as_of if first is None else min(first, as_of)))


def _days_of(table: pa.Table, name: str) -> list[int]:
    if name not in table.column_names:
        return [_NEVER] * table.num_rows
    days = table[name].cast(pa.date32()).cast(pa.int32()).fill_null(_NEVER)
    return [int(d) for d in days.to_pylist()]


def _groups(clients: tuple[str, ...], logic: pa.Table | None, settings: Settings) -> tuple[Ints, Ints]:
    """Return each client's group of like clients, and the months without a trade until it counts as dormant."""
    if logic is None:
        known: dict[str, str] = {}
    else:
        known = dict(zip(logic["client_id"].to_pylist(), logic["logic"].to_pylist(), strict=True))
    code = {name: k + 1 for k, name in enumerate(LOGICS)}
    named = [known.get(i) for i in clients]
    group = np.array([code.get(name or "", 0) for name in named], np.int64)
    return group, np.array([settings.patience(name) for name in named], np.int64)


def _dense(panel: pa.Table, people: _People, numbers: Ints, group: Ints) -> Months:
    """Lay the panel out as clients × months; where a client has no row nothing was there."""
    clients, opened, closed = people.clients, people.opened, people.closed
    own, (at, column, good) = told(panel), _places(told(panel), clients, numbers)

    def laid(name: str) -> Floats:
        return _laid(own[name], at, column, good, (len(clients), len(numbers)))

    first = np.full(len(clients), len(numbers) - 1, np.int64)
    np.minimum.at(first, at, column)
    begun = np.searchsorted(numbers, month_numbers(np.maximum(opened, 0)))
    start = np.where(opened == _NEVER, first, np.minimum(begun, first))
    ended = np.searchsorted(numbers, month_numbers(np.maximum(closed, 0)))
    end = np.where(closed == _NEVER, len(numbers), ended)
    net = _carried(laid("net"), np.bincount(at, own["net"].is_valid().to_numpy()[good], len(clients)) > 0)
    logins = None
    if "login_days" in panel.column_names:
        logins = _laid(panel["login_days"], *_places(panel, clients, numbers), net.shape)
    logins = _from_the_first(logins, net)
    return Months(net, laid("flow"), laid("trading_days"), logins, laid("revenue"), group, start, end)


def _places(
    panel: pa.Table, clients: tuple[str, ...], numbers: Ints
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Return row and column of each row of the panel that has a place, and which rows these are."""
    at = pc.index_in(panel["client_id"], value_set=pa.array(clients, pa.string())).fill_null(-1).to_numpy()
    month = month_numbers(panel["month"].cast(pa.int32()).to_numpy())
    good = (at >= 0) & np.isin(month, numbers)
    return at[good].astype(np.int64), np.searchsorted(numbers, month[good]).astype(np.int64), good


def _laid(
    values: pa.ChunkedArray, at: Ints, column: Ints, good: npt.NDArray[np.bool_], shape: tuple[int, ...]
) -> Floats:
    out = np.zeros(shape)
    out[at, column] = values.cast(pa.float64()).fill_null(np.nan).to_numpy()[good]
    return out


def _from_the_first(logins: Floats | None, net: Floats) -> Floats:
    """Take logins for unknown before the first month in which anybody had one, and where there are none at all."""
    some = np.zeros(net.shape[1], np.bool_) if logins is None else (logins > 0).any(axis=0)
    known = np.maximum.accumulate(some)
    return np.full(net.shape, np.nan) if logins is None else np.where(known[None, :], logins, np.nan)


def _carried(net: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Carry the last known net assets over months without an asset row; NaN all along where there never was one."""
    at = np.where(np.isnan(net), 0, np.arange(net.shape[1])[None, :])
    carried = np.take_along_axis(net, np.maximum.accumulate(at, axis=1), 1)
    return np.where(known[:, None], np.nan_to_num(carried), np.nan)


def _ages(months: Months, people: _People, numbers: Ints, ends: Ints) -> Ages:
    """Count days and months since opening; where its day isn't known, since the first month with a row."""
    first_day = first_days(numbers)
    since = np.where(
        people.opened != _NEVER, people.opened, first_day[np.clip(months.start, 0, len(numbers) - 1)]
    )
    return Ages(
        np.asarray(ends[None, :] - since[:, None], np.int64),
        np.asarray(numbers[None, :] - month_numbers(since)[:, None], np.int64),
        people.lead,
        (people.opened != _NEVER) & (people.opened < first_day[0]) & ~people.lead,
    )
