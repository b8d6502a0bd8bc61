"""How a client behaves beside like clients: the branch's clients of their kind and their logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from zhike_desk.records.book.compared import ACTIVE, COMPARED, RESTS_ON
from zhike_desk.records.models import BookClient, BookPeer
from zhike_desk.records.queries.nights import Shown

_GROUPS = 256
UNJUDGED = ("", "insufficient")


@dataclass(frozen=True, slots=True)
class Band:
    """Where the middle half of like clients lies in a measure, and how many they are; `logic` empty: of any logic."""

    low: float
    middle: float
    high: float
    clients: int
    logic: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure of a client beside the band of like clients (None: too few to tell)."""

    measure: str
    value: float | None
    band: Band | None

    @property
    def place(self) -> str:
        """Name where the value lies: `below`, `within` or `above` the middle half; empty where it can't be told."""
        if self.value is None or self.band is None:
            return ""
        if self.value < self.band.low:
            return "below"
        return "above" if self.value > self.band.high else "within"


def compared(client: BookClient, measures: Mapping[str, float | None], night: Shown) -> tuple[Compared, ...]:
    """Hold a client's measures beside like clients'; those the night doesn't have are left out.

    Of a client whose logic isn't known, like clients are all of their kind. Nothing is returned of who took no decision in the year.
    """
    if not measures.get(ACTIVE):
        return ()
    logic = "" if client.logic in UNJUDGED else client.logic
    own = _bands(night, client.branch_id, client.kind, logic)
    every = _bands(night, client.branch_id, client.kind, "")
    return tuple(
        Compared(name, _known(name, measures), own.get(name) or every.get(name))
        for name in COMPARED
        if name in measures
    )


def _known(name: str, measures: Mapping[str, float | None]) -> float | None:
    """Return a measure where it tells something of the client: a shrunk one without observations tells of the branch alone."""
    return None if measures.get(RESTS_ON.get(name, name)) is None else measures[name]


@lru_cache(maxsize=_GROUPS)
def _bands(night: Shown, branch_id: str, kind: str, logic: str) -> Mapping[str, Band]:
    rows = BookPeer.objects.filter(branch_id=branch_id, kind=kind, logic=logic)
    return {r.measure: Band(r.p25, r.p50, r.p75, r.clients, r.logic) for r in rows}
