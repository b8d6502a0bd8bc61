"""From the monthly panel to each client's history of stages, and to the table `stage`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.period import Days, date_of, day_no
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.results import LOGICS, STAGE
from zhike.models.lifecycle import settings as s
from zhike.models.lifecycle.laid_out import dense
from zhike.models.lifecycle.levels import Levels, Likes, levels_of, likes_of
from zhike.models.lifecycle.months import Flags, Ints, Months
from zhike.models.lifecycle.panel import first_days, month_ends, month_numbers, told
from zhike.models.lifecycle.people import NEVER, People, people_of
from zhike.models.lifecycle.sentences import Case, sentence
from zhike.models.lifecycle.settings import Settings
from zhike.models.lifecycle.walk import Ages, Stages, walk

_GROUPS = len(LOGICS) + 1  # of each logic, and of those without one


@dataclass(frozen=True, slots=True)
class History:
    """Clients' stage at each month's end: `stage` and `rule` hold codes of STAGES and RULES, clients × months.

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


@dataclass(frozen=True, slots=True)
class Begun:
    """Since when all clients' data tell: the number of the first month with a day of anybody's, of the months with anybody's login."""

    first: int
    logins: frozenset[int]

    @classmethod
    def of(cls, parts: Iterable[Begun]) -> Begun:
        """Return what several ranges of clients tell together."""
        all_ = list(parts)
        return cls(min(p.first for p in all_), frozenset().union(*(p.logins for p in all_)))


def begun(
    panel: pa.Table, client: pa.Table, as_of: Date, lead: pa.Table | None = None
) -> tuple[Begun, tuple[str, ...]]:
    """Return since when the rows of some clients tell, and who these clients are; arguments as in `history`."""
    own = told(panel)
    people = people_of(own, client, lead, day_no(as_of)).clients
    if "login_days" not in panel.column_names:
        return Begun(_first_month(own, day_no(as_of)), frozenset()), people
    known = pc.is_in(panel["client_id"], value_set=pa.array(people, pa.string()))
    rows = panel.filter(pc.and_(known, pc.greater(panel["login_days"], 0)))
    months = month_numbers(rows["month"].cast(pa.int32()).to_numpy())
    return Begun(_first_month(own, day_no(as_of)), frozenset(np.unique(months).tolist())), people


@dataclass(frozen=True, slots=True)
class _Ground:
    """Some clients and their months, laid out: what both learning and walking begin with."""

    people: People
    numbers: Ints
    ends: Ints
    judged: Flags
    patience: Ints
    months: Months


def _ground(
    panel: pa.Table,
    client: pa.Table,
    calendar_days: Days,
    as_of: Date,
    logic: pa.Table | None,
    lead: pa.Table | None,
    settings: Settings,
    since: Begun | None,
) -> _Ground:
    days = np.asarray(calendar_days)
    days = days[days <= day_no(as_of)]
    since = since or begun(panel, client, as_of, lead)[0]
    numbers, ends, counts = month_ends(days[month_numbers(days) >= since.first])
    people = people_of(told(panel), client, lead, day_no(as_of))
    group, patience = _groups(people.clients, logic, settings)
    months = dense(panel, people, numbers, group, since.logins)
    return _Ground(people, numbers, ends, counts >= settings.least_days, patience, months)


def learnt(
    panel: pa.Table,
    client: pa.Table,
    calendar_days: Days,
    as_of: Date,
    *,
    logic: pa.Table | None = None,
    lead: pa.Table | None = None,
    settings: Settings | None = None,
    since: Begun | None = None,
) -> Likes:
    """Learn what like clients did, from these; arguments as in `history`."""
    chosen = settings or Settings()
    g = _ground(panel, client, calendar_days, as_of, logic, lead, chosen, since)
    return likes_of(g.months, g.judged, g.patience, chosen, _GROUPS)


