"""By which logic a client seeks profit: value, trend or sentiment (docs/methods/logic.md)."""

from zhike.models.logic.cards import CardSettings
from zhike.models.logic.decisions import Decisions, Memory, sides_of
from zhike.models.logic.mixture import Mixture, MixtureSettings
from zhike.models.logic.overlays import OverlaySettings, overlays
from zhike.models.logic.readings import Experience, LogicSettings, Verdicts, judged
from zhike.models.logic.shares import ShareSettings
from zhike.models.logic.verdicts import logic_table

__all__ = [
    "CardSettings", "Decisions", "Experience", "LogicSettings", "Memory", "Mixture", "MixtureSettings",
    "OverlaySettings", "ShareSettings", "Verdicts", "judged", "logic_table", "overlays", "sides_of",
]  # fmt: skip
