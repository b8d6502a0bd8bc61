"""The order of the night: what was delivered becomes one published generation. Beside the data centre, the only room that collects.

market → first pass over ranges of clients (fold, measures) → what needs all clients (logic, life cycle, proposals) → second
pass (measures completed, pages) → publish.
"""

from zhike.run.night import Night, run_night
from zhike.run.settings import NightSettings

__all__ = ["Night", "NightSettings", "run_night"]