def history(
    panel: pa.Table,
    client: pa.Table,
    calendar_days: Days,
    as_of: Date,
    *,
    logic: pa.Table | None = None,
    lead: pa.Table | None = None,
    settings: Settings | None = None,
    since: Begun | None = None,
    likes: Likes | None = None,
) -> History:
    """Walk every client through the months from the first with rows of any client up to `as_of`.

    `panel`: rows of `monthly`, `login_days` may be absent. `client`: client_id, opened_on, closed_on, frozen (the last three may be absent); clients opened
    later and frozen ones are left out. `calendar_days`: trading days, as day numbers. `logic`: client_id, logic. `lead`:
    client_id, created_at; those with a number but not among the clients begin as prospects.
    Where these are some of the clients: `since` when the data of all tell, `likes` what `learnt` gave (None: these are all).
    """
    chosen = settings or Settings()
    g = _ground(panel, client, calendar_days, as_of, logic, lead, chosen, since)
    if likes is None:
        likes = likes_of(g.months, g.judged, g.patience, chosen, _GROUPS)
    levels = levels_of(g.months, g.judged, chosen, likes)
    ages = _ages(g.months, g.people, g.numbers, g.ends)
    steps = walk(g.months, levels, ages, g.judged, g.patience, chosen)
    who = g.people
    return History(
        who.clients, g.ends, steps.stage, steps.rule, g.months, levels, ages, who.opened, who.closed, chosen
    )


def stage_table(found: History, as_of: Date) -> pa.Table:
    """Return the table `stage`: where each client stands now, since when, and by which rule, in words with its numbers."""
    begun = _last_change(found.stage)
    there = np.flatnonzero(found.stage[:, -1] != s.UNKNOWN)
    rows = [_row(found, int(i), int(begun[i])) for i in there]
    names = ("client_id", "stage", "since", "reason", "reason_told")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)} | {
        "as_of": [as_of] * len(rows)
    }
    schema = schema_of(STAGE)
    return pa.table([pa.array(columns[n], schema.field(n).type) for n in schema.names], schema=schema)


def changes(found: History) -> pa.Table:
    """Return every change of stage: client_id, since, stage, reason, reason_told, by client and time; the first stage isn't one."""
    rows = []
    for i, row in enumerate(found.stage):
        turned = np.flatnonzero((row[1:] != row[:-1]) & (row[:-1] != s.UNKNOWN)) + 1
        rows += [_row(found, i, int(m)) for m in turned]
    text = pa.string()
    schema = pa.schema(
        [
            ("client_id", text),
            ("stage", text),
            ("since", pa.date32()),
            ("reason", text),
            ("reason_told", text),
        ]
    )
    columns = [pa.array([row[k] for row in rows], kind) for k, kind in enumerate(schema.types)]
    return pa.table(columns, schema=schema)


def _row(found: History, i: int, m: int) -> tuple[str, str, Date, str, str]:
    closed = date_of(int(found.closed[i])) if found.closed[i] != NEVER else None
    rule = int(found.rule[i, m])
    case = Case(i, m, found.months, found.levels, found.ages, closed, found.settings)
    why = sentence(rule, case)
    return found.clients[i], s.STAGES[found.stage[i, m]], _since(found, i, m), why.zh, why.stored


def _since(found: History, i: int, m: int) -> Date:
    """Return the day of closing or opening where these made the stage, else the last trading day of the month."""
    day, rule = int(found.month_ends[m]), found.rule[i, m]
    if rule == s.CLOSED:
        day = int(found.closed[i])
    elif found.opened[i] != NEVER and (m == 0 or found.stage[i, m - 1] == s.UNKNOWN):
        day = int(found.opened[i]) if m or found.stage[i, m] in (s.PROSPECT, s.DEVELOPING) else day
    return date_of(day)


def _last_change(stage: Stages) -> Ints:
    """Return the month in which each client entered the last stage."""
    turned = np.concatenate([np.ones((len(stage), 1), np.bool_), stage[:, 1:] != stage[:, :-1]], axis=1)
    return np.asarray(stage.shape[1] - 1 - np.argmax(turned[:, ::-1], axis=1))


def _first_month(panel: pa.Table, as_of: int) -> int:
    """Return the first month any client's rows tell of: earlier ones in the calendar are not silence but unknown."""
    first = pc.min(panel["month"].cast(pa.int32())).as_py()
    return int(month_numbers(as_of if first is None else min(first, as_of)))


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


def _ages(months: Months, people: People, numbers: Ints, ends: Ints) -> Ages:
    """Count days and months since opening; where its day isn't known, since the first month with a row."""
    first_day = first_days(numbers)
    since = np.where(
        people.opened != NEVER, people.opened, first_day[np.clip(months.start, 0, len(numbers) - 1)]
    )
    return Ages(
        np.asarray(ends[None, :] - since[:, None], np.int64),
        np.asarray(numbers[None, :] - month_numbers(since)[:, None], np.int64),
        people.lead,
        (people.opened != NEVER) & (people.opened < first_day[0]) & ~people.lead,
    )
