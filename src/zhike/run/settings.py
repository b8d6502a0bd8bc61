"""What a night may be told: each room's own settings, and how the work is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike.decisions import proposals
from zhike.features.clients import ClientSettings
from zhike.features.market import StandingSettings
from zhike.features.market.settings import MarketSettings
from zhike.models import lifecycle
from zhike.models.logic import LogicSettings


@dataclass(frozen=True, slots=True)
class NightSettings:
    """The settings of every room that bears on results; `range_rows`: how much work (in rows of assets) a range of clients holds."""

    market: MarketSettings = field(default_factory=MarketSettings)
    standing: StandingSettings = field(default_factory=StandingSettings)
    clients: ClientSettings = field(default_factory=ClientSettings)
    logic: LogicSettings = field(default_factory=LogicSettings)
    lifecycle: lifecycle.Settings = field(default_factory=lifecycle.Settings)
    proposals: proposals.Settings = field(default_factory=proposals.Settings)
    range_rows: int = 200_000

    def by_room(self) -> Mapping[str, object]:
        """Return what results follow from, room by room; how the work is cut doesn't bear on them."""
        rooms = ("market", "standing", "clients", "logic", "lifecycle", "proposals")
        return {room: getattr(self, room) for room in rooms}
