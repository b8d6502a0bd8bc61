"""Why a client is held to follow a logic, and what the market's states did to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhike.datacentre.tables.words import TRAIT_WORDS
from zhike_desk.pages.client.sums import chance, share, signed_share
from zhike_desk.records.queries.client import Portrait
from zhike_desk.ui.figures import minus
from zhike_desk.ui.marks import MARKS
from zhike_desk.ui.speech import retold, said, told
from zhike_desk.ui.why import Driver
from zhike_desk.ui.words import word

LOGICS = ("value", "trend", "sentiment")
STATES = ("frozen", "ebbing", "ranging", "warming", "hot")
SHOWN = 5
FEW_DAYS = 20
"""Days of a market state below which its average return says little."""
STILL = 2e-4
"""Mean daily returns below which the market did nothing to a client: interest alone gives as much."""


@dataclass(frozen=True, slots=True)
class Chance:
    """How probable it is that a client follows a logic; `leads` for the one the client is held to follow."""

    logic: str
    p: float
    leads: bool

    @property
    def told(self) -> str:
        """Return the chance as per cent: what isn't sure is never written as all or nothing."""
        return chance(self.p)


@dataclass(frozen=True, slots=True)
class StateReturn:
    """A client's mean daily return in a state of the market, on how many days; `share` of the largest, in [−1, 1]."""

    state: str
    value: float | None
    days: int
    share: float
    few: bool

    @property
    def icon(self) -> str:
        """Return the picture of the state."""
        return MARKS["state"][self.state][0]


@dataclass(frozen=True, slots=True)
class LogicView:
    """The panel of a client's logic."""

    logic: str
    overlay: str
    since: date | None
    reason: str
    chances: Sequence[Chance]
    drivers: Sequence[Driver]
    rest: Sequence[Driver]
    states: Sequence[StateReturn]
    sentence: str
    peer_share: float | None
    grounds: str

    @property
    def peer_told(self) -> str:
        """Return what share of clients this one was ahead of."""
        return share(self.peer_share or 0.0)


def logic_view(found: Portrait) -> LogicView:
    """Return the panel of a client's logic, empty parts where too little was traded."""
    row = found.row
    chances = [(n, getattr(row, f"p_{n}")) for n in LOGICS]
    drivers = evidence(found)
    states = _states(found)
    return LogicView(
        logic=row.logic,
        overlay=row.overlay,
        since=row.logic_since,
        reason=retold(row.logic_reason),
        chances=[Chance(n, p, n == row.logic) for n, p in chances if p is not None],
        drivers=drivers[:SHOWN],
        rest=drivers[SHOWN:],
        states=states,
        sentence=_sentence(states),
        peer_share=found.measure("peer_percentile_12m"),
        grounds=told(
            "每项特征使这种逻辑比另两种更（或更不）可能的程度，按每次决策平均；向右支持，向左反对。",
            "How much each trait makes this logic likelier than the others, per decision: right for, left against.",
        ),
    )


def evidence(found: Portrait) -> list[Driver]:
    """Return what each trait adds to the leading logic, the strongest first."""
    strongest = max((abs(v) for v in found.evidence.values()), default=0.0) or 1.0
    parts = sorted(found.evidence.items(), key=lambda pair: -abs(pair[1]))
    return [Driver(_trait(name), value / strongest, minus(f"{value:+.2f}")) for name, value in parts]


def _trait(name: str) -> str:
    return said(TRAIT_WORDS[name]) if name in TRAIT_WORDS else name


def _states(found: Portrait) -> list[StateReturn]:
    values = {s: found.measure(f"return_{s}_12m") for s in STATES}
    if all(v is None or abs(v) < STILL for v in values.values()):
        return []
    days = {s: int(found.measure(f"return_days_{s}_12m") or 0) for s in STATES}
    enough = [abs(v) for s, v in values.items() if v is not None and days[s] >= FEW_DAYS]
    largest = max(enough or [abs(v) for v in values.values() if v is not None]) or 1.0
    return [
        StateReturn(s, value, days[s], (value or 0.0) / largest, 0 < days[s] < FEW_DAYS)
        for s, value in values.items()
    ]


def _sentence(states: Sequence[StateReturn]) -> str:
    told_apart = [s for s in states if s.value is not None and not s.few]
    if len(told_apart) < 2:
        return told(
            "各市况下的日均收益率，近 12 个月。", "Mean daily return by state of the market, 12 months."
        )
    best = max(told_apart, key=lambda s: s.value or 0.0)
    worst = min(told_apart, key=lambda s: s.value or 0.0)
    return told(
        f"{word('state', best.state)}市最好（日均 {signed_share(best.value or 0.0, 2)}），"
        f"{word('state', worst.state)}市最差（日均 {signed_share(worst.value or 0.0, 2)}）。",
        f"Best in {word('state', best.state).lower()} markets ({signed_share(best.value or 0.0, 2)} a day), "
        f"worst in {word('state', worst.state).lower()} ones ({signed_share(worst.value or 0.0, 2)}).",
    )
