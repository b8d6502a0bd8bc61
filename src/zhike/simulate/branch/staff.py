"""The branch's people: who is hired, who leaves, who wins, serves and advises which client."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from zhike.simulate.agents import layout as at
from zhike.simulate.agents.traits import Traits
from zhike.simulate.branch.books import client_codes
from zhike.simulate.branch.columns import codes, dates, rounded, words
from zhike.simulate.branch.people import BRANCH, Roll
from zhike.simulate.chance import stream
from zhike.simulate.market.assembly import Market

Ints = npt.NDArray[np.int64]
NOBODY = 1 << 30
_NAMES = ("沈", "韩", "冯", "曹", "彭", "曾", "萧", "田", "董", "袁", "潘", "于", "蒋", "蔡", "余", "杜")


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """Staff as arrays (m,): day numbers of hiring and leaving (NOBODY: still there), role 0 manager, 1 adviser, 2 head.

    `server`: for each client who served first; `then`: who took over when that one left.
    """

    hired: Ints
    left: Ints
    role: Ints
    developer: Ints
    server: Ints
    then: Ints
    adviser: Ints

    @property
    def ids(self) -> pa.Array:
        """The staff numbers."""
        return codes("E", np.arange(len(self.role)) + 1, 4)

    def serving(self, client: Ints, day: Ints) -> Ints:
        """Return who served clients on days."""
        first = self.server[client]
        return np.where(day > self.left[first], self.then[client], first)


def crew(market: Market, who: Traits) -> Crew:
    """Hire one for every 150 clients, at least six; a sixth a year leave, and their clients pass to others."""
    plan = market.plan
    n, m = len(who), max(6, len(who) // 150)
    dice = stream(plan.seed, "staff")
    start, end = int(market.course.days[market.first]), int(market.course.days[market.end - 1])
    role = np.where(np.arange(m) == 0, 2, np.where(dice.random(m) < 0.3, 1, 0))
    role[1], role[2] = 0, 1
    hired = start - dice.integers(200, 4000, m)
    leaves = (dice.random(m) < 0.17 * plan.days / 245.0) & (np.arange(m) > 3)
    left = np.where(leaves, start + dice.integers(10, max(end - start, 11), m), NOBODY)
    stay = np.flatnonzero(left == NOBODY)
    advisers = np.flatnonzero((role == 1) & (left == NOBODY))
    rich = who.wholes[:, at.TIER] >= 2
    adviser = np.where(dice.random(n) < np.where(rich, 0.4, 0.06), dice.choice(advisers, n), -1)
    return Crew(
        hired, left, role, dice.integers(1, m, n), dice.integers(1, m, n), dice.choice(stay, n), adviser
    )


def staff_table(crew_: Crew) -> pa.Table:
    """Return the staff."""
    m = len(crew_.role)
    return pa.table({
        "staff_id": crew_.ids, "name": [f"{_NAMES[k % 16]}经理{k + 1}" for k in range(m)],
        "role": words(("manager", "adviser", "head"), crew_.role), "branch_id": [BRANCH] * m,
        "team": [f"服务{k % max(m // 6, 1) + 1}组" for k in range(m)], "hired_on": dates(crew_.hired),
        "left_on": dates(crew_.left, crew_.left == NOBODY), "capacity_hours": [140.0] * m,
    })  # fmt: skip


def relation_table(crew_: Crew, known: Roll, begin: int, closed: Ints) -> pa.Table:
    """Return who won, serves and advises each client; a relation ends with the employee or the account."""
    n = len(closed)
    client = np.arange(begin, begin + n)
    opened = known.opened[client]
    shut = np.where(closed >= 0, closed, NOBODY)
    rows = []
    for role, staff in ((0, crew_.developer[client]), (1, crew_.server[client]), (2, crew_.adviser[client])):
        who = staff >= 0
        begins = np.maximum(opened, crew_.hired[staff])
        begins = np.where(begins > np.minimum(shut, crew_.left[staff]), opened, begins)
        ends = np.minimum(shut, crew_.left[staff])
        rows.append(np.stack([client, staff, np.full(n, role), begins, ends], 1)[who & (begins <= ends)])
        if role == 1:
            over = crew_.left[staff] + 1
            later = (over <= shut) & (crew_.left[staff] < NOBODY)
            heir = np.stack([client, crew_.then[client], np.full(n, 1), np.maximum(over, opened), shut], 1)
            rows.append(heir[later & (np.maximum(over, opened) <= shut)])
    both = np.concatenate(rows)
    both = both[np.lexsort((both[:, 3], both[:, 2], both[:, 0]))]
    share = np.array([0.4, 0.6, 1.0])[both[:, 2]]
    return pa.table({
        "client_id": client_codes(both[:, 0]), "staff_id": crew_.ids.take(pa.array(both[:, 1])),
        "role": words(("developer", "server", "adviser"), both[:, 2]), "share": rounded(share, 2),
        "start_on": dates(both[:, 3]), "end_on": dates(both[:, 4], both[:, 4] >= NOBODY),
    })  # fmt: skip
