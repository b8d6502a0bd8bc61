"""By which logic a client seeks profit: value, trend or sentiment (docs/methods/logic.md)."""

from zhike.models.logic.cards import CardSettings
from zhike.models.logic.decisions import Decisions, Memory, sides_of
from zhike.models.logic.mixture import Mixture, MixtureSettings, lots_of
from zhike.models.logic.overlays import OverlaySettings, overlays
from zhike.models.logic.readings import Experience, Learnt, LogicSettings, Verdicts, judged, learnt, read_by
from zhike.models.logic.shares import ShareSettings
from zhike.models.logic.verdicts import logic_table

__all__ = [
    "CardSettings", "Decisions", "Experience", "Learnt", "LogicSettings", "Memory", "Mixture", "MixtureSettings",
    "OverlaySettings", "ShareSettings", "Verdicts", "judged", "learnt", "logic_table", "lots_of", "overlays", "read_by", "sides_of",
]  # fmt: skip
