"""Where in the life cycle each client stands, month by month, the market taken out (docs/methods/lifecycle.md)."""

from zhike.models.lifecycle.levels import Likes
from zhike.models.lifecycle.panel import monthly
from zhike.models.lifecycle.results import Begun, History, begun, changes, history, learnt, stage_table
from zhike.models.lifecycle.settings import STAGES, Settings

__all__ = [
    "STAGES", "Begun", "History", "Likes", "Settings", "begun", "changes", "history", "learnt", "monthly", "stage_table",
]  # fmt: skip
