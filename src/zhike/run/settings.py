"""What a night may be told: each room's own settings, and how the work is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.config import proposal_settings
from zhike.decisions import proposals
from zhike.features.clients import ClientSettings
from zhike.features.market import StandingSettings
from zhike.features.market.settings import MarketSettings
from zhike.models import lifecycle, value
from zhike.models.clv import ClvSettings
from zhike.models.logic import LogicSettings
from zhike.models.value.versions import in_force


@dataclass(frozen=True, slots=True)
class Sampling:
    """From how many clients, and how many of their decisions, a night learns what is common; a branch with fewer is learnt from whole."""

    clients: int = 20_000
    decisions: int = 1_000_000

    def __post_init__(self) -> None:
        """Refuse bounds that leave nobody to learn from."""
        if self.clients < 100 or self.decisions < 10_000:
            raise UsageError(
                say(
                    f"抽样设置不可用：clients={self.clients}，decisions={self.decisions}。",
                    f"The sampling can't work: clients={self.clients}, decisions={self.decisions}.",
                ),
                next_=say(
                    "clients 至少 100，decisions 至少 10000。",
                    "Learn from at least 100 clients and 10,000 decisions.",
                ),
            )


@dataclass(frozen=True, slots=True)
class NightSettings:
    """The settings of every room that bears on results, and how the work is cut, which doesn't.

    `range_rows`: how much work (in rows of assets) a range of clients holds; None: what the engine's memory has room for.
    """

    market: MarketSettings = field(default_factory=MarketSettings)
    standing: StandingSettings = field(default_factory=StandingSettings)
    clients: ClientSettings = field(default_factory=ClientSettings)
    logic: LogicSettings = field(default_factory=LogicSettings)
    lifecycle: lifecycle.Settings = field(default_factory=lifecycle.Settings)
    clv: ClvSettings = field(default_factory=ClvSettings)
    value: value.Settings = field(default_factory=value.Settings)
    proposals: proposals.Settings = field(default_factory=proposals.Settings)
    sampling: Sampling = field(default_factory=Sampling)
    range_rows: int | None = None

    @classmethod
    def of(cls, home: Path) -> NightSettings:
        """Return the settings that hold for a home folder: its models of value are those that were published there."""
        return cls(value=in_force(home), proposals=proposal_settings(home))

    def by_room(self) -> Mapping[str, object]:
        """Return what results follow from, room by room; how the work is cut doesn't bear on them."""
        rooms = (
            "market",
            "standing",
            "clients",
            "logic",
            "lifecycle",
            "clv",
            "value",
            "proposals",
            "sampling",
        )
        return {room: getattr(self, room) for room in rooms}
