"""The thresholds of the life cycle, and the words it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.tables.results import LOGICS, STAGE

STAGES = STAGE.column("stage").choices
PROSPECT, DEVELOPING, GROWING, MATURE, DECLINING, DORMANT, LOST, RETURNED = range(8)
UNKNOWN = -1  # before the client was there

RULES = (
    "waiting", "fresh", "funded", "young", "rising_assets", "rising_revenue", "steady", "falling_assets", "falling_revenue",
    "silent", "left", "emptied", "closed", "back", "idle", "falling_activity",
)  # fmt: skip
(
    WAITING, FRESH, FUNDED, YOUNG, RISING_ASSETS, RISING_REVENUE, STEADY, FALLING_ASSETS, FALLING_REVENUE,
    SILENT, LEFT, EMPTIED, CLOSED, BACK, IDLE, FALLING_ACTIVITY,
) = range(16)  # fmt: skip
"""The rules, and the stage each leads to."""
STAGE_OF_RULE = (
    PROSPECT, DEVELOPING, DEVELOPING, GROWING, GROWING, GROWING, MATURE, DECLINING, DECLINING,
    DORMANT, LOST, LOST, LOST, RETURNED, DORMANT, DECLINING,
)  # fmt: skip


def _patience() -> Mapping[str, int]:
    return {"value": 12}  # plain, so that settings can travel to a worker process


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds of the stages; money in yuan, spans in months unless said otherwise."""

    fresh_days: int = 90
    """Calendar days a new account is given before it counts as a prospect again."""
    grown_months: int = 12
    """Months after opening from which a steady client is mature."""
    fall: float = 0.5
    """Declining: at most this fraction of the client's own 12-month peak, over the same fraction of like clients."""
    unusual: float = 2.0
    """Nor does the share of assets count as fallen within so many standard deviations of like clients'."""
    rise: float = 0.2
    """Still growing after that: at least this much more than three months before, over the same growth of like clients."""
    evidence: float = 10.0
    """How many times likelier what a client does must be with activity fallen to half or less than with activity unchanged
    before it counts as fallen (strong evidence, as Jeffreys called it) …"""
    leaning: float = 3.2
    """… and how many times the month before, or to go on (his substantial evidence)."""
    agreeing: float = 1.0
    """Fallen assets don't count where a fall of activity three months ago is less than so many times as likely as none."""
    surprise: float = 1.5
    """How many standard deviations trading days must lie above the expected ones before revenue speaks of growth."""
    silent_months: int = 6
    """Whole months without a trade until a client counts as dormant."""
    silent_by_logic: Mapping[str, int] = field(default_factory=_patience)
    """The same for clients of some logics, who trade seldom by nature."""
    empty_assets: float = 1_000.0
    """Net assets below which an account is empty."""
    empty_months: int = 3
    left_share: float = 0.5
    """Net outflow of three months over the mean assets of the six before, from which assets count as gone …"""
    left_assets: float = 10_000.0
    """… where less than this remains …"""
    left_rest: float = 0.2
    """… and less than this share of what was there: who keeps half of a small account hasn't left."""
    returned_months: int = 3
    """Months a client who came back is called returned."""
    least_peers: int = 10
    """Like clients needed to know what the market did to them; with fewer, the whole branch, then no verdict."""
    least_months: int = 6
    """Months of history needed to speak of a client's own peak."""
    least_days: int = 12
    """Trading days of a month needed to judge it; in a shorter one only facts count."""

    def __post_init__(self) -> None:
        wrong = [
            f.name for f in fields(self) if f.name != "silent_by_logic" and not getattr(self, f.name) > 0
        ]
        wrong += [name for name in self.silent_by_logic if name not in LOGICS]
        if wrong or self.fall >= 1:
            name = wrong[0] if wrong else "fall"
            raise UsageError(
                say(f"生命周期设置 {name} 无效。", f"The life cycle's setting '{name}' is not valid."),
                where="lifecycle",
                next_=say("阈值须为正数，fall 小于 1。", "Thresholds are above zero, fall is below 1."),
            )

    def patience(self, logic: str | None) -> int:
        """Return the whole months without a trade until a client of `logic` (None: not known) is dormant."""
        return self.silent_by_logic.get(logic or "", self.silent_months)
