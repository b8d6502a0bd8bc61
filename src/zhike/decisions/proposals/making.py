"""From rules and permission to the table `proposal`, and to what was withheld and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import pyarrow as pa

from zhike.base.period import Days, date_of, day_no
from zhike.datacentre.checks.facts import known_ahead
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables.worklist import PROPOSAL
from zhike.decisions.proposals.facts import Facts, Inputs, Ints, facts_of
from zhike.decisions.proposals.permission import Verdict, permission
from zhike.decisions.proposals.rules import RULES, Hit, Rule
from zhike.decisions.proposals.settings import Settings


@dataclass(frozen=True, slots=True)
class Proposed:
    """The table `proposal`, and the rows withheld: client_id, rule, refusal (frozen, closed, opted_out, leaving, cooldown), why."""

    table: pa.Table
    withheld: pa.Table


WITHHELD = pa.schema([(name, pa.string()) for name in ("client_id", "rule", "refusal", "why")])


def propose(
    inputs: Inputs,
    calendar_days: Days,
    as_of: Date,
    settings: Settings | None = None,
    rules: Sequence[Rule] = RULES,
    ahead: Days | None = None,
) -> Proposed:
    """Apply every rule to every client; keep what is permitted. The same inputs give the same rows, in order of client.

    `ahead`: trading days after `as_of` that a calendar tells of; they say which days nothing is due on.
    """
    settings = settings or Settings()
    week = Week.of(calendar_days, ahead, settings)
    facts = facts_of(inputs, calendar_days, as_of, settings)
    made, withheld = [], []
    for rule in rules:
        for hit in rule.find(facts, settings):
            verdict = permission(facts, hit.i, rule, settings)
            if verdict.refusal:
                withheld.append((facts.clients[hit.i], rule.name, verdict.refusal, verdict.why.zh))
            else:
                made.append(_row(facts, rule, hit, verdict, settings, week))
    made.sort(key=lambda row: (str(row["client_id"]), str(row["proposal_id"])))
    schema = schema_of(PROPOSAL)
    columns = [
        pa.array([row.get(name) for row in made], kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    kept = [pa.array([row[k] for row in sorted(withheld)], pa.string()) for k in range(4)]
    return Proposed(pa.table(columns, schema=schema), pa.table(kept, schema=WITHHELD))


def _row(
    facts: Facts, rule: Rule, hit: Hit, verdict: Verdict, settings: Settings, week: Week
) -> dict[str, object]:
    client = facts.clients[hit.i]
    due = hit.due if verdict.due is None else min(hit.due, verdict.due)
    return {
        "proposal_id": f"P{_lot(client, rule.name, str(hit.occasion)):016x}",
        "as_of": date_of(facts.as_of),
        "client_id": client,
        "kind": rule.kind,
        "rule": rule.name,
        "reason": hit.reason.zh,
        "reason_told": hit.reason.stored,
        "suitability": verdict.why.zh,
        "suitability_told": verdict.why.stored,
        "minutes": float(rule.minutes),
        "due_on": date_of(week.workday(due)),
        "must_do": rule.must_do,
        "cooldown_until": None if rule.must_do else date_of(facts.as_of + rule.cooldown_days),
        "arm": "treat" if rule.must_do else arm(client, rule.name, settings),
    }


@dataclass(frozen=True, slots=True)
class Week:
    """Which days are worked: the trading days, as far as they are known; beyond them weekdays that aren't off, and weekends that are worked."""

    known: Ints
    off: frozenset[int] = frozenset()
    worked: frozenset[int] = frozenset()

    @classmethod
    def of(cls, calendar_days: Days, ahead: Days | None, settings: Settings) -> Week:
        """Return the week of a night, from its trading days and what the branch has set."""
        days = [np.asarray(d, np.int64) for d in (calendar_days, ahead) if d is not None]
        off, worked = (
            frozenset(day_no(Date.fromisoformat(d)) for d in told)
            for told in (settings.days_off, settings.days_worked)
        )
        return cls(known_ahead(np.unique(np.concatenate(days)), int(np.max(days[0], initial=0))), off, worked)

    def workday(self, day: int) -> int:
        """Return the working day that `day` is, or the last one before it."""
        while not len(self.known) or day > self.known[-1]:
            if day in self.worked or ((day + 3) % 7 < 5 and day not in self.off):  # 1970-01-01 was a Thursday
                return day
            day -= 1
        at = int(np.searchsorted(self.known, day, side="right")) - 1
        open_ = int(self.known[at]) if at >= 0 else day
        return max((d for d in self.worked if open_ < d <= day), default=open_)


def arm(client: str, rule: str, settings: Settings) -> str:
    """Draw the client's lot for a rule: the same every night, so that who is held back stays held back."""
    return "hold" if _lot(settings.salt, client, rule) < settings.hold_share * 2**64 else "treat"


def _lot(*parts: str) -> int:
    """Return 64 bits that depend on nothing but the parts."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "big")
