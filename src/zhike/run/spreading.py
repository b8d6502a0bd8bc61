"""Who does the tasks of a night: processes of this machine, or Spark."""

from __future__ import annotations

from pathlib import Path

from zhike.datacentre.generation.inputs import code_version
from zhike.datacentre.tasks import Workers
from zhike.engine import EngineSettings, Spread
from zhike.engine.session import EMBEDDED


def spread_on(engine: EngineSettings, work: Path) -> Spread:
    """Return what does the tasks whose files lie in `work`, a folder that every one of them sees."""
    if engine.on == EMBEDDED:
        return Workers(engine.threads)
    from zhike.engine.spark import Spark

    return Spark(engine, work, code_version)
