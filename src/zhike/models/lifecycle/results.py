"""From the monthly panel to each client's history of stages, and to the table `stage`."""

from __future__ import annotations

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
from zhike.models.lifecycle.levels import Levels, levels_of
from zhike.models.lifecycle.months import Ints, Months
from zhike.models.lifecycle.panel import first_days, month_ends, month_numbers, told
from zhike.models.lifecycle.people import NEVER, People, people_of
from zhike.models.lifecycle.sentences import Case, sentence
from zhike.models.lifecycle.settings import Settings
from zhike.models.lifecycle.walk import Ages, Stages, walk


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
    people = people_of(own, client, lead, day_no(as_of))
    group, patience = _groups(people.clients, logic, settings)
    months = dense(panel, people, numbers, group)
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
    closed = date_of(int(found.closed[i])) if found.closed[i] != NEVER else None
    rule = int(found.rule[i, m])
    case = Case(i, m, found.months, found.levels, found.ages, closed, found.settings)
    return found.clients[i], s.STAGES[found.stage[i, m]], _since(found, i, m), sentence(rule, case).zh


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
