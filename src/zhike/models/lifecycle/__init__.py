"""Where in the life cycle each client stands, month by month, the market taken out (docs/methods/lifecycle.md)."""

from zhike.models.lifecycle.panel import monthly
from zhike.models.lifecycle.results import History, changes, history, stage_table
from zhike.models.lifecycle.settings import STAGES, Settings

__all__ = ["STAGES", "History", "Settings", "changes", "history", "monthly", "stage_table"]
